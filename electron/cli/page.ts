import type { CallReport } from '../../shared/contract/report.ts'
import { writeWhole } from '../engine/base/durable.ts'
import { explainError } from '../engine/base/errors.ts'
import { htmlPieces } from '../engine/engine.ts'
import { warn } from './output.ts'

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
