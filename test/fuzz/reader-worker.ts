import { parentPort, workerData } from 'node:worker_threads'
import { Dice } from './dice.ts'
import { readers, type Reader } from './readers.ts'
import { readSeeds } from './seeds.ts'

export interface ReaderJob {
  readonly seed: number
  /** The number of the first input of each reader. */
  readonly first: Readonly<Record<string, number>>
  readonly names: readonly string[]
  /** One input instead of many. */
  readonly replay: Uint8Array | null
  /**
   * Where the input lies while it is read, for who finds this thread hanging: reader, number, length, then the bytes.
   */
  readonly shared: SharedArrayBuffer
  readonly budgetMs: number
}

export type ReaderNews =
  | { readonly kind: 'fault'; readonly reader: string; readonly text: string; readonly bytes: Uint8Array }
  | {
      readonly kind: 'progress'
      readonly reader: string
      readonly inputs: number
      readonly worstMs: number
      readonly worstBytes: number
    }
  | { readonly kind: 'done' }

/** Readers take turns: so many inputs, or so much time. */
const batch = 50
const turnMs = 25
/** A reader may take this long for 64 KB. */
const boundMs = 200
/** Slow inputs are measured again only so often. */
const mostMeasured = 3

const job = workerData as ReaderJob
const [reading, input] = [new Int32Array(job.shared, 0, 4), new Uint8Array(job.shared, 16)]
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const say = (news: ReaderNews) => parentPort!.postMessage(news)
const seeds = readSeeds()
const measured = new Map<string, number>()

async function timed(reader: Reader, bytes: Buffer): Promise<number> {
  const start = performance.now()
  await reader.check(Buffer.from(bytes))
  return performance.now() - start
}

async function run(reader: Reader, index: number, n: number, bytes: Buffer): Promise<number> {
  input.set(bytes.subarray(0, input.length))
  reading.set([index, n, bytes.length, reading[3]! + 1])
  try {
    let ms = await timed(reader, bytes)
    const bound = boundMs * Math.max(1, bytes.length / 65_536)
    if (ms > bound && (measured.get(reader.name) ?? 0) < mostMeasured) {
      measured.set(reader.name, (measured.get(reader.name) ?? 0) + 1)
      // Once more, and again: another program may have had the processor.
      for (let again = 0; again < 2 && ms > bound; again++) ms = Math.min(ms, await timed(reader, bytes))
      if (ms > bound)
        say({ kind: 'fault', reader: reader.name, text: `slow: ${ms.toFixed(0)} ms for ${bytes.length} bytes`, bytes })
    }
    return ms
  } catch (error) {
    say({ kind: 'fault', reader: reader.name, text: place(error), bytes })
    return 0
  }
}

/** What was thrown, and where in our code. */
function place(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const frame = /\/((?:shared|electron)\/[^\s)]+?):\d+:\d+/.exec(error.stack ?? '')?.[1]
  return `${error.message.split('\n').slice(0, 1).join(' ').slice(0, 300)}${frame === undefined ? '' : ` (${frame})`}`
}

const chosen = readers.flatMap((reader, index) => (job.names.includes(reader.name) ? [{ reader, index }] : []))
if (job.replay) for (const { reader, index } of chosen) await run(reader, index, 0, Buffer.from(job.replay))
else {
  const startMs = performance.now()
  const next = { ...job.first }
  while (performance.now() - startMs < job.budgetMs) {
    for (const { reader, index } of chosen) {
      let [worstMs, worstBytes] = [0, 0]
      const turn = performance.now()
      const first = next[reader.name] ?? 0
      let n = first
      for (; n < first + batch && performance.now() - turn < turnMs; n++) {
        const bytes = reader.make(new Dice(job.seed, reader.name, n), seeds)
        const ms = await run(reader, index, n, bytes)
        if (ms > worstMs) [worstMs, worstBytes] = [ms, bytes.length]
      }
      next[reader.name] = n
      say({ kind: 'progress', reader: reader.name, inputs: n - first, worstMs, worstBytes })
    }
    // Lets the messages out.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
say({ kind: 'done' })
