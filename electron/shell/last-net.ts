import { visible } from '../../shared/base/text.ts'
import { redact } from '../../shared/wire/sip/redact.ts'
import { Boundary, faultText } from '../engine/base/boundary.ts'
import { explainError } from '../engine/base/errors.ts'

/** The exit code of a process that ended over a fault of its own: whoever began it restarts it. */
export const faultExit = 70
/** Calls get their BYE and trunks their un-registration within that time. */
const closeMs = 3000

const say = (text: string) => void process.stderr.write(`${visible(redact(text))}\n`)

/**
 * A boundary that says on standard error what it caught: the first of each place, then whenever their number has
 * doubled.
 */
export function sayingBoundary(): Boundary {
  const boundary: Boundary = new Boundary((fault) => {
    const n = boundary.counts.get(fault.place) ?? 0
    if ((n & (n - 1)) === 0) say(`${faultText(fault)}${n > 1 ? ` (${n} times)` : ''}`)
  })
  return boundary
}

/**
 * The last net under a process: what no boundary caught is said in one line, `close` ends calls and registrations and
 * keeps the history, and the process ends with code 70. A terminal that is gone is no fault.
 */
export function spanLastNet(close: () => Promise<void>): void {
  let falling = false
  const fall = (error: unknown) => {
    say(`unexpected fault: ${explainError(error)}${place(error)}; calls are ended and the engine is started again`)
    if (falling) return
    falling = true
    const end = () => process.exit(faultExit)
    setTimeout(end, closeMs)
    close().then(end, end)
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.on('uncaughtException', fall)
  process.on('unhandledRejection', fall)
}

/** Where it was thrown: the first line of the stack. */
function place(error: unknown): string {
  const [, line] = (error instanceof Error ? (error.stack ?? '') : '').split('\n    at ')
  return line === undefined ? '' : ` at ${line.trim()}`
}
