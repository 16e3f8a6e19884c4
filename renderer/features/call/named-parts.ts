import type { Finding } from '../../../shared/contract/report.ts'

/** A finding that rests on a message, and what of the message it names word for word. */
export interface Named {
  readonly finding: number
  readonly sentence: string
  readonly severity: 'fault' | 'warning' | 'info'
}

/** The findings that have this message as evidence. */
export function findingsAbout(findings: readonly Finding[], message: number): Named[] {
  return findings.flatMap(({ sentence, severity, evidence }, finding) =>
    evidence.some((item) => item.message === message) ? [{ finding, sentence, severity }] : [],
  )
}

const longestSentence = 2000
/** Addresses, numbers of four digits and more, and names with a hyphen: what a sentence takes over from a message. */
const taken = /\d{1,3}(?:\.\d{1,3}){3}|[A-Za-z][A-Za-z0-9]{0,40}-[A-Za-z0-9-]{1,60}|\d{4,20}/g

/** What of a message the sentences name word for word. */
export function namedIn(sentences: readonly string[]): ReadonlySet<string> {
  return new Set(sentences.flatMap((sentence) => sentence.slice(0, longestSentence).match(taken) ?? []))
}

/** A text in pieces: every second one is named. */
export function piecesOf(text: string, named: ReadonlySet<string>): string[] {
  if (named.size === 0 || text.length > longestSentence) return [text]
  const pieces: string[] = []
  let last = 0
  for (const { 0: found, index } of text.matchAll(taken)) {
    if (!named.has(found)) continue
    pieces.push(text.slice(last, index), found)
    last = index + found.length
  }
  return [...pieces, text.slice(last)]
}

/** Words of every sentence: where one begins with them, no header is meant. */
const common = new Set(['From', 'To'])

/** Whether a sentence is about a header: names it as a word of its own, as it is written. */
export function isAbout(sentence: string, header: string): boolean {
  const text = sentence.slice(0, longestSentence)
  for (let at = text.indexOf(header); at >= 0 && header !== ''; at = text.indexOf(header, at + 1)) {
    if (/[\w-]/.test(text[at - 1] ?? ' ') || /[\w-]/.test(text[at + header.length] ?? ' ')) continue
    if (!common.has(header) || (at > 0 && !/[.:;]\s$/.test(text.slice(0, at)))) return true
  }
  return false
}
