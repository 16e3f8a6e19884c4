import type { Heard, Tap } from './heard.ts'
import { Playout } from './playout.ts'
import { Taps } from './taps.ts'

/** Others of a conference are never further behind than a frame and this. */
const mostBehindMs = 40

/** What is said of our side in a call, for the other calls of a conference. */
export class Said implements Heard {
  readonly #taps = new Taps(() => this.#newPlayout(), mostBehindMs)
  rateHz: number | null = null
  #at = 0
  #frameMs = 0

  tap(): Tap {
    return this.#taps.add()
  }

  /** Frames have that rate and length from now on. */
  use(rateHz: number, samples: number): void {
    const frameMs = (samples * 1000) / rateHz
    if (this.rateHz === rateHz && this.#frameMs === frameMs) return
    this.rateHz = rateHz
    this.#frameMs = frameMs
    this.#taps.renew()
  }

  push(frame: Int16Array): void {
    this.#at = (this.#at + frame.length) >>> 0
    if (!this.#taps.isEmpty) this.#taps.push(this.#at, frame.slice())
  }

  #newPlayout(): Playout | null {
    return this.rateHz === null ? null : new Playout(this.rateHz, this.rateHz, this.#frameMs)
  }
}
