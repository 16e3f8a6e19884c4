import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { CallReport } from '../../shared/contract/report.ts'
import { writeWhole } from '../engine/base/durable.ts'
import { explainError, machine, withWords } from '../engine/base/errors.ts'
import { htmlPieces } from '../engine/engine.ts'
import { warn } from './output.ts'

/** Throws where a page could not be written there: that is better known before a call than after it. */
export function checkPage(path: string): void {
  try {
    accessSync(dirname(resolve(path)), constants.W_OK)
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw machine(`cannot write ${path}: it is a folder, give a file in it`)
  } catch (error) {
    throw withWords(error, `cannot write ${path}`)
  }
}

/** Writes calls as a page that anyone can open; false, with a sentence, when it cannot be written. */
export function savePage(path: string, reports: readonly CallReport[]): boolean {
  try {
    writeWhole(path, htmlPieces(reports))
    return true
  } catch (error) {
    warn(explainError(error))
    return false
  }
}
