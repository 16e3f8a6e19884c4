import { concatBytes } from '../../../../../shared/base/text.ts'
import type { Micros } from '../../../../../shared/base/time.ts'
import type { ByteStream } from './byte-stream.ts'
import { HepStream, beginsHep } from './hep-stream.ts'
import { SipStream, looksLikeSip, nextStart } from './sip-stream.ts'
import { WebSocketStream, beginsUpgrade, looksLikeFramedSip } from './web-socket.ts'

export interface TcpSegment {
  readonly sequence: number
  readonly syn: boolean
  /** FIN or RST. */
  readonly end: boolean
  readonly payload: Uint8Array
}

/** Segments, and their bytes, that wait for one that is missing: past this the capture has a hole. */
const mostPending = 256
const mostPendingBytes = 1 << 20
/** After so long nobody sends it again. */
const longestWaitUs = 10e6
/** Further back than any window: the numbers of another connection between the same ports. */
const farBehind = 1 << 24
/** So many bytes tell what a connection carries. */
const longestOpening = 400

export type StreamKind = 'unknown' | 'sip' | 'websocket' | 'hep' | 'tls'
export type TakeMessage = (at: Micros, bytes: Uint8Array, kind: StreamKind) => void

interface EarlySegment {
  readonly at: Micros
  readonly sequence: number
  readonly payload: Uint8Array
}

/** One direction of a captured TCP connection: segments put in order, and cut into the messages that they carry. */
export class TcpStream {
  kind: StreamKind = 'unknown'
  /** Segments that came while it was not known what they carry. */
  undecided = 0
  #next: number | null = null
  /** In the order of their sequence numbers. */
  #pending: EarlySegment[] = []
  #pendingBytes = 0
  #content: ByteStream | null = null
  /** The first bytes of a connection that are too few to tell what it carries; null where they were not captured. */
  #opening: Uint8Array | null = null

  /** Bytes that are kept for messages to come. */
  get heldBytes(): number {
    return this.#pendingBytes + (this.#content?.held ?? 0)
  }

  /** Frames of a WebSocket whose compression is not undone. */
  get compressed(): number {
    return this.#content instanceof WebSocketStream ? this.#content.compressed : 0
  }

  /** Calls `take` for each message that this segment completes. */
  push(at: Micros, { sequence, syn, end, payload }: TcpSegment, take: TakeMessage): void {
    if (syn) return this.#begin(at, (sequence + 1) >>> 0, take)
    if (payload.length > 0) {
      this.#next ??= sequence
      // Bytes of the peer's keep-alive lie just before; those of a new connection whose begin is missing anywhere.
      if (((this.#next - sequence) | 0) > farBehind) this.#begin(at, sequence, take)
      this.#insert({ at, sequence, payload })
      if (this.#mustSkip(at)) this.#skipHole(at, take)
      this.#drain(take)
    }
    if (end) this.finish(at, take)
  }

  /** Gives out what is there of messages that are not whole: nothing more will come. */
  finish(at: Micros, take: TakeMessage): void {
    while (this.#pending.length > 0) {
      this.#skipHole(at, take)
      this.#drain(take)
    }
    this.#content?.end((bytes) => take(at, bytes, this.kind))
  }

  #begin(at: Micros, next: number, take: TakeMessage): void {
    // The first SYN sent again.
    if (this.#next === next && this.#content === null) return
    this.finish(at, take)
    this.#next = next
    this.#content = null
    this.#opening = new Uint8Array(0)
    this.kind = 'unknown'
  }

  /** Puts a segment in its place; of two that begin at the same number the longer stays. */
  #insert(segment: EarlySegment): void {
    const { sequence, payload } = segment
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
    // What is next is used at once; what waits needs bytes of its own.
    const waits = ((this.#next! - sequence) | 0) < 0
    this.#pending.splice(low, repeated ? 1 : 0, waits ? { ...segment, payload: payload.slice() } : segment)
    this.#pendingBytes += payload.length - (repeated ? there.payload.length : 0)
  }

  #mustSkip(at: Micros): boolean {
    const [first] = this.#pending
    if (!first || ((this.#next! - first.sequence) | 0) >= 0) return false
    return this.#pending.length > mostPending || this.#pendingBytes > mostPendingBytes || at - first.at > longestWaitUs
  }

  #drain(take: TakeMessage): void {
    let done = 0
    for (const { at, sequence, payload } of this.#pending) {
      const overlap = (this.#next! - sequence) | 0
      if (overlap < 0) break
      done++
      this.#pendingBytes -= payload.length
      if (overlap >= payload.length) continue
      this.#next = (sequence + payload.length) >>> 0
      this.#feed(at, payload.subarray(overlap), take)
    }
    this.#pending.splice(0, done)
  }

  #feed(at: Micros, bytes: Uint8Array, take: TakeMessage): void {
    if (this.kind === 'tls') return
    const opening = this.#content ? null : this.#opening
    const all = opening && opening.length > 0 ? concatBytes([opening, bytes]) : bytes
    const content = this.#content ?? this.#recognise(all)
    this.#opening = opening && !content && all.length < longestOpening && !all.includes(10) ? all.slice() : null
    if (!content) return
    if (!content.push(all, (message) => take(at, message, this.kind))) {
      this.#content = null
      this.kind = 'unknown'
    }
  }

  /** A capture may begin in the middle of a message: until it is known what this is, each piece may tell. */
  #recognise(bytes: Uint8Array): ByteStream | null {
    if (bytes[0]! >= 0x14 && bytes[0]! <= 0x17 && bytes[1] === 3 && bytes[2]! <= 4) {
      this.kind = 'tls'
      return null
    }
    if (looksLikeSip(bytes) || nextStart(bytes, 0) >= 0) {
      this.kind = 'sip'
      return (this.#content = new SipStream())
    }
    if (beginsHep(bytes)) {
      this.kind = 'hep'
      return (this.#content = new HepStream())
    }
    const upgrading = beginsUpgrade(bytes)
    if (!upgrading && !looksLikeFramedSip(bytes)) return null
    this.kind = 'websocket'
    return (this.#content = new WebSocketStream(upgrading))
  }

  /** What is missing will not come: goes on behind it. */
  #skipHole(at: Micros, take: TakeMessage): void {
    this.#content?.end((bytes) => take(at, bytes, this.kind))
    // SIP finds its next message by itself.
    if (this.kind !== 'sip' && this.kind !== 'tls') {
      this.#content = null
      this.kind = 'unknown'
    }
    this.#next = this.#pending[0]!.sequence
  }
}
