import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ErrorKind } from '../../../../shared/contract/channel.ts'
import { codecsNamed, usualCodecs } from '../../../../shared/model/codecs.ts'
import { Boundary } from '../../base/boundary.ts'
import { RingbackError, explainError, machine } from '../../base/errors.ts'
import { fileVersion } from '../../base/file-version.ts'
import { Speech } from './speech.ts'

/** What the reading thread is asked. */
export interface SoundRequest {
  readonly path: string
  readonly ratesHz: readonly number[]
  /** Of samples at all rates together. */
  readonly mostBytes: number
}

/** What it says: 16-bit mono samples by their rate. */
export type SoundAnswer =
  | { readonly kind: 'made'; readonly rates: readonly (readonly [rateHz: number, samples: Int16Array])[] }
  | { readonly kind: 'failed'; readonly error: ErrorKind; readonly text: string }

/** 16-bit mono samples at a rate. */
export type Samples = (rateHz: number) => Int16Array

interface Kept {
  /** What the file was when it was read. */
  readonly state: string
  readonly samples: Promise<Samples>
  /** 0 until it is read. */
  bytes: number
}

/** Of the files that are kept for the next call; beyond it those that were sent longest ago are read again. */
const usuallyKeptBytes = 256 * 1024 * 1024
/** Of one file, at all rates. */
const usuallyMostBytes = 1024 * 1024 * 1024

/** The thread's code: a source beside this one, or a bundle beside the bundle that this is in. */
const workerFile = new URL(`./sound-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * The WAV files that calls send, and the texts that they say, as such files. Each is read in a thread of its own, one
 * after the other, so that calls go on meanwhile, and is read once for all calls that send it, until it changes.
 */
export class SoundFiles {
  readonly #keptBytes: number
  readonly #mostBytes: number
  readonly #kept = new Map<string, Kept>()
  readonly #speech = new Speech()
  #last: Promise<unknown> = Promise.resolve()
  #closed = false
  #running: { readonly worker: Worker; readonly end: (error: Error) => void } | null = null

  constructor(keptBytes = usuallyKeptBytes, mostBytes = usuallyMostBytes) {
    this.#keptBytes = keptBytes
    this.#mostBytes = mostBytes
  }

  /**
   * The samples of a file at every rate of those codecs, made now: nobody is to wait for them in a call. Throws
   * RingbackError: `usage` for a file that is no WAV we know, or too long, `machine` for one that cannot be read.
   */
  async samples(path: string, codecs: readonly string[] = usualCodecs()): Promise<Samples> {
    const ratesHz = [...new Set(codecs.flatMap(codecsNamed).map(({ sampleRateHz }) => sampleRateHz))]
    const key = [...ratesHz, path].join(' ')
    const state = await stateOf(path)
    const known = this.#kept.get(key)
    this.#kept.delete(key)
    const kept = known?.state === state ? known : this.#begin(key, { path, ratesHz, mostBytes: this.#mostBytes }, state)
    this.#kept.set(key, kept)
    return kept.samples
  }

  /** The same of a text, spoken. Throws RingbackError (machine) where that cannot be done. */
  async spoken(text: string, codecs?: readonly string[]): Promise<Samples> {
    return this.samples(await this.#speech.file(text), codecs)
  }

  /** Ends what is being read or spoken; what waits is not begun. */
  async close(): Promise<void> {
    this.#closed = true
    this.#running?.end(closed())
    await Promise.all([this.#last, this.#speech.close()])
  }

  #begin(key: string, request: SoundRequest, state: string): Kept {
    const read = this.#last.then(() => this.#read(request))
    this.#last = read.catch(() => {})
    const kept: Kept = {
      state,
      bytes: 0,
      samples: read.then(
        (rates) => {
          const made = new Map(rates)
          kept.bytes = rates.reduce((sum, [, { byteLength }]) => sum + byteLength, 0)
          this.#makeRoom(kept)
          return (rateHz) => made.get(rateHz)!
        },
        (error: unknown) => {
          if (this.#kept.get(key) === kept) this.#kept.delete(key)
          throw error
        },
      ),
    }
    return kept
  }

  #makeRoom(newest: Kept): void {
    let bytes = [...this.#kept.values()].reduce((sum, kept) => sum + kept.bytes, 0)
    for (const [key, kept] of this.#kept) {
      if (bytes <= this.#keptBytes) return
      if (kept === newest) continue
      bytes -= kept.bytes
      this.#kept.delete(key)
    }
  }

  #read(request: SoundRequest): Promise<Extract<SoundAnswer, { kind: 'made' }>['rates']> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closed())
      const worker = new Worker(workerFile, { workerData: request })
      const done = async (settle: () => void) => {
        this.#running = null
        await worker.terminate()
        settle()
      }
      const end = (error: Error) => void done(() => reject(error))
      const failed = (error: unknown) => end(machine(`cannot read ${request.path}: ${explainError(error)}`, error))
      const boundary = new Boundary(({ error }) => failed(error))
      this.#running = { worker, end }
      worker.on(
        'message',
        boundary.guard('sound', (answer: SoundAnswer) => {
          if (answer.kind === 'failed') return end(new RingbackError(answer.error, answer.text))
          return void done(() => resolve(answer.rates))
        }),
      )
      worker.on('error', boundary.guard('sound', failed))
      worker.on(
        'exit',
        boundary.guard('sound', (code: number) => {
          if (this.#running?.worker === worker) failed(new Error(`reading ended with code ${code}`))
        }),
      )
    })
  }
}

/** Changes when the file is written to or replaced. Throws RingbackError (machine) for one that is not there. */
async function stateOf(path: string): Promise<string> {
  try {
    return fileVersion(await stat(path))
  } catch (error) {
    throw machine(`cannot read ${path}: ${explainError(error)}`, error)
  }
}

const closed = () => machine('the WAV file was not read to its end: Ringback is ending')
