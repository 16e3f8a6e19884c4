import type { Micros } from '../../../shared/base/time.ts'

/** A while in which a stream speaks, from the first packet with energy to the last. */
export interface Spurt {
  readonly from: Micros
  readonly to: Micros
}

/** Speech and not the noise of a line or a room; what silence is (level.ts) is far below. */
export const speechDbfs = -45
/** Between words: a longer pause ends a spurt. */
const pauseUs = 200_000
/** Half an hour of quick conversation; what comes later belongs to the last. */
const most = 2000

/** When a stream speaks: its packets with energy, put together. */
export class Talk {
  /** Beginnings and ends. */
  readonly #times: number[] = []

  /** A packet with energy came. */
  note(at: Micros): void {
    const last = this.#times.length - 1
    if (last > 0 && (at - this.#times[last]! <= pauseUs || this.#times.length >= 2 * most))
      this.#times[last] = Math.max(at, this.#times[last]!)
    else this.#times.push(at, at)
  }

  get last(): Spurt | null {
    return this.#times.length === 0 ? null : this.#at(this.#times.length - 2)
  }

  get spurts(): Spurt[] {
    return Array.from({ length: this.#times.length / 2 }, (_, n) => this.#at(2 * n))
  }

  #at(n: number): Spurt {
    return { from: this.#times[n]!, to: this.#times[n + 1]! }
  }
}
