import type { Outcome } from '../account.ts'
import { headLength } from '../../../../../shared/wire/sip/parse.ts'
import { decodeText } from '../../../../../shared/base/text.ts'
import { u16, u32 } from '../decode/bytes.ts'
import { Held, type ByteStream, type TakeMessage } from './byte-stream.ts'
import { Inflater, type WebSocketTerms } from './deflate.ts'
import { looksLikeSip } from './sip-stream.ts'

const mostMessageBytes = 4 * 1024 * 1024
const mostHeadBytes = 64 * 1024
/** No message of SIP is longer: what unpacks to more was made to fill a machine. */
const mostUnpacked = 256 * 1024

const reasons = {
  unaccepted: 'WebSocket with compression whose handshake is not in the capture',
  otherwise: 'WebSocket with compression that is not permessage-deflate',
  damaged: 'WebSocket messages that do not decompress',
  lost: 'WebSocket behind a packet that is missing',
} as const

interface Frame {
  readonly final: boolean
  readonly compressed: boolean
  readonly opcode: number
  readonly from: number
  readonly to: number
  /** Where the masking key lies; -1 without one. */
  readonly key: number
}

/** Reads the header of a frame (RFC 6455 5.2); null while it is not complete. */
function frameAt(bytes: Uint8Array, at: number): Frame | null {
  if (bytes.length - at < 2) return null
  const short = bytes[at + 1]! & 0x7f
  const masked = (bytes[at + 1]! & 0x80) !== 0
  let from = at + 2 + (short === 126 ? 2 : short === 127 ? 8 : 0)
  if (bytes.length < from + (masked ? 4 : 0)) return null
  const size =
    short === 126 ? u16(bytes, at + 2) : short === 127 ? u32(bytes, at + 2) * 2 ** 32 + u32(bytes, at + 6) : short
  const key = masked ? from : -1
  if (masked) from += 4
  const first = bytes[at]!
  return { final: first >= 0x80, compressed: (first & 0x40) !== 0, opcode: first & 15, from, to: from + size, key }
}

function clear(bytes: Uint8Array, { from, to, key }: Frame): Uint8Array {
  if (key < 0) return bytes.subarray(from, to)
  const shown = Uint8Array.from(bytes.subarray(from, to))
  for (let i = 0; i < shown.length; i++) shown[i]! ^= bytes[key + (i & 3)]!
  return shown
}

/** Whether a stream that is captured from its middle goes on with a frame that has SIP in it. */
export function looksLikeFramedSip(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x81 && bytes[0] !== 0x82) return false
  const frame = frameAt(bytes, 0)
  return frame !== null && looksLikeSip(clear(bytes, { ...frame, to: Math.min(frame.to, bytes.length) }))
}

/** Whether it goes on with one message that is compressed, whose length in two bytes is what there is. */
export function looksLikeFramedDeflate(bytes: Uint8Array): boolean {
  if ((bytes[0] !== 0xc1 && bytes[0] !== 0xc2) || (bytes[1]! & 0x7f) !== 126) return false
  return frameAt(bytes, 0)?.to === bytes.length
}

/** Whether bytes begin what may become a WebSocket: the request of a client, or its acceptance. */
export function beginsUpgrade(bytes: Uint8Array): boolean {
  const first = decodeText(bytes.subarray(0, 13))
  return first.startsWith('GET ') || first.startsWith('HTTP/1.1 101')
}

/** SIP over WebSocket (RFC 7118): each message is a text or binary message of the WebSocket. */
export class WebSocketStream implements ByteStream {
  /** What it shares with the other direction. */
  readonly terms: WebSocketTerms
  readonly #held = new Held()
  readonly #parts: Uint8Array[] = []
  #partBytes = 0
  /** Of the message under way; null where none is. */
  #first: Frame | null = null
  #searched = 0
  #upgrading: boolean
  /** Null while that is not known. */
  #isSip: boolean | null = null
  /** A segment is missing: a frame must be found that begins one. */
  #lost = false
  /** Null where what messages repeat is not known any more. */
  #inflater: Inflater | null = new Inflater()
  #unread: string | null = null

  /** `upgrading`: begins with the head of HTTP. */
  constructor(upgrading: boolean, terms: WebSocketTerms) {
    this.#upgrading = upgrading
    this.terms = terms
  }

  get held(): number {
    return this.#held.size + this.#partBytes
  }

  get outcome(): Outcome {
    return this.#isSip === true ? 'read' : 'other'
  }

  takeUnread(): string | null {
    const unread = this.#unread
    this.#unread = null
    return unread
  }

  push(chunk: Uint8Array, take: TakeMessage): boolean {
    if (this.#lost && !looksLikeFramedSip(chunk) && !looksLikeFramedDeflate(chunk)) {
      this.#leave(reasons.lost)
      return true
    }
    this.#lost = false
    this.#held.add(chunk)
    const bytes = this.#held.bytes
    let at = 0
    if (this.#upgrading) {
      const head = headLength(bytes, this.#searched)
      this.#searched = Math.max(0, bytes.length - 2)
      if (head < 0) return bytes.length <= mostHeadBytes
      if (!this.#upgrade(decodeText(bytes.subarray(0, head)))) return false
      at = head
    }
    for (let frame = frameAt(bytes, at); frame; frame = frameAt(bytes, at)) {
      if (frame.to - frame.from + this.#partBytes > mostMessageBytes) return false
      if (frame.to > bytes.length) break
      this.#frame(bytes, frame, take)
      at = frame.to
    }
    if (at > 0) this.#held.drop(at)
    return true
  }

  /** What is missing will not come. */
  end(): void {
    this.#held.drop(this.#held.size)
    this.#forget()
    this.#lost = !this.#upgrading
    this.#inflater = null
  }

  /** False where it is HTTP of another kind. */
  #upgrade(head: string): boolean {
    if (!/\nupgrade: *websocket/i.test(head)) return false
    this.#upgrading = false
    this.#isSip = /\nsec-websocket-protocol:[^\n]*\bsip\b/i.test(head)
    if (head.startsWith('HTTP')) this.terms.accept(head)
    return true
  }

  #frame(bytes: Uint8Array, frame: Frame, take: TakeMessage): void {
    if (frame.opcode > 2) return
    if (frame.opcode !== 0) {
      this.#forget()
      this.#first = frame
    }
    const first = this.#first
    // The message began before the capture did.
    if (!first) return
    const content = clear(bytes, frame)
    if (!frame.final) {
      this.#parts.push(Uint8Array.from(content))
      this.#partBytes += content.length
      return
    }
    const whole = this.#parts.length === 0 ? content : Buffer.concat([...this.#parts, content])
    this.#forget()
    const message = first.compressed ? this.#unpacked(whole, first.key >= 0) : whole
    if (message) this.#give(message, take)
  }

  /** Lines that are empty keep the path open (RFC 5626 3.5.1). */
  #give(message: Uint8Array, take: TakeMessage): void {
    let from = 0
    while (message[from] === 13 || message[from] === 10) from++
    if (!looksLikeSip(message, from)) return
    this.#isSip = true
    take(message.subarray(from))
  }

  #unpacked(bytes: Uint8Array, ofClient: boolean): Uint8Array | null {
    const { deflate } = this.terms
    if (deflate === null || typeof deflate === 'string') {
      this.#leave(deflate === null ? reasons.unaccepted : reasons.otherwise)
      return null
    }
    const keeps = ofClient ? deflate.clientKeeps : deflate.serverKeeps
    const inflater = keeps ? this.#inflater : new Inflater()
    const message = inflater?.inflate(bytes, keeps, mostUnpacked) ?? null
    if (message) return message
    this.#leave(inflater ? reasons.damaged : reasons.lost)
    this.#inflater = null
    return null
  }

  #leave(reason: string): void {
    if (this.#isSip !== false) this.#unread = reason
  }

  #forget(): void {
    this.#parts.length = 0
    this.#partBytes = 0
    this.#first = null
  }
}
