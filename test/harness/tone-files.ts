import { readFileSync, writeFileSync } from 'node:fs'
import { toneShare } from '../../electron/engine/media/audio/tones.ts'
import { atRate, readWav } from '../../electron/engine/media/audio/wav.ts'

const rateHz = 8000

/** Of so many seconds, 16 bits, mono, half of full scale. */
export const sineWav = (hz: number, seconds: number): Uint8Array => wavOf(sine(hz, seconds))

/** Writes a WAV file of so many ms of silence, of a tone, of silence and so on; its path. */
export function talking(file: string, ...parts: readonly number[]): string {
  const samples = parts.flatMap((ms, i) => [...(i % 2 === 0 ? new Int16Array(8 * ms) : sine(440, ms / 1000))])
  writeFileSync(file, wavOf(Int16Array.from(samples)))
  return file
}

function wavOf(samples: Int16Array): Uint8Array {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length * 2, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rateHz, 24)
  header.writeUInt32LE(rateHz * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length * 2, 40)
  return Buffer.concat([header, new Uint8Array(samples.buffer)])
}

export function sine(hz: number, seconds: number): Int16Array {
  return Int16Array.from({ length: rateHz * seconds }, (_, i) => 16_000 * Math.sin((2 * Math.PI * hz * i) / rateHz))
}

/** A second in the middle. */
export function middle(samples: Int16Array): Int16Array {
  const half = Math.floor(samples.length / 2)
  return samples.subarray(Math.max(0, half - rateHz / 2), half + rateHz / 2)
}

/** How much of a second in the middle is that tone: 0 to 1. */
export const toneInside = (samples: Int16Array, hz: number): number => toneShare(middle(samples), hz, rateHz)

/** The samples of a WAV file of mono, at 8 kHz. */
export const heardIn = (file: string): Int16Array => atRate(readWav(file), rateHz)

/**
 * How much of the middle half is that tone, at the rate of the file: of one channel of our recordings, else of all. It
 * is the middle one of many pieces of 50 ms: a packet that came late on a busy machine is in few of them.
 */
export function toneOf(file: string, hz: number, channel: 0 | 1 | null = null): number {
  const { samples: all, rateHz: rate } = readWav(file)
  const samples = channel === null ? all : channelOf(file, channel)
  const length = rate / 20
  const shares: number[] = []
  for (let at = samples.length >> 2; at + length <= (samples.length * 3) >> 2; at += length)
    shares.push(toneShare(samples.subarray(at, at + length), hz, rate))
  return shares.toSorted((a, b) => a - b)[shares.length >> 1] ?? 0
}

/** One channel of our stereo recording: 0 what we sent, 1 what we received. */
export function channelOf(file: string, which: 0 | 1): Int16Array {
  const data = readFileSync(file).subarray(44)
  return Int16Array.from({ length: data.length / 4 }, (_, i) => data.readInt16LE(i * 4 + which * 2))
}
