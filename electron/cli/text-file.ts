import { explainError, machine } from '../engine/base/errors.ts'
import { readSmall } from '../engine/base/small-file.ts'

/**
 * The text of a small file; 0 is standard input. `name`: as it is called when it cannot be read, `the script a.txt`.
 * Throws RingbackError (machine).
 */
export function readText(path: string | 0, name: string, mostBytes: number): string {
  try {
    return readSmall(path, mostBytes).toString()
  } catch (error) {
    throw machine(`cannot read ${name}: ${explainError(error)}`, error)
  }
}
