import { readFileSync } from 'node:fs'
import { explainError, machine } from '../engine/base/errors.ts'

/** `exactOptionalPropertyTypes`: what was not given must not be there. */
export function given<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never
}

/** The CA certificates in a file (PEM). Throws RingbackError (machine). */
export function readCa(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw machine(`cannot read the CA file ${file}: ${explainError(error)}`, error)
  }
}
