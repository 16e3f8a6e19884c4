import type { Micros } from '../../../../shared/base/time.ts'
import { StreamFramer, isStartLine } from '../../../../shared/wire/sip/frame.ts'
import type { TcpSegment } from './decode.ts'

/** Segments, and their bytes, that wait for one that is missing: past this the capture has a hole. */
const mostPending = 256
const mostPendingBytes = 1 << 20

interface Pending {
  readonly sequence: number
  readonly payload: Uint8Array
}

const longestStartLine = 4000

/** One direction of a captured TCP connection: segments put in order, cut into SIP messages. */
export class TcpStream {
  #next: number | null = null
  /** In the order of their sequence numbers. */
  #pending: Pending[] = []
  #pendingBytes = 0
  #framer = new StreamFramer()
  #framed = 0
  /** Null until the first bytes decide whether this is SIP. */
  isSip: boolean | null = null
  isTls = false

  /** Bytes that are kept for messages to come. */
  get heldBytes(): number {
    return this.#pendingBytes + this.#framed
  }

  /** Calls `message` for each SIP message that this segment completes. */
  push(at: Micros, { sequence, syn, payload }: TcpSegment, message: (at: Micros, bytes: Uint8Array) => void): void {
    if (syn) {
      this.#next = (sequence + 1) >>> 0
      this.#forget()
      return
    }
    if (payload.length === 0) return
    this.#next ??= sequence
    this.#insert({ sequence, payload })
    if (this.#pending.length > mostPending || this.#pendingBytes > mostPendingBytes) this.#skipHole()
    this.#drain(at, message)
  }

  /** Puts a segment in its place; of two that begin at the same number the longer stays. */
  #insert({ sequence, payload }: Pending): void {
    let low = 0
    let high = this.#pending.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (((this.#pending[middle]!.sequence - sequence) | 0) < 0) low = middle + 1
      else high = middle
    }
    const there = this.#pending[low]
    const repeated = there?.sequence === sequence
    if (repeated && there.payload.length >= payload.length) return
    this.#pending.splice(low, repeated ? 1 : 0, { sequence, payload: payload.slice() })
    this.#pendingBytes += payload.length - (repeated ? there.payload.length : 0)
  }

  #drain(at: Micros, message: (at: Micros, bytes: Uint8Array) => void): void {
    let done = 0
    for (const { sequence, payload } of this.#pending) {
      const overlap = (this.#next! - sequence) | 0
      if (overlap < 0) break
      done++
      this.#pendingBytes -= payload.length
      if (overlap >= payload.length) continue
      this.#next = (sequence + payload.length) >>> 0
      this.#feed(at, payload.subarray(overlap), message)
    }
    this.#pending.splice(0, done)
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
      this.#framed = 0
    }
    const frames = this.#framer.push(bytes)
    // What is left over is no more than came last.
    this.#framed = bytes.length + (frames.length > 0 ? 0 : this.#framed)
    for (const frame of frames) {
      if (frame.kind === 'message') message(at, frame.bytes)
      if (frame.kind === 'broken') this.isSip = false
    }
  }

  /** What is missing will not come: goes on behind it, with the next message that begins a segment. */
  #skipHole(): void {
    this.#next = this.#pending[0]!.sequence
    this.#framer = new StreamFramer()
    this.#framed = 0
    if (this.isSip) this.isSip = false
  }

  #forget(): void {
    this.#pending = []
    this.#pendingBytes = 0
    this.#framer = new StreamFramer()
    this.#framed = 0
  }
}

/** Whether bytes begin like a SIP message: a status line, or a method, something and the version. */
export function looksLikeSip(bytes: Uint8Array): boolean {
  const end = bytes.subarray(0, longestStartLine).indexOf(10)
  return isStartLine(bytes, 0, end < 0 ? Math.min(bytes.length, 400) : end)
}
