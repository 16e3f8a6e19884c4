import { predictableRandom } from './random.ts'

/**
 * Something like a voice: syllables of a pitch that wanders, through three resonances that differ, with hisses and
 * pauses between them, at that level.
 */
export function madeSpeech(seconds: number, rateHz: number, seed: number, dbfs: number): Int16Array {
  const random = predictableRandom(seed)
  const between = (low: number, high: number) => low + ((high - low) * random.uint32()) / 2 ** 32
  const out = new Float64Array(seconds * rateHz)
  let at = 0
  while (at < out.length) {
    const length = Math.floor(between(0.08, 0.28) * rateHz)
    const isHiss = between(0, 1) < 0.25
    const pitch = between(90, 220)
    const glide = between(-0.2, 0.2)
    const resonances = [between(300, 800), between(900, 2200), between(2300, 3000)].map((hz) => resonator(hz, rateHz))
    const loud = between(0.4, 1)
    let phase = 0
    for (let i = 0; i < length && at < out.length; i++, at++) {
      const place = i / length
      phase += (pitch * (1 + glide * place)) / rateHz
      const pulse = phase >= 1 ? ((phase -= 1), 1) : 0
      const hiss = between(-1, 1)
      const excited = isHiss ? hiss * 0.2 : pulse * 6 + hiss * 0.02
      const voiced = resonances.reduce((sum, filter, n) => sum + filter(excited) / (n + 1) ** 2, 0)
      out[at] = (isHiss ? hiss * 0.15 : voiced) * loud * Math.sin(Math.PI * place)
    }
    if (between(0, 1) < 0.2) at += Math.floor(between(0.1, 0.4) * rateHz)
  }
  const square = out.reduce((sum, value) => sum + value * value, 0) / out.length
  const factor = (32768 * 10 ** (dbfs / 20)) / Math.sqrt(square)
  return Int16Array.from(out, (value) => Math.max(-32768, Math.min(32767, Math.round(value * factor))))
}

function resonator(hz: number, rateHz: number): (input: number) => number {
  const radius = Math.exp((-Math.PI * 90) / rateHz)
  const [a, b] = [2 * radius * Math.cos((2 * Math.PI * hz) / rateHz), -radius * radius]
  let [one, two] = [0, 0]
  return (input) => {
    const value = input + a * one + b * two
    two = one
    one = value
    return value
  }
}
