import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { historyEntrySchema, settingsSchema, trunkSchema, type HistoryEntry, type Settings, type StoredTrunk, type Trunk } from '../../../shared/contract/commands.ts'
import { callReportSchema, type CallReport } from '../../../shared/contract/report.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import type { Clock } from '../base/clock.ts'
import { explainError, machine, usage } from '../base/errors.ts'
import { Secrets } from './secrets.ts'

/** What brings a database from each format to the next; the first from nothing. */
const steps = [
  `CREATE TABLE trunks (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT;
   CREATE TABLE secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
   CREATE TABLE calls (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL, report TEXT NOT NULL) STRICT;`,
  `CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1);`,
] as const
const version = steps.length
const dayUs = 24 * 3600 * 1e6
/** A trigram index finds no shorter words. */
const shortestIndexed = 3
export interface HistoryQuery {
  readonly limit: number
  readonly offset: number
  readonly query: string
  readonly until: number | null
  /** Calls to leave out: those under way. */
  readonly except: readonly string[]
}

/** Trunks, settings, past calls and secrets of one profile folder, in SQLite. */
export class Store {
  readonly #db: DatabaseSync
  readonly #clock: Clock
  readonly #secrets: Secrets
  readonly #pending = new Map<string, CallReport>()
  #settings: Settings | null = null

  /** Throws RingbackError (machine) when the folder cannot be used, or was written by a newer version. */
  constructor(folder: string, clock: Clock) {
    this.#clock = clock
    const file = join(folder, 'ringback.sqlite')
    try {
      if (!existsSync(folder)) mkdirSync(folder, { recursive: !existsSync(dirname(folder)), mode: 0o700 })
      this.#db = new DatabaseSync(file)
      this.#db.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    } catch (error) {
      throw machine(`cannot use the profile folder ${folder}: ${explainError(error)}; choose another with --profile`, error)
    }
    const found = this.#format()
    if (found > version) {
      this.#db.close()
      throw machine(`the profile folder ${folder} was written by a newer Ringback (format ${found}, this one knows ${version}): update Ringback, or choose another with --profile`)
    }
    try {
      if (found < version) this.#upgrade()
    } catch (error) {
      this.#db.close()
      throw machine(`cannot write to the profile folder ${folder}: ${explainError(error)}; choose another with --profile`, error)
    }
    this.#secrets = new Secrets(folder)
  }

  #format(): number {
    return Number((this.#db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version)
  }

  /** Another Ringback may be doing the same at this moment: who comes second finds it done. */
  #upgrade(): void {
    this.#db.exec('BEGIN IMMEDIATE')
    const found = this.#format()
    for (const step of steps.slice(found)) this.#db.exec(step)
    if (found === 1) for (const { number, report } of this.#db.prepare('SELECT number, report FROM calls').iterate()) this.#index(Number(number), callReportSchema.parse(JSON.parse(String(report))))
    this.#db.exec(`PRAGMA user_version = ${version}; COMMIT`)
  }

  get settings(): Settings {
    const row = this.#settings ? undefined : this.#db.prepare(`SELECT value FROM settings WHERE name = 'settings'`).get()
    // Settings that this version cannot read are as good as none.
    this.#settings ??= settingsSchema.safeParse(JSON.parse(String(row?.['value'] ?? '{}'))).data ?? settingsSchema.parse({})
    return this.#settings
  }

  saveSettings(settings: Settings): void {
    this.#db.prepare(`INSERT INTO settings VALUES ('settings', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`).run(JSON.stringify(settings))
    this.#settings = settings
  }

  saveSecret(name: string, secret: string): void {
    this.#db.prepare('INSERT INTO secrets VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed').run(name, this.#secrets.seal(secret))
  }

  trunks(): StoredTrunk[] {
    const rows = this.#db.prepare('SELECT t.settings, s.name IS NOT NULL AS secret FROM trunks t LEFT JOIN secrets s ON s.name = t.name ORDER BY t.name').all()
    return rows.map((row) => ({ ...trunkSchema.parse(JSON.parse(String(row['settings']))), hasPassword: row['secret'] === 1 }))
  }

  /** Throws RingbackError (usage) naming the trunks there are. */
  trunk(name: string): Trunk {
    const row = this.#db.prepare('SELECT settings FROM trunks WHERE name = ?').get(name)
    if (row) return trunkSchema.parse(JSON.parse(String(row['settings'])))
    const names = this.trunks().map((trunk) => trunk.name)
    throw usage(`there is no trunk "${name}": ${names.length > 0 ? `known are ${names.join(', ')}` : 'none is stored; add one with ringback trunk add'}`)
  }

  /** The secret of that name (a trunk's password has the trunk's); null when none is stored. */
  secret(name: string): string | null {
    const row = this.#db.prepare('SELECT sealed FROM secrets WHERE name = ?').get(name)
    return row ? this.#secrets.open(row['sealed'] as Uint8Array) : null
  }

  /** `password` undefined leaves a stored one as it is. */
  saveTrunk(trunk: Trunk, password: string | undefined, replace: boolean): void {
    const exists = this.#db.prepare('SELECT 1 FROM trunks WHERE name = ?').get(trunk.name) !== undefined
    if (exists && !replace) throw usage(`trunk "${trunk.name}" exists: change it with ringback trunk set`)
    if (!exists && replace) this.trunk(trunk.name)
    this.#db.prepare('INSERT INTO trunks VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET settings = excluded.settings').run(trunk.name, JSON.stringify(trunk))
    if (password !== undefined) this.saveSecret(trunk.name, password)
  }

  removeTrunk(name: string): void {
    this.trunk(name)
    this.#db.prepare('DELETE FROM trunks WHERE name = ?').run(name)
    this.#db.prepare('DELETE FROM secrets WHERE name = ?').run(name)
  }

  /** Keeps a report, one of a call under way too; written with the next `flush`, many in one transaction. */
  addCall(report: CallReport): void {
    this.#pending.set(report.id, report)
    if (this.#pending.size >= 200) this.flush()
  }

  flush(): void {
    if (this.#pending.size === 0) return
    const reports = [...this.#pending.values()]
    this.#pending.clear()
    const insert = this.#db.prepare('INSERT INTO calls (id, entry, report) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET entry = excluded.entry, report = excluded.report RETURNING number')
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      for (const report of reports) this.#index(Number(insert.get(report.id, JSON.stringify(historyEntry(report)), JSON.stringify(report))!['number']), report)
      this.#forget()
      this.#db.exec('COMMIT')
    } catch (error) {
      this.#db.exec('ROLLBACK')
      for (const report of reports) if (!this.#pending.has(report.id)) this.#pending.set(report.id, report)
      throw error
    }
  }

  /** What a search finds a call by: everything that was said, names and values of headers as on the wire. */
  #index(number: number, report: CallReport): void {
    this.#db.prepare('DELETE FROM words WHERE rowid = ?').run(number)
    this.#db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)').run(number, searchText(report))
  }

  /** Calls beyond what the settings keep. */
  #forget(): void {
    const { keepCalls, keepDays } = this.settings
    const oldest = keepDays === null ? '' : isoMicros(this.#clock.nowUs() - keepDays * dayUs)
    const last = Number(this.#db.prepare('SELECT max(number) AS newest FROM calls').get()!['newest']) - keepCalls
    const gone: number[] = []
    for (const { number, startedAt } of this.#db.prepare(`SELECT number, entry ->> 'startedAt' AS startedAt FROM calls ORDER BY number`).iterate()) {
      if (Number(number) > last && String(startedAt) >= oldest) break
      gone.push(Number(number))
    }
    for (const table of ['calls WHERE number', 'words WHERE rowid']) {
      const remove = this.#db.prepare(`DELETE FROM ${table} = ?`)
      for (const number of gone) remove.run(number)
    }
  }

  history({ limit, offset, query, until, except }: HistoryQuery): { total: number; newest: number; entries: HistoryEntry[] } {
    this.flush()
    const newest = Number(this.#db.prepare('SELECT coalesce(max(number), 0) AS newest FROM calls').get()!['newest'])
    const words = query.split(/\s+/).filter(Boolean)
    const indexed = words.filter((word) => [...word].length >= shortestIndexed)
    const short = words.filter((word) => !indexed.includes(word))
    const where = ['number <= ?', `id NOT IN (${except.map(() => '?').join(', ')})`, ...(indexed.length > 0 ? ['number IN (SELECT rowid FROM words WHERE words MATCH ?)'] : []), ...short.map(() => `entry LIKE ? ESCAPE '\\'`)].join(' AND ')
    const values = [until ?? newest, ...except, ...(indexed.length > 0 ? [indexed.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ')] : []), ...short.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)]
    const total = Number(this.#db.prepare(`SELECT count(*) AS total FROM calls WHERE ${where}`).get(...values)!['total'])
    const rows = this.#db.prepare(`SELECT entry FROM calls WHERE ${where} ORDER BY number DESC LIMIT ? OFFSET ?`).all(...values, limit, offset)
    return { total, newest, entries: rows.map((row) => historyEntrySchema.parse(JSON.parse(String(row['entry'])))) }
  }

  /** Throws RingbackError (usage) when there is no such call. */
  call(id: string): CallReport {
    this.flush()
    const row = this.#db.prepare('SELECT report FROM calls WHERE id = ?').get(id)
    if (!row) throw usage(`there is no call "${id}" in the history: see ringback history list`)
    return callReportSchema.parse(JSON.parse(String(row['report'])))
  }

  /** What was not flushed before is lost. */
  close(): void {
    this.#db.close()
  }
}

export function historyEntry(report: CallReport): HistoryEntry {
  return {
    id: report.id, startedAt: report.timeline.startedAt, direction: report.direction, from: report.from, to: report.to,
    outcome: report.outcome, status: report.status?.code ?? null, verdict: report.verdict.sentence, durationMs: report.timeline.durationMs,
    trunk: report.placed?.trunk ?? null, kind: report.verdict.kind,
  }
}

export function searchText({ from, to, requestUri, callId, outcome, placed, verdict, findings, messages }: CallReport): string {
  const lines = new Set(messages.flatMap(({ raw }) => raw.split('\r\n')))
  return [from, to, requestUri, callId, outcome, placed?.trunk ?? '', verdict.sentence, ...findings.map(({ sentence }) => sentence), ...lines].join('\n')
}
