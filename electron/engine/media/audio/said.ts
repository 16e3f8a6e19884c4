import type { Heard, Tap } from './heard.ts'
import { Playout } from './playout.ts'

/** Others of a conference are never further behind than a frame and this. */
const mostBehindMs = 40

/** What is said of our side in a call, for the other calls of a conference. */
export class Said implements Heard {
  readonly #taps = new Map<Tap, Playout | null>()
  rateHz: number | null = null
  #at = 0
  #frameMs = 0

  tap(): Tap {
    const taps = this.#taps
    const tap: Tap = {
      coded: null,
      pull(samples) {
        const playout = taps.get(tap)
        playout?.catchUp(samples, mostBehindMs)
        return playout?.pull(samples) ?? null
      },
      close: () => taps.delete(tap),
    }
    taps.set(tap, this.#newPlayout())
    return tap
  }

  /** Frames have that rate and length from now on. */
  use(rateHz: number, samples: number): void {
    const frameMs = (samples * 1000) / rateHz
    if (this.rateHz === rateHz && this.#frameMs === frameMs) return
    this.rateHz = rateHz
    this.#frameMs = frameMs
    for (const tap of this.#taps.keys()) this.#taps.set(tap, this.#newPlayout())
  }

  push(frame: Int16Array): void {
    this.#at = (this.#at + frame.length) >>> 0
    if (this.#taps.size === 0) return
    const samples = frame.slice()
    for (const playout of this.#taps.values()) playout?.push(this.#at, samples)
  }

  #newPlayout(): Playout | null {
    return this.rateHz === null ? null : new Playout(this.rateHz, this.rateHz, this.#frameMs)
  }
}
