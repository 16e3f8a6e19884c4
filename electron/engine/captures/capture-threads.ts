import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { InspectReport } from '../../../shared/contract/report.ts'
import { Boundary } from '../base/boundary.ts'
import { RingbackError, errorCode, explainError, machine } from '../base/errors.ts'
import type { CallPackets } from '../report/exports.ts'
import type { CapturePart, CaptureRequest } from './parts.ts'

const usualMemoryMb = 2048

/** The thread's code: a source beside this one, or a bundle beside the bundle that this is in. */
const workerFile = new URL(`./capture-worker${extname(import.meta.url)}`, import.meta.url)

/** What takes in the parts that a thread says: the result at the last of them, null before. */
type Taking<Result> = (part: Exclude<CapturePart, { kind: 'failed' }>) => Result | null

/** Reads captures in threads of their own, one after the other, so that calls go on meanwhile. */
export class CaptureThreads {
  readonly #memoryMb: number
  #last: Promise<unknown> = Promise.resolve()
  #closed = false
  #running: { readonly worker: Worker; readonly end: (error: Error) => void } | null = null

  /** `memoryMb`: what one thread may use. */
  constructor(memoryMb = usualMemoryMb) {
    this.#memoryMb = memoryMb
  }

  /** Throws RingbackError: `usage` for a file that is no capture, `machine` for one that cannot be read. */
  report(files: readonly string[]): Promise<InspectReport> {
    const calls: InspectReport['calls'] = []
    const registrations: InspectReport['registrations'] = []
    const dialogs: InspectReport['dialogs'] = []
    return this.#queue({ files }, (part) => {
      if (part.kind === 'end') return { ...part.rest, calls, registrations, dialogs }
      if (part.kind !== 'part') return null
      calls.push(...part.calls)
      registrations.push(...part.registrations)
      dialogs.push(...part.dialogs)
      return null
    })
  }

  /** The packets of one call of captures, which are read anew. Throws as `report` does. */
  packets(files: readonly string[], callId: string): Promise<CallPackets> {
    return this.#queue({ files, callId }, (part) =>
      part.kind === 'packets' ? { pcap: Buffer.from(part.base64, 'base64'), dropped: part.dropped } : null,
    )
  }

  /** Ends what is being read; what waits is not begun. */
  async close(): Promise<void> {
    this.#closed = true
    this.#running?.end(closed())
    await this.#last
  }

  #queue<Result>(request: CaptureRequest, take: Taking<Result>): Promise<Result> {
    const result = this.#last.then(() => this.#read(request, take))
    this.#last = result.catch(() => {})
    return result
  }

  #read<Result>(request: CaptureRequest, take: Taking<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closed())
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
          const result = take(part)
          if (result) return void done(() => resolve(result))
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
