import { Scanner, decimal, isDigit } from '../../base/scan.ts'
import { remembering } from '../../base/text.ts'
import { bracketed } from './bare-address.ts'
import { Field } from './field.ts'
import { splitList, type SipHeader, type SipMessage } from './message.ts'
import { idsOf } from './read-message.ts'

/** Parameters by lower-case name; a parameter without a value is ''. */
export type Params = ReadonlyMap<string, string>

export interface SipUri {
  readonly scheme: string
  /** As written, escapes kept; null when there is no `@`. */
  readonly user: string | null
  readonly password: string | null
  /** IPv6 without brackets. */
  readonly host: string
  readonly port: number | null
  readonly params: Params
  /** What follows `?`, undecoded. */
  readonly headers: string | null
}

export interface NameAddr {
  readonly displayName: string | null
  readonly uri: string
  readonly params: Params
}

export interface Via {
  readonly transport: string
  readonly host: string
  readonly port: number | null
  readonly params: Params
}

export interface CSeq {
  readonly number: number
  readonly method: string
}

const noParams: Params = new Map()

const isAlpha = (code: number) => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
const tokenCodes = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(isAlpha(code) || isDigit(code) || "-.!%*_+`'~".includes(String.fromCharCode(code))),
)
const isTokenCode = (code: number) => tokenCodes[code] === 1
const isHostCode = (code: number) => isAlpha(code) || isDigit(code) || code === 0x2d || code === 0x2e || code === 0x5f
const isIPv6Code = (code: number) =>
  isDigit(code) || code === 0x3a || code === 0x2e || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66)

/** RFC 3261 25.1 `token`. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isTokenCode(text.charCodeAt(i))) return false
  return text !== ''
}

/** What stands before the first colon of a URI (RFC 3986 3.1), in lower case; null when it is no scheme. */
export function schemeOf(text: string): string | null {
  const scanner = new Scanner(text)
  if (!isAlpha(text.charCodeAt(0))) return null
  const scheme = scanner.run(
    (code) => isAlpha(code) || isDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e,
  )
  return scanner.eat(':') ? scheme.toLowerCase() : null
}

/** A host name, an IPv4 or a bracketed IPv6 address, the latter without its brackets; null when there is none. */
function readHost(scanner: Scanner): string | null {
  if (!scanner.eat('[')) return scanner.run(isHostCode) || null
  const host = scanner.run(isIPv6Code)
  return host !== '' && scanner.eat(']') ? host : null
}

/** 1 to 65535; null otherwise. */
const readPort = (scanner: Scanner) => decimal(scanner.run(isDigit), 65_535) || null

/** `;a=1;b` after some head. Null when a parameter is empty or has no name. */
export function parseParams(text: string): Params | null {
  const trimmed = text.trim()
  if (trimmed === '') return noParams
  if (trimmed.charCodeAt(0) !== 0x3b) return null
  const params = new Map<string, string>()
  let i = 1
  while (i <= trimmed.length) {
    const end = paramEnd(trimmed, i)
    const part = trimmed.slice(i, end)
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim()
    if (name === '') return null
    params.set(name.toLowerCase(), equals < 0 ? '' : unquote(part.slice(equals + 1).trim()))
    i = end + 1
  }
  return params
}

function paramEnd(text: string, from: number): number {
  let quoted = false
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (quoted) {
      if (c === 0x5c) i++
      else if (c === 0x22) quoted = false
    } else if (c === 0x22) quoted = true
    else if (c === 0x3b) return i
  }
  return text.length
}

export function unquote(text: string): string {
  return text.charCodeAt(0) === 0x22 && text.endsWith('"') && text.length >= 2
    ? text.slice(1, -1).replace(/\\(.)/g, '$1')
    : text
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** `SIP/2.0/UDP host:port;branch=...`, white space allowed around the slashes (RFC 3261 25.1). */
export const parseVia = remembering((value: string) => readVia(value) ?? readVia(bracketed(value)))

function readVia(value: string): Via | null {
  const scanner = new Scanner(value)
  if (scanner.run(isAlpha).toUpperCase() !== 'SIP') return null
  scanner.space()
  if (!scanner.eat('/')) return null
  scanner.space()
  if (!isVersion(scanner.run((code) => isDigit(code) || code === 0x2e))) return null
  scanner.space()
  if (!scanner.eat('/')) return null
  scanner.space()
  const transport = scanner.run(isTokenCode)
  if (transport === '' || !scanner.space()) return null
  const host = readHost(scanner)
  if (host === null) return null
  scanner.space()
  let port: number | null = null
  if (scanner.eat(':')) {
    scanner.space()
    port = readPort(scanner)
    if (port === null) return null
  }
  const params = parseParams(scanner.rest())
  return params && { transport: transport.toUpperCase(), host, port, params }
}

/** `2.0`: digits, a dot, digits. */
export function isVersion(text: string): boolean {
  if (text === '2.0') return true
  const [major, minor, ...more] = text.split('.', 3)
  return decimal(major, Infinity) !== null && decimal(minor, Infinity) !== null && more.length === 0
}

/** `"Name" <uri>;params`, `<uri>;params` or `uri;params` (then every parameter belongs to the header, RFC 3261 20). */
export const parseNameAddr = remembering(readNameAddr)

function readNameAddr(value: string): NameAddr | null {
  const text = value.trim()
  let open = -1
  let displayName: string | null = null
  if (text.startsWith('"')) {
    const close = closingQuote(text)
    if (close < 0) return null
    displayName = unquote(text.slice(0, close + 1))
    open = text.indexOf('<', close)
    if (open < 0 || text.slice(close + 1, open).trim() !== '') return null
  } else {
    open = text.indexOf('<')
    if (open > 0) displayName = text.slice(0, open).trim()
    if (displayName?.includes('"')) return null
  }
  if (open < 0) {
    const semicolon = text.indexOf(';')
    const uri = semicolon < 0 ? text : text.slice(0, semicolon).trim()
    if (/[\s"<>?,]/.test(uri) || schemeOf(uri) === null) return null
    const params = semicolon < 0 ? noParams : parseParams(text.slice(semicolon))
    return params && { displayName: null, uri, params }
  }
  const close = text.indexOf('>', open)
  if (close < 0) return null
  const uri = text.slice(open + 1, close).trim()
  if (schemeOf(uri) === null) return null
  const params = parseParams(text.slice(close + 1))
  return params && { displayName, uri, params }
}

function closingQuote(text: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i
  }
  return -1
}

// eslint-disable-next-line no-control-regex
const notInUris = /[\s<>"\u0000-\u0020\u007f]/

/**
 * A user part as it may stand in a SIP URI (RFC 3261 25.1): what is not allowed is escaped, what is escaped already
 * stays.
 */
export function escapeUser(user: string): string {
  return user
    .toWellFormed()
    .replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-_.!~*'()&=+$,;?/%]/gu, (text) => encodeURIComponent(text))
}

/**
 * A sip: or sips: URI (RFC 3261 19.1); null for anything else, and for one with white space, control characters or
 * brackets in it.
 */
export const parseUri = remembering(readSipUri)

function readSipUri(text: string): SipUri | null {
  const scheme = schemeOf(text)
  if ((scheme !== 'sip' && scheme !== 'sips') || notInUris.test(text)) return null
  const start = scheme.length + 1
  const at = text.indexOf('@', start)
  if (at < 0) return readUri(scheme, null, text, start)
  // An @ belongs to the user part; where no host follows, it stands in a parameter.
  return readUri(scheme, text.slice(start, at), text, at + 1) ?? readUri(scheme, null, text, start)
}

function readUri(scheme: string, userInfo: string | null, text: string, hostAt: number): SipUri | null {
  const scanner = new Scanner(text, hostAt)
  const host = readHost(scanner)
  if (host === null) return null
  const port = scanner.eat(':') ? readPort(scanner) : undefined
  if (port === null) return null
  const question = text.indexOf('?', scanner.at)
  const params = parseParams(text.slice(scanner.at, question < 0 ? text.length : question))
  if (!params) return null
  const colon = userInfo?.indexOf(':') ?? -1
  return {
    scheme,
    user: userInfo === null || colon < 0 ? userInfo : userInfo.slice(0, colon),
    password: colon < 0 ? null : userInfo!.slice(colon + 1),
    host,
    port: port ?? null,
    params,
    headers: question < 0 ? null : text.slice(question + 1),
  }
}

/** `1 INVITE`; null when it is not a number below 2^31 and a token (RFC 3261 8.1.1.5). */
export const parseCSeq = remembering(readCSeq)

function readCSeq(value: string): CSeq | null {
  const scanner = new Scanner(value.trim())
  const number = decimal(scanner.run(isDigit), 2 ** 31 - 1)
  if (number === null || !scanner.space()) return null
  const method = scanner.rest()
  return isToken(method) ? { number, method } : null
}

/** The fields that name a message's transaction and dialog (RFC 3261 17.1.3, 12). Missing parts are null. */
export interface MessageIds {
  readonly callId: string | null
  readonly cseq: CSeq | null
  readonly via: Via | null
  readonly fromTag: string | null
  readonly toTag: string | null
}

export function messageIds(message: SipMessage): MessageIds {
  return idsOf(message, findIds)
}

function findIds({ headers }: SipMessage): MessageIds {
  let via, cseq, callId, from, to: SipHeader | undefined
  for (const field of headers) {
    const { key } = field
    if (key === 'via') via ??= field
    else if (key === 'from') from ??= field
    else if (key === 'to') to ??= field
    else if (key === 'call-id') callId ??= field
    else if (key === 'cseq') cseq ??= field
  }
  return {
    callId: callId?.value ?? null,
    cseq: cseq ? Field.read(cseq, parseCSeq) : null,
    via: via ? Field.read(via, topmostVia) : null,
    fromTag: from ? Field.read(from, tagOf) : null,
    toTag: to ? Field.read(to, tagOf) : null,
  }
}

const topmostVia = (value: string): Via | null => parseVia(value.includes(',') ? splitList(value)[0]! : value)

/** The tag parameter of a From or To value; null when there is none. */
export const tagOf = remembering((value) =>
  /;\s*tag\s*=/i.test(value) ? (parseNameAddr(value)?.params.get('tag') ?? null) : null,
)

/** The URI of a From, To, Contact or Route value, whatever stands around it; the text itself when it cannot be read. */
export function uriOf(value: string): string {
  return parseNameAddr(value)?.uri ?? value
}
