import { createHash, timingSafeEqual } from 'node:crypto'
import { printable } from '../../../../shared/base/text.ts'
import { quote } from '../../../../shared/wire/sip/grammar.ts'
import { parseDigest, type DigestParams } from './params.ts'

/** RFC 8760 2.1 and RFC 2617; the Node name of each hash. */
const hashes: ReadonlyMap<string, string> = new Map([
  ['md5', 'md5'],
  ['sha-256', 'sha256'],
  ['sha-512-256', 'sha512-256'],
])

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

/**
 * Reads one WWW-Authenticate or Proxy-Authenticate value; null when it is no digest challenge, or one that lacks what
 * an answer needs.
 */
export function parseChallenge(value: string): Challenge | null {
  const params = parseDigest(value)
  if (!params || faultOf(params) !== null) return null
  const { algorithm, realm, nonce, opaque, qop, stale } = params
  return { algorithm: algorithm ?? 'MD5', realm: realm!, nonce: nonce!, opaque, qop, stale }
}

/** Why a digest challenge cannot be answered, in a sentence; null when it can, and for what is none. */
export function challengeFault(value: string): string | null {
  const params = parseDigest(value)
  return params && faultOf(params)
}

function faultOf({ realm, nonce, unusable }: DigestParams): string | null {
  const named = realm === null ? 'the digest challenge' : `the digest challenge of realm "${printable(realm)}"`
  if (unusable.length > 0) return `${named} has a control character in ${unusable.map(printable).join(', ')}`
  return nonce === null ? `${named} has no nonce` : realm === null ? `${named} has no realm` : null
}

interface Algorithm {
  /** The hash by its Node name. */
  readonly hash: string
  readonly session: boolean
}

function algorithmOf(name: string): Algorithm | null {
  const lower = name.toLowerCase()
  const session = lower.endsWith('-sess')
  const hash = hashes.get(session ? lower.slice(0, -5) : lower)
  return hash === undefined ? null : { hash, session }
}

/** Whether we can answer the challenge: a known algorithm, and qop auth or none. */
export function canAnswer(challenge: Challenge): boolean {
  return algorithmOf(challenge.algorithm) !== null && (challenge.qop.length === 0 || challenge.qop.includes('auth'))
}

function digest(hash: string, text: string): string {
  return createHash(hash).update(text).digest('hex')
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
  return digest(
    hash,
    qop === null ? `${a1}:${challenge.nonce}:${a2}` : `${a1}:${challenge.nonce}:${nc}:${cnonce}:${qop}:${a2}`,
  )
}

/** What a request is answered for: `uses` counts those of the nonce, from 1. */
interface Answered {
  readonly method: string
  readonly uri: string
  readonly uses: number
  readonly cnonce: string
}

/** The value of Authorization or Proxy-Authorization (RFC 7616 3.4). */
export function authorization(
  challenge: Challenge,
  credentials: Credentials,
  { method, uri, uses, cnonce }: Answered,
): string {
  const qop = challenge.qop.includes('auth') ? 'auth' : null
  const count = uses.toString(16).padStart(8, '0')
  const response = digestResponse({ ...credentials, challenge, method, uri, cnonce, nc: count, qop })
  const session = algorithmOf(challenge.algorithm)!.session
  const parts = [
    `username=${quote(credentials.username)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(uri)}`,
    `response="${response}"`,
    `algorithm=${challenge.algorithm}`,
  ]
  if (qop) parts.push(`qop=${qop}`, `nc=${count}`)
  if (qop || session) parts.push(`cnonce="${cnonce}"`)
  if (challenge.opaque !== null) parts.push(`opaque=${quote(challenge.opaque)}`)
  return `Digest ${parts.join(', ')}`
}

/** Whether the credentials of a request prove the password (server side). Compared in constant time. */
export function verify(params: DigestParams, credentials: Credentials, method: string): boolean {
  const algorithm = params.algorithm ?? 'MD5'
  if (!algorithmOf(algorithm)) return false
  const expected = digestResponse({
    ...credentials,
    challenge: { realm: params.realm ?? '', nonce: params.nonce ?? '', algorithm },
    method,
    uri: params.uri ?? '',
    cnonce: params.cnonce ?? '',
    nc: params.nc ?? '',
    qop: params.qop[0] ?? null,
  })
  const given = Buffer.from((params.response ?? '').toLowerCase())
  const wanted = Buffer.from(expected)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
