import { Scanner, decimal, isSpace } from '../../base/scan.ts'
import { decodeText, printable } from '../../base/text.ts'
import { checkMessage } from './check.ts'
import { isVersion } from './grammar.ts'
import { contentLength } from './numbers.ts'
import { fieldOf } from './field.ts'
import { ReadRequest, ReadResponse } from './read-message.ts'
import { header, headerFields, type SipHeader, type SipMessage, type SipProblem } from './message.ts'

/** Bytes that are no SIP message at all. */
export interface Unreadable {
  readonly kind: 'unreadable'
  readonly text: string
}

const CR = 13
const LF = 10
const SLASH = 0x2f

/** The length of the head including its empty line, or -1 while that line has not come. Bare LF is accepted. */
export function headLength(bytes: Uint8Array, from = 0): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] !== LF) continue
    if (bytes[i + 1] === LF) return i + 2
    if (bytes[i + 1] === CR && bytes[i + 2] === LF) return i + 3
  }
  return -1
}

/**
 * Reads one whole SIP message (RFC 3261 7), leniently: what is wrong with it is listed in `problems`.
 * Bytes beyond Content-Length are ignored, as RFC 3261 18.3 asks of datagrams, but for a session description behind 0.
 */
export function parseSip(bytes: Uint8Array): SipMessage | Unreadable {
  let start = 0
  while (bytes[start] === CR || bytes[start] === LF) start++
  if (!namesSip(bytes, start)) return new NotSip(bytes, start)
  const end = headLength(bytes, start)
  const head = decodeText(bytes.subarray(start, end < 0 ? bytes.length : end))
  const problems: SipProblem[] = []
  if (end < 0) {
    // A datagram that ends with its last header line is whole but for the empty line; one that ends inside a line is
    // not.
    const cut = bytes[bytes.length - 1] !== LF
    problems.push({
      text: `the empty line after the header fields is missing${cut ? ', and the last of them is cut off' : ''}`,
      fatal: cut,
      incomplete: true,
      ...(cut ? { status: 400 } : {}),
    })
  }

  const firstEnd = head.indexOf('\n')
  const first = stripCr(firstEnd < 0 ? head : head.slice(0, firstEnd))
  const begin = readStartLine(first, problems)
  if (typeof begin === 'string') return { kind: 'unreadable', text: begin }
  const headers = firstEnd < 0 ? [] : readHeaders(head, firstEnd + 1, problems)
  const body = end < 0 ? new Uint8Array(0) : bodyOf(headers, bytes.subarray(end), problems)
  const message =
    begin.kind === 'request'
      ? new ReadRequest({ ...begin, headers, body, problems })
      : new ReadResponse({ ...begin, headers, body, problems })
  checkMessage(message, problems)
  return message
}

/** Whether `SIP/`, without which no first line is one, stands in the first line; no text is made of what is not. */
function namesSip(bytes: Uint8Array, from: number): boolean {
  const lf = bytes.indexOf(LF, from)
  const end = lf < 0 ? bytes.length : lf
  for (let at = bytes.indexOf(SLASH, from); at >= 0 && at < end; at = bytes.indexOf(SLASH, at + 1))
    if (isLetter(bytes[at - 3], 0x73) && isLetter(bytes[at - 2], 0x69) && isLetter(bytes[at - 1], 0x70)) return true
  return false
}

/** Whether a byte is that lower-case letter, or its upper-case one. */
const isLetter = (byte: number | undefined, letter: number): boolean => ((byte ?? 0) | 0x20) === letter

/** Thousands of them may come in a second, and nobody reads why. */
class NotSip implements Unreadable {
  readonly kind = 'unreadable'
  readonly #bytes: Uint8Array
  readonly #start: number

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes
    this.#start = start
  }

  get text(): string {
    const end = headLength(this.#bytes, this.#start)
    const head = decodeText(this.#bytes.subarray(this.#start, end < 0 ? this.#bytes.length : end))
    return noSip(stripCr(head.split('\n', 1)[0]!))
  }
}

const noSip = (line: string): string => `not a SIP message: it begins "${printable(line)}"`

type Start =
  | { kind: 'request'; method: string; uri: string; version: string }
  | { kind: 'response'; status: number; reason: string; version: string }

function readStartLine(line: string, problems: SipProblem[]): Start | string {
  return line.charCodeAt(3) === 0x2f && line.slice(0, 4).toUpperCase() === 'SIP/'
    ? readStatusLine(line)
    : readRequestLine(line, problems)
}

/** `SIP/2.0 200 OK`; a string says why it is none. */
function readStatusLine(line: string): Start | string {
  const scanner = new Scanner(line, 4)
  const version = scanner.run((code) => code !== 0x20)
  if (!isVersion(version) || !scanner.space()) return noSip(line)
  const digits = scanner.run((code) => code !== 0x20)
  const status = digits.length === 3 ? decimal(digits, 699) : null
  if (status === null || status < 100)
    return `not a SIP response: its status code "${printable(digits)}" is not three digits from 100 to 699`
  return { kind: 'response', version: `SIP/${version}`, status, reason: line.slice(scanner.at + 1) }
}

/** `INVITE sip:a@b SIP/2.0`: the first word, the last one, and what stands between; a string says why it is none. */
function readRequestLine(line: string, problems: SipProblem[]): Start | string {
  const trimmed = line.trimEnd()
  const end = lastSpace(trimmed)
  const version = trimmed.slice(end + 1)
  const scanner = new Scanner(trimmed.slice(0, Math.max(0, end)))
  const method = scanner.run((code) => !isSpace(code))
  const uri = scanner.text.slice(scanner.at + 1).trim()
  if (method === '' || scanner.done || version.length < 5 || version.slice(0, 4).toUpperCase() !== 'SIP/')
    return noSip(line)
  if (trimmed !== line || line !== `${method} ${uri} ${version}`) {
    problems.push({ text: 'the request line has white space beyond the two single spaces', fatal: true, status: 400 })
  }
  return { kind: 'request', method, uri, version: version.toUpperCase() }
}

function lastSpace(text: string): number {
  let at = text.length - 1
  while (at >= 0 && !isSpace(text.charCodeAt(at))) at--
  return at
}

/** A message that has more lines without a name than this is named by their number. */
const mostNamed = 10

function readHeaders(head: string, from: number, problems: SipProblem[]): SipHeader[] {
  const headers: SipHeader[] = []
  let nameless = 0
  for (let at = from; at < head.length;) {
    const end = lineEnd(head, at)
    const to = head.charCodeAt(end - 1) === CR ? end - 1 : end
    if (to <= at) break
    const folded = isFolded(head, end + 1) ? unfolded(head, at) : null
    const line = folded?.line ?? head.slice(at, to)
    const field = fieldOf(line, head.length)
    if (field) headers.push(field)
    else if (++nameless <= mostNamed)
      problems.push({ text: `header line "${printable(line)}" has no name and colon`, fatal: false })
    at = folded?.next ?? end + 1
  }
  if (nameless > mostNamed)
    problems.push({ text: `${nameless - mostNamed} more header lines have no name and colon`, fatal: false })
  return headers
}

/** A line with those that go on with it, and where the next one begins. */
function unfolded(head: string, from: number): { readonly line: string; readonly next: number } {
  const parts: string[] = []
  let at = from
  do {
    const end = lineEnd(head, at)
    const part = stripCr(head.slice(at, end))
    parts.push(at === from ? part.trimEnd() : part.trim())
    at = end + 1
  } while (isFolded(head, at))
  return { line: parts.join(' '), next: at }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** Whether the line that begins there goes on with the header before it (RFC 3261 7.3.1). */
function isFolded(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 0x20 || code === 0x09
}

function bodyOf(headers: readonly SipHeader[], rest: Uint8Array, problems: SipProblem[]): Uint8Array {
  const text = header({ headers }, 'content-length')
  if (text === undefined) return rest
  if (headers.some(({ key, value }) => key === 'content-length' && value !== text)) {
    const { size } = new Set(headerFields({ headers }, 'content-length'))
    problems.push({ text: `Content-Length is given ${size} times with different values`, fatal: true, status: 400 })
    return rest
  }
  const length = contentLength(text)
  if (length === null) {
    problems.push({ text: `Content-Length "${printable(text)}" is not a length`, fatal: true, status: 400 })
    return rest
  }
  if (length > rest.length) {
    const said = `Content-Length says ${length} bytes, ${rest.length} came`
    problems.push({ text: said, fatal: true, status: 400, incomplete: true })
    return rest
  }
  if (length === 0 && beginsSession(rest)) {
    problems.push({
      text: `Content-Length says 0 bytes, and a session description of ${rest.length} follows: it was taken`,
      fatal: false,
    })
    return rest
  }
  if (rest.subarray(length).some((byte) => byte > 0x20))
    problems.push({
      text: `Content-Length says ${length} bytes, ${rest.length} came: the rest was left out`,
      fatal: false,
    })
  return rest.subarray(0, length)
}

/** `v=0` and a line end. */
function beginsSession(bytes: Uint8Array): boolean {
  return bytes[0] === 0x76 && bytes[1] === 0x3d && bytes[2] === 0x30 && (bytes[3] === CR || bytes[3] === LF)
}

function stripCr(line: string): string {
  return line.charCodeAt(line.length - 1) === CR ? line.slice(0, -1) : line
}
