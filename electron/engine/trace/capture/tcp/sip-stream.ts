import { isStartLine, maxBodyBytes, maxHeadBytes } from '../../../../../shared/wire/sip/frame.ts'
import { headerKey } from '../../../../../shared/wire/sip/message.ts'
import { contentLength } from '../../../../../shared/wire/sip/numbers.ts'
import { headLength } from '../../../../../shared/wire/sip/parse.ts'
import { decodeText } from '../../../../../shared/base/text.ts'
import { Held, type ByteStream, type TakeMessage } from './byte-stream.ts'

const LF = 10
const longestStartLine = 4000
/** A length that waits for more than this may lie: the next message that begins with new bytes ends it. */
const believedBytes = 65_536

/** Whether bytes begin like a SIP message: a status line, or a method, something and the version. */
export function looksLikeSip(bytes: Uint8Array, from = 0, to = bytes.length): boolean {
  const found = bytes.subarray(from, Math.min(to, from + longestStartLine)).indexOf(LF)
  return isStartLine(bytes, from, found < 0 ? Math.min(to, from + 400) : from + found)
}

/** Where the next start line begins, at a line's begin from `from` on; -1 where none does. */
export function nextStart(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length;) {
    if (looksLikeSip(bytes, at)) return at
    const end = bytes.indexOf(LF, at)
    if (end < 0) return -1
    at = end + 1
  }
  return -1
}

/**
 * SIP as it lies in a captured stream. Cut by Content-Length (RFC 3261 18.3), but more lenient than an endpoint may be:
 * a message without that field has no body unless it names the type of one, one whose length is wrong ends where the
 * next one begins, and where nothing can be followed the next start line is looked for.
 */
export class SipStream implements ByteStream {
  readonly #held = new Held()
  #searched = 0
  /** Bytes that the message takes, and its head; null until that is complete. */
  #needed: number | null = null
  #head = 0
  /** Its body may have start lines of other messages in it. */
  #quotes = false

  get held(): number {
    return this.#held.size
  }

  push(chunk: Uint8Array, take: TakeMessage): boolean {
    const missing = this.#needed === null ? 0 : this.#needed - this.#held.size
    if (missing > (this.#quotes ? believedBytes : 0) && looksLikeSip(chunk))
      this.end((bytes, kind) => take(bytes, kind, true))
    this.#held.add(chunk)
    const bytes = this.#held.bytes
    let at = 0
    while (at < bytes.length) {
      const size = this.#next(bytes, at, take)
      if (size === 0) break
      at += size
      this.#searched = 0
      this.#needed = null
    }
    if (at > 0) this.#held.drop(at)
    return true
  }

  end(take: TakeMessage): void {
    let bytes = this.#held.bytes
    while (looksLikeSip(bytes) && bytes.includes(LF)) {
      const head = headLength(bytes)
      if (head >= 0) this.#size(bytes, 0, head)
      const next = head < 0 || this.#quotes ? -1 : nextStart(bytes, head)
      take(next < 0 ? bytes : bytes.subarray(0, next))
      bytes = bytes.subarray(next < 0 ? bytes.length : next)
    }
    this.#held.drop(this.#held.size)
    this.#searched = 0
    this.#needed = null
  }

  /** Gives out the message that begins there, or skips what begins none; the bytes that took, 0 to wait for more. */
  #next(bytes: Uint8Array, at: number, take: TakeMessage): number {
    if (bytes[at] === 13 || bytes[at] === LF || bytes[at] === 0) return 1
    if (this.#needed === null) {
      if (this.#searched === 0 && !looksLikeSip(bytes, at)) return this.#skip(bytes, at)
      const head = headLength(bytes, at + this.#searched)
      if (head < 0) {
        // An empty line may have begun with the last two bytes.
        this.#searched = Math.max(0, bytes.length - at - 2)
        return bytes.length - at > maxHeadBytes ? this.#skip(bytes, at) : 0
      }
      this.#needed = this.#size(bytes, at, head)
    }
    if (bytes.length - at < this.#needed) return 0
    const size = this.#quotes ? this.#needed : this.#upToNext(bytes, at, this.#needed)
    take(bytes.subarray(at, at + size))
    return size
  }

  /** Where a message ends whose length may be wrong: the next one begins before, or what follows is none. */
  #upToNext(bytes: Uint8Array, at: number, said: number): number {
    const end = at + said
    const next = nextStart(bytes, at + this.#head)
    if (next >= 0 && next < end) return next - at
    let rest = end
    while (bytes[rest]! <= 32) rest++
    if (rest === next || bytes.indexOf(LF, rest) < 0) return said
    return (next < 0 ? bytes.lastIndexOf(LF) + 1 : next) - at
  }

  /** Up to the next start line, or the begin of the last line, which may become one. */
  #skip(bytes: Uint8Array, at: number): number {
    const line = bytes.indexOf(LF, at)
    if (line < 0) return bytes.length - at > longestStartLine ? bytes.length - at : 0
    const start = nextStart(bytes, line + 1)
    if (start >= 0) return start - at
    return bytes.lastIndexOf(LF) + 1 - at
  }

  /** The bytes of a message whose head ends at `head`. */
  #size(bytes: Uint8Array, at: number, head: number): number {
    const { length, hasType, quotes } = bodyFields(decodeText(bytes.subarray(at, head)))
    this.#head = head - at
    this.#quotes = quotes
    if (length !== null && length <= maxBodyBytes) return head - at + length
    if (!hasType) return head - at
    const next = nextStart(bytes, head)
    return (next < 0 ? bytes.length : next) - at
  }
}

/** What a head says of its body. */
function bodyFields(head: string): { length: number | null; hasType: boolean; quotes: boolean } {
  let length: number | null = null
  let hasType = false
  let quotes = false
  for (let start = head.indexOf('\n') + 1; start > 0; start = head.indexOf('\n', start) + 1) {
    const initial = head.charCodeAt(start) | 0x20
    if (initial !== 0x63 && initial !== 0x6c) continue
    const line = head.slice(start, head.indexOf('\n', start))
    const colon = line.indexOf(':')
    const key = colon < 0 || colon > 40 ? '' : headerKey(line.slice(0, colon).trimEnd())
    if (key === 'content-type') {
      hasType = true
      quotes = /^\s*(message|multipart|text)\//i.test(line.slice(colon + 1))
    }
    if (key === 'content-length') length ??= contentLength(line.slice(colon + 1).trim())
  }
  return { length, hasType, quotes }
}
