import { decodeText } from '../../../../../shared/base/text.ts'
import { messageIds } from '../../../../../shared/wire/sip/grammar.ts'
import { parseSip } from '../../../../../shared/wire/sip/parse.ts'
import { begins, latin, liesAt } from './latin.ts'

const LF = 10
const SP = 32
const COLON = 58

/** What an index keeps of a message. `method`: of CSeq; `status` is 0 for a request. */
export interface ScannedMessage {
  callId: string | null
  method: string
  requestMethod: string
  status: number
  /** The transport that the topmost Via names, in upper case. */
  via: string
  /** Where the body begins, from the begin of the message. */
  body: number
}

/**
 * Reads of a message what it takes to know its dialog, without making an object of each header field; a message that is
 * out of the ordinary is read as a whole. Null where the bytes are no SIP message.
 */
export function scanSip(bytes: Uint8Array, from: number, to: number): ScannedMessage | null {
  return scanned(bytes, from, to) ?? readWhole(bytes.subarray(from, to))
}

function scanned(bytes: Uint8Array, from: number, to: number): ScannedMessage | null {
  const message: ScannedMessage = { callId: null, method: '', requestMethod: '', status: 0, via: '', body: to - from }
  let at = bytes.indexOf(LF, from) + 1
  if (at === 0 || at > to || !startLine(bytes, from, message)) return null
  while (at < to) {
    const next = bytes.indexOf(LF, at)
    const end = next < 0 || next >= to ? to : next
    const first = bytes[at]!
    if (first === LF || first === 13) {
      message.body = Math.min(end + 1, to) - from
      break
    }
    // Folded lines go on with the field before them.
    if (first === SP || first === 9) return null
    const letter = first | 0x20
    if (letter === 0x63 || letter === 0x69 || letter === 0x76) field(bytes, at, end, message)
    at = end + 1
  }
  return message.callId !== null && message.method !== '' && message.via !== '' ? message : null
}

function startLine(bytes: Uint8Array, from: number, message: ScannedMessage): boolean {
  // `SIP/2.0 200` or a method.
  if (bytes[from + 3] === 0x2f && bytes[from + 7] === SP && bytes[from + 11] === SP) {
    for (let i = from + 8; i < from + 11; i++) message.status = message.status * 10 + bytes[i]! - 48
    return begins(bytes, from, 'SIP/2.0') && message.status >= 100 && message.status < 700
  }
  let end = from
  while (end < from + 20 && bytes[end]! >= 65 && bytes[end]! <= 90) end++
  message.requestMethod = word(bytes, from, end, methods)
  return bytes[end] === SP
}

function field(bytes: Uint8Array, from: number, to: number, message: ScannedMessage): void {
  let colon = from
  while (colon < to && bytes[colon] !== COLON && colon - from < 9) colon++
  if (bytes[colon] !== COLON) return
  let nameEnd = colon
  while (nameEnd > from && bytes[nameEnd - 1]! <= SP) nameEnd--
  let start = colon + 1
  while (start < to && bytes[start]! <= SP) start++
  let end = to
  while (end > start && bytes[end - 1]! <= SP) end--
  // The compact forms are i and v (RFC 3261 7.3.3).
  if (liesAt(bytes, from, nameEnd, 'call-id') || liesAt(bytes, from, nameEnd, 'i'))
    message.callId ??= decodeShort(bytes, start, end)
  else if (liesAt(bytes, from, nameEnd, 'cseq')) {
    let space = start
    while (space < end && bytes[space]! > SP) space++
    while (space < end && bytes[space]! <= SP) space++
    if (message.method === '') message.method = word(bytes, space, end, methods)
  } else if (message.via === '' && (liesAt(bytes, from, nameEnd, 'via') || liesAt(bytes, from, nameEnd, 'v'))) {
    // `SIP/2.0/UDP host`
    let stop = start
    while (stop < end && bytes[stop]! > SP) stop++
    message.via = word(bytes, bytes.lastIndexOf(0x2f, stop) + 1, stop, transports).toUpperCase()
  }
}

const methods = ['INVITE', 'ACK', 'BYE', 'REGISTER', 'OPTIONS', 'CANCEL', 'SUBSCRIBE', 'NOTIFY', 'PRACK', 'UPDATE']
const transports = ['UDP', 'TCP', 'TLS', 'WS', 'WSS']

/** The text that lies there; `known`: those that are likely, which need not be made anew. */
function word(bytes: Uint8Array, from: number, to: number, known: readonly string[]): string {
  for (const text of known) if (text.length === to - from && begins(bytes, from, text)) return text
  return latin(bytes, from, to)
}

function decodeShort(bytes: Uint8Array, from: number, to: number): string {
  for (let i = from; i < to; i++) if (bytes[i]! > 0x7e) return decodeText(bytes.subarray(from, to))
  return latin(bytes, from, to)
}

function readWhole(bytes: Uint8Array): ScannedMessage | null {
  const message = parseSip(bytes)
  if (message.kind === 'unreadable') return null
  const { callId, cseq, via } = messageIds(message)
  return {
    callId,
    method: cseq?.method ?? '',
    requestMethod: message.kind === 'request' ? message.method : '',
    status: message.kind === 'response' ? message.status : 0,
    via: via?.transport ?? '',
    body: bytes.length - message.body.length,
  }
}
