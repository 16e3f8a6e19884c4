import { decodeText, visible } from '../../base/text.ts'
import { checkMessage } from './check.ts'
import { headerKey, type SipHeader, type SipMessage, type SipProblem } from './message.ts'

/** Bytes that are no SIP message at all. */
export interface Unreadable {
  readonly kind: 'unreadable'
  readonly text: string
}

const CR = 13
const LF = 10

/** The length of the head including its empty line, or -1 while that line has not come. Bare LF is accepted. */
export function headLength(bytes: Uint8Array, from = 0): number {
  let i = from
  while ((i = bytes.indexOf(LF, i)) >= 0) {
    if (bytes[i + 1] === LF) return i + 2
    if (bytes[i + 1] === CR && bytes[i + 2] === LF) return i + 3
    i++
  }
  return -1
}

/**
 * Reads one whole SIP message (RFC 3261 7), leniently: what is wrong with it is listed in `problems`.
 * Bytes beyond Content-Length are ignored, as RFC 3261 18.3 asks of datagrams.
 */
export function parseSip(bytes: Uint8Array): SipMessage | Unreadable {
  let start = 0
  while (bytes[start] === CR || bytes[start] === LF) start++
  const end = headLength(bytes, start)
  const head = decodeText(bytes.subarray(start, end < 0 ? bytes.length : end))
  const problems: SipProblem[] = []
  if (end < 0) {
    // A datagram that ends with its last header line is whole but for the empty line; one that ends inside a line is not.
    const cut = bytes[bytes.length - 1] !== LF
    problems.push({ text: `the empty line after the header fields is missing${cut ? ', and the last of them is cut off' : ''}`, fatal: cut, ...(cut ? { status: 400 } : {}) })
  }

  const lines = head.split('\n')
  const first = stripCr(lines[0] ?? '')
  const message = readStartLine(first, problems)
  if (!message) return { kind: 'unreadable', text: `not a SIP message: it begins "${printable(first)}"` }
  const headers = readHeaders(lines, problems)
  const body = end < 0 ? new Uint8Array(0) : bodyOf(headers, bytes.subarray(end), problems)
  const whole = { ...message, headers, body, problems } as SipMessage
  checkMessage(whole, problems)
  return whole
}

type Start =
  | { kind: 'request'; method: string; uri: string; version: string }
  | { kind: 'response'; status: number; reason: string; version: string }

function readStartLine(line: string, problems: SipProblem[]): Start | null {
  if (/^SIP\//i.test(line)) {
    const match = /^(SIP\/\d+\.\d+) +(\d+)(?: (.*))?$/i.exec(line)
    if (!match) return null
    if (match[2]!.length !== 3) problems.push({ text: `status code ${match[2]} is not three digits`, fatal: true })
    return { kind: 'response', version: match[1]!.toUpperCase(), status: Number(match[2]), reason: match[3] ?? '' }
  }
  const match = /^(\S+)(\s+)(.*?)(\s+)(SIP\/\S+)(\s*)$/i.exec(line)
  if (!match) return null
  if (match[2] !== ' ' || match[4] !== ' ' || match[6] !== '') {
    problems.push({ text: 'the request line has white space beyond the two single spaces', fatal: true, status: 400 })
  }
  return { kind: 'request', method: match[1]!, uri: match[3]!, version: match[5]!.toUpperCase() }
}

function readHeaders(lines: readonly string[], problems: SipProblem[]): SipHeader[] {
  const headers: SipHeader[] = []
  for (let i = 1; i < lines.length; i++) {
    let line = stripCr(lines[i]!)
    if (line === '') break
    while (i + 1 < lines.length && (lines[i + 1]!.startsWith(' ') || lines[i + 1]!.startsWith('\t'))) {
      line = `${line.trimEnd()} ${stripCr(lines[++i]!).trimStart()}`
    }
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon).trimEnd()
    if (colon <= 0 || name === '' || /\s/.test(name)) {
      problems.push({ text: `header line "${printable(line)}" has no name and colon`, fatal: false })
      continue
    }
    headers.push({ name, value: line.slice(colon + 1).trim(), key: headerKey(name) })
  }
  return headers
}

function bodyOf(headers: readonly SipHeader[], rest: Uint8Array, problems: SipProblem[]): Uint8Array {
  const lengths = new Set(headers.filter((field) => field.key === 'content-length').map((field) => field.value))
  if (lengths.size === 0) return rest
  if (lengths.size > 1) {
    problems.push({ text: `Content-Length is given ${lengths.size} times with different values`, fatal: true, status: 400 })
    return rest
  }
  const [text] = lengths
  if (!/^\d{1,10}$/.test(text!)) {
    problems.push({ text: `Content-Length "${printable(text!)}" is not a length`, fatal: true, status: 400 })
    return rest
  }
  const length = Number(text)
  if (length > rest.length) {
    problems.push({ text: `Content-Length says ${length} bytes, ${rest.length} came`, fatal: true, status: 400 })
    return rest
  }
  return rest.subarray(0, length)
}

function stripCr(line: string): string {
  return line.charCodeAt(line.length - 1) === CR ? line.slice(0, -1) : line
}

/** Text from the wire made safe for a sentence: at most 60 characters, none of them hidden. */
export function printable(text: string): string {
  const safe = visible(text.slice(0, 61))
  return text.length > 60 ? `${visible(text.slice(0, 60))}…` : safe
}
