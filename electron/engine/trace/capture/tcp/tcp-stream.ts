import type { Micros } from '../../../../../shared/base/time.ts'
import { TlsStream, beginsTls } from '../tls/tls-stream.ts'
import { KeyLog } from '../tls/key-log.ts'
import { TlsKeys, TlsSession } from '../tls/session.ts'
import type { Outcome } from '../account.ts'
import type { StreamKind } from './byte-stream.ts'
import { Carried } from './carried.ts'
import type { WebSocketTerms } from './deflate.ts'

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

export type TakeMessage = (at: Micros, bytes: Uint8Array, kind: StreamKind) => void

interface EarlySegment {
  readonly at: Micros
  readonly sequence: number
  readonly payload: Uint8Array
}

/** One direction of a captured TCP connection: segments put in order, and cut into the messages that they carry. */
export class TcpStream {
  /** What reads TLS in it; null where there is none. */
  tls: TlsStream | null = null
  /** Segments that came while it was not known what they carry, and how they were counted. */
  undecided = 0
  countedAs: Outcome = 'other'
  /** Why messages are not read, a reason for each segment that completed one, until somebody takes them. */
  readonly unread: string[] = []
  #unread: string | null = null
  #next: number | null = null
  /** When the bytes before the next ones came. */
  #fedAt: Micros | null = null
  /** In the order of their sequence numbers. */
  #pending: EarlySegment[] = []
  #pendingBytes = 0
  readonly #carried: Carried

  /** What both directions share: `session` where they speak TLS, `webSocket` where they are one. */
  constructor(
    session: () => TlsSession = () => new TlsSession(new TlsKeys(new KeyLog())),
    webSocket: () => WebSocketTerms | null = () => null,
  ) {
    const tls = (bytes: Uint8Array) => (beginsTls(bytes) ? (this.tls = new TlsStream(session())) : null)
    this.#carried = new Carried(tls, webSocket)
  }

  /** How its segments end. */
  get outcome(): Outcome {
    return this.#carried.outcome
  }

  /** What is known of the WebSocket that it is; null where it is none, or is inside of TLS. */
  get webSocket(): WebSocketTerms | null {
    return this.#carried.webSocket
  }

  /** Bytes that are kept for messages to come. */
  get heldBytes(): number {
    return this.#pendingBytes + this.#carried.held
  }

  /** The message that was given out last is not read. */
  leave(reason: string): void {
    this.#unread = reason
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
    this.#carried.end((bytes, kind) => take(at, bytes, kind!))
  }

  #begin(at: Micros, next: number, take: TakeMessage): void {
    // The first SYN sent again.
    if (this.#next === next && this.#carried.isEmpty) return
    this.finish(at, take)
    this.#next = next
    this.#carried.begin()
    this.tls = null
    this.undecided = 0
    this.countedAs = 'other'
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
      const fedAt = this.#fedAt ?? at
      this.#carried.feed(payload.subarray(overlap), (bytes, kind, before) => take(before ? fedAt : at, bytes, kind!))
      this.#fedAt = at
      const unread = this.#carried.takeUnread() ?? this.#unread
      this.#unread = null
      if (unread !== null) this.unread.push(unread)
    }
    this.#pending.splice(0, done)
  }

  /** What is missing will not come: goes on behind it. */
  #skipHole(at: Micros, take: TakeMessage): void {
    this.#carried.skip((bytes, kind) => take(at, bytes, kind!))
    this.#next = this.#pending[0]!.sequence
  }
}
