import { count, negative } from './numbers.ts'
import type { Waveform } from './waveform.ts'

/** Columns of a spectrogram, and windows that are looked at in each: so much whatever the length of the sound. */
const mostColumns = 500
const mostWindows = 4
export const spectrumRows = 64

/** In dB below the strongest band: what lies lower is noise of the codec and not what was said. */
const audibleBelowDb = 50
const silentDbfs = -60
const floorDbfs = -120
/** Bands of so many Hz are compared, so that one line of the spectrum decides nothing. */
const bandHz = 200
const mostPeaks = 3
/** Of the strongest peak: those below it are its surroundings. */
const peaksWithinDb = 20
const peaksApartHz = 60
const frameMs = 20
/** Samples so loud, so many in a row, are cut off: mu-law and A-law reach ±32,124 and ±32,256. */
const fullScale = 32_000
const clippedRun = 3

/** What frequencies a sound has, over its time and on the whole. */
export interface Spectrum {
  readonly rateHz: number
  readonly columns: number
  /** Column by column, each from low to high in `spectrumRows` rows up to half the rate: dBFS of its loudest line. */
  readonly dbfs: Float32Array
  /** The highest frequency with energy worth the name; null where there is none at all. */
  readonly bandwidthHz: number | null
  /** The strongest frequencies, strongest first. */
  readonly peaks: readonly { readonly hz: number; readonly dbfs: number }[]
  /** Of its frames of 20 ms, those below −60 dBFS. */
  readonly silentPercent: number
  /** Of its samples, those in a row at full scale. */
  readonly clippedPercent: number
}

/** About 16 Hz a line at 8 and 16 kHz, 23 Hz at 48 kHz. */
const windowOf = (rateHz: number) => (rateHz <= 8000 ? 512 : rateHz <= 16_000 ? 1024 : 2048)

/**
 * The spectrum of a sound by windows of Hann, 0 dBFS being a sine at full scale. Windows are spread evenly over each
 * column: of a long sound only some are looked at.
 */
export function spectrumOf({ samples, rateHz }: Waveform): Spectrum {
  const size = windowOf(rateHz)
  const half = size / 2
  const columns = Math.max(1, Math.min(mostColumns, Math.floor((2 * samples.length) / size)))
  const dbfs = new Float32Array(columns * spectrumRows).fill(floorDbfs)
  const sum = new Float64Array(half)
  const fourier = new Fourier(size)
  let windows = 0
  for (let column = 0; column < columns; column++) {
    const from = (column * samples.length) / columns
    const length = samples.length / columns
    const looks = Math.max(1, Math.min(mostWindows, Math.round((2 * length) / size)))
    for (let look = 0; look < looks; look++) {
      // Inside of the sound: to begin and to end is no frequency of it.
      const begin = Math.round(from + ((look + 0.5) * length) / looks - half)
      const power = fourier.power(samples, Math.max(0, Math.min(samples.length - size, begin)))
      windows++
      for (let line = 1; line < half; line++) {
        sum[line]! += power[line]!
        const at = column * spectrumRows + Math.floor((line * spectrumRows) / half)
        dbfs[at] = Math.max(dbfs[at]!, decibels(power[line]!))
      }
    }
  }
  const mean = sum.map((power) => power / Math.max(1, windows))
  return {
    rateHz,
    columns,
    dbfs,
    bandwidthHz: bandwidthOf(mean, rateHz / size),
    peaks: peaksOf(mean, rateHz / size),
    ...loudnessOf(samples, rateHz),
  }
}

const decibels = (power: number) => (power <= 0 ? floorDbfs : Math.max(floorDbfs, 10 * Math.log10(power)))

/** The upper edge of the highest band that is not far below the strongest. */
function bandwidthOf(mean: Float64Array, lineHz: number): number | null {
  const lines = Math.max(1, Math.round(bandHz / lineHz))
  const bands: number[] = []
  for (let from = 0; from < mean.length; from += lines)
    bands.push(decibels(mean.subarray(from, from + lines).reduce((all, power) => all + power, 0)))
  const strongest = Math.max(...bands)
  if (strongest < silentDbfs - 20) return null
  const highest = bands.findLastIndex((level) => level > strongest - audibleBelowDb)
  return Math.min(mean.length, (highest + 1) * lines) * lineHz
}

/** Lines that stand above their neighbours, each at the top of the parabola through the three (in dB). */
function peaksOf(mean: Float64Array, lineHz: number): { hz: number; dbfs: number }[] {
  const level = (line: number) => decibels(mean[line] ?? 0)
  const found: { hz: number; dbfs: number }[] = []
  for (let line = 2; line < mean.length - 1; line++) {
    const [before, here, after] = [level(line - 1), level(line), level(line + 1)]
    if (here <= silentDbfs || here < before || here <= after) continue
    const bend = before - 2 * here + after
    const shift = bend === 0 ? 0 : (0.5 * (before - after)) / bend
    found.push({ hz: (line + shift) * lineHz, dbfs: here - 0.25 * (before - after) * shift })
  }
  found.sort((a, b) => b.dbfs - a.dbfs)
  const peaks: typeof found = []
  for (const peak of found) {
    if (peaks.length === mostPeaks || peak.dbfs < found[0]!.dbfs - peaksWithinDb) break
    if (peaks.every(({ hz }) => Math.abs(hz - peak.hz) >= peaksApartHz)) peaks.push(peak)
  }
  return peaks
}

function loudnessOf(samples: Int16Array, rateHz: number): Pick<Spectrum, 'silentPercent' | 'clippedPercent'> {
  const frame = Math.max(1, Math.round((rateHz * frameMs) / 1000))
  const quiet = (32_768 * 10 ** (silentDbfs / 20)) ** 2
  let [silent, frames, clipped, run] = [0, 0, 0, 0]
  for (let from = 0; from + frame <= samples.length; from += frame) {
    let squares = 0
    for (let i = from; i < from + frame; i++) {
      const sample = samples[i]!
      squares += sample * sample
      run = Math.abs(sample) >= fullScale ? run + 1 : 0
      if (run >= clippedRun) clipped += run === clippedRun ? clippedRun : 1
    }
    frames++
    if (squares / frame < quiet) silent++
  }
  return {
    silentPercent: frames === 0 ? 0 : (100 * silent) / frames,
    clippedPercent: frames === 0 ? 0 : (100 * clipped) / (frames * frame),
  }
}

/** The powers of the lines of a window of samples (radix 2, in place). */
class Fourier {
  readonly #size: number
  readonly #re: Float64Array
  readonly #im: Float64Array
  readonly #power: Float64Array
  readonly #window: Float64Array
  readonly #cos: Float64Array
  readonly #sin: Float64Array

  constructor(size: number) {
    this.#size = size
    this.#re = new Float64Array(size)
    this.#im = new Float64Array(size)
    this.#power = new Float64Array(size / 2)
    this.#window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size))
    this.#cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size))
    this.#sin = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size))
  }

  /** What is beyond the ends of the sound is silence. The array is the same every time. */
  power(samples: Int16Array, from: number): Float64Array {
    const [size, re, im] = [this.#size, this.#re, this.#im]
    for (let i = 0, reversed = 0; i < size; i++) {
      re[reversed] = ((samples[from + i] ?? 0) / 32_768) * this.#window[i]!
      im[reversed] = 0
      let bit = size >> 1
      for (; reversed & bit; bit >>= 1) reversed ^= bit
      reversed |= bit
    }
    for (let length = 2; length <= size; length *= 2)
      for (let begin = 0; begin < size; begin += length) this.#butterflies(begin, length)
    // A sine at full scale has half of its amplitude in each of two lines, and half of that behind the window.
    const scale = (4 / size) ** 2
    for (let line = 0; line < size / 2; line++) this.#power[line] = scale * (re[line]! ** 2 + im[line]! ** 2)
    return this.#power
  }

  #butterflies(begin: number, length: number): void {
    const [re, im, step] = [this.#re, this.#im, this.#size / length]
    for (let i = 0; i < length / 2; i++) {
      const [cos, sin] = [this.#cos[i * step]!, this.#sin[i * step]!]
      const [a, b] = [begin + i, begin + i + length / 2]
      const [x, y] = [re[b]! * cos + im[b]! * sin, im[b]! * cos - re[b]! * sin]
      re[b] = re[a]! - x
      im[b] = im[a]! - y
      re[a]! += x
      im[a]! += y
    }
  }
}

const kilohertz = (hz: number) => `${(hz / 1000).toFixed(1)} kHz`
/** Where telephone audio ends (G.712, 300 to 3,400 Hz), and a little for the slope of filters. */
const narrowbandHz = 4200

/** The same in words: what is to be heard, without a picture. Silence says nothing of a bandwidth. */
export function spectrumText({ rateHz, bandwidthHz, peaks, silentPercent, clippedPercent }: Spectrum): string {
  const share = (percent: number) => `${percent < 0.1 && percent > 0 ? 'below 0.1' : percent.toFixed(1)} %`
  const loud = [
    `${share(silentPercent)} silent`,
    clippedPercent === 0 ? 'nothing clipped' : `${share(clippedPercent)} of the samples clipped`,
  ]
  if (bandwidthHz === null) return ['no energy at any frequency', ...loud].join(' · ')
  const narrow = rateHz > 8000 && bandwidthHz <= narrowbandHz
  const edge =
    bandwidthHz >= (rateHz / 2) * 0.95
      ? `energy up to ${kilohertz(rateHz / 2)}, as far as it can carry`
      : `nothing above ${kilohertz(bandwidthHz)}` +
        (narrow ? `: narrowband audio, though it can carry ${kilohertz(rateHz / 2)}` : '')
  const strongest = peaks.map(({ hz, dbfs }) => `${count(Math.round(hz))} Hz (${negative(dbfs)} dBFS)`)
  return [edge, ...(strongest.length > 0 ? [`strongest at ${strongest.join(', ')}`] : []), ...loud].join(' · ')
}
