import { Scanner, decimal, isDigit } from '../../base/scan.ts'
import { isToken, parseParams, type Params, type Via } from './grammar.ts'
import { header, type SipHeader } from './message.ts'

type Headers = { readonly headers: readonly SipHeader[] }

const most32 = 2 ** 32 - 1

/** A decimal that fits 32 bits, such as delta-seconds (RFC 3261 25.1); null otherwise. */
function uint32(value: string | undefined): number | null {
  return decimal(value?.trim(), most32)
}

/**
 * Seconds before the parameters of a header value: `1800;refresher=uac`, `120 (closed);duration=3600`; null when it
 * does not begin with a number.
 */
function secondsOf(value: string | undefined): { readonly seconds: number; readonly params: Params } | null {
  if (value === undefined) return null
  const scanner = new Scanner(value)
  scanner.space()
  const seconds = decimal(scanner.run(isDigit), most32)
  const semicolon = value.indexOf(';', scanner.at)
  const between = value.slice(scanner.at, semicolon < 0 ? value.length : semicolon).trim()
  if (seconds === null || (between !== '' && !between.startsWith('('))) return null
  return { seconds, params: (semicolon < 0 ? null : parseParams(value.slice(semicolon))) ?? new Map() }
}

/** Expires in seconds (RFC 3261 20.19); null when it is missing or no number below 2^32. */
export const expiresOf = (message: Headers): number | null => uint32(header(message, 'expires'))

/** The expires parameter of a Contact (RFC 3261 20.10). */
export const expiresParam = (params: Params): number | null => uint32(params.get('expires'))

/** Min-Expires in seconds (RFC 3261 20.23). */
export const minExpiresOf = (message: Headers): number | null => uint32(header(message, 'min-expires'))

/** Min-SE in seconds (RFC 4028 5). */
export const minSeOf = (message: Headers): number | null => secondsOf(header(message, 'min-se'))?.seconds ?? null

/** Retry-After in seconds (RFC 3261 20.33). */
export const retryAfterOf = (message: Headers): number | null =>
  secondsOf(header(message, 'retry-after'))?.seconds ?? null

export interface SessionExpires {
  readonly seconds: number
  /** Null where nobody is named, or somebody unknown. */
  readonly refresher: 'uac' | 'uas' | null
}

/** Session-Expires (RFC 4028 4). */
export function sessionExpiresOf(message: Headers): SessionExpires | null {
  const read = secondsOf(header(message, 'session-expires'))
  const refresher = read?.params.get('refresher')?.toLowerCase()
  return read && { seconds: read.seconds, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : null }
}

/** RSeq, 1 to 2^32 - 1 (RFC 3262 7.1). */
export const rseqOf = (message: Headers): number | null => uint32(header(message, 'rseq')) || null

export interface RAck {
  readonly rseq: number
  readonly sequence: number
  readonly method: string
}

/** RAck: the RSeq of the response, and the CSeq of its request (RFC 3262 7.2). */
export function rackOf(message: Headers): RAck | null {
  const scanner = new Scanner(header(message, 'rack')?.trim() ?? '')
  const rseq = decimal(scanner.run(isDigit), most32)
  if (rseq === null || !scanner.space()) return null
  const sequence = decimal(scanner.run(isDigit), 2 ** 31 - 1)
  if (sequence === null || !scanner.space()) return null
  const method = scanner.rest()
  return isToken(method) ? { rseq, sequence, method } : null
}

/** The rport of a Via that a response brings back (RFC 3581 4), 1 to 65535; null where it has none, or no port. */
export const rportOf = (via: Via | null): number | null => decimal(via?.params.get('rport'), 65_535) || null

/** Max-Forwards, 0 to 255 (RFC 3261 20.22). */
export const maxForwards = (value: string): number | null => decimal(value.trim(), 255)

/** Content-Length (RFC 3261 20.14); whoever asks has a limit of their own. */
export const contentLength = (value: string): number | null => decimal(value.trim(), Number.MAX_SAFE_INTEGER)
