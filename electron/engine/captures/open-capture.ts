import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { InspectReport } from '../../../shared/contract/report.ts'
import { Boundary } from '../base/boundary.ts'
import { RingbackError, errorCode, explainError, machine } from '../base/errors.ts'
import type { CapturePart, CaptureRequest } from './parts.ts'

const usualMemoryMb = 2048

/** The thread's code: a source beside this one, or a bundle beside the bundle that this is in. */
const workerFile = new URL(`./capture-worker${extname(import.meta.url)}`, import.meta.url)

/** Opens captures in a thread of their own, one after the other, so that calls go on meanwhile. */
export class Captures {
  readonly #memoryMb: number
  #last: Promise<unknown> = Promise.resolve()
  #closed = false
  #running: { readonly worker: Worker; readonly end: (error: Error) => void } | null = null

  /** `memoryMb`: what one thread may use. */
  constructor(memoryMb = usualMemoryMb) {
    this.#memoryMb = memoryMb
  }

  /** Throws RingbackError: `usage` for a file that is no capture, `machine` for one that cannot be read. */
  open(files: readonly string[]): Promise<InspectReport> {
    const report = this.#last.then(() => this.#read({ files }))
    this.#last = report.catch(() => {})
    return report
  }

  /** Ends what is being read; what waits is not begun. */
  async close(): Promise<void> {
    this.#closed = true
    this.#running?.end(closed())
    await this.#last
  }

  #read(request: CaptureRequest): Promise<InspectReport> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closed())
      const calls: InspectReport['calls'] = []
      const registrations: InspectReport['registrations'] = []
      const dialogs: InspectReport['dialogs'] = []
      const worker = new Worker(workerFile, {
        workerData: request,
        resourceLimits: { maxOldGenerationSizeMb: this.#memoryMb },
      })
      const done = async (settle: () => void) => {
        this.#running = null
        await worker.terminate()
        settle()
      }
      const end = (error: Error) => void done(() => reject(error))
      const boundary = new Boundary(({ error }) =>
        end(machine(`cannot read ${request.files.join(', ')}: ${explainError(error)}`, error)),
      )
      this.#running = { worker, end }
      worker.on(
        'message',
        boundary.guard('capture', (text: string) => {
          const part = JSON.parse(text) as CapturePart
          if (part.kind === 'failed') return end(new RingbackError(part.error, part.text))
          if (part.kind === 'end') return void done(() => resolve({ ...part.rest, calls, registrations, dialogs }))
          calls.push(...part.calls)
          registrations.push(...part.registrations)
          dialogs.push(...part.dialogs)
          // The next part when the loop has had its turn.
          setImmediate(boundary.guard('capture', () => worker.postMessage('next', [])))
        }),
      )
      worker.on(
        'error',
        boundary.guard('capture', (error: unknown) => end(this.#explain(request, error))),
      )
      worker.on(
        'exit',
        boundary.guard('capture', (code: number) => {
          if (this.#running?.worker === worker)
            end(machine(`reading ${request.files.join(', ')} ended with code ${code} and no report`))
        }),
      )
    })
  }

  #explain({ files }: CaptureRequest, error: unknown): RingbackError {
    return errorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY'
      ? machine(
          `${files.join(', ')} needs more memory than ${this.#memoryMb} MB: open a part of it (editcap -c 100000 ` +
            'cuts it into pieces)',
          error,
        )
      : machine(`cannot read ${files.join(', ')}: ${explainError(error)}`, error)
  }
}

const closed = () => machine('the capture was not read to its end: Ringback is ending')
