import { statSync } from 'node:fs'
import type { CaptureLine, CaptureList, CapturePage, FoundCalls } from '../../../shared/contract/captures.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { CallView, CaptureView } from '../../../shared/contract/views.ts'
import { RingbackError, explainError, usage } from '../base/errors.ts'
import { fileVersion } from '../base/file-version.ts'
import type { CallPackets } from '../report/exports.ts'
import { CapturedCall } from './captured-call.ts'
import type { CaptureThread } from './capture-thread.ts'
import type { CaptureThreads } from './capture-threads.ts'
import type { Ask, Contents } from './parts.ts'

/** Reports of calls that are kept when they were drawn. */
const mostDrawn = 50

/** An opened capture: how much is in it, and what its thread answers. */
export class OpenedCapture {
  readonly id: string
  /** Settled when all was read, and when there is anything to show. They reject with RingbackError. */
  readonly read: Promise<void>
  readonly begun: Promise<void>
  readonly #paths: readonly string[]
  /** What the files were when they were opened: the packets of a call are read again. Null for what is no file. */
  #states: readonly (string | null)[]
  readonly #named: (text: string) => string
  readonly #changed: (calls: readonly string[]) => void
  readonly #threads: CaptureThreads
  readonly #thread: CaptureThread
  readonly #calls = new Map<string, CapturedCall>()
  readonly #notes = new Map<string, string>()
  #contents: Contents
  #reading: number | null = 0

  /**
   * `named` writes a text with the names that the person knows in place of the paths; `changed` is called when there is
   * more in it, with the ids of calls that were shown and are to be shown again. `growing`: the last file is still
   * being written. `keylog`: a key log of TLS.
   */
  constructor(
    id: string,
    paths: readonly string[],
    keylog: string | null,
    named: (text: string) => string,
    threads: CaptureThreads,
    growing: boolean,
    changed: (calls: readonly string[]) => void,
  ) {
    this.id = id
    this.#paths = paths
    this.#states = paths.map(stateOf)
    this.#named = named
    this.#changed = changed
    this.#threads = threads
    this.#contents = { ...empty, files: paths.map(named) }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#thread = threads.open(
      paths,
      (contents, reading) => {
        const { files, problems } = contents
        this.#contents = { ...contents, files: files.map(named), problems: problems.map(named) }
        this.#reading = reading
        resolve()
        // What was drawn without its streams is drawn again.
        const drawn = reading === null ? [...this.#calls.keys()] : []
        for (const call of drawn) this.#calls.delete(call)
        changed(drawn)
      },
      growing,
      keylog,
    )
    this.read = this.#thread.read.catch((error: unknown) => {
      // What was read before the thread ended cannot be asked for any more.
      this.#contents = { ...empty, files: paths.map(named), problems: [named(explainError(error))], damaged: true }
      this.#reading = null
      changed([])
      throw error
    })
    this.begun = Promise.race([promise, this.read])
    // Whoever waits for them hears of it.
    this.begun.catch(() => {})
  }

  get view(): CaptureView {
    return { ...this.#contents, id: this.id, reading: this.#reading }
  }

  /** What it takes of the memory. */
  get bytes(): number {
    return this.#thread.bytes
  }

  stop(): void {
    this.#thread.stop()
  }

  /** The last file has grown; `whole`: it will not grow any more. */
  grown(whole: boolean): void {
    if (whole) this.#states = this.#paths.map(stateOf)
    this.#thread.grown(whole)
  }

  close(): void {
    this.#threads.close(this.#thread)
  }

  async lines(offset: number, limit: number, legs: boolean): Promise<CaptureLine[]> {
    return JSON.parse(await this.#ask({ ask: 'list', offset, limit, legs })) as CaptureLine[]
  }

  async views(offset: number, limit: number): Promise<CallView[]> {
    const views = JSON.parse(await this.#ask({ ask: 'views', offset, limit })) as CallView[]
    return views.map((view) => this.#ours(view))
  }

  /** A part of one of its lists, beginning with that number. */
  async page(of: CaptureList, offset: number): Promise<CapturePage> {
    const answer = await this.#ask({ ask: 'page', of, offset })
    const end = answer.indexOf('\n')
    return { ...(JSON.parse(answer.slice(0, end)) as Omit<CapturePage, 'text'>), text: answer.slice(end + 1) }
  }

  async find(call: string): Promise<FoundCalls> {
    return JSON.parse(await this.#ask({ ask: 'find', call })) as FoundCalls
  }

  /** A call of it; undefined for what is no number of one. */
  call(id: string): CapturedCall | undefined {
    const number = id.slice(this.id.length + 1)
    if (!/^[1-9]\d{0,9}$/.test(number)) return undefined
    let call = this.#calls.get(id)
    if (!call) {
      call = new CapturedCall(id, {
        drawn: () => this.#drawn(id, number),
        packets: () => this.#packets(number),
        notes: this.#notes,
      })
      this.#calls.set(id, call)
      if (this.#calls.size > mostDrawn) this.#calls.delete(this.#calls.keys().next().value!)
    }
    return call
  }

  async #drawn(id: string, number: string): Promise<readonly [CallReport, CallView]> {
    const [report, view] = JSON.parse(await this.#ask({ ask: 'report', id: number })) as [CallReport, CallView]
    this.#changed([id])
    const related = report.related?.map((leg) => ({ ...leg, call: `${this.id}.${leg.call}` }))
    return [{ ...report, id, ...(related && { related }) }, this.#ours(view)]
  }

  /** Reads the files again. Throws RingbackError where they are not there any more as they were. */
  async #packets(number: string): Promise<CallPackets> {
    for (const [i, path] of this.#paths.entries()) {
      if (this.#states[i] === null)
        throw usage(this.#named(`${path} is no file that can be read again: save it as one first`))
      if (this.#states[i] !== stateOf(path))
        throw usage(this.#named(`${path} is not what it was when it was opened: open it again to save packets of it`))
    }
    return this.#worded(this.#thread.packets(number))
  }

  #ask(ask: Exclude<Ask, { ask: 'packets' }>): Promise<string> {
    return this.#worded(this.#thread.ask(ask))
  }

  /** An error names the files as the person knows them. */
  async #worded<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer
    } catch (error) {
      throw error instanceof RingbackError ? new RingbackError(error.kind, this.#named(error.message), error) : error
    }
  }

  #ours(view: CallView): CallView {
    return { ...view, id: `${this.id}.${view.id}`, capture: this.id }
  }
}

const empty: Contents = {
  files: [],
  calls: 0,
  registrations: 0,
  dialogs: 0,
  unmatchedStreams: 0,
  problems: [],
  packets: 0,
  unread: [],
  other: [],
  damaged: false,
}

/** Of a file: changes when it is written to, replaced or removed. Null for a pipe or a device. */
function stateOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return 'gone'
  return found.isFile() ? fileVersion(found) : null
}
