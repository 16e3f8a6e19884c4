import type { Micros } from '../../../../shared/base/time.ts'
import { StreamFramer, isStartLine } from '../../../../shared/wire/sip/frame.ts'
import type { TcpSegment } from './decode.ts'

const mostPending = 256

/** One direction of a captured TCP connection: segments put in order, cut into SIP messages. */
export class TcpStream {
  #next: number | null = null
  #pending: { sequence: number; payload: Uint8Array }[] = []
  #framer = new StreamFramer()
  /** Null until the first bytes decide whether this is SIP. */
  isSip: boolean | null = null
  isTls = false

  /** Calls `message` for each SIP message that this segment completes. */
  push(at: Micros, { sequence, syn, payload }: TcpSegment, message: (at: Micros, bytes: Uint8Array) => void): void {
    if (syn) {
      this.#next = (sequence + 1) >>> 0
      this.#pending = []
      this.#framer = new StreamFramer()
      return
    }
    if (payload.length === 0) return
    this.#next ??= sequence
    this.#pending.push({ sequence, payload: payload.slice() })
    if (this.#pending.length > mostPending) this.#skipHole()
    this.#drain(at, message)
  }

  #drain(at: Micros, message: (at: Micros, bytes: Uint8Array) => void): void {
    for (let found = true; found; ) {
      found = false
      for (const [i, { sequence, payload }] of this.#pending.entries()) {
        const overlap = (this.#next! - sequence) | 0
        if (overlap < 0) continue
        this.#pending.splice(i, 1)
        found = true
        if (overlap < payload.length) {
          this.#next = (sequence + payload.length) >>> 0
          this.#feed(at, payload.subarray(overlap), message)
        }
        break
      }
    }
  }

  #feed(at: Micros, bytes: Uint8Array, message: (at: Micros, bytes: Uint8Array) => void): void {
    if (this.isSip === null) {
      this.isTls = bytes[0] === 0x16 && bytes[1] === 3
      this.isSip = looksLikeSip(bytes)
    }
    if (!this.isSip) {
      // A capture may begin in the middle of a message: wait for a segment that begins with one.
      if (!looksLikeSip(bytes)) return
      this.isSip = true
      this.#framer = new StreamFramer()
    }
    for (const frame of this.#framer.push(bytes)) {
      if (frame.kind === 'message') message(at, frame.bytes)
      if (frame.kind === 'broken') this.isSip = false
    }
  }

  #skipHole(): void {
    this.#pending.sort((a, b) => (a.sequence - b.sequence) | 0)
    this.#next = this.#pending[0]!.sequence
    this.#framer = new StreamFramer()
  }
}

/** Whether bytes begin like a SIP message. */
export function looksLikeSip(bytes: Uint8Array): boolean {
  const end = bytes.subarray(0, 4000).indexOf(10)
  return isStartLine(bytes, 0, end < 0 ? Math.min(bytes.length, 400) : end)
}
