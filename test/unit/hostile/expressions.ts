import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A regular expression as it stands in a source file. */
export interface Expression {
  readonly place: string
  readonly source: string
  readonly flags: string
}

/** Every regular expression literal in the TypeScript files of a folder. */
export function expressionsIn(root: string, folder: string): Expression[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => expressionsOf(join(folder, name), readFileSync(join(root, folder, name), 'utf8')))
}

/** After one of these a slash begins an expression; after anything else it divides. */
const before = /(?:^|[=([{,;:&|?+*%~^<>-]|(?<![\w)\]])!|\b(?:return|typeof|case|in|of|yield|await))\s*$/
const literal = /\/((?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)/y

/** Reads a source from left to right; comments and texts are skipped, what stands in `${}` is read. */
export function expressionsOf(file: string, source: string): Expression[] {
  const found: Expression[] = []
  /** For each template that is open: how many braces are open inside its `${`; -1 in its text. */
  const templates: number[] = []
  let line = 1
  let i = 0
  const skip = (end: number) => {
    for (; i < end; i++) if (source[i] === '\n') line++
  }
  while (i < source.length) {
    const inText = templates.at(-1) === -1
    const c = source[i]!
    if (c === '\\') skip(i + 2)
    else if (inText && c === '$' && source[i + 1] === '{') {
      templates[templates.length - 1] = 0
      skip(i + 2)
    } else if (c === '`') {
      if (inText) templates.pop()
      else templates.push(-1)
      skip(i + 1)
    } else if (inText) skip(i + 1)
    else if (templates.length > 0 && (c === '{' || c === '}')) {
      templates[templates.length - 1]! += c === '{' ? 1 : -1
      skip(i + 1)
    } else if (source.startsWith('//', i)) skip(ended(source.indexOf('\n', i), source))
    else if (source.startsWith('/*', i)) skip(ended(source.indexOf('*/', i), source) + 2)
    else if (c === "'" || c === '"') skip(textEnd(source, i, c))
    else if (c === '/' && before.test(source.slice(Math.max(0, i - 40), i))) {
      literal.lastIndex = i
      const match = literal.exec(source)
      if (match) found.push({ place: `${file}:${line}`, source: match[1]!, flags: match[2]! })
      skip(i + (match ? match[0].length : 1))
    } else skip(i + 1)
  }
  return found
}

const ended = (at: number, source: string) => (at < 0 ? source.length : at)

function textEnd(source: string, from: number, quote: string): number {
  let i = from + 1
  while (i < source.length && source[i] !== quote && source[i] !== '\n') i += source[i] === '\\' ? 2 : 1
  return i + 1
}
