import { encodeText } from '../../base/text.ts'

/** One header field. `name` and `value` are as on the wire (unfolded, trimmed); `key` is the lower-case long form. */
export interface SipHeader {
  readonly name: string
  readonly value: string
  readonly key: string
}

/** Something wrong with a message. A `fatal` request is refused with `status`; a `fatal` response is dropped. */
export interface SipProblem {
  readonly text: string
  readonly fatal: boolean
  readonly status?: number
  /** It ends before its end: a capture may have cut it. */
  readonly incomplete?: true
}

export interface SipRequest {
  readonly kind: 'request'
  readonly method: string
  readonly uri: string
  readonly version: string
  readonly headers: readonly SipHeader[]
  readonly body: Uint8Array
  readonly problems: readonly SipProblem[]
}

export interface SipResponse {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
  readonly version: string
  readonly headers: readonly SipHeader[]
  readonly body: Uint8Array
  readonly problems: readonly SipProblem[]
}

export type SipMessage = SipRequest | SipResponse

/** Compact forms: RFC 3261 7.3.3 and the IANA registry. */
const longForm: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'accept-contact',
    b: 'referred-by',
    c: 'content-type',
    d: 'request-disposition',
    e: 'content-encoding',
    f: 'from',
    i: 'call-id',
    j: 'reject-contact',
    k: 'supported',
    l: 'content-length',
    m: 'contact',
    n: 'identity-info',
    o: 'event',
    r: 'refer-to',
    s: 'subject',
    t: 'to',
    u: 'allow-events',
    v: 'via',
    x: 'session-expires',
    y: 'identity',
  }),
)

const keys = new Map<string, string>()

/** The lower-case long form of a header name: `v` and `VIA` are both `via`. */
export function headerKey(name: string): string {
  const known = keys.get(name)
  if (known !== undefined) return known
  const lower = name.toLowerCase()
  const key = longForm.get(lower) ?? lower
  if (keys.size >= 500 || name.length >= 64) return key
  const kept = unique(key)
  keys.set(name, kept)
  return kept
}

/** The text as the one object that V8 has of each name of a property: those are told apart without being read. */
const unique = (text: string): string => Object.keys({ [text]: 0 })[0]!

export function makeHeader(name: string, value: string): SipHeader {
  return { name, value, key: headerKey(name) }
}

/** The first header field of that name (`key`: lower-case long form). */
export function header(message: { readonly headers: readonly SipHeader[] }, key: string): string | undefined {
  for (const field of message.headers) if (field.key === key) return field.value
  return undefined
}

/** The values of all header fields of that name, one per field. */
export function headerFields(message: { readonly headers: readonly SipHeader[] }, key: string): string[] {
  const values: string[] = []
  for (const field of message.headers) if (field.key === key) values.push(field.value)
  return values
}

/** The values of a list header (Via, Route, Contact, Supported ...), fields split at their commas. */
export function headerList(message: { readonly headers: readonly SipHeader[] }, key: string): string[] {
  const values: string[] = []
  for (const field of message.headers) {
    if (field.key !== key) continue
    if (field.value.includes(',')) values.push(...splitList(field.value))
    else values.push(field.value)
  }
  return values
}

/** More values than any list has: the last of them keeps what follows. */
const mostListed = 1000

/** Splits at commas, or semicolons, that stand outside quotes and angle brackets. */
export function splitList(value: string, separator: ',' | ';' = ','): string[] {
  const at = separator.charCodeAt(0)
  const parts: string[] = []
  let start = 0
  let quoted = false
  let angle = false
  for (let i = 0; i < value.length && parts.length < mostListed - 1; i++) {
    const c = value.charCodeAt(i)
    if (quoted) {
      if (c === 0x5c) i++
      else if (c === 0x22) quoted = false
    } else if (c === 0x22) quoted = true
    else if (c === 0x3c) angle = true
    else if (c === 0x3e) angle = false
    else if (c === at && !angle) {
      parts.push(value.slice(start, i).trim())
      start = i + 1
    }
  }
  parts.push(value.slice(start).trim())
  return parts
}

/** Whether a list header names this token, ignoring case (`Require: 100rel`). */
export function listHas(message: { readonly headers: readonly SipHeader[] }, key: string, token: string): boolean {
  return headerList(message, key).some((value) => value.toLowerCase() === token)
}

export function startLine(message: SipMessage): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uri} ${message.version}`
    : `${message.version} ${message.status} ${message.reason}`
}

/** A request as it is built here: problems cannot exist yet. */
export function makeRequest(
  method: string,
  uri: string,
  headers: readonly SipHeader[],
  body: Uint8Array | string = '',
): SipRequest {
  return {
    kind: 'request',
    method,
    uri,
    version: 'SIP/2.0',
    headers,
    body: typeof body === 'string' ? encodeText(body) : body,
    problems: [],
  }
}

export function makeResponse(
  status: number,
  reason: string,
  headers: readonly SipHeader[],
  body: Uint8Array | string = '',
): SipResponse {
  return {
    kind: 'response',
    status,
    reason,
    version: 'SIP/2.0',
    headers,
    body: typeof body === 'string' ? encodeText(body) : body,
    problems: [],
  }
}
