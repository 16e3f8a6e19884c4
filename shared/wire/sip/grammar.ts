import { headerList, header, type SipMessage } from './message.ts'

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

/** RFC 3261 25.1 `token`. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9\-.!%*_+`'~]+$/.test(text)
}

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
  return text.startsWith('"') && text.endsWith('"') && text.length >= 2 ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** `SIP/2.0/UDP host:port;branch=...`, white space allowed around the slashes (RFC 3261 25.1). */
export function parseVia(value: string): Via | null {
  const match = /^SIP\s*\/\s*\d+\.\d+\s*\/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?:\s*:\s*(\d{1,5}))?\s*(;.*)?$/is.exec(value)
  if (!match) return null
  const params = parseParams(match[4] ?? '')
  if (!params) return null
  const host = match[2]!
  return { transport: match[1]!.toUpperCase(), host: host.startsWith('[') ? host.slice(1, -1) : host, port: match[3] ? Number(match[3]) : null, params }
}

/** `"Name" <uri>;params`, `<uri>;params` or `uri;params` (then every parameter belongs to the header, RFC 3261 20). */
export function parseNameAddr(value: string): NameAddr | null {
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
    if (uri === '' || /[\s"<>?,]/.test(uri) || !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) return null
    const params = semicolon < 0 ? noParams : parseParams(text.slice(semicolon))
    return params && { displayName: null, uri, params }
  }
  const close = text.indexOf('>', open)
  if (close < 0) return null
  const uri = text.slice(open + 1, close).trim()
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) return null
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

const uriPattern = /^(sips?):(?:([^@:\s<>"]*)(?::([^@\s<>"]*))?@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?((?:;[^?\s<>"]*)?)(?:\?([^\s<>"]*))?$/i

/** A sip: or sips: URI (RFC 3261 19.1); null for anything else. */
export function parseUri(text: string): SipUri | null {
  const match = uriPattern.exec(text)
  if (!match) return null
  const port = match[5] === undefined ? null : Number(match[5])
  if (port !== null && port > 65535) return null
  const params = parseParams(match[6] ?? '')
  if (!params) return null
  const host = match[4]!
  return {
    scheme: match[1]!.toLowerCase(), user: match[2] ?? null, password: match[3] ?? null,
    host: host.startsWith('[') ? host.slice(1, -1) : host, port, params, headers: match[7] ?? null,
  }
}

/** `1 INVITE`; null when it is not a number below 2^31 and a token (RFC 3261 8.1.1.5). */
export function parseCSeq(value: string): CSeq | null {
  const match = /^(\d{1,10})\s+(\S+)$/.exec(value.trim())
  if (!match || Number(match[1]) >= 2 ** 31 || !isToken(match[2]!)) return null
  return { number: Number(match[1]), method: match[2]! }
}

/** A decimal that fits 32 bits; null otherwise. */
export function parseUint32(value: string | undefined): number | null {
  const text = value?.trim() ?? ''
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : null
}

/** The fields that name a message's transaction and dialog (RFC 3261 17.1.3, 12). Missing parts are null. */
export interface MessageIds {
  readonly callId: string | null
  readonly cseq: CSeq | null
  readonly via: Via | null
  readonly fromTag: string | null
  readonly toTag: string | null
}

const idsCache = new WeakMap<SipMessage, MessageIds>()

export function messageIds(message: SipMessage): MessageIds {
  const cached = idsCache.get(message)
  if (cached) return cached
  const top = headerList(message, 'via')[0]
  const cseq = header(message, 'cseq')
  const ids: MessageIds = {
    callId: header(message, 'call-id') ?? null,
    cseq: cseq === undefined ? null : parseCSeq(cseq),
    via: top === undefined ? null : parseVia(top),
    fromTag: tagOf(header(message, 'from')),
    toTag: tagOf(header(message, 'to')),
  }
  idsCache.set(message, ids)
  return ids
}

/** The tag parameter of a From or To value; null when there is none. */
export function tagOf(value: string | undefined): string | null {
  if (value === undefined || !/;\s*tag\s*=/i.test(value)) return null
  return parseNameAddr(value)?.params.get('tag') ?? null
}

/** The URI of a From, To, Contact or Route value, whatever stands around it; the text itself when it cannot be read. */
export function uriOf(value: string): string {
  return parseNameAddr(value)?.uri ?? value
}
