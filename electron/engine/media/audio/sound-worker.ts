import { parentPort, workerData } from 'node:worker_threads'
import { usage, withWords } from '../../base/errors.ts'
import type { SoundAnswer, SoundRequest } from './sound-files.ts'
import { atRate, readWav } from './wav.ts'

// Reads one WAV file beside the engine, in a thread of its own, and makes its samples at each rate that is asked for.

const hours = (seconds: number): string => (seconds / 3600).toFixed(1)

function make({ path, ratesHz, mostBytes }: SoundRequest): [rateHz: number, samples: Int16Array][] {
  const sound = readWav(path)
  const seconds = sound.samples.length / sound.rateHz
  const mostSeconds = mostBytes / 2 / ratesHz.reduce((sum, rateHz) => sum + rateHz, 0)
  if (seconds > mostSeconds)
    throw usage(`${path} is ${hours(seconds)} hours long: at most ${hours(mostSeconds)} hours can be sent, cut it`)
  return ratesHz.map((rateHz) => [rateHz, atRate(sound, rateHz)])
}

function answer(): SoundAnswer {
  const request = workerData as SoundRequest
  try {
    return { kind: 'made', rates: make(request) }
  } catch (error) {
    const { kind, message } = withWords(error, `cannot read ${request.path}`)
    return { kind: 'failed', error: kind, text: message }
  }
}

const result = answer()
// Handed over, not copied.
parentPort!.postMessage(
  result,
  result.kind === 'made' ? [...new Set(result.rates.map(([, { buffer }]) => buffer as ArrayBuffer))] : [],
)
