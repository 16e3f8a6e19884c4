import type { SipRequest } from '../../../shared/wire/sip/message.ts'
import { inCidr, parseCidr, type Cidr } from '../../../shared/base/address.ts'
import type { Clock } from '../base/clock.ts'
import { usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { DigestServer } from '../sip/digest/server.ts'
import type { Refusal } from '../sip/refusal.ts'

export interface GateOptions {
  readonly realm: string
  /** Null: no digest is asked. */
  readonly credentials: { readonly username: string; readonly password: string } | null
  /** CIDR blocks; empty: any source. */
  readonly allow: readonly string[]
}

/** Why a request is not let in, with the response that says so. */
export interface GateRefusal extends Refusal {
  readonly text: string
}

/** Who may call: an address list, then digest, as trunks do it (403 before, 401 for, 403 after the credentials). */
export class Gate {
  readonly #allow: readonly Cidr[]
  readonly #digest: DigestServer | null

  /** Throws RingbackError (usage) for a block that cannot be read. */
  constructor({ realm, credentials, allow }: GateOptions, clock: Clock, random: Random) {
    this.#allow = allow.map((text) => {
      const block = parseCidr(text)
      if (!block) throw usage(`"${text}" is no address block: write 192.0.2.0/24 or an address`)
      return block
    })
    this.#digest = credentials && new DigestServer(credentials, realm, clock, random)
  }

  get asksCredentials(): boolean {
    return this.#digest !== null
  }

  /** Null where the request may come in. Keeps nothing of those that may not: challenges carry their own proof. */
  check(request: SipRequest, source: string): GateRefusal | null {
    if (this.#allow.length > 0 && !this.#allow.some((block) => inCidr(block, source))) {
      return { status: 403, text: `the source ${source} is in none of the allowed blocks` }
    }
    const verdict = this.#digest?.check(request) ?? { kind: 'ok' as const }
    switch (verdict.kind) {
      case 'ok':
        return null
      case 'challenge':
        return {
          status: 401,
          headers: verdict.headers,
          text: 'credentials were asked for and the call did not come again with them',
        }
      case 'refuse':
        return { status: 403, text: verdict.text }
    }
  }
}
