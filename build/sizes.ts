import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['electron', 'renderer', 'shared', 'build', 'test']
const mostColumns = 120
const mostLines = 300
const page = 'build/decisions/015-long-files.md'

/** Lines wider than a page; files longer than 300 lines without a reason, and reasons of files that need none. */
export function sizeFaults(root = join(import.meta.dirname, '..')): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|tsx|mjs|css)$/.test(name))
      .map((name) => join(folder, name)),
  )
  const reasons = new Set(
    [...readFileSync(join(root, page), 'utf8').matchAll(/^\| `(\S+)` \| \S/gm)].map(([, file]) => file!),
  )
  return [
    ...files.flatMap((file) => faultsOf(file, readFileSync(join(root, file), 'utf8'), reasons)),
    ...[...reasons].filter((file) => !files.includes(file)).map((file) => `${page}: there is no ${file}`),
  ]
}

/** Of one file. */
export function faultsOf(file: string, source: string, reasons: ReadonlySet<string>): string[] {
  const lines = source.replace(/\n$/, '').split('\n')
  const faults = lines.flatMap((line, i) =>
    line.length > mostColumns ? [`${file}:${i + 1}: ${line.length} columns, ${mostColumns} at most: wrap it`] : [],
  )
  if (lines.length > mostLines && !reasons.has(file))
    faults.push(`${file}: ${lines.length} lines, ${mostLines} at most: split it by subject, or say why not in ${page}`)
  if (lines.length <= mostLines && reasons.has(file))
    faults.push(`${page}: ${file} has ${lines.length} lines and needs no reason`)
  return faults
}
