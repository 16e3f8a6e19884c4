import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isoMicros } from '../../../shared/base/time.ts'
import type { Clock } from '../base/clock.ts'
import { closeToOthers, makeFolder, removeLeftovers, writeWhole } from '../base/durable.ts'
import { RingbackError, explainError, machine } from '../base/errors.ts'
import { checkIsFile } from '../base/small-file.ts'
import { explainSqlite, isContentError, transaction } from './sqlite.ts'

const fileName = 'ringback.sqlite'
const sideFiles = ['-wal', '-shm'] as const
/** Beside a database that an operation found damaged: the next start looks through all of it. */
const suspectFile = `${fileName}.suspect`
const patienceMs = 5000

/** Brings a database from the format before to the one at its place; the first from nothing. Runs in a transaction. */
export type Step = (db: DatabaseSync) => void

export interface Database {
  readonly db: DatabaseSync
  /** Sentences: what had to be done to open it. */
  readonly notices: readonly string[]
}

/**
 * Opens the database of a profile folder; one that is damaged is set aside and a new one begun, with what can still be
 * read of trunks and settings. Throws RingbackError (machine) when the folder cannot be used or was written by a newer
 * version.
 */
export function openDatabase(folder: string, clock: Clock, steps: readonly Step[]): Database {
  const file = join(folder, fileName)
  try {
    makeFolder(folder, !existsSync(dirname(folder)))
  } catch (error) {
    throw unusable(folder, explainError((error as Error).cause), error)
  }
  closeToOthers(folder)
  removeLeftovers(folder)
  try {
    checkIsFile(file)
    // Made by us, it is for its owner only, and so are the files that SQLite puts beside it.
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw unusable(folder, explainError(error), error)
  }
  for (const name of ['', ...sideFiles]) closeToOthers(file + name)
  const { ino } = statSync(file)
  try {
    return { db: opened(folder, file, steps), notices: [] }
  } catch (error) {
    if (error instanceof RingbackError) throw error
    if (!isContentError(error)) throw unusable(folder, explainSqlite(error), error)
    // Another Ringback may have found the same, and started again.
    return statSync(file, { throwIfNoEntry: false })?.ino === ino
      ? begunAnew(folder, file, clock, steps)
      : openDatabase(folder, clock, steps)
  }
}

/** Notes that the database is to be looked through at the next start. */
export function suspect(folder: string): void {
  try {
    writeWhole(join(folder, suspectFile), '')
  } catch {
    // Then the next error says so again.
  }
}

const unusable = (folder: string, why: string, error: unknown): RingbackError =>
  machine(`cannot use the profile folder ${folder}: ${why}; choose another`, error, { code: 'choose-profile' })

/** Throws RingbackError for a newer format, else the error of SQLite. */
function opened(folder: string, file: string, steps: readonly Step[]): DatabaseSync {
  const db = new DatabaseSync(file)
  try {
    setPatience(db, patienceMs)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    const found = formatOf(db)
    if (found > steps.length)
      throw machine(
        `the profile folder ${folder} was written by a newer Ringback (format ${found}, this one knows ` +
          `${steps.length}): update Ringback, or choose another`,
        undefined,
        { code: 'choose-profile' },
      )
    if (found < steps.length) upgrade(db, steps)
    check(db, join(folder, suspectFile))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** How long an operation waits for another process that has the database locked. */
export function setPatience(db: DatabaseSync, ms: number): void {
  db.exec(`PRAGMA busy_timeout = ${ms}`)
}

function formatOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()!['user_version'])
}

/** Another Ringback may be doing the same at this moment: who comes second finds it done. */
function upgrade(db: DatabaseSync, steps: readonly Step[]): void {
  transaction(db, () => {
    for (const step of steps.slice(formatOf(db))) step(db)
    db.exec(`PRAGMA user_version = ${steps.length}`)
  })
}

/**
 * A quick look: the schema and a row of each table; all of it where an operation found damage before. Throws the error
 * of SQLite.
 */
function check(db: DatabaseSync, suspicion: string): void {
  for (const query of ['trunks', 'secrets', 'settings', 'calls ORDER BY number DESC'])
    db.prepare(`SELECT * FROM ${query} LIMIT 1`).get()
  db.prepare('SELECT rowid FROM words WHERE rowid = 0').get()
  if (!existsSync(suspicion)) return
  const [result] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})
  if (result !== 'ok') throw Object.assign(new Error(String(result)), { errcode: 11 })
  rmSync(suspicion, { force: true })
}

function begunAnew(folder: string, file: string, clock: Clock, steps: readonly Step[]): Database {
  const aside = freeName(`${file}.damaged-${isoMicros(clock.nowUs()).slice(0, 19).replace(/[-:]/g, '')}`)
  try {
    for (const name of ['', ...sideFiles]) if (existsSync(file + name)) renameSync(file + name, aside + name)
    rmSync(join(folder, suspectFile), { force: true })
    closeSync(openSync(file, 'wx', 0o600))
    const db = opened(folder, file, steps)
    const taken =
      salvage(aside, db) > 0
        ? 'trunks and settings that could still be read were taken over, past calls were not'
        : 'nothing of it could be taken over'
    return {
      db,
      notices: [`The database of ${folder} was damaged and a new one is begun. The old one is ${aside}; ${taken}.`],
    }
  } catch (error) {
    throw error instanceof RingbackError
      ? error
      : unusable(folder, `its database is damaged and no new one can be begun: ${explainSqlite(error)}`, error)
  }
}

function freeName(name: string): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`
    if (!existsSync(candidate)) return candidate
  }
}

/**
 * Takes over what can still be read of the small tables; how many rows. Their format is that of the file: those of
 * others stay.
 */
function salvage(aside: string, db: DatabaseSync): number {
  let saved = 0
  try {
    const old = new DatabaseSync(aside, { readOnly: true })
    try {
      if (formatOf(old) !== formatOf(db)) return 0
      for (const [table, columns] of [
        ['trunks', 'name, settings'],
        ['secrets', 'name, sealed'],
        ['settings', 'name, value'],
      ] as const)
        saved += salvageTable(old, db, table, columns)
    } finally {
      old.close()
    }
  } catch {
    // Nothing more can be read.
  }
  return saved
}

function salvageTable(old: DatabaseSync, db: DatabaseSync, table: string, columns: string): number {
  let saved = 0
  try {
    const insert = db.prepare(`INSERT OR IGNORE INTO ${table} (${columns}) VALUES (?, ?)`)
    for (const row of old.prepare(`SELECT ${columns} FROM ${table}`).iterate()) {
      insert.run(...(Object.values(row) as [string, string]))
      saved++
    }
  } catch {
    // The rows before are there.
  }
  return saved
}
