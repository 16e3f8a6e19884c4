import { headLength } from '../../../../../shared/wire/sip/parse.ts'
import { decodeText } from '../../../../../shared/base/text.ts'
import { u16, u32 } from '../decode/bytes.ts'
import { Held, type ByteStream, type TakeMessage } from './byte-stream.ts'
import { looksLikeSip } from './sip-stream.ts'

const mostMessageBytes = 4 * 1024 * 1024
const mostHeadBytes = 64 * 1024

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

/** Whether bytes begin what may become a WebSocket: the request of a client, or its acceptance. */
export function beginsUpgrade(bytes: Uint8Array): boolean {
  const first = decodeText(bytes.subarray(0, 13))
  return first.startsWith('GET ') || first.startsWith('HTTP/1.1 101')
}

/** SIP over WebSocket (RFC 7118): each message is a text or binary message of the WebSocket. */
export class WebSocketStream implements ByteStream {
  readonly #held = new Held()
  readonly #parts: Uint8Array[] = []
  #partBytes = 0
  #searched = 0
  #upgrading: boolean
  /** Frames whose compression is not undone. */
  compressed = 0

  /** `upgrading`: begins with the head of HTTP. */
  constructor(upgrading: boolean) {
    this.#upgrading = upgrading
  }

  get held(): number {
    return this.#held.size + this.#partBytes
  }

  push(chunk: Uint8Array, take: TakeMessage): boolean {
    this.#held.add(chunk)
    const bytes = this.#held.bytes
    let at = 0
    if (this.#upgrading) {
      const head = headLength(bytes, this.#searched)
      this.#searched = Math.max(0, bytes.length - 2)
      if (head < 0) return bytes.length <= mostHeadBytes
      if (!/\nupgrade: *websocket/i.test(decodeText(bytes.subarray(0, head)))) return false
      this.#upgrading = false
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

  end(): void {
    this.#held.drop(this.#held.size)
    this.#forget()
  }

  #frame(bytes: Uint8Array, frame: Frame, take: TakeMessage): void {
    if (frame.opcode > 2) return
    if (frame.compressed) return void this.compressed++
    if (frame.opcode !== 0) this.#forget()
    if (frame.final && this.#parts.length === 0) return take(clear(bytes, frame))
    this.#parts.push(Uint8Array.from(clear(bytes, frame)))
    this.#partBytes += frame.to - frame.from
    if (!frame.final) return
    take(Buffer.concat(this.#parts))
    this.#forget()
  }

  #forget(): void {
    this.#parts.length = 0
    this.#partBytes = 0
  }
}
