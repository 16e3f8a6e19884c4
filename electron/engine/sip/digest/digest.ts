import { createHash, timingSafeEqual } from 'node:crypto'
import { quote, unquote } from '../../../../shared/wire/sip/grammar.ts'
import { splitList } from '../../../../shared/wire/sip/message.ts'

/** RFC 8760 2.1 and RFC 2617; the Node name of each hash. */
const hashes = { 'md5': 'md5', 'sha-256': 'sha256', 'sha-512-256': 'sha512-256' } as const
type HashName = keyof typeof hashes

export interface Challenge {
  /** As offered (`MD5`, `SHA-256-sess`); `MD5` when absent (RFC 7616 3.3). */
  readonly algorithm: string
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | null
  /** Empty when the challenge has none: the RFC 2069 form. */
  readonly qop: readonly string[]
  readonly stale: boolean
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** The parameters of `Digest a=b, c="d"`; null when the scheme is another. */
export function parseDigest(value: string): Map<string, string> | null {
  const match = /^\s*digest\s+(.*)$/is.exec(value)
  if (!match) return null
  const params = new Map<string, string>()
  for (const part of splitList(match[1]!)) {
    const equals = part.indexOf('=')
    if (equals > 0) params.set(part.slice(0, equals).trim().toLowerCase(), unquote(part.slice(equals + 1).trim()))
  }
  return params
}

/** Reads one WWW-Authenticate or Proxy-Authenticate value; null when it is no digest challenge. */
export function parseChallenge(value: string): Challenge | null {
  const params = parseDigest(value)
  const nonce = params?.get('nonce')
  if (!params || nonce === undefined) return null
  return {
    algorithm: params.get('algorithm') ?? 'MD5', realm: params.get('realm') ?? '', nonce, opaque: params.get('opaque') ?? null,
    qop: (params.get('qop') ?? '').split(',').map((text) => text.trim().toLowerCase()).filter(Boolean),
    stale: params.get('stale')?.toLowerCase() === 'true',
  }
}

interface Algorithm {
  readonly hash: HashName
  readonly session: boolean
}

function algorithmOf(name: string): Algorithm | null {
  const lower = name.toLowerCase()
  const session = lower.endsWith('-sess')
  const hash = session ? lower.slice(0, -5) : lower
  return hash in hashes ? { hash: hash as HashName, session } : null
}

/** Whether we can answer the challenge: a known algorithm, and qop auth or none. */
export function canAnswer(challenge: Challenge): boolean {
  return algorithmOf(challenge.algorithm) !== null && (challenge.qop.length === 0 || challenge.qop.includes('auth'))
}

function digest(hash: HashName, text: string): string {
  return createHash(hashes[hash]).update(text).digest('hex')
}

interface ResponseInput extends Credentials {
  readonly challenge: Pick<Challenge, 'realm' | 'nonce' | 'algorithm'>
  readonly method: string
  readonly uri: string
  readonly cnonce: string
  readonly nc: string
  readonly qop: string | null
}

/** The `response` parameter (RFC 7616 3.4.1). Throws for an unknown algorithm: ask `canAnswer` before. */
export function digestResponse({ challenge, username, password, method, uri, cnonce, nc, qop }: ResponseInput): string {
  const algorithm = algorithmOf(challenge.algorithm)
  if (!algorithm) throw new Error(`unknown digest algorithm ${challenge.algorithm}`)
  const { hash, session } = algorithm
  const secret = digest(hash, `${username}:${challenge.realm}:${password}`)
  const a1 = session ? digest(hash, `${secret}:${challenge.nonce}:${cnonce}`) : secret
  const a2 = digest(hash, `${method}:${uri}`)
  return digest(hash, qop === null ? `${a1}:${challenge.nonce}:${a2}` : `${a1}:${challenge.nonce}:${nc}:${cnonce}:${qop}:${a2}`)
}

/** The value of Authorization or Proxy-Authorization. `nc` counts the uses of the nonce, from 1. */
export function authorization(challenge: Challenge, credentials: Credentials, method: string, uri: string, nc: number, cnonce: string): string {
  const qop = challenge.qop.includes('auth') ? 'auth' : null
  const count = nc.toString(16).padStart(8, '0')
  const response = digestResponse({ ...credentials, challenge, method, uri, cnonce, nc: count, qop })
  const session = algorithmOf(challenge.algorithm)!.session
  const parts = [
    `username=${quote(credentials.username)}`, `realm=${quote(challenge.realm)}`, `nonce=${quote(challenge.nonce)}`, `uri=${quote(uri)}`,
    `response="${response}"`, `algorithm=${challenge.algorithm}`,
  ]
  if (qop) parts.push(`qop=${qop}`, `nc=${count}`)
  if (qop || session) parts.push(`cnonce="${cnonce}"`)
  if (challenge.opaque !== null) parts.push(`opaque=${quote(challenge.opaque)}`)
  return `Digest ${parts.join(', ')}`
}

/** Whether the credentials of a request prove the password (server side). Compared in constant time. */
export function verify(params: ReadonlyMap<string, string>, credentials: Credentials, method: string): boolean {
  const get = (name: string) => params.get(name) ?? ''
  const algorithm = params.get('algorithm') ?? 'MD5'
  if (!algorithmOf(algorithm)) return false
  const expected = digestResponse({
    ...credentials, challenge: { realm: get('realm'), nonce: get('nonce'), algorithm }, method, uri: get('uri'),
    cnonce: get('cnonce'), nc: get('nc'), qop: params.get('qop') ?? null,
  })
  const given = Buffer.from(get('response').toLowerCase())
  const wanted = Buffer.from(expected)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
