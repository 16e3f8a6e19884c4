const rate = 8000

function sine(into: Int16Array, from: number, length: number, hz: number, amplitude: number): void {
  for (let i = 0; i < length; i++)
    into[from + i] = into[from + i]! + Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rate))
}

const tones = new Map<number, Int16Array>()

/** One second of a sine at -14 dBFS; whole hertz, so that it loops without a click. */
export function toneSamples(hz: number): Int16Array {
  let samples = tones.get(hz)
  if (!samples) {
    samples = new Int16Array(rate)
    sine(samples, 0, rate, hz, 9250)
    tones.set(hz, samples)
  }
  return samples
}

/** The marker: three tones of 100 ms each, then 700 ms of a quiet 400 Hz, so that it is never silence. */
export const markerTonesHz = [700, 1100, 1700] as const
export const markerToneMs = 100
export const markerPeriodMs = 1000

let markerCache: Int16Array | null = null

export function markerSamples(): Int16Array {
  if (markerCache) return markerCache
  const samples = new Int16Array((rate * markerPeriodMs) / 1000)
  const toneLength = (rate * markerToneMs) / 1000
  markerTonesHz.forEach((hz, i) => sine(samples, i * toneLength, toneLength, hz, 9250))
  sine(samples, 3 * toneLength, samples.length - 3 * toneLength, 400, 260)
  return (markerCache = samples)
}

const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477, 1633]
const keypad = '123A456B789C*0#D'

/** A DTMF key as two tones (ITU-T Q.23). */
export function dtmfTone(digit: string, durationMs: number): Int16Array {
  const index = keypad.indexOf(digit.toUpperCase())
  const samples = new Int16Array(Math.round((rate * durationMs) / 1000))
  sine(samples, 0, samples.length, rows[index >> 2]!, 6500)
  sine(samples, 0, samples.length, columns[index & 3]!, 6500)
  return samples
}

/** The power of one frequency in a frame relative to all its energy, 0 to 1 (Goertzel). */
export function toneShare(frame: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate)
  let before = 0
  let last = 0
  let energy = 0
  for (let i = 0; i < frame.length; i++) {
    const sample = frame[i]!
    const next = sample + coefficient * last - before
    before = last
    last = next
    energy += sample * sample
  }
  if (energy === 0) return 0
  const power = last * last + before * before - coefficient * last * before
  return (2 * power) / (frame.length * energy)
}
