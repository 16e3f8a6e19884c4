const slots = 64

/**
 * Received frames put back in order by timestamp and handed out one per packet interval, 40 ms behind.
 * What recording and echo need; figures never pass through here.
 */
export class Playout {
  readonly #frames: (Int16Array | null)[] = Array<Int16Array | null>(slots).fill(null)
  readonly #frameTicks: number
  readonly #delayFrames: number
  #base: number | null = null
  #next = 0
  #newest = 0
  #waiting = 0

  /** `frameTicks`: of the RTP clock, from one frame to the next. */
  constructor(frameTicks: number, delayFrames = 2) {
    this.#frameTicks = frameTicks
    this.#delayFrames = delayFrames
  }

  push(timestamp: number, samples: Int16Array): void {
    if (this.#base === null) this.#restart(timestamp)
    let index = Math.round(((timestamp - this.#base!) | 0) / this.#frameTicks)
    if (index >= this.#next + slots || index < this.#next - slots) {
      this.#restart(timestamp)
      index = 0
    }
    if (index < this.#next) return
    this.#frames[index % slots] = samples
    if (index > this.#newest) this.#newest = index
  }

  /** The frame that is due, or null where none came. */
  pull(): Int16Array | null {
    if (this.#base === null) return null
    if (this.#waiting > 0) {
      this.#waiting--
      return null
    }
    if (this.#next > this.#newest) return null
    const frame = this.#frames[this.#next % slots] ?? null
    this.#frames[this.#next % slots] = null
    this.#next++
    if (this.#newest - this.#next > 10) this.#next++
    return frame
  }

  #restart(timestamp: number): void {
    this.#frames.fill(null)
    this.#base = timestamp
    this.#next = 0
    this.#newest = 0
    this.#waiting = this.#delayFrames
  }
}
