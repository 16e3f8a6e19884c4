import { visible } from '../../shared/base/text.ts'
import { redact } from '../../shared/wire/sip/redact.ts'
import { jsonPieces } from './json.ts'
import { harmless } from './terminal.ts'

/** Whoever reads standard output went away (`| head`, a closed terminal): there is nobody to tell any more. */
export const readerGone = new Promise<void>((resolve) => {
  process.stdout.on('error', () => resolve())
})
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
    // An error is told to `readerGone`.
    process.stdout.write(piece, () => resolve())
  })
}
