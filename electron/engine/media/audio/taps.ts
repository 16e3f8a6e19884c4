import type { Coded } from '../codec/codec.ts'
import type { Tap } from './heard.ts'
import type { Playout } from './playout.ts'

/** The same audio for each of its listeners, in frames of their own and at their own times. */
export class Taps {
  readonly #newPlayout: () => Playout | null
  readonly #mostBehindMs: number
  readonly #playouts = new Map<Tap, Playout | null>()

  /** `newPlayout`: null before anything is agreed; `mostBehindMs`: nobody is further behind than a frame and this. */
  constructor(newPlayout: () => Playout | null, mostBehindMs: number) {
    this.#newPlayout = newPlayout
    this.#mostBehindMs = mostBehindMs
  }

  get isEmpty(): boolean {
    return this.#playouts.size === 0
  }

  /** `otherwise`: what is pulled where nothing came. */
  add(otherwise: (samples: number) => Int16Array | null = () => null): Tap {
    const [playouts, mostBehindMs] = [this.#playouts, this.#mostBehindMs]
    const tap: Tap = {
      get coded() {
        return playouts.get(tap)?.coded ?? null
      },
      pull(samples) {
        const playout = playouts.get(tap)
        if (playout === undefined) return null
        playout?.catchUp(samples, mostBehindMs)
        return playout?.pull(samples) ?? otherwise(samples)
      },
      close: () => playouts.delete(tap),
    }
    playouts.set(tap, this.#newPlayout())
    return tap
  }

  /** The form of the audio is another one from now on. */
  renew(): void {
    for (const tap of this.#playouts.keys()) this.#playouts.set(tap, this.#newPlayout())
  }

  push(timestamp: number, samples: Int16Array, coded: Coded | null = null): void {
    for (const playout of this.#playouts.values()) playout?.push(timestamp, samples, coded)
  }
}
