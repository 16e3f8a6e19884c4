import { inCidr, parseCidr, type Cidr } from '../../../shared/base/address.ts'
import type { Clock } from '../base/clock.ts'
import { usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { DigestServer } from '../sip/digest/server.ts'
import { responseTo } from '../sip/transaction/response.ts'
import type { ServerTransaction } from '../sip/transaction/server.ts'

export interface GateOptions {
  readonly realm: string
  /** Null: no digest is asked. */
  readonly credentials: { readonly username: string; readonly password: string } | null
  /** CIDR blocks; empty: any source. */
  readonly allow: readonly string[]
}

export type GateVerdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'challenged' }
  /** Refused for good; `text` says why. */
  | { readonly kind: 'refused'; readonly text: string }

/** Who may call: an address list, then digest, as trunks do it (403 before, 401 for, 403 after the credentials). */
export class Gate {
  readonly #allow: readonly Cidr[]
  readonly #digest: DigestServer | null
  readonly #random: Random

  /** Throws RingbackError (usage) for a block that cannot be read. */
  constructor({ realm, credentials, allow }: GateOptions, clock: Clock, random: Random) {
    this.#allow = allow.map((text) => {
      const block = parseCidr(text)
      if (!block) throw usage(`"${text}" is no address block: write 192.0.2.0/24 or an address`)
      return block
    })
    this.#digest = credentials && new DigestServer(credentials, realm, clock, random)
    this.#random = random
  }

  /** Answers the request itself unless the gate is open for it. */
  check(transaction: ServerTransaction): GateVerdict {
    const { request, flow } = transaction
    const answer = (status: number, headers: Parameters<typeof responseTo>[3] = {}) => transaction.respond(responseTo(request, status, this.#random.token(10), headers))
    if (this.#allow.length > 0 && !this.#allow.some((block) => inCidr(block, flow.remote.host))) {
      answer(403)
      return { kind: 'refused', text: `the source ${flow.remote.host} is in none of the allowed blocks` }
    }
    const verdict = this.#digest?.check(request) ?? { kind: 'ok' as const }
    if (verdict.kind === 'ok') return { kind: 'open' }
    if (verdict.kind === 'challenge') {
      answer(401, { headers: verdict.headers })
      return { kind: 'challenged' }
    }
    answer(403)
    return { kind: 'refused', text: verdict.text }
  }
}
