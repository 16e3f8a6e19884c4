import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { historyEntrySchema, trunkSchema, type HistoryEntry, type Trunk } from '../../../shared/contract/commands.ts'
import { callReportSchema, type CallReport } from '../../../shared/contract/report.ts'
import { explainError, machine, usage } from '../base/errors.ts'
import { Secrets } from './secrets.ts'

const version = 1
const keptCalls = 10_000

const schema = `
  CREATE TABLE trunks (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT;
  CREATE TABLE secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
  CREATE TABLE calls (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL, report TEXT NOT NULL) STRICT;
`

/** Trunks, past calls and secrets of one profile folder, in SQLite. */
export class Store {
  readonly #db: DatabaseSync
  readonly #secrets: Secrets
  readonly #pending: CallReport[] = []

  /** Throws RingbackError (machine) when the folder cannot be used, or was written by a newer version. */
  constructor(folder: string) {
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
      if (found === 0) this.#create()
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
  #create(): void {
    this.#db.exec('BEGIN IMMEDIATE')
    if (this.#format() === 0) this.#db.exec(`${schema} PRAGMA user_version = ${version};`)
    this.#db.exec('COMMIT')
  }

  trunks(): (Trunk & { hasPassword: boolean })[] {
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

  /** The trunk's password; null when none is stored. */
  password(trunk: string): string | null {
    const row = this.#db.prepare('SELECT sealed FROM secrets WHERE name = ?').get(trunk)
    return row ? this.#secrets.open(row['sealed'] as Uint8Array) : null
  }

  /** `password` undefined leaves a stored one as it is. */
  saveTrunk(trunk: Trunk, password: string | undefined, replace: boolean): void {
    const exists = this.#db.prepare('SELECT 1 FROM trunks WHERE name = ?').get(trunk.name) !== undefined
    if (exists && !replace) throw usage(`trunk "${trunk.name}" exists: change it with ringback trunk set`)
    if (!exists && replace) this.trunk(trunk.name)
    this.#db.prepare('INSERT INTO trunks VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET settings = excluded.settings').run(trunk.name, JSON.stringify(trunk))
    if (password !== undefined) this.#db.prepare('INSERT INTO secrets VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed').run(trunk.name, this.#secrets.seal(password))
  }

  removeTrunk(name: string): void {
    this.trunk(name)
    this.#db.prepare('DELETE FROM trunks WHERE name = ?').run(name)
    this.#db.prepare('DELETE FROM secrets WHERE name = ?').run(name)
  }

  /** Keeps a report; written with the next `flush`, many in one transaction. */
  addCall(report: CallReport): void {
    this.#pending.push(report)
    if (this.#pending.length >= 200) this.flush()
  }

  flush(): void {
    if (this.#pending.length === 0) return
    const insert = this.#db.prepare('INSERT OR REPLACE INTO calls (id, entry, report) VALUES (?, ?, ?)')
    this.#db.exec('BEGIN')
    for (const report of this.#pending.splice(0)) insert.run(report.id, JSON.stringify(historyEntry(report)), JSON.stringify(report))
    this.#db.exec(`DELETE FROM calls WHERE number <= (SELECT max(number) FROM calls) - ${keptCalls}; COMMIT`)
  }

  history(limit: number): HistoryEntry[] {
    this.flush()
    return this.#db.prepare('SELECT entry FROM calls ORDER BY number DESC LIMIT ?').all(limit).map((row) => historyEntrySchema.parse(JSON.parse(String(row['entry']))))
  }

  /** Throws RingbackError (usage) when there is no such call. */
  call(id: string): CallReport {
    this.flush()
    const row = this.#db.prepare('SELECT report FROM calls WHERE id = ?').get(id)
    if (!row) throw usage(`there is no call "${id}" in the history: see ringback history list`)
    return callReportSchema.parse(JSON.parse(String(row['report'])))
  }

  close(): void {
    try {
      this.flush()
    } finally {
      this.#db.close()
    }
  }
}

function historyEntry(report: CallReport): HistoryEntry {
  return {
    id: report.id, startedAt: report.timeline.startedAt, direction: report.direction, from: report.from, to: report.to,
    outcome: report.outcome, status: report.status?.code ?? null, verdict: report.verdict.sentence, durationMs: report.timeline.durationMs,
  }
}
