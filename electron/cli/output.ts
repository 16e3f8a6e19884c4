import { visible } from '../../shared/base/text.ts'
import { errorCode, explainError } from '../engine/base/errors.ts'
import { redact } from '../../shared/wire/sip/redact.ts'
import { escaped, jsonPieces } from './json.ts'
import { harmless } from './terminal.ts'

/** Whoever reads standard output went away (`| head`, a closed terminal): there is nobody to tell any more. */
export const readerGone = new Promise<void>((resolve) => {
  process.stdout.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') lost = error
    resolve()
  })
})
let lost: Error | null = null
// What cannot be said is not said.
process.stderr.on('error', () => {})

/** Text for a person, on standard output. What comes from outside went through `visible` before it was painted. */
export function write(text: string): void {
  process.stdout.write(harmless(text))
}

export function print(line: string): void {
  write(`${line}\n`)
}

/** A sentence beside the result, on standard error; secrets masked. */
export function warn(sentence: string): void {
  process.stderr.write(`${visible(redact(sentence))}\n`)
}

/** One JSON document, however large; resolved when the reader has taken it. */
export async function printJson(document: unknown): Promise<void> {
  for (const piece of jsonPieces(document, 2)) await taken(piece)
  await taken('\n')
}

/** Whether all that was printed has been written, or its reader did not want it: else it is said. */
export async function outputIsKept(): Promise<boolean> {
  await taken('')
  // The error of a write that failed at once comes with the next turn.
  await new Promise((resolve) => void setImmediate(resolve))
  if (lost) warn(`standard output could not be written: ${explainError(lost)}`)
  return lost === null
}

/** JSON as a text, a part of a document; resolved when the reader has taken it, as the following. */
export function printJsonText(text: string): Promise<void> {
  return taken(escaped(text))
}

/** Many lines at once. */
export function printLines(lines: readonly string[]): Promise<void> {
  return taken(harmless(lines.map((line) => `${line}\n`).join('')))
}

/** What is going on, on one line of a terminal that the next one takes the place of; nothing takes it away. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${visible(text)}`)
}

let lines = Promise.resolve()

/** One JSON object a line, for long-running commands: whole, in the order of the calls. */
export function printLine(document: { readonly type: string }): Promise<void> {
  lines = lines.then(async () => {
    for (const piece of jsonPieces(document, 0)) await taken(piece)
    await taken('\n')
  })
  return lines
}

function taken(piece: string): Promise<void> {
  return new Promise((resolve) => {
    // An error is reported by `readerGone`.
    process.stdout.write(piece, () => resolve())
  })
}
