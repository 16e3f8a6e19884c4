const lobes = 16
/** Places whose weights are kept; rates with little in common have more, and each is met once. */
const keptPlaces = 1024

/**
 * Band-limited resampling of 16-bit samples (windowed sinc, Hann), at positive integer rates. The same rate returns the
 * same samples. The places between samples repeat: where they are few, the weights of each are computed once.
 */
export function resample(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return samples
  const divisor = greatestCommonDivisor(fromHz, toHz)
  const [step, places] = [fromHz / divisor, toHz / divisor]
  const cutoff = Math.min(1, toHz / fromHz)
  const reach = Math.ceil(lobes / cutoff)
  const weights = new Map<number, Float64Array>()
  const out = new Int16Array(Math.floor((samples.length * toHz) / fromHz))
  for (let i = 0; i < out.length; i++) {
    const place = (i * step) % places
    const row = weights.get(place) ?? weightsAt(place / places, reach, cutoff)
    if (places <= keptPlaces) weights.set(place, row)
    const start = (i * step - place) / places - reach + 1
    const last = Math.min(row.length, samples.length - start)
    let sum = 0
    for (let tap = Math.max(0, -start); tap < last; tap++) sum += samples[start + tap]! * row[tap]!
    out[i] = Math.max(-32768, Math.min(32767, Math.round(sum)))
  }
  return out
}

/** Of the samples from `reach - 1` before to `reach` after a place that is that fraction behind a sample. */
function weightsAt(fraction: number, reach: number, cutoff: number): Float64Array {
  const row = new Float64Array(2 * reach)
  for (let tap = 0; tap < row.length; tap++) {
    const x = fraction + reach - 1 - tap
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / reach)
    const angle = Math.PI * x * cutoff
    row[tap] = window * cutoff * (angle === 0 ? 1 : Math.sin(angle) / angle)
  }
  return row
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** More than the filter reaches on either side, at any rate of a codec. */
const overlapMs = 10

/** Frames of one rate to frames of another, one after the other and without a seam between them: 10 ms later. */
export class FrameResampler {
  readonly #fromHz: number
  readonly #toHz: number
  /** The end of the frame before, which the filter still needs. */
  #before = new Int16Array(0)

  constructor(fromHz: number, toHz: number) {
    this.#fromHz = fromHz
    this.#toHz = toHz
  }

  next(frame: Int16Array): Int16Array {
    if (this.#fromHz === this.#toHz) return frame
    const kept = (2 * overlapMs * this.#fromHz) / 1000
    const whole = new Int16Array(kept + frame.length)
    whole.set(this.#before, kept - this.#before.length)
    whole.set(frame, kept)
    this.#before = whole.slice(-kept)
    const from = (overlapMs * this.#toHz) / 1000
    return resample(whole, this.#fromHz, this.#toHz).subarray(from, from + (frame.length * this.#toHz) / this.#fromHz)
  }
}
