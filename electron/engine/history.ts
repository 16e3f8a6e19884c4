import type { CommandResult } from '../../shared/contract/commands.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { fitsFields, parseCallQuery } from '../../shared/model/call-query.ts'
import type { Clock, Timer } from './base/clock.ts'
import { explainError, usage } from './base/errors.ts'
import type { Log } from './base/log.ts'
import { historyEntry, searchText, type HistoryQuery, type Store } from './store/store.ts'

/** A call stands in the history this long after its start... */
const firstAfterMs = 50
/** ...and is written again no sooner than this. */
const intervalMs = 1000
const longestRetryMs = 30_000
/** Drawing goes on this long at a time, so that live calls do not wait; the rest follows soon. */
const sliceMs = 5
const restAfterMs = 20
/** Calls that moved and are not drawn yet; more are drawn at once. */
const mostMoved = 1000
/** Without a profile folder: the newest calls, in memory. */
const keptInMemory = 200

/** Past calls and those under way: in the store, or for a while in memory where there is none. */
export class History {
  readonly #clock: Clock
  readonly #store: Store | null
  readonly #log: Log
  readonly #changed: () => void
  readonly #memory: CallReport[] = []
  /** Calls that moved since they were last kept. */
  readonly #moved = new Map<string, () => CallReport>()
  #timer: Timer | null = null
  #writtenMs = -Infinity
  #failures = 0
  #lostBefore = 0
  /** Why the last write failed, as a sentence; null when it did not. */
  fault: string | null = null

  /** `changed` hears when writing begins to fail, works again, or a call could not be kept. */
  constructor(clock: Clock, store: Store | null, log: Log, changed: () => void) {
    this.#clock = clock
    this.#store = store
    this.#log = log
    this.#changed = changed
  }

  /** Calls of this run that could not be kept. */
  get lost(): number {
    return this.#store?.lost ?? 0
  }

  /**
   * Keeps the call as its report will be at the next write, one under way too: a crash leaves what was known. However
   * often it moves, it is drawn and written once a second.
   */
  keep(id: string, report: () => CallReport): void {
    this.#moved.set(id, report)
    if (this.#moved.size > mostMoved) this.#draw(true)
    if (this.#timer || this.#failures > 0) return
    this.#schedule(Math.max(firstAfterMs, this.#writtenMs + intervalMs - this.#clock.monotonicMs()))
  }

  list(query: HistoryQuery): Omit<CommandResult<'history.list'>, 'live'> {
    this.#write(true, false)
    if (this.#store) return this.#store.history(query)
    const found = this.#memory.filter((report) => fits(report, query.query))
    return {
      total: found.length,
      newest: found.length,
      entries: found.slice(query.offset, query.offset + query.limit).map(historyEntry),
      unreadable: 0,
    }
  }

  /** Throws RingbackError (usage) when there is no such call. */
  show(id: string): CallReport {
    this.#write(true, false)
    if (this.#store) return this.#store.call(id)
    const report = this.#memory.find((known) => known.id === id)
    if (!report) throw usage(`there is no call "${id}"`)
    return report
  }

  /** Throws RingbackError (usage) when there is no such call. */
  annotate(id: string, note: string | null): void {
    const { note: _, ...report } = this.show(id)
    const annotated = note === null ? report : { ...report, note }
    if (this.#store) return this.keep(id, () => annotated)
    this.#memory[this.#memory.findIndex((known) => known.id === id)] = annotated
  }

  /** Writes what waits, once more where it failed before. */
  close(): void {
    this.#write(true, true)
    this.#timer?.cancel()
    this.#timer = null
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = null
      this.#write(false, false)
    })
  }

  /**
   * `whole` false: for a moment only; `patient`: waits for another process. A failure is reported, and the write tried
   * again later and later.
   */
  #write(whole: boolean, patient: boolean): void {
    const drawn = this.#draw(whole)
    if (!this.#store) return drawn ? undefined : this.#schedule(restAfterMs)
    const before = this.fault
    try {
      const done = this.#store.flush(whole, patient) && drawn
      this.#writtenMs = this.#clock.monotonicMs()
      this.#failures = 0
      this.fault = null
      if (!done) this.#schedule(restAfterMs)
    } catch (error) {
      this.fault = explainError(error)
      this.#log(this.fault)
      this.#schedule(Math.min(longestRetryMs, intervalMs * 2 ** this.#failures++))
    }
    if (this.fault === before && this.lost === this.#lostBefore) return
    this.#lostBefore = this.lost
    this.#changed()
  }

  /** Hands over the calls that moved; false when some are left for later. */
  #draw(whole: boolean): boolean {
    const startMs = this.#clock.monotonicMs()
    for (const [id, draw] of this.#moved) {
      if (!whole && this.#clock.monotonicMs() - startMs > sliceMs) return false
      this.#moved.delete(id)
      try {
        const report = draw()
        if (this.#store) this.#store.addCall(report)
        else if (report.timeline.endedAt !== null && this.#memory.unshift(report) > keptInMemory) this.#memory.pop()
      } catch (error) {
        this.#log(`call ${id} is not kept: ${explainError(error)}`)
      }
    }
    return true
  }
}

/** Whether every word of the query is somewhere in the call, and its fields are as asked for. */
export function fits(report: CallReport, query: string): boolean {
  const { fields, words } = parseCallQuery(query)
  if (!fitsFields(historyEntry(report), fields)) return false
  const text = words.length === 0 ? '' : searchText(report).toLowerCase()
  return words.every((word) => text.includes(word.toLowerCase()))
}
