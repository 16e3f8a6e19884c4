/** As RFC 3551 numbers comfort noise of 8 kHz. */
export const comfortNoiseType = 13

/** The least step of 16 bits: what is quieter is nothing. */
const mostDbov = 127

/**
 * Comfort noise as RFC 3389 describes it, white: at the level of its first byte, in -dBov. The spectrum that may follow
 * is left out, which it allows. The same level makes the same noise.
 */
export class Noise {
  /** Of uniform noise: its RMS times the root of three. */
  readonly #amplitude: number
  #state = 1
  #frame = new Int16Array(0)

  constructor(level: number) {
    const dbov = Math.min(level & 0x7f, mostDbov)
    this.#amplitude = dbov === mostDbov ? 0 : 32768 * 10 ** (-dbov / 20) * Math.sqrt(3)
  }

  /** The next so many samples, good until the next call. */
  next(length: number): Int16Array {
    if (this.#frame.length !== length) this.#frame = new Int16Array(length)
    for (let i = 0; i < length; i++) {
      this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) | 0
      const sample = Math.round((this.#state / 0x8000_0000) * this.#amplitude)
      this.#frame[i] = Math.max(-32768, Math.min(32767, sample))
    }
    return this.#frame
  }
}
