import { createHmac } from 'node:crypto'
import { headerFields, makeHeader, type SipHeader, type SipRequest } from '../../../../shared/wire/sip/message.ts'
import { printable } from '../../../../shared/base/text.ts'
import { parseUri, quote, type SipUri } from '../../../../shared/wire/sip/grammar.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { verify, type Credentials } from './digest.ts'
import { parseDigest, type DigestParams } from './params.ts'

const nonceLifeMs = 300_000
const mostNonces = 10_000
/** A signed nonce of ours is 60 characters long. */
const longestNonce = 100

export interface DigestOptions {
  /** Offered in that order; MD5 first, because many endpoints look at the first challenge only. */
  readonly algorithms?: readonly string[]
  /** It asks as a proxy does: with Proxy-Authenticate (RFC 3261 22.3). */
  readonly proxy?: boolean
  /** Credentials that cannot be read are refused, not asked for again. */
  readonly refusesUnreadable?: boolean
  /** Whatever credentials come are too old, on purpose. */
  readonly alwaysStale?: boolean
}

export type AuthVerdict =
  | { readonly kind: 'ok' }
  /** Nothing usable was sent, or its nonce is too old: challenge (again). */
  | { readonly kind: 'challenge'; readonly headers: readonly SipHeader[] }
  /** `unreadable`: they are no credentials of digest. */
  | { readonly kind: 'refuse'; readonly text: string; readonly unreadable?: true }

/**
 * The server's side of digest authentication. Nonces carry their own time and are signed, so nothing is kept per
 * request.
 */
export class DigestServer {
  readonly #credentials: readonly Credentials[]
  readonly #realm: string
  readonly #clock: Clock
  readonly #random: Random
  readonly #algorithms: readonly string[]
  readonly #proxy: boolean
  readonly #refusesUnreadable: boolean
  readonly #alwaysStale: boolean
  readonly #key: Uint8Array
  /** The highest nonce count seen per nonce, the nonce first used longest ago first: against replay (RFC 7616 5.12). */
  readonly #counts = new Map<string, number>()
  /** Nonces from before were forgotten to make room: they are taken as too old. */
  #forgottenMs = -1

  /** Each of the users may come in. */
  constructor(
    credentials: readonly Credentials[],
    realm: string,
    clock: Clock,
    random: Random,
    {
      algorithms = ['MD5', 'SHA-256'],
      proxy = false,
      refusesUnreadable = false,
      alwaysStale = false,
    }: DigestOptions = {},
  ) {
    this.#credentials = credentials
    this.#random = random
    this.#algorithms = algorithms
    this.#proxy = proxy
    this.#refusesUnreadable = refusesUnreadable
    this.#alwaysStale = alwaysStale
    this.#realm = realm
    this.#clock = clock
    this.#key = Uint8Array.from(random.bytes(32))
  }

  /** `credentials`: those that this request may come with, where not all do. */
  check(request: SipRequest, credentials = this.#credentials): AuthVerdict {
    const name = this.#proxy ? 'Proxy-Authorization' : 'Authorization'
    const sent = headerFields(request, name.toLowerCase()).map(parseDigest)
    if (this.#refusesUnreadable && sent.length > 0 && sent.every((fields) => fields === null))
      return { kind: 'refuse', text: `${name} is no digest`, unreadable: true }
    const params = sent.find((fields) => fields?.realm === this.#realm)
    if (!params) return this.#challenge(false)
    const nonce = params.nonce ?? ''
    if (this.#alwaysStale || !this.#fresh(nonce)) return this.#challenge(true)
    const fault = this.#fault(params, request, credentials)
    if (fault !== null) return { kind: 'refuse', text: fault }
    // Without qop there is no count: the nonce serves once.
    const used = this.#counts.get(nonce) ?? 0
    const count = params.qop.length === 0 ? (used === 0 ? 1 : 0) : params.nc === null ? 0 : parseInt(params.nc, 16)
    if (count <= used) return this.#challenge(true)
    this.#remember(nonce, count)
    return { kind: 'ok' }
  }

  /** Why the credentials prove nothing; null when they are right. */
  #fault(params: DigestParams, request: SipRequest, credentials: readonly Credentials[]): string | null {
    const { username, uri, qop } = params
    const known = credentials.find((one) => one.username === username)
    const algorithm = params.algorithm ?? 'MD5'
    if (!known) return `user "${printable(username ?? '')}" is not known here`
    if (!this.#algorithms.some((name) => name.toLowerCase() === algorithm.toLowerCase()))
      return `digest algorithm ${printable(algorithm)} was not offered: ${this.#algorithms.join(' and ')} are`
    if (qop.length > 0 && (qop.length > 1 || qop[0] !== 'auth'))
      return `digest qop ${printable(qop.join(','))} was not offered: auth is`
    if (uri === null || !isSameTarget(uri, request.uri))
      return `the digest is for the URI "${printable(uri ?? '')}", the request for "${printable(request.uri)}"`
    return verify(params, known, request.method) ? null : `wrong password for user "${known.username}"`
  }

  #remember(nonce: string, count: number): void {
    if (!this.#counts.has(nonce) && this.#counts.size >= mostNonces) this.#forget()
    this.#counts.set(nonce, count)
  }

  /** Lets go of the nonces that are too old to be used, and of the oldest where none is. */
  #forget(): void {
    const now = this.#clock.monotonicMs()
    for (const nonce of this.#counts.keys()) {
      if (now - madeAtMs(nonce) < nonceLifeMs && this.#counts.size < mostNonces) break
      this.#forgottenMs = Math.max(this.#forgottenMs, madeAtMs(nonce))
      this.#counts.delete(nonce)
    }
  }

  #challenge(stale: boolean): AuthVerdict {
    const stamp = `${Math.floor(this.#clock.monotonicMs()).toString(16)}-${this.#random.token(8)}`
    const nonce = `${stamp}.${this.#sign(stamp)}`
    const rest = `realm=${quote(this.#realm)}, nonce="${nonce}", qop="auth"${stale ? ', stale=true' : ''}`
    return {
      kind: 'challenge',
      headers: this.#algorithms.map((algorithm) =>
        makeHeader(this.#proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate', `Digest ${rest}, algorithm=${algorithm}`),
      ),
    }
  }

  #fresh(nonce: string): boolean {
    if (nonce.length > longestNonce) return false
    const dot = nonce.indexOf('.')
    if (dot < 0 || nonce.slice(dot + 1) !== this.#sign(nonce.slice(0, dot))) return false
    const madeMs = madeAtMs(nonce)
    const ageMs = this.#clock.monotonicMs() - madeMs
    return ageMs >= -1 && ageMs < nonceLifeMs && (madeMs > this.#forgottenMs || this.#counts.has(nonce))
  }

  #sign(stamp: string): string {
    return createHmac('sha256', this.#key).update(stamp).digest('hex').slice(0, 32)
  }
}

/** When a nonce of ours was made; it begins with that, in hexadecimal. */
const madeAtMs = (nonce: string) => parseInt(nonce, 16)

/**
 * Whether credentials for one URI serve a request for another: the same text, or the same user, host and port (RFC 3261
 * 22.4 lets proxies rewrite the rest). Some callers name the host alone, SIPp among them.
 */
function isSameTarget(uri: string, requestUri: string): boolean {
  if (uri === requestUri) return true
  const [a, b] = [parseUri(uri), parseUri(requestUri)]
  const port = ({ scheme, port: given }: SipUri) => given ?? (scheme === 'sips' ? 5061 : 5060)
  return (
    a !== null &&
    b !== null &&
    (a.user === b.user || a.user === null) &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    port(a) === port(b)
  )
}
