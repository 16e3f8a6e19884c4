import { headerKey } from '../../../../../shared/wire/sip/message.ts'
import { contentLength } from '../../../../../shared/wire/sip/numbers.ts'

/** More bytes than a message has (RFC 3261 has no limit; a datagram has). */
const mostBytes = 4 * 1024 * 1024
const field = /^([A-Za-z0-9!%*_+`'~-][A-Za-z0-9.!%*_+`'~-]{0,99})[ \t]{0,8}:(.*)$/s
const sdpLine = /^[a-zA-Z]=/
/** Without one of these a start line is something that somebody wrote about a message. */
const telling: ReadonlySet<string> = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'contact'])

/** A message as it is put together again from lines. */
interface Assembled {
  readonly bytes: Uint8Array
  /** Its length field said something else than there is, and was set right. */
  readonly lengthMended: boolean
}

/**
 * One message of a text: its lines come one after the other, until one is none of it. Line ends are those of the wire
 * (CRLF), whatever the text has.
 */
export class TextMessage {
  readonly #head: string[]
  readonly #body: string[] = []
  #bodyBytes = 0
  #state: 'head' | 'body' | 'sdp' = 'head'
  #size = 0
  #told = false
  #length: number | null = null
  #lengthLine = -1
  #type = ''
  /** What shows a carriage return as a dot has one at the end of each line: known when two lines have it. */
  #dotted = false
  /** Each line has an empty one behind it; and whether the line before was one of those. */
  #spaced = false
  #passed = false

  constructor(startLine: string) {
    this.#head = [startLine]
  }

  /** Whether the line is of this message; false ends it. */
  add(raw: string): boolean {
    const [start] = this.#head
    if (this.#head.length === 1 && start!.endsWith('.') && raw.endsWith('.')) {
      this.#dotted = true
      this.#head[0] = start!.slice(0, -1)
    }
    const line = this.#undotted(raw)
    if (line === '' && this.#head.length === 1 && this.#state === 'head') this.#spaced = true
    this.#passed = this.#spaced && line === '' && !this.#passed
    if (this.#passed) return true
    this.#size += line.length + 2
    if (this.#size > mostBytes) return false
    if (this.#state === 'head') return this.#addToHead(line)
    if (this.#state === 'sdp') return sdpLine.test(line) && this.#keep(line)
    if (this.#body.length === 0) {
      if (line === '' && this.#length === null) return this.#type !== ''
      // A session description ends where its lines do, whatever length was named.
      if (/^v=\d/.test(line)) {
        this.#state = 'sdp'
        return this.#keep(line)
      }
    }
    return this.#bodyBytes + line.length <= (this.#length ?? 0) && this.#keep(line)
  }

  /** Whether a start line may be a line of the body: NOTIFY carries them (RFC 3515 2.4.5). */
  get carriesMessages(): boolean {
    return this.#state === 'body' && this.#type.includes('message/') && this.#bodyBytes < (this.#length ?? 0)
  }

  /** Null where the lines are no message. */
  end(): Assembled | null {
    if (!this.#told) return null
    while (this.#body.at(-1) === '') this.#body.pop()
    const said = this.#length ?? 0
    const body = this.#bodyText(said)
    const lengthMended = this.#length !== null && body.length !== said
    if (lengthMended) this.#head[this.#lengthLine] = `Content-Length: ${body.length}`
    return { bytes: Buffer.from(`${this.#head.join('\r\n')}\r\n\r\n${body}`, 'latin1'), lengthMended }
  }

  #undotted(line: string): string {
    return this.#dotted && line.endsWith('.') ? line.slice(0, -1) : line
  }

  #addToHead(line: string): boolean {
    if (line.trim() === '') {
      this.#state = 'body'
      return this.#head.length > 1
    }
    // Some paste without empty lines.
    if (this.#told && /^v=\d/.test(line)) {
      this.#state = 'sdp'
      return this.#keep(line)
    }
    const match = field.exec(line)
    if (!match && !(/^[ \t]/.test(line) && this.#head.length > 1)) return false
    this.#head.push(line)
    if (!match) return true
    const key = headerKey(match[1]!)
    if (telling.has(key)) this.#told = true
    if (key === 'content-type') this.#type = match[2]!.toLowerCase()
    if (key === 'content-length' && this.#length === null) {
      this.#length = contentLength(match[2]!.trim())
      this.#lengthLine = this.#head.length - 1
    }
    return true
  }

  #keep(line: string): true {
    this.#body.push(line)
    this.#bodyBytes += line.length + 2
    return true
  }

  /** The body with the line ends with which it has the length that was said, else as bodies are written. */
  #bodyText(said: number): string {
    if (this.#body.length === 0) return ''
    const usual = `${this.#body.join('\r\n')}\r\n`
    return (
      [usual, usual.slice(0, -2), `${usual}\r\n`, `${this.#body.join('\n')}\n`, this.#body.join('\n')].find(
        (text) => text.length === said,
      ) ?? usual
    )
  }
}
