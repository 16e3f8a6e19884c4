function sine(into: Int16Array, rateHz: number, from: number, length: number, hz: number, amplitude: number): void {
  for (let i = 0; i < length; i++)
    into[from + i] = into[from + i]! + Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rateHz))
}

const cached = new Map<string, Int16Array>()

function once(name: string, make: () => Int16Array): Int16Array {
  let samples = cached.get(name)
  if (!samples) cached.set(name, (samples = make()))
  return samples
}

/** One second of a sine at -14 dBFS; whole hertz, so that it loops without a click. */
export function toneSamples(hz: number, rateHz: number): Int16Array {
  return once(`${hz} ${rateHz}`, () => {
    const samples = new Int16Array(rateHz)
    sine(samples, rateHz, 0, rateHz, hz, 9250)
    return samples
  })
}

/** The marker: three tones of 100 ms each, then 700 ms of a quiet 400 Hz, so that it is never silence. */
export const markerTonesHz = [700, 1100, 1700] as const
export const markerToneMs = 100
export const markerPeriodMs = 1000

export function markerSamples(rateHz: number): Int16Array {
  return once(`marker ${rateHz}`, () => {
    const samples = new Int16Array((rateHz * markerPeriodMs) / 1000)
    const toneLength = Math.floor((rateHz * markerToneMs) / 1000)
    markerTonesHz.forEach((hz, i) => sine(samples, rateHz, i * toneLength, toneLength, hz, 9250))
    sine(samples, rateHz, 3 * toneLength, samples.length - 3 * toneLength, 400, 260)
    return samples
  })
}

const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477, 1633]
const keypad = '123A456B789C*0#D'

/** A DTMF key as two tones (ITU-T Q.23). */
export function dtmfTone(digit: string, durationMs: number, rateHz: number): Int16Array {
  const index = keypad.indexOf(digit.toUpperCase())
  const samples = new Int16Array(Math.round((rateHz * durationMs) / 1000))
  sine(samples, rateHz, 0, samples.length, rows[index >> 2]!, 6500)
  sine(samples, rateHz, 0, samples.length, columns[index & 3]!, 6500)
  return samples
}

/** The power of one frequency in a frame relative to all its energy, 0 to 1 (Goertzel). */
export function toneShare(frame: Int16Array, hz: number, rateHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz)
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
