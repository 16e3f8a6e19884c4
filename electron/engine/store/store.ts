import type { DatabaseSync } from 'node:sqlite'
import { settingsSchema, type Settings, type StoredTrunk, type Trunk } from '../../../shared/contract/commands.ts'
import { callReportSchema, type CallReport } from '../../../shared/contract/report.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import type { EncryptionForm } from '../../../shared/model/encryption.ts'
import type { Clock } from '../base/clock.ts'
import { RingbackError, machine } from '../base/errors.ts'
import { hideIn, type CustomHeader } from '../base/secret-headers.ts'
import { Calls, historyEntry, indexCall, readJson, type HistoryPage, type HistoryQuery } from './calls.ts'
import { openDatabase, setPatience, suspect } from './database.ts'
import { Secrets } from './secrets.ts'
import { explainSqlite, saysDamaged, transaction } from './sqlite.ts'
import { Trunks, type TrunkSecrets } from './trunks.ts'

export { historyEntry, searchText, type HistoryPage, type HistoryQuery } from './calls.ts'

/**
 * While calls go on: another process that has the database locked is waited for no longer than this, and asked again
 * later.
 */
const briefMs = 100
const patienceMs = 5000
const mostNotices = 100
/** In the settings for as long as old pages may have clear text. */
const oldPages = 'old pages'

/** Trunks, settings, past calls and secrets of one profile folder, in SQLite. */
export class Store {
  readonly #db: DatabaseSync
  readonly folder: string
  readonly #secrets: Secrets
  readonly #calls: Calls
  readonly #trunks: Trunks
  readonly #notices: string[] = []
  #settings: Settings | null = null
  /** Calls that could not be kept since the start. */
  lost = 0

  /** Throws RingbackError (machine) when the folder cannot be used, or was written by a newer version. */
  constructor(folder: string, clock: Clock) {
    this.folder = folder
    this.#secrets = new Secrets(folder)
    const { db, notices } = openDatabase(folder, clock, [createCalls, createSearch, (old) => this.#sealHeaders(old)])
    this.#db = db
    this.#notices.push(...notices)
    this.#trunks = new Trunks(db, this.#secrets)
    this.#calls = new Calls(
      db,
      clock,
      () => this.settings,
      (sentence) => {
        this.lost++
        this.#note(sentence)
      },
    )
    this.#mendKey()
    this.#clearOldPages()
    try {
      this.#readSettings(clock)
    } catch (error) {
      db.close()
      throw error
    }
  }

  /** Sentences of what had to be done, or left out; a person should hear of them once. */
  get notices(): readonly string[] {
    return this.#notices
  }

  #note(sentence: string): void {
    if (this.#notices.length < mostNotices && !this.#notices.includes(sentence)) this.#notices.push(sentence)
  }

  /**
   * Format 3: values of trunks' headers, in clear before, are sealed; those of secret headers are masked in past calls
   * too.
   */
  #sealHeaders(db: DatabaseSync): void {
    if (this.#secrets.unusable) this.#setKeyAside()
    const clear = new Trunks(db, this.#secrets).seal()
    for (const header of clear) hideInCalls(db, header)
    if (clear.length > 0) db.prepare('INSERT INTO settings VALUES (?, ?)').run(oldPages, '{}')
  }

  /**
   * Pages of the file that are no longer used may still have what stood in clear: the file is written again, at this
   * start or at one that can.
   */
  #clearOldPages(): void {
    try {
      if (!this.#db.prepare('SELECT 1 FROM settings WHERE name = ?').get(oldPages)) return
      this.#db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
      this.#write(() => this.#db.prepare('DELETE FROM settings WHERE name = ?').run(oldPages))
    } catch (error) {
      this.#note(
        `Header values of trunks are sealed now, but their old text may still be in ${this.folder}: ` +
          `${explainSqlite(error)}.`,
      )
    }
  }

  /** A key file that holds no key is set aside, and a new one made when something is sealed. */
  #mendKey(): void {
    try {
      if (this.#secrets.unusable) this.#write(() => this.#secrets.unusable && this.#setKeyAside())
    } catch (error) {
      this.#note(
        `${this.#secrets.file} holds no key and cannot be set aside: stored passwords cannot be used ` +
          `(${explainSqlite(error)}).`,
      )
    }
  }

  #setKeyAside(): void {
    const aside = this.#secrets.setAside()
    this.#note(
      `There was no key in ${this.#secrets.file}, which is ${aside} now. Passwords and header values that ` +
        'were sealed with it must be set again.',
    )
  }

  #readSettings(clock: Clock): void {
    const row = this.#read(() => this.#db.prepare(`SELECT value FROM settings WHERE name = 'settings'`).get())
    this.#settings = row ? readJson(settingsSchema, row['value']) : settingsSchema.parse({})
    if (this.#settings) return
    this.#settings = settingsSchema.parse({})
    const aside = `damaged ${isoMicros(clock.nowUs())}`
    try {
      this.#write(() => this.#db.prepare(`UPDATE OR REPLACE settings SET name = ? WHERE name = 'settings'`).run(aside))
    } catch {
      // It stays where it is, and is found again.
    }
    this.#note(
      'The stored settings cannot be read: the usual ones are used. The old ones are kept in the database as ' +
        `"${aside}".`,
    )
  }

  get settings(): Settings {
    return this.#settings!
  }

  saveSettings(settings: Settings): void {
    const value = JSON.stringify(settingsSchema.parse(settings))
    this.#write(() =>
      this.#db
        .prepare(`INSERT INTO settings VALUES ('settings', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
        .run(value),
    )
    this.#settings = settings
  }

  saveSecret(name: string, secret: string): void {
    this.#write(() => this.#trunks.putSecret(name, secret))
  }

  /** Trunks that can be read, with the values of secret headers hidden. */
  trunks(): StoredTrunk[] {
    const { trunks, unreadable } = this.#read(() => this.#trunks.all())
    for (const name of unreadable)
      this.#note(`Trunk "${name}" is stored but cannot be read: remove it and add it again.`)
    return trunks
  }

  /**
   * With the values of its headers. Throws RingbackError: `usage` naming the trunks there are, `machine` when it is
   * stored but cannot be used.
   */
  trunk(name: string): Trunk {
    return this.#read(() => this.#trunks.get(name))
  }

  /**
   * The secret of that name (a trunk's password has the trunk's); null when none is stored. Throws RingbackError
   * (machine) when it cannot be opened.
   */
  secret(name: string): string | null {
    return this.#read(() => this.#trunks.secret(name))
  }

  /** Secrets that are left out stay as they are stored; so does a hidden header value. Throws RingbackError. */
  saveTrunk(trunk: Trunk, secrets: TrunkSecrets, replace: boolean): void {
    this.#write(() => this.#trunks.save(trunk, secrets, replace))
  }

  /** How encryption is offered first to a trunk from now on. Throws RingbackError (machine). */
  setTrunkForm(name: string, form: EncryptionForm): void {
    this.#write(() => this.#trunks.setForm(name, form))
  }

  removeTrunk(name: string): void {
    this.#write(() => this.#trunks.remove(name))
  }

  /** Keeps a report, one of a call under way too; written with the next `flush`. */
  addCall(report: CallReport): void {
    this.#calls.add(report)
  }

  /**
   * Writes what waits: all of it, or (`whole` false) as much as a moment allows; `patient`: another process that writes
   * is waited for. True when nothing waits any more. Throws RingbackError (machine).
   */
  flush(whole = true, patient = true): boolean {
    if (!patient) setPatience(this.#db, briefMs)
    try {
      return this.#guard(() => this.#calls.flush(whole), 'the history cannot be written')
    } finally {
      if (!patient) setPatience(this.#db, patienceMs)
    }
  }

  history(query: HistoryQuery): HistoryPage {
    return this.#read(() => this.#calls.list(query))
  }

  /** Throws RingbackError (usage) when there is no such call. */
  call(id: string): CallReport {
    return this.#calls.pending(id) ?? this.#read(() => this.#calls.get(id))
  }

  /** What was not flushed before is lost. */
  close(): void {
    this.#db.close()
  }

  #write<T>(run: () => T): T {
    return this.#guard(() => transaction(this.#db, run), `cannot write to the profile folder ${this.folder}`)
  }

  #read<T>(run: () => T): T {
    return this.#guard(run, `cannot read the profile folder ${this.folder}`)
  }

  /** Errors of SQLite as a sentence; one that says damage has the next start look closely. */
  #guard<T>(run: () => T, what: string): T {
    try {
      return run()
    } catch (error) {
      if (error instanceof RingbackError) throw error
      if (saysDamaged(error)) suspect(this.folder)
      throw machine(`${what}: ${explainSqlite(error)}`, error)
    }
  }
}

/** Masks the value of a header wherever past calls have it. */
function hideInCalls(db: DatabaseSync, header: CustomHeader): void {
  const inJson = JSON.stringify(header.value).slice(1, -1)
  for (const { number, report } of db
    .prepare('SELECT number, report FROM calls WHERE instr(report, ?) > 0')
    .all(inJson)) {
    const read = readJson(callReportSchema, report)
    if (!read) continue
    const hidden = hideIn(read, [header])
    db.prepare('UPDATE calls SET entry = ?, report = ? WHERE number = ?').run(
      JSON.stringify(historyEntry(hidden)),
      JSON.stringify(hidden),
      number!,
    )
    indexCall(db, Number(number), hidden)
  }
}

function createCalls(db: DatabaseSync): void {
  db.exec(
    `CREATE TABLE trunks (name TEXT PRIMARY KEY, settings TEXT NOT NULL) STRICT;
    CREATE TABLE secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
    CREATE TABLE calls (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL, ` +
      'report TEXT NOT NULL) STRICT;',
  )
}

function createSearch(db: DatabaseSync): void {
  db.exec(`CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1);`)
  for (const { number, report } of db.prepare('SELECT number, report FROM calls').all()) {
    const read = readJson(callReportSchema, report)
    if (read) indexCall(db, Number(number), read)
  }
}
