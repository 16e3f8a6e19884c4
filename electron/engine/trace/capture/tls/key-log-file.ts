import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { errorCode, explainError, machine, usage } from '../../../base/errors.ts'
import { readSmall } from '../../../base/small-file.ts'
import { looksLikeText } from '../text/recognise.ts'
import { KeyLog } from './key-log.ts'

const mostBytes = 256 * 1024 * 1024
/** So many bytes of a key log have a secret in them. */
const looked = 16 * 1024

/** Reads a key log into `keys`. Throws RingbackError: `machine` where it cannot be read, `usage` where it is none. */
export function readKeyLog(path: string, keys: KeyLog): void {
  let text: string
  try {
    text = readSmall(path, mostBytes).toString('latin1')
  } catch (error) {
    if (errorCode(error) === 'EFBIG') throw usage(`${path} is larger than a key log may be (${mostBytes} bytes)`)
    throw machine(`cannot read ${path}: ${explainError(error)}`, error)
  }
  if (keys.add(text) === 0)
    throw usage(`${path} is no key log of TLS: it has no line with CLIENT_RANDOM or a traffic secret in it`)
}

/** Whether a file is a key log, by what it begins with; what is no plain file is none. */
export function isKeyLog(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false
  try {
    const fd = openSync(path, 'r')
    const first = Buffer.alloc(looked)
    try {
      const size = readSync(fd, first, 0, looked, 0)
      return looksLikeText(first.subarray(0, size)) && new KeyLog().add(first.toString('latin1', 0, size)) > 0
    } finally {
      closeSync(fd)
    }
  } catch {
    // Why it cannot be read is said where it is read as a capture.
    return false
  }
}
