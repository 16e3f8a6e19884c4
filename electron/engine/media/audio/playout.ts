import type { Coded } from '../codec/codec.ts'

/** What lies so far from what is due belongs to another stream of time. */
const windowMs = 1280
/** More than this in store, and one frame is left out at a time until it is less. */
const mostStoredMs = 200
const mostChunks = 256

interface Chunk {
  /** The place of the first sample, counted from the first of all. */
  readonly start: number
  readonly samples: Int16Array
  readonly coded: Coded | null
}

/**
 * Received audio put back in order by timestamp and handed out in frames of any length, a little behind; what came in
 * packets of 30 ms may leave in frames of 20. What recording and echo need; figures never pass through here.
 */
export class Playout {
  readonly #rateHz: number
  readonly #clockHz: number
  readonly #delay: number
  /** In order. */
  readonly #chunks: Chunk[] = []
  #frame = new Int16Array(0)
  #base: number | null = null
  /** The sample that is due. */
  #next = 0
  /** Where the newest chunk begins, and where the audio ends. */
  #newest = 0
  #end = 0
  #waiting = 0
  #coded: Coded | null = null

  /** `clockHz`: of RTP; `delayMs`: how far behind the first sample. */
  constructor(rateHz: number, clockHz: number, delayMs: number) {
    this.#rateHz = rateHz
    this.#clockHz = clockHz
    this.#delay = (delayMs * rateHz) / 1000
  }

  /** `coded`: what the samples were coded as, where that is wanted. */
  push(timestamp: number, samples: Int16Array, coded: Coded | null = null): void {
    if (this.#base === null) this.#restart(timestamp)
    let start = Math.round((((timestamp - this.#base!) | 0) * this.#rateHz) / this.#clockHz)
    const window = (windowMs * this.#rateHz) / 1000
    // Time that stood still while nothing was sent goes on from where the audio is.
    const behind = start > this.#newest && start + samples.length <= this.#next
    if (behind || start >= this.#next + window || start < this.#next - window) {
      this.#restart(timestamp)
      start = 0
    }
    if (start + samples.length <= this.#next || this.#chunks.length >= mostChunks) return
    this.#insert({ start, samples, coded })
    this.#newest = Math.max(this.#newest, start)
    this.#end = Math.max(this.#end, start + samples.length)
  }

  /** The frame of so many samples that is due, good until the next; null where nothing of it came. */
  pull(length: number): Int16Array | null {
    if (this.#base === null) return null
    if (this.#waiting > 0) {
      this.#waiting -= length
      return null
    }
    const frame = this.#take(length)
    if (this.#end - this.#next > (mostStoredMs * this.#rateHz) / 1000) this.#take(length)
    return frame
  }

  /** What the frame that was pulled last came as, where it is one packet and nothing else. */
  get coded(): Coded | null {
    return this.#coded
  }

  /** Leaves out frames of so many samples until no more than that stays in store behind the next one. */
  catchUp(length: number, mostMs: number): void {
    while (this.#end - this.#next - length > (mostMs * this.#rateHz) / 1000) this.#take(length)
  }

  #take(length: number): Int16Array | null {
    if (this.#frame.length !== length) this.#frame = new Int16Array(length)
    const frame = this.#frame.fill(0)
    const from = this.#next
    const to = (this.#next += length)
    let any = false
    this.#coded = null
    while (this.#chunks[0] && this.#chunks[0].start < to) {
      const { start, samples, coded } = this.#chunks[0]
      const part = samples.subarray(Math.max(0, from - start), to - start)
      if (part.length > 0) {
        frame.set(part, Math.max(0, start - from))
        any = true
        if (start === from && samples.length === length) this.#coded = coded
      }
      if (start + samples.length > to) break
      this.#chunks.shift()
    }
    return any ? frame : null
  }

  #insert(chunk: Chunk): void {
    let at = this.#chunks.length
    while (at > 0 && this.#chunks[at - 1]!.start > chunk.start) at--
    if (this.#chunks[at - 1]?.start !== chunk.start) this.#chunks.splice(at, 0, chunk)
  }

  #restart(timestamp: number): void {
    this.#chunks.length = 0
    this.#base = timestamp
    this.#next = this.#newest = this.#end = 0
    this.#waiting = this.#delay
  }
}
