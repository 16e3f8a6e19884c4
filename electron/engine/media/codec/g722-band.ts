import { inverseLog } from './g722-tables.ts'

/** In 16 bits. */
export const saturated = (value: number): number => (value > 32767 ? 32767 : value < -32768 ? -32768 : value)

/**
 * One of the two bands of ITU-T G.722: the scale factor of its quantizer and the prediction of its next sample, which
 * coder and decoder keep alike. Names in capitals are those of the Recommendation, 6.2.1.
 */
export class Band {
  /** The scale factor, DET. */
  scale: number
  /** The prediction of the next sample, S. */
  predicted = 0
  readonly #octaves: number
  readonly #mostLog: number
  /** NB: the logarithm of the scale factor. */
  #log = 0
  /** SZ, and what the poles filter: R1, R2, P1, P2, A1, A2. */
  #zeros = 0
  #r1 = 0
  #r2 = 0
  #p1 = 0
  #p2 = 0
  #a1 = 0
  #a2 = 0
  /** B1 to B6, and the quantized differences D1 to D6, doubled. */
  readonly #b = new Int32Array(6)
  readonly #d = new Int32Array(6)

  /** `scale`: at the beginning; `octaves` and `mostLog`: the constants of SCALEL or SCALEH, and of LOGSCL or LOGSCH. */
  constructor(scale: number, octaves: number, mostLog: number) {
    this.scale = scale
    this.#octaves = octaves
    this.#mostLog = mostLog
  }

  /** `difference`: the quantized one, DLT or DH; `step`: how its code moves the scale factor, WL or WH. */
  adapt(difference: number, step: number): void {
    // LOGSCL, LOGSCH
    const log = ((this.#log * 32512) >> 15) + step
    this.#log = log < 0 ? 0 : log > this.#mostLog ? this.#mostLog : log
    // SCALEL, SCALEH
    const mantissa = inverseLog[(this.#log >> 6) & 31]!
    const shift = this.#octaves - (this.#log >> 11)
    this.scale = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2
    this.#predict(difference)
  }

  #predict(difference: number): void {
    // RECONS, PARREC
    const r = saturated(this.predicted + difference)
    const p = saturated(this.#zeros + difference)
    const isLikeLast = p >> 15 === this.#p1 >> 15
    // UPPOL2
    const turned = saturated(this.#a1 << 2)
    const first = isLikeLast ? Math.min(-turned, 32767) : turned
    const moved2 = (p >> 15 === this.#p2 >> 15 ? 128 : -128) + (first >> 7) + ((this.#a2 * 32512) >> 15)
    const a2 = moved2 > 12288 ? 12288 : moved2 < -12288 ? -12288 : moved2
    // UPPOL1
    const moved1 = saturated((isLikeLast ? 192 : -192) + ((this.#a1 * 32640) >> 15))
    const most = 15360 - a2
    const a1 = moved1 > most ? most : moved1 < -most ? -most : moved1
    const zeros = this.#updateZeros(difference)
    // DELAYA
    this.#r2 = this.#r1
    this.#r1 = r
    this.#p2 = this.#p1
    this.#p1 = p
    this.#a1 = a1
    this.#a2 = a2
    // FILTEP
    const poles = saturated(((a1 * saturated(r + r)) >> 15) + ((a2 * saturated(this.#r2 + this.#r2)) >> 15))
    this.#zeros = zeros
    // PREDIC
    this.predicted = saturated(poles + zeros)
  }

  /** UPZERO, and FILTEZ of what it makes. Its sums saturate nowhere but in the end: no factor is so large. */
  #updateZeros(difference: number): number {
    const b = this.#b
    const d = this.#d
    const gain = difference === 0 ? 0 : 128
    let newer = difference + difference
    let sum = 0
    for (let i = 0; i < 6; i++) {
      const older = d[i]!
      const factor = ((b[i]! * 32640) >> 15) + ((older ^ difference) < 0 ? -gain : gain)
      b[i] = factor
      d[i] = newer
      sum += (factor * newer) >> 15
      newer = older
    }
    return saturated(sum)
  }
}

export const lowerBand = (): Band => new Band(32, 8, 18432)
export const higherBand = (): Band => new Band(8, 10, 22528)
