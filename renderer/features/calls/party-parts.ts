import { parseHostPort } from '../../../shared/base/address.ts'
import { elide } from '../../../shared/base/text.ts'

/** What tells calls apart is never cut: the user first, and the port; the host between them loses its middle. */
export function partsOf(shown: string, room: number): [user: string, host: string] {
  const at = shown.lastIndexOf('@')
  const least = 8
  if (at < 0) return [elide(shown, Math.max(least, room)), '']
  const user = elide(shown.slice(0, at), Math.max(least, room - least))
  const host = shown.slice(at + 1)
  const port = parseHostPort(host)?.port
  const end = port === null || port === undefined ? '' : `:${port}`
  const left = Math.max(4, room - user.length - 1 - end.length)
  return [user, `@${elide(host.slice(0, host.length - end.length), left)}${end}`]
}

/** The text in pieces, every second one a word of the filter. */
export function hitsOf(text: string, words: readonly string[]): string[] {
  const lower = text.toLowerCase()
  const wanted = words.map((word) => word.toLowerCase()).filter((word) => word.length > 0)
  const pieces: string[] = []
  let last = 0
  // Lower case may be longer: then no place can be told.
  if (lower.length !== text.length) return [text]
  for (;;) {
    const hit = wanted
      .map((word) => ({ at: lower.indexOf(word, last), length: word.length }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.length - a.length)[0]
    if (!hit) return [...pieces, text.slice(last)]
    pieces.push(text.slice(last, hit.at), text.slice(hit.at, hit.at + hit.length))
    last = hit.at + hit.length
  }
}
