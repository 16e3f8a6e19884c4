import { printable } from '../../../../shared/base/text.ts'
import { headerFields, headerList, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { Random } from '../../base/random.ts'
import { authorization, canAnswer, challengeFault, parseChallenge, type Challenge, type Credentials } from './digest.ts'

/** A peer that names another realm each time is answered for the last of them. */
const mostRealms = 8

interface Held {
  readonly challenge: Challenge
  readonly header: 'Authorization' | 'Proxy-Authorization'
  uses: number
}

export type ChallengeOutcome =
  | { readonly kind: 'retry' }
  /** `text` is a sentence for the person whose call was refused. */
  | { readonly kind: 'give-up'; readonly text: string }

/**
 * The client's side of digest authentication for one user at one trunk: keeps the challenges by realm, so that later
 * requests carry credentials at once with the next nonce count (RFC 7616 3.3, RFC 3261 22.3 for several realms).
 */
export class DigestClient {
  readonly #credentials: Credentials | null
  readonly #random: Random
  /** By realm; most calls are never challenged. */
  #held: Map<string, Held> | null = null

  constructor(credentials: Credentials | null, random: Random) {
    this.#credentials = credentials
    this.#random = random
  }

  /** The headers for a request; empty while nobody has challenged us. */
  headersFor(method: string, uri: string): { name: string; value: string }[] {
    if (!this.#credentials || !this.#held) return []
    return [...this.#held.values()].map((held) => ({
      name: held.header,
      value: authorization(held.challenge, this.#credentials!, {
        method,
        uri,
        uses: ++held.uses,
        cnonce: this.#random.token(16),
      }),
    }))
  }

  /** Takes in a 401 or 407 to a request that carried what `headersFor` gave (or nothing). */
  challenged(response: SipResponse): ChallengeOutcome {
    const proxy = response.status === 407
    const fields = headerFields(response, proxy ? 'proxy-authenticate' : 'www-authenticate')
    const challenges = fields.map(parseChallenge).filter((challenge) => challenge !== null)
    if (challenges.length === 0) {
      const faults = fields.map(challengeFault).filter((fault) => fault !== null)
      return {
        kind: 'give-up',
        text:
          faults.length > 0
            ? `${response.status} cannot be answered: ${faults.join('; ')}`
            : `${response.status} carries no digest challenge`,
      }
    }
    if (!this.#credentials)
      return {
        kind: 'give-up',
        text: `realm "${printable(challenges[0]!.realm)}" asks for a user and a password, none are set`,
      }
    const usable = challenges.filter(canAnswer)
    if (usable.length === 0) {
      const offered = challenges
        .map(
          (challenge) =>
            `${printable(challenge.algorithm)}` +
            `${challenge.qop.length > 0 ? ` with qop ${printable(challenge.qop.join(','))}` : ''}`,
        )
        .join('; ')
      return {
        kind: 'give-up',
        text: `only ${offered} is offered: MD5, SHA-256 and SHA-512-256 (and -sess) with qop auth are known here`,
      }
    }
    // One answer a realm: the first that we can give, as the server ordered them (RFC 8760 2.4).
    let progress = false
    const seen = new Set<string>()
    for (const challenge of usable) {
      const key = `${proxy ? 'proxy' : 'user'} ${challenge.realm}`
      if (seen.has(key)) continue
      seen.add(key)
      const all = (this.#held ??= new Map())
      const before = all.get(key)
      if (
        !before ||
        before.uses === 0 ||
        challenge.stale ||
        (before.uses > 1 && before.challenge.nonce !== challenge.nonce)
      )
        progress = true
      if (all.size >= mostRealms && !before) all.delete(all.keys().next().value!)
      all.set(key, { challenge, header: proxy ? 'Proxy-Authorization' : 'Authorization', uses: 0 })
    }
    const [realm] = usable
    return progress
      ? { kind: 'retry' }
      : {
          kind: 'give-up',
          text: `realm "${printable(realm!.realm)}" refused user "${this.#credentials.username}" (${realm!.algorithm})`,
        }
  }
}

/** Whether a response names a digest challenge at all. */
export function isChallenge(response: SipResponse): boolean {
  return (
    (response.status === 401 || response.status === 407) &&
    headerList(response, response.status === 407 ? 'proxy-authenticate' : 'www-authenticate').length > 0
  )
}
