import type { CallReport } from '../../shared/contract/report.ts'
import type { Change, Sample } from '../../shared/contract/state.ts'
import type { CallView } from '../../shared/contract/views.ts'
import { usage } from './base/errors.ts'
import type { Watcher } from './feed.ts'
import type { CallFiles } from './report/exports.ts'

/** How much of a report there is: messages, and samples by stream. */
export interface Extent {
  readonly messages: number
  readonly samples: readonly number[]
}

/** A call that can be shown, saved and watched by its id: under way, over, or seen in a capture. */
export interface KnownCall extends CallFiles {
  readonly id: string
  /** Its report is final. */
  readonly over: boolean
  /**
   * Where the report is not at hand, as in a capture: gets it; null when it is there. Nothing else is asked before.
   * When it has come, the call is reported as changed. Rejects with RingbackError where there is none.
   */
  fetch?(): Promise<void> | null
  /** As lists show it: the same object for as long as a list would show the same. */
  view(): CallView
  /** With the messages from number `from` on. */
  report(from?: number): CallReport
  extent(): Extent
  /** What is kept of the figures of each stream, from those numbers on. */
  samples(since: readonly number[]): Sample[][]
  /** What a person writes to it; null: nothing. */
  annotate(note: string | null): void
}

/** Whoever has calls: this engine, the captures that are open. */
interface CallSource {
  call(id: string): KnownCall | undefined
}

/** Every call that the engine has, whoever has it: one place where an id leads to a call. */
export class KnownCalls {
  readonly #sources: readonly CallSource[]

  constructor(sources: readonly CallSource[]) {
    this.#sources = sources
  }

  get(id: string): KnownCall | undefined {
    for (const source of this.#sources) {
      const call = source.call(id)
      if (call) return call
    }
    return undefined
  }

  /** A call whose report is at hand. Throws RingbackError (usage) where there is none. */
  async known(id: string): Promise<KnownCall> {
    const call = this.get(id)
    if (!call) throw usage(`there is no call "${id}"`)
    await call.fetch?.()
    return call
  }

  /** What a watcher gets of a call now. */
  changes(id: string, watcher: Watcher): Change[] {
    const call = this.get(id)
    if (!call) {
      watcher.sent.delete(id)
      watcher.views.delete(id)
      return [{ kind: 'gone', of: 'call', id }]
    }
    if (call.fetch) {
      // Of those in captures each is sent only to who looks at it.
      if (!watcher.watched.has(id)) return []
      const coming = call.fetch()
      if (coming) {
        coming.catch(() => {})
        return []
      }
    }
    const wanted =
      watcher.reports === 'live' ||
      (watcher.reports === 'ended' ? call.over && !watcher.sent.has(id) : watcher.watched.has(id))
    const summary: Change[] = watcher.reports === 'ended' ? [] : summaryOf(call, watcher)
    return wanted ? [...summary, newsOf(call, watcher)] : summary
  }
}

/** Nothing where a list would show what it shows already. */
function summaryOf(call: KnownCall, { views }: Watcher): Change[] {
  const view = call.view()
  if (views.get(view.id) === view) return []
  views.set(view.id, view)
  return [{ kind: 'call', call: view }]
}

function newsOf(call: KnownCall, { sent }: Watcher): Change {
  const { messages, samples } = sent.get(call.id) ?? { messages: 0, samples: [] }
  sent.set(call.id, call.extent())
  return {
    kind: 'report',
    ended: call.over,
    from: messages,
    report: call.report(messages),
    samples: call.samples(samples),
  }
}
