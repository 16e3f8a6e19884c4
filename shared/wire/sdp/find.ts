import { decodeText, printable, remembering } from '../../base/text.ts'
import { header, headerKey, type SipHeader, type SipMessage } from '../sip/message.ts'
import { parseParams } from '../sip/grammar.ts'
import { parseSdp } from './read.ts'
import type { SessionDescription } from './sdp.ts'

/** The session description of a message. */
export interface FoundSession {
  /** As it stands in the body. */
  readonly text: string
  /** Null where it cannot be read: the last problem says why. */
  readonly session: SessionDescription | null
  /** What was passed over to find and read it, each a sentence. */
  readonly problems: readonly string[]
}

const mostParts = 32
const deepest = 3
/** Lines before v=0 that are looked at where nothing names the type of a body. */
const mostBefore = 10

/**
 * The session description of a message, wherever it stands: the body itself or a part of a multipart body (RFC 5621,
 * RFC 2046 5.1), with its Content-Type, another or none. Null where there is none. What is not as it should be is
 * named.
 */
export function findSession(message: Pick<SipMessage, 'headers' | 'body'>): FoundSession | null {
  if (message.body.length === 0) return null
  const known = foundIn.get(message)
  if (known !== undefined) return known
  const found = findAnew(message)
  foundIn.set(message, found)
  return found
}

const foundIn = new WeakMap<Pick<SipMessage, 'headers' | 'body'>, FoundSession | null>()

function findAnew(message: Pick<SipMessage, 'headers' | 'body'>): FoundSession | null {
  const problems: string[] = []
  const text = search(message.headers, decodeText(message.body), problems, 0)
  if (text === null) return null
  const session = parseSdp(text)
  if (typeof session === 'string') return { text, session: null, problems: [...problems, session] }
  return { text, session, problems: [...problems, ...(session.problems ?? [])] }
}

function search(headers: readonly SipHeader[], body: string, problems: string[], depth: number): string | null {
  const type = header({ headers }, 'content-type')
  const [name, params] = mediaType(type ?? '')
  const encoding = header({ headers }, 'content-encoding') ?? header({ headers }, 'content-transfer-encoding')
  if (name === 'application/sdp') {
    if (encoding !== undefined && !/^(identity|binary|7bit|8bit)$/i.test(encoding.trim()))
      problems.push(`the session description is encoded as ${printable(encoding)}, which is not read here`)
    return body
  }
  if (name.startsWith('multipart/') && depth < deepest) {
    const boundary = params.get('boundary') ?? firstBoundary(body, problems)
    return boundary === null ? null : searchParts(partsOf(body, boundary, problems), problems, depth)
  }
  const start = startOfSession(body)
  if (start < 0) return null
  if (type === undefined) problems.push('there is no Content-Type: the body was taken for a session description')
  else problems.push(`the Content-Type is ${printable(type)}, and the body is a session description`)
  return body.slice(start)
}

/** Its name in lower case, without white space around the slash, and its parameters. */
const mediaType = remembering((value): readonly [string, ReadonlyMap<string, string>] => {
  const semicolon = value.indexOf(';')
  const name = (semicolon < 0 ? value : value.slice(0, semicolon)).replace(/\s/g, '').toLowerCase()
  return [name, (semicolon < 0 ? null : parseParams(value.slice(semicolon))) ?? new Map()]
})

interface Part {
  readonly headers: readonly SipHeader[]
  readonly body: string
}

/** The first part that has one and is meant for the session: early-session and what is only to be shown are not. */
function searchParts(parts: readonly Part[], problems: string[], depth: number): string | null {
  const other = (part: Part) => {
    const [disposition] = mediaType(header(part, 'content-disposition') ?? 'session')
    return disposition !== 'session'
  }
  const typed = (part: Part) => mediaType(header(part, 'content-type') ?? '')[0] === 'application/sdp'
  const inOrder = [...parts].sort((a, b) => Number(other(a)) - Number(other(b)) || Number(typed(b)) - Number(typed(a)))
  for (const part of inOrder) {
    if (mediaType(header(part, 'content-disposition') ?? '')[0] === 'early-session') continue
    const found = search(part.headers, part.body, problems, depth + 1)
    if (found !== null) return found
  }
  return null
}

/** What stands between lines of two dashes and the boundary; the last one may lack its end. */
function partsOf(body: string, boundary: string, problems: string[]): Part[] {
  const parts: Part[] = []
  const delimiter = `--${boundary}`
  let from = -1
  let closed = false
  for (let at = lineStart(body, delimiter, 0); at >= 0 && !closed; at = lineStart(body, delimiter, at + 1)) {
    if (from >= 0 && parts.length < mostParts) parts.push(partOf(body.slice(from, at)))
    const after = at + delimiter.length
    closed = body.startsWith('--', after)
    const lineEnd = body.indexOf('\n', after)
    from = lineEnd < 0 ? body.length : lineEnd + 1
  }
  if (from >= 0 && !closed) {
    problems.push('the multipart body has no end: what came of it was read')
    if (parts.length < mostParts) parts.push(partOf(body.slice(from)))
  }
  return parts
}

/** Where a line begins with a text, from a place on; -1 where none does. */
function lineStart(body: string, text: string, from: number): number {
  let at = body.indexOf(text, from)
  while (at > 0 && body[at - 1] !== '\n' && body[at - 1] !== '\r') at = body.indexOf(text, at + 1)
  return at
}

function firstBoundary(body: string, problems: string[]): string | null {
  const at = lineStart(body, '--', 0)
  if (at < 0) return null
  problems.push('the Content-Type of the multipart body names no boundary: its first line was taken for it')
  return body
    .slice(at + 2)
    .split(/[\r\n]/, 1)[0]!
    .trimEnd()
}

/** Header lines, an empty line, the content; the line end before the next boundary belongs to the boundary. */
function partOf(text: string): Part {
  const headers: SipHeader[] = []
  let at = 0
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    const line = (end < 0 ? text.slice(at) : text.slice(at, end)).trimEnd()
    const next = end < 0 ? text.length : end + 1
    const colon = line.indexOf(':')
    // A part without header fields may lack the empty line too.
    if (line !== '' && colon <= 0) break
    at = next
    if (line === '') break
    const name = line.slice(0, colon).trimEnd()
    headers.push({ name, value: line.slice(colon + 1).trim(), key: headerKey(name) })
  }
  return { headers, body: text.slice(at) }
}

/** Where v=0 stands, with only blank lines and header lines before it; -1 where it does not. */
function startOfSession(body: string): number {
  let at = 0
  for (let n = 0; n < mostBefore && at < body.length; n++) {
    const end = body.indexOf('\n', at)
    const line = (end < 0 ? body.slice(at) : body.slice(at, end)).trimEnd()
    if (line === 'v=0') return at
    if (line !== '' && !/^[\w-]{1,60}:/.test(line)) return -1
    if (end < 0) return -1
    at = end + 1
  }
  return -1
}
