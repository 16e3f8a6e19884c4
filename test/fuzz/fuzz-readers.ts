import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Faults } from './faults.ts'
import type { ReaderJob, ReaderNews } from './reader-worker.ts'
import { readers } from './readers.ts'

interface Count {
  inputs: number
  worstMs: number
  worstBytes: number
}

/** A reader that is still at the same input after this time hangs. */
const hangMs = 3000
/** How often a reader may hang before the others get the rest of the time. */
const mostHangs = 2
const inputBytes = 1 << 18

/** Every reader in a thread of its own process, for `seconds`; the number of inputs. */
export async function fuzzReaders(
  seed: number,
  seconds: number,
  faults: Faults,
  names = readers.map(({ name }) => name),
): Promise<number> {
  const counts = new Map<string, Count>(names.map((name) => [name, { inputs: 0, worstMs: 0, worstBytes: 0 }]))
  const hangs = new Map<string, number>()
  const startMs = performance.now()
  const leftMs = () => seconds * 1000 - (performance.now() - startMs)
  const first: Record<string, number> = {}
  while (leftMs() > 500) {
    const able = names.filter((name) => (hangs.get(name) ?? 0) < mostHangs)
    const hung = await watch(
      { seed, first, names: able, replay: null, shared: new SharedArrayBuffer(16 + inputBytes), budgetMs: leftMs() },
      (news) => {
        if (news.kind === 'fault') faults.add(news.reader, news.text, news.bytes)
        if (news.kind !== 'progress') return
        const count = counts.get(news.reader)!
        count.inputs += news.inputs
        if (news.worstMs > count.worstMs) Object.assign(count, { worstMs: news.worstMs, worstBytes: news.worstBytes })
      },
    )
    for (const name of able) first[name] = counts.get(name)!.inputs
    if (!hung) break
    faults.add(hung.reader, `hangs for more than ${hangMs} ms`, hung.bytes)
    hangs.set(hung.reader, (hangs.get(hung.reader) ?? 0) + 1)
    first[hung.reader] = hung.n + 1
    counts.get(hung.reader)!.inputs = hung.n + 1
  }
  const total = [...counts.values()].reduce((sum, { inputs }) => sum + inputs, 0)
  process.stdout.write(
    `\nin process, ${((performance.now() - startMs) / 1000).toFixed(0)} s: ${total} inputs, ` +
      `${Math.round((total * 1000) / (performance.now() - startMs))} a second\n`,
  )
  for (const [name, { inputs, worstMs, worstBytes }] of counts) {
    process.stdout.write(
      `  ${name.padEnd(20)} ${String(inputs).padStart(9)} inputs, slowest ${worstMs.toFixed(1)} ms for ` +
        `${worstBytes} bytes${(hangs.get(name) ?? 0) >= mostHangs ? '; given up, it hangs' : ''}\n`,
    )
  }
  return total
}

/** One kept input again. */
export async function replayReader(name: string, bytes: Buffer, faults: Faults): Promise<void> {
  const hung = await watch(
    { seed: 0, first: {}, names: [name], replay: bytes, shared: new SharedArrayBuffer(16 + inputBytes), budgetMs: 0 },
    (news) => {
      if (news.kind === 'fault') faults.add(news.reader, news.text, news.bytes)
    },
  )
  if (hung) faults.add(name, `hangs for more than ${hangMs} ms`, bytes)
}

/** Runs the job; ends it and gives its input when it hangs. */
function watch(
  job: ReaderJob,
  hear: (news: ReaderNews) => void,
): Promise<{ reader: string; n: number; bytes: Buffer } | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'reader-worker.ts'), { workerData: job })
    const state = new Int32Array(job.shared, 0, 4)
    let [seen, sinceMs] = [-1, performance.now()]
    const timer = setInterval(() => {
      const now = performance.now()
      if (state[3]! !== seen || state[3] === 0) [seen, sinceMs] = [state[3]!, now]
      if (now - sinceMs < hangMs) return
      clearInterval(timer)
      const bytes = Buffer.from(new Uint8Array(job.shared, 16, Math.min(state[2]!, inputBytes)).slice())
      const [index, n] = [state[0]!, state[1]!]
      void worker.terminate().then(() => resolve({ reader: readers[index]!.name, n, bytes }))
    }, 100)
    const settle = (then: () => void) => {
      clearInterval(timer)
      void worker.terminate().then(then)
    }
    worker.on('message', (news: ReaderNews) => (news.kind === 'done' ? settle(() => resolve(null)) : hear(news)))
    worker.on('error', (error) => settle(() => reject(error)))
  })
}
