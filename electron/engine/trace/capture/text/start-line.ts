const version = 'SIP/2.0'
const longestMethod = 20
const longestPrefix = 400
const method = /^[A-Z][A-Z-]{2,}$/
const known: ReadonlySet<string> = new Set([
  ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'REGISTER', 'OPTIONS', 'PRACK', 'UPDATE'],
  ...['INFO', 'REFER', 'NOTIFY', 'SUBSCRIBE', 'PUBLISH', 'MESSAGE'],
])

/** A start line in a line of text, and what the one who wrote the log put before it. */
export interface Start {
  readonly prefix: string
  readonly text: string
}

/** The start line of a message (RFC 3261 7.1, 7.2) that ends a line of text; null where there is none. */
export function startIn(line: string): Start | null {
  if (!line.includes(version)) return null
  return requestIn(line) ?? responseIn(line)
}

function requestIn(line: string): Start | null {
  // What shows unprintable characters as dots ends it with one.
  const text = line.trimEnd().replace(/\.$/, '')
  if (!text.endsWith(` ${version}`)) return null
  const uriEnd = text.length - version.length - 1
  const uriStart = text.lastIndexOf(' ', uriEnd - 1) + 1
  if (uriStart < 2 || !text.slice(uriStart, uriEnd).includes(':')) return null
  const end = uriStart - 1
  let start = end
  while (start > 0 && end - start < longestMethod && /[A-Z-]/.test(text[start - 1]!)) start--
  const named = text.slice(start, end)
  // Behind something else only a method that is known.
  if (start > longestPrefix || !(start === 0 ? method.test(named) : known.has(named))) return null
  return { prefix: text.slice(0, start), text: line.slice(start).trimEnd() }
}

function responseIn(line: string): Start | null {
  const start = line.indexOf(`${version} `)
  if (start < 0 || start > longestPrefix) return null
  const status = line.slice(start + version.length + 1, start + version.length + 5)
  if (!/^[1-6]\d\d(?: |\.|$)/.test(status)) return null
  return { prefix: line.slice(0, start), text: line.slice(start).trimEnd() }
}
