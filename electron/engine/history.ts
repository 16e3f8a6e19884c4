import type { CommandResult } from '../../shared/contract/commands.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import type { Clock, Timer } from './base/clock.ts'
import { explainError, usage } from './base/errors.ts'
import type { Log } from './base/log.ts'
import { historyEntry, searchText, type HistoryQuery, type Store } from './store/store.ts'

const writeAfterMs = 1000
/** Without a profile folder: the newest calls, in memory. */
const keptInMemory = 200

/** Past calls: in the store, or for a while in memory where there is none. */
export class History {
  readonly #clock: Clock
  readonly #store: Store | null
  readonly #log: Log
  readonly #memory: CallReport[] = []
  #timer: Timer | null = null
  readonly #changed: () => void
  /** Why the last write failed, as a sentence; null when it did not. */
  fault: string | null = null

  /** `changed` hears when writing begins to fail, or works again. */
  constructor(clock: Clock, store: Store | null, log: Log, changed: () => void) {
    this.#changed = changed
    this.#clock = clock
    this.#store = store
    this.#log = log
  }

  /** Keeps the report of a call, one under way too: a crash leaves what was known. Many are written in one transaction. */
  keep(report: CallReport): void {
    if (!this.#store) {
      if (report.timeline.endedAt !== null && this.#memory.unshift(report) > keptInMemory) this.#memory.pop()
      return
    }
    const store = this.#store
    this.#write(() => store.addCall(report))
    this.#timer ??= this.#clock.after(writeAfterMs, () => {
      this.#timer = null
      this.#write(() => store.flush())
    })
  }

  list(query: HistoryQuery): Omit<CommandResult<'history.list'>, 'live'> {
    if (this.#store) return this.#store.history(query)
    const found = this.#memory.filter((report) => fits(report, query.query))
    return { total: found.length, newest: found.length, entries: found.slice(query.offset, query.offset + query.limit).map(historyEntry) }
  }

  /** Throws RingbackError (usage) when there is no such call. */
  show(id: string): CallReport {
    if (this.#store) return this.#store.call(id)
    const report = this.#memory.find((known) => known.id === id)
    if (!report) throw usage(`there is no call "${id}"`)
    return report
  }

  close(): void {
    this.#timer?.cancel()
    this.#write(() => this.#store?.flush())
  }

  #write(write: () => void): void {
    const before = this.fault
    try {
      write()
      this.fault = null
    } catch (error) {
      this.fault = `the history cannot be written: ${explainError(error)}`
      this.#log(this.fault)
    }
    if (this.fault !== before) this.#changed()
  }
}

/** Whether every word of the query is somewhere in the call. */
export function fits(report: CallReport, query: string): boolean {
  const text = searchText(report).toLowerCase()
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}
