import type { CaptureLine, CaptureList, CapturePage, FoundCalls } from '../../../shared/contract/captures.ts'
import type { InspectReport } from '../../../shared/contract/report.ts'
import type { Change } from '../../../shared/contract/state.ts'
import type { CallView, CaptureView } from '../../../shared/contract/views.ts'
import { usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { Feed, Watcher } from '../feed.ts'
import type { CapturedCall } from './captured-call.ts'
import type { CaptureThreads } from './capture-threads.ts'
import { OpenedCapture } from './opened-capture.ts'

/** Captures that stay open; beyond it the one that was opened first is closed. */
const mostOpen = 8
/** And no more of them than take so much memory together; the newest stays whatever it takes. */
const mostBytes = 1024 * 1024 * 1024

interface OpenedCapturesDeps {
  readonly random: Random
  readonly feed: Feed
  readonly threads: CaptureThreads
}

/** The captures that are open: each has an id, and so has each of their calls. */
export class OpenedCaptures {
  readonly #deps: OpenedCapturesDeps
  readonly #open = new Map<string, OpenedCapture>()

  constructor(deps: OpenedCapturesDeps) {
    this.#deps = deps
  }

  /**
   * Settled when all is read, or, without `wait`, when the first of it is. `named` writes a text with the names that
   * the person knows in place of the paths; `growing`: the last file is still being written; `keylog`: a key log of
   * TLS. Throws RingbackError: `usage` for a file that is no capture, `machine` for one that cannot be read.
   */
  async open(
    paths: readonly string[],
    keylog: string | null,
    named: (text: string) => string,
    wait: boolean,
    growing: boolean,
  ): Promise<CaptureView> {
    const { random, feed, threads } = this.#deps
    const id = random.token(10)
    const opened = new OpenedCapture(id, paths, keylog, named, threads, growing, (calls) => {
      feed.change({ kind: 'capture', id })
      for (const call of calls) feed.change({ kind: 'call', id: call })
    })
    this.#open.set(id, opened)
    this.#makeRoom()
    try {
      await (wait ? opened.read : opened.begun)
    } catch (error) {
      if (this.#open.has(id)) this.close(id)
      throw error
    }
    this.#makeRoom()
    return opened.view
  }

  /** What is not read yet is not read. Throws RingbackError (usage) where there is none. */
  stop(id: string): void {
    this.#known(id).stop()
  }

  /** The last of its files has grown. Throws RingbackError (usage) where there is none. */
  grown(id: string, whole: boolean): void {
    this.#known(id).grown(whole)
  }

  /** Forgets the capture and its calls. Throws RingbackError (usage) where there is none. */
  close(id: string): void {
    this.#known(id).close()
    this.#open.delete(id)
    this.#deps.feed.change({ kind: 'capture', id })
  }

  /** All that is in it, at once. Throws RingbackError (usage) where there is none. */
  async report(id: string): Promise<InspectReport> {
    const opened = this.#known(id)
    const { files, problems, packets, unread, other, damaged } = opened.view
    return {
      files,
      calls: await whole(opened, 'calls'),
      registrations: await whole(opened, 'registrations'),
      dialogs: await whole(opened, 'dialogs'),
      unmatchedStreams: await whole(opened, 'unmatchedStreams'),
      problems,
      packets,
      unread,
      other,
      damaged,
    }
  }

  /** Its calls as lists show them. Throws RingbackError (usage) where there is none, as the following do. */
  async views(id: string, offset: number, limit: number): Promise<CallView[]> {
    return this.#known(id).views(offset, limit)
  }

  async lines(id: string, offset: number, limit: number, legs: boolean): Promise<CaptureLine[]> {
    return this.#known(id).lines(offset, limit, legs)
  }

  async page(id: string, of: CaptureList, offset: number): Promise<CapturePage> {
    return this.#known(id).page(of, offset)
  }

  async find(id: string, call: string): Promise<FoundCalls> {
    return this.#known(id).find(call)
  }

  call(id: string): CapturedCall | undefined {
    return this.#open.get(id.slice(0, id.lastIndexOf('.')))?.call(id)
  }

  keys(): string[] {
    return [...this.#open.keys()]
  }

  /** What a watcher gets of a capture now: with it go the calls of it that the watcher knows. */
  changes(id: string, { views, sent }: Watcher): Change[] {
    const opened = this.#open.get(id)
    if (opened) return [{ kind: 'capture', capture: opened.view }]
    const gone: Change[] = []
    for (const view of [...views.values()]) {
      if (view.capture !== id) continue
      views.delete(view.id)
      sent.delete(view.id)
      gone.push({ kind: 'gone', of: 'call', id: view.id })
    }
    return [...gone, { kind: 'gone', of: 'capture', id }]
  }

  #known(id: string): OpenedCapture {
    const opened = this.#open.get(id)
    if (!opened) throw usage(`there is no open capture "${id}"`)
    return opened
  }

  #makeRoom(): void {
    let bytes = [...this.#open.values()].reduce((sum, opened) => sum + opened.bytes, 0)
    for (const oldest of this.#open.values()) {
      if (this.#open.size === 1 || (this.#open.size <= mostOpen && bytes <= mostBytes)) return
      bytes -= oldest.bytes
      this.close(oldest.id)
    }
  }
}

async function whole<List extends CaptureList>(opened: OpenedCapture, list: List): Promise<InspectReport[List]> {
  const reports: unknown[] = []
  for (let next: number | null = 0; next !== null;) {
    const page: CapturePage = await opened.page(list, next)
    reports.push(...(JSON.parse(`[${page.text}]`) as unknown[]))
    next = page.next
  }
  return reports as InspectReport[List]
}
