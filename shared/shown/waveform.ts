import { wavHeader, wavHeaderBytes } from '../base/wav.ts'

/** A sound as a player needs it. */
export interface Waveform {
  /** 16 bits, mono. */
  readonly samples: Int16Array
  readonly rateHz: number
}

/** The samples of a WAV file of ours: 16 bits, mono. */
export function waveformOf(wav: Uint8Array, rateHz: number): Waveform {
  const bytes = new Uint8Array(
    wav.subarray(wavHeaderBytes, wavHeaderBytes + Math.floor((wav.length - wavHeaderBytes) / 2) * 2),
  )
  return { samples: new Int16Array(bytes.buffer), rateHz }
}

/**
 * The outline of a sound within a width and a height: for each column the lowest and the highest sample between two
 * times in ms. SVG path data.
 */
export function outlinePath(
  { samples, rateHz }: Waveform,
  fromMs: number,
  toMs: number,
  width: number,
  height: number,
): string {
  const middle = height / 2
  const parts: string[] = []
  for (let x = 0; x < width; x++) {
    const at = (column: number) => Math.round(((fromMs + ((toMs - fromMs) * column) / width) * rateHz) / 1000)
    const [from, to] = [Math.max(0, at(x)), Math.min(samples.length, at(x + 1))]
    let [low, high] = [0, 0]
    for (let i = from; i < to; i++) {
      const sample = samples[i]!
      if (sample < low) low = sample
      if (sample > high) high = sample
    }
    if (to > from) parts.push(`M${x} ${y(high, middle)}V${y(low, middle) + 0.5}`)
  }
  return parts.join('')
}

const y = (sample: number, middle: number) => Math.round((middle - (sample / 32_768) * middle) * 10) / 10

/**
 * Two sounds as one WAV file, the first on the left; each begins so many ms after the beginning of the file. One that
 * is null is silent.
 */
export function stereoWav(
  left: Waveform | null,
  right: Waveform | null,
  leftMs: number,
  rightMs: number,
): Uint8Array<ArrayBuffer> {
  const rateHz = Math.max(left?.rateHz ?? 0, right?.rateHz ?? 0)
  const sides = [
    { sound: left, from: Math.round((leftMs * rateHz) / 1000) },
    { sound: right, from: Math.round((rightMs * rateHz) / 1000) },
  ]
  const frames = Math.max(
    ...sides.map(({ sound, from }) => (sound ? from + Math.round((sound.samples.length * rateHz) / sound.rateHz) : 0)),
  )
  const wav = new Uint8Array(wavHeaderBytes + frames * 4)
  wav.set(wavHeader(2, rateHz, frames * 4))
  const view = new DataView(wav.buffer)
  for (const [side, { sound, from }] of sides.entries()) {
    if (!sound) continue
    const { samples } = sound
    const step = sound.rateHz / rateHz
    for (let i = 0; from + i < frames; i++) {
      const sample = samples[Math.floor(i * step)]
      if (sample === undefined) break
      view.setInt16(wavHeaderBytes + (from + i) * 4 + side * 2, sample, true)
    }
  }
  return wav
}
