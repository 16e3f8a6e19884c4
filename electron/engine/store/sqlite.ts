import type { DatabaseSync } from 'node:sqlite'
import { explainError } from '../base/errors.ts'

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const codes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  notADatabase: 26,
} as const

function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code & 0xff : 0
}

/** Whether the error says that the file itself is not as it should be. */
export function saysDamaged(error: unknown): boolean {
  const code = resultCode(error)
  return code === codes.corrupt || code === codes.notADatabase
}

/** Whether the error is of SQLite, but not of the machine under it. */
export function isContentError(error: unknown): boolean {
  return resultCode(error) === 1 || saysDamaged(error)
}

/** Whether the error is about what was to be written, and not about the database. */
export function isOfOneRow(error: unknown): boolean {
  const code = resultCode(error)
  return code === 0 || code === codes.tooBig || code === codes.constraint || code === codes.mismatch
}

/** What an error of the database means, in words. */
export function explainSqlite(error: unknown): string {
  switch (resultCode(error)) {
    case codes.busy:
    case codes.locked:
      return 'another process has had the database locked for too long: end that process, or wait for it'
    case codes.readOnly:
      return 'the database cannot be written to: the file or its folder is read-only'
    case codes.io:
      return 'the disk refused to read or write: it is full, or damaged'
    case codes.corrupt:
      return 'the database is damaged; it is looked through at the next start, and set aside if need be'
    case codes.full:
      return 'the disk is full: make room'
    case codes.cannotOpen:
      return 'the database cannot be opened: its folder cannot be written to, or too many files are open'
    case codes.notADatabase:
      return 'the file is not a database'
    default:
      return explainError(error)
  }
}

/** Everything in it or nothing. Throws what was thrown inside. */
export function transaction<T>(db: DatabaseSync, run: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = run()
    db.exec('COMMIT')
    return result
  } catch (error) {
    // A full disk has ended it already.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
