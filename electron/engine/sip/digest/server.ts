import { createHmac } from 'node:crypto'
import { headerFields, makeHeader, type SipHeader, type SipRequest } from '../../../../shared/wire/sip/message.ts'
import { quote } from '../../../../shared/wire/sip/grammar.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { parseDigest, verify, type Credentials } from './digest.ts'

const nonceLifeMs = 300_000

export type AuthVerdict =
  | { readonly kind: 'ok' }
  /** Nothing usable was sent, or its nonce is too old: challenge (again). */
  | { readonly kind: 'challenge'; readonly headers: readonly SipHeader[] }
  | { readonly kind: 'refuse'; readonly text: string }

/** The server's side of digest authentication. Nonces carry their own time and are signed, so nothing is kept per request. */
export class DigestServer {
  readonly #credentials: Credentials
  readonly #realm: string
  readonly #clock: Clock
  readonly #random: Random
  readonly #algorithms: readonly string[]
  readonly #key: Uint8Array
  /** The highest nonce count seen per nonce, against replay (RFC 7616 5.12). */
  readonly #counts = new Map<string, number>()

  /** `algorithms` are offered in that order; MD5 first, because many endpoints look at the first challenge only. */
  constructor(credentials: Credentials, realm: string, clock: Clock, random: Random, algorithms: readonly string[] = ['MD5', 'SHA-256']) {
    this.#credentials = credentials
    this.#random = random
    this.#algorithms = algorithms
    this.#realm = realm
    this.#clock = clock
    this.#key = Uint8Array.from(random.bytes(32))
  }

  check(request: SipRequest): AuthVerdict {
    const params = headerFields(request, 'authorization').map(parseDigest).find((fields) => fields?.get('realm') === this.#realm)
    if (!params) return this.#challenge(false)
    const nonce = params.get('nonce') ?? ''
    if (!this.#fresh(nonce)) return this.#challenge(true)
    if (params.get('username') !== this.#credentials.username) return { kind: 'refuse', text: `user "${params.get('username')}" is not known here` }
    if (!verify(params, this.#credentials, request.method)) return { kind: 'refuse', text: `wrong password for user "${this.#credentials.username}"` }
    const count = parseInt(params.get('nc') ?? '0', 16)
    if (params.has('qop') && count <= (this.#counts.get(nonce) ?? 0)) return this.#challenge(true)
    if (this.#counts.size > 10_000) this.#counts.clear()
    this.#counts.set(nonce, count)
    return { kind: 'ok' }
  }

  #challenge(stale: boolean): AuthVerdict {
    const stamp = `${Math.floor(this.#clock.monotonicMs()).toString(16)}-${this.#random.token(8)}`
    const nonce = `${stamp}.${this.#sign(stamp)}`
    const rest = `realm=${quote(this.#realm)}, nonce="${nonce}", qop="auth"${stale ? ', stale=true' : ''}`
    return { kind: 'challenge', headers: this.#algorithms.map((algorithm) => makeHeader('WWW-Authenticate', `Digest ${rest}, algorithm=${algorithm}`)) }
  }

  #fresh(nonce: string): boolean {
    const [stamp = '', signature] = nonce.split('.')
    const age = this.#clock.monotonicMs() - parseInt(stamp, 16)
    return signature === this.#sign(stamp) && age >= -1 && age < nonceLifeMs
  }

  #sign(stamp: string): string {
    return createHmac('sha256', this.#key).update(stamp).digest('hex').slice(0, 32)
  }
}
