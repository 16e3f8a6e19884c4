import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Boundary } from '../base/boundary.ts'
import { RingbackError, errorCode, explainError, machine } from '../base/errors.ts'
import type { CallPackets } from '../report/exports.ts'
import type { Ask, CapturePart, Contents, Said, Task } from './parts.ts'

/** The thread's code: a source beside this one, or a bundle beside the bundle that this is in. */
const workerFile = new URL(`./capture-worker${extname(import.meta.url)}`, import.meta.url)

/** What is drawn is garbage at once: more room for it makes nothing faster. */
const youngMb = 16

interface Waiting {
  resolve(answer: string | CallPackets): void
  reject(error: unknown): void
}

/** What there is so far; `reading` is the part of the files that was read, null when that has ended. */
export type Progress = (contents: Contents, reading: number | null) => void

/** A thread that reads captures and answers what is asked of them, until it is closed. */
export class CaptureThread {
  /** Settled when all is read. Rejects with RingbackError: `usage` for a file that is no capture, else `machine`. */
  readonly read: Promise<void>
  /** What it takes of the memory. */
  bytes = 0
  readonly #task: Task
  readonly #memoryMb: number
  readonly #waiting = new Map<number, Waiting>()
  readonly #settle: { done(): void; failed(error: Error): void }
  /** What was said before its turn came. */
  readonly #early: Said[] = []
  #worker: Worker | null = null
  #asked = 0
  #ended: Error | null = null

  constructor(task: Task, memoryMb: number) {
    this.#task = task
    this.#memoryMb = memoryMb
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.read = promise
    // Whoever opened it hears of it; so does whoever asks.
    promise.catch(() => {})
    this.#settle = { done: resolve, failed: reject }
  }

  /** Begins to read. */
  start(progress: Progress): void {
    if (this.#ended) return
    const worker = new Worker(workerFile, {
      workerData: this.#task,
      resourceLimits: { maxOldGenerationSizeMb: this.#memoryMb, maxYoungGenerationSizeMb: youngMb },
    })
    this.#worker = worker
    for (const said of this.#early.splice(0)) this.#post(said)
    const boundary = new Boundary(({ error }) => this.#end(this.#explain(error)))
    worker.on(
      'message',
      boundary.guard('capture', (part: CapturePart) => this.#take(part, progress)),
    )
    worker.on(
      'error',
      boundary.guard('capture', (error: unknown) => this.#end(this.#explain(error))),
    )
    worker.on(
      'exit',
      boundary.guard('capture', (code: number) =>
        this.#end(machine(`reading ${this.#task.files.join(', ')} ended with code ${code} and no report`)),
      ),
    )
  }

  /** Rejects with RingbackError where there is no answer. */
  ask(ask: Exclude<Ask, { ask: 'packets' }>): Promise<string> {
    return this.#say(ask) as Promise<string>
  }

  packets(id: string): Promise<CallPackets> {
    return this.#say({ ask: 'packets', id }) as Promise<CallPackets>
  }

  /** What is not read yet is not read; what was is kept. */
  stop(): void {
    this.#post('stop')
  }

  /** The last file has grown; `whole`: it will not grow any more. */
  grown(whole: boolean): void {
    this.#post(whole ? 'whole' : 'more')
  }

  /** Whoever waits for an answer gets the error. */
  close(error: Error): void {
    this.#end(error)
  }

  #say(ask: Ask): Promise<string | CallPackets> {
    if (this.#ended) return Promise.reject(this.#ended)
    const n = this.#asked++
    return new Promise((resolve, reject) => {
      this.#waiting.set(n, { resolve, reject })
      this.#post({ n, ask })
    })
  }

  #post(said: Said): void {
    if (this.#worker) this.#worker.postMessage(said, [])
    else this.#early.push(said)
  }

  #take(part: CapturePart, progress: Progress): void {
    switch (part.kind) {
      case 'contents':
        this.bytes = part.bytes
        progress(part.contents, part.reading)
        if (part.reading === null) this.#settle.done()
        return
      case 'answer':
        return this.#answered(part.n)?.resolve(part.answer)
      case 'refused':
        return this.#answered(part.n)?.reject(new RingbackError(part.error, part.text))
      case 'failed':
        return this.#end(new RingbackError(part.error, part.text))
    }
  }

  #answered(n: number): Waiting | undefined {
    const waiting = this.#waiting.get(n)
    this.#waiting.delete(n)
    return waiting
  }

  #end(error: Error): void {
    if (this.#ended) return
    this.#ended = error
    void this.#worker?.terminate()
    this.#settle.failed(error)
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  #explain(error: unknown): RingbackError {
    const files = this.#task.files.join(', ')
    return errorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY'
      ? machine(
          `${files} needs more memory than ${this.#memoryMb} MB: open a part of it (editcap -c 100000 cuts it into ` +
            'pieces)',
          error,
        )
      : machine(`cannot read ${files}: ${explainError(error)}`, error)
  }
}
