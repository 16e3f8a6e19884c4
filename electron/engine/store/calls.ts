import type { DatabaseSync } from 'node:sqlite'
import type { z } from 'zod'
import { type Settings } from '../../../shared/contract/commands.ts'
import { historyEntrySchema, type HistoryEntry } from '../../../shared/contract/lists.ts'
import { callReportSchema, type CallReport } from '../../../shared/contract/report.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import { parseNameAddr } from '../../../shared/wire/sip/grammar.ts'
import type { Clock } from '../base/clock.ts'
import { machine, usage } from '../base/errors.ts'
import type { SortKey } from '../../../shared/model/call-query.ts'
import { conditionsOf, orderOf } from './call-search.ts'
import { explainSqlite, isOfOneRow, transaction } from './sqlite.ts'

const dayUs = 24 * 3600 * 1e6
/** Characters of a call that a search finds it by: indexing costs half a millisecond a kilobyte. */
const mostIndexed = 32 * 1024
/** Characters of messages that are kept of one call. */
const mostRaw = 32 * 1024 * 1024
/** Reports that wait to be written while the disk refuses. */
const mostPending = 1000
const sliceMs = 10

export interface HistoryQuery {
  readonly limit: number
  readonly offset: number
  readonly query: string
  readonly until: number | null
  readonly sort?: SortKey
  readonly descending?: boolean
  /** Calls to leave out: those under way. */
  readonly except: readonly string[]
}

export interface HistoryPage {
  readonly total: number
  readonly newest: number
  readonly entries: HistoryEntry[]
  /** Rows of the page that are damaged. */
  readonly unreadable: number
}

/** Past calls, and those under way as they were last kept. */
export class Calls {
  readonly #db: DatabaseSync
  readonly #clock: Clock
  readonly #settings: () => Settings
  readonly #lost: (sentence: string) => void
  readonly #pending = new Map<string, CallReport>()
  /** Calls that `lost` has heard of. */
  readonly #refused = new Set<string>()

  /** `lost` hears of each call that could not be kept. */
  constructor(db: DatabaseSync, clock: Clock, settings: () => Settings, lost: (sentence: string) => void) {
    this.#db = db
    this.#clock = clock
    this.#settings = settings
    this.#lost = lost
  }

  /** Keeps a report, one of a call under way too; written with a `flush`. The oldest make room when too many wait. */
  add(report: CallReport): void {
    this.#pending.delete(report.id)
    this.#pending.set(report.id, report)
    if (this.#pending.size <= mostPending) return
    const [oldest] = this.#pending.keys()
    this.#pending.delete(oldest!)
    this.#refuse(oldest!, `more than ${mostPending} calls waited to be written`)
  }

  #refuse(id: string, why: string): void {
    if (this.#refused.has(id)) return
    if (this.#refused.size >= mostPending) this.#refused.clear()
    this.#refused.add(id)
    this.#lost(`Call ${id} is not in the history: ${why}.`)
  }

  /** A report that waits to be written. */
  pending(id: string): CallReport | undefined {
    return this.#pending.get(id)
  }

  /**
   * Writes what waits, many reports in one transaction; `whole` false: for no longer than a moment, so that live calls
   * do not wait. True when nothing waits any more. Throws the error of SQLite; then everything still waits.
   */
  flush(whole: boolean): boolean {
    if (this.#pending.size === 0) return true
    const done = transaction(this.#db, () => {
      const startMs = this.#clock.monotonicMs()
      const written: string[] = []
      for (const report of this.#pending.values()) {
        if (!whole && written.length > 0 && this.#clock.monotonicMs() - startMs > sliceMs) break
        this.#write(report)
        written.push(report.id)
      }
      this.#forget()
      return written
    })
    for (const id of done) this.#pending.delete(id)
    return this.#pending.size === 0
  }

  #write(report: CallReport): void {
    const kept = bounded(report)
    const entry = historyEntry(kept)
    const fault = faultOf(historyEntrySchema.safeParse(entry)) ?? faultOf(callReportSchema.safeParse(kept))
    if (fault !== null) return this.#refuse(report.id, `its report has a value that cannot be (${fault})`)
    try {
      const { number } = this.#db
        .prepare(
          'INSERT INTO calls (id, entry, report) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET entry = ' +
            'excluded.entry, report = excluded.report RETURNING number',
        )
        .get(kept.id, JSON.stringify(entry), JSON.stringify(kept))!
      indexCall(this.#db, Number(number), kept)
    } catch (error) {
      if (!isOfOneRow(error)) throw error
      this.#refuse(report.id, explainSqlite(error))
    }
  }

  /** Calls beyond what the settings keep. */
  #forget(): void {
    const { keepCalls, keepDays } = this.#settings()
    const oldest = keepDays === null ? '' : isoMicros(this.#clock.nowUs() - keepDays * dayUs)
    const last = Number(this.#db.prepare('SELECT max(number) AS newest FROM calls').get()!['newest']) - keepCalls
    const gone: number[] = []
    for (const { number, startedAt } of this.#db
      .prepare(
        "SELECT number, CASE WHEN json_valid(entry) THEN entry ->> 'startedAt' END AS startedAt FROM calls " +
          'ORDER BY number',
      )
      .iterate()) {
      if (Number(number) > last && String(startedAt ?? oldest) >= oldest) break
      gone.push(Number(number))
    }
    for (const table of ['calls WHERE number', 'words WHERE rowid']) {
      const remove = this.#db.prepare(`DELETE FROM ${table} = ?`)
      for (const number of gone) remove.run(number)
    }
  }

  list({ limit, offset, query, until, except, sort = 'start', descending = true }: HistoryQuery): HistoryPage {
    const newest = Number(this.#db.prepare('SELECT coalesce(max(number), 0) AS newest FROM calls').get()!['newest'])
    const asked = conditionsOf(query)
    const where = [
      'number <= ?',
      `id NOT IN (${except.map(() => '?').join(', ')})`,
      ...asked.map(({ sql }) => sql),
    ].join(' AND ')
    const values = [until ?? newest, ...except, ...asked.flatMap((condition) => condition.values)]
    const total = Number(
      this.#db.prepare(`SELECT count(*) AS total FROM calls WHERE ${where}`).get(...values)!['total'],
    )
    const rows = this.#db
      .prepare(`SELECT entry FROM calls WHERE ${where} ORDER BY ${orderOf(sort, descending)} LIMIT ? OFFSET ?`)
      .all(...values, limit, offset)
    const entries = rows.flatMap((row) => readJson(historyEntrySchema, row['entry']) ?? [])
    return { total, newest, entries, unreadable: rows.length - entries.length }
  }

  /** Throws RingbackError: `usage` when there is no such call, `machine` when its row is damaged. */
  get(id: string): CallReport {
    const row = this.#db.prepare('SELECT report FROM calls WHERE id = ?').get(id)
    if (!row) throw usage(`there is no call "${id}" in the history`, { code: 'list-calls' })
    const report = readJson(callReportSchema, row['report'])
    if (!report) throw machine(`call "${id}" is in the history but cannot be read: its row is damaged`)
    return report
  }
}

/** Null when the text is not what the schema asks for. */
export function readJson<T>(schema: z.ZodType<T>, text: unknown): T | null {
  try {
    return schema.safeParse(JSON.parse(String(text))).data ?? null
  } catch {
    return null
  }
}

function faultOf({ error }: z.ZodSafeParseResult<unknown>): string | null {
  const [issue] = error?.issues ?? []
  return issue ? `${issue.path.join('.')}: ${issue.message}` : null
}

/** A report with no more messages than can be kept; the others are counted. */
function bounded(report: CallReport): CallReport {
  let characters = 0
  const most = report.messages.findIndex(({ raw }) => (characters += raw.length) > mostRaw)
  return most < 0
    ? report
    : {
        ...report,
        messages: report.messages.slice(0, most),
        droppedMessages: report.droppedMessages + report.messages.length - most,
      }
}

/**
 * What a search finds a call by: everything that was said, names and values of headers as on the wire; of a call under
 * way who and where, it is written again.
 */
export function indexCall(db: DatabaseSync, number: number, report: CallReport): void {
  db.prepare('DELETE FROM words WHERE rowid = ?').run(number)
  db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)').run(
    number,
    searchText(report.timeline.endedAt === null ? { ...report, messages: [] } : report).slice(0, mostIndexed),
  )
}

export function historyEntry(report: CallReport): HistoryEntry {
  return {
    id: report.id,
    startedAt: report.timeline.startedAt,
    direction: report.direction,
    from: report.from,
    to: report.to,
    outcome: report.outcome,
    status: report.status?.code ?? null,
    verdict: report.verdict.sentence,
    durationMs: report.timeline.durationMs,
    trunk: report.placed?.trunk ?? null,
    kind: report.verdict.kind,
    callId: report.callId,
    name: callerName(report),
    ...(report.agent === undefined ? {} : { agent: report.agent }),
  }
}

/** The display name of whoever called here. */
function callerName({ direction, headers }: CallReport): string {
  const from = direction === 'inbound' ? headers.received.find(({ name }) => name.toLowerCase() === 'from') : undefined
  return (from && parseNameAddr(from.value)?.displayName) ?? ''
}

export function searchText({
  from,
  to,
  requestUri,
  callId,
  outcome,
  placed,
  verdict,
  findings,
  messages,
  note,
}: CallReport): string {
  const lines = new Set<string>()
  let characters = 0
  for (const { raw } of messages) {
    if (characters > mostIndexed) break
    for (const line of raw.split('\r\n')) lines.add(line)
    characters += raw.length
  }
  return [
    from,
    to,
    requestUri,
    callId,
    outcome,
    placed?.trunk ?? '',
    note ?? '',
    verdict.sentence,
    ...findings.map(({ sentence }) => sentence),
    ...lines,
  ].join('\n')
}
