import { statSync } from 'node:fs'
import type { InspectReport } from '../../../shared/contract/report.ts'
import type { Change } from '../../../shared/contract/state.ts'
import type { CallView, CaptureView } from '../../../shared/contract/views.ts'
import { RingbackError, usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { Feed, Watcher } from '../feed.ts'
import type { CallPackets } from '../report/exports.ts'
import { CapturedCall } from './captured-call.ts'
import type { CaptureThreads } from './capture-threads.ts'

/** Captures that stay open; beyond it the one that was opened first is closed. */
const mostOpen = 8
/** And no more of them than have so many characters of messages together; the newest stays whatever it has. */
const mostKeptBytes = 512 * 1024 * 1024

interface Opened {
  readonly id: string
  readonly paths: readonly string[]
  /** What the files were when they were read: the packets of a call are read again. Null for what is no file. */
  readonly states: readonly (string | null)[]
  readonly named: (text: string) => string
  readonly report: InspectReport
  readonly calls: ReadonlyMap<string, CapturedCall>
  readonly bytes: number
}

interface OpenedCapturesDeps {
  readonly random: Random
  readonly feed: Feed
  readonly threads: CaptureThreads
}

/** The captures that are open: each has an id, and so has each of their calls. */
export class OpenedCaptures {
  readonly #deps: OpenedCapturesDeps
  readonly #open = new Map<string, Opened>()

  constructor(deps: OpenedCapturesDeps) {
    this.#deps = deps
  }

  /**
   * `named` writes a text with the names that the person knows in place of the paths. Throws RingbackError as
   * CaptureThreads does.
   */
  async open(paths: readonly string[], named: (text: string) => string): Promise<CaptureView> {
    const { random, feed, threads } = this.#deps
    const states = paths.map(stateOf)
    const read = await threads.report(paths)
    const report = { ...read, files: read.files.map(named), problems: read.problems.map(named) }
    const id = random.token(10)
    const calls = report.calls.map((call) => new CapturedCall(id, call, () => this.#packets(id, call.callId)))
    const opened: Opened = {
      id,
      paths,
      states,
      named,
      report,
      calls: new Map(calls.map((call) => [call.id, call])),
      bytes: report.calls.reduce((sum, { messages }) => messages.reduce((all, { raw }) => all + raw.length, sum), 0),
    }
    this.#open.set(id, opened)
    this.#makeRoom()
    feed.change({ kind: 'capture', id })
    return viewOf(opened)
  }

  /** Forgets the capture and its calls. Throws RingbackError (usage) where there is none. */
  close(id: string): void {
    this.#known(id)
    this.#open.delete(id)
    this.#deps.feed.change({ kind: 'capture', id })
  }

  /** All that is in it. Throws RingbackError (usage) where there is none. */
  report(id: string): InspectReport {
    return this.#known(id).report
  }

  /** Its calls as lists show them. Throws RingbackError (usage) where there is none. */
  views(id: string, offset: number, limit: number): CallView[] {
    return [...this.#known(id).calls.values()].slice(offset, offset + limit).map((call) => call.view())
  }

  call(id: string): CapturedCall | undefined {
    return this.#open.get(id.slice(0, id.lastIndexOf('.')))?.calls.get(id)
  }

  keys(): string[] {
    return [...this.#open.keys()]
  }

  /** What a watcher is told of a capture now: with it go the calls of it that the watcher knows. */
  changes(id: string, { views, told }: Watcher): Change[] {
    const opened = this.#open.get(id)
    if (opened) return [{ kind: 'capture', capture: viewOf(opened) }]
    const gone: Change[] = []
    for (const view of [...views.values()]) {
      if (view.capture !== id) continue
      views.delete(view.id)
      told.delete(view.id)
      gone.push({ kind: 'gone', of: 'call', id: view.id })
    }
    return [...gone, { kind: 'gone', of: 'capture', id }]
  }

  #known(id: string): Opened {
    const opened = this.#open.get(id)
    if (!opened) throw usage(`there is no open capture "${id}"`)
    return opened
  }

  /** Reads the files again. Throws RingbackError where they are not there any more as they were. */
  async #packets(id: string, callId: string): Promise<CallPackets> {
    const { paths, states, named } = this.#known(id)
    for (const [i, path] of paths.entries()) {
      if (states[i] === null) throw usage(named(`${path} is no file that can be read again: save it as one first`))
      if (stateOf(path) !== states[i])
        throw usage(named(`${path} is not what it was when it was opened: open it again to save packets of it`))
    }
    try {
      return await this.#deps.threads.packets(paths, callId)
    } catch (error) {
      throw error instanceof RingbackError ? new RingbackError(error.kind, named(error.message), error) : error
    }
  }

  #makeRoom(): void {
    let bytes = [...this.#open.values()].reduce((sum, opened) => sum + opened.bytes, 0)
    for (const oldest of this.#open.values()) {
      if (this.#open.size === 1 || (this.#open.size <= mostOpen && bytes <= mostKeptBytes)) return
      bytes -= oldest.bytes
      this.close(oldest.id)
    }
  }
}

function viewOf({ id, report }: Opened): CaptureView {
  const { files, calls, registrations, dialogs, unmatchedStreams, problems, packets, damaged } = report
  return {
    id,
    files,
    calls: calls.length,
    registrations: registrations.length,
    dialogs: dialogs.length,
    unmatchedStreams: unmatchedStreams.length,
    problems,
    packets,
    damaged,
  }
}

/** Of a file: changes when it is written to, replaced or removed. Null for a pipe or a device. */
function stateOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return 'gone'
  return found.isFile() ? `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs}` : null
}
