import type { SipHeader, SipRequest } from '../../../shared/wire/sip/message.ts'
import { inCidr, parseCidr, type Cidr } from '../../../shared/base/address.ts'
import type { Wrong } from '../../../shared/model/wrong.ts'
import type { Clock } from '../base/clock.ts'
import { usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { DigestServer } from '../sip/digest/server.ts'
import type { Refusal } from '../sip/refusal.ts'
import type { Flow } from '../sip/transport/flow.ts'

/** What becomes of an INVITE before it is a call. Of one that may not come in nothing is kept. */
export type Verdict =
  /** `proven`: it carries what only our challenge could have told its sender. */
  | { readonly kind: 'in'; readonly proven: boolean }
  | { readonly kind: 'refused' | 'challenged'; readonly refusal: Refusal; readonly text: string }
  /** It gets no answer at all. */
  | { readonly kind: 'ignored'; readonly text: string }

/** Who may call. */
export interface Gate {
  check(request: SipRequest, flow: Flow): Verdict
}

/** Who takes REGISTER. */
export interface Registrars {
  /** What it is answered with. `proven`: it carries what only our challenge could have told its sender. */
  register(
    request: SipRequest,
    flow: Flow,
  ): {
    readonly status: number
    readonly headers: readonly SipHeader[]
    readonly proven: boolean
  }
}

/** What becomes of requests that come in, as long as nobody says otherwise. */
export interface UserAgentPolicy {
  readonly gate?: Gate | null
  /** No response at all to any INVITE, as a peer that drops packets. */
  readonly silent?: boolean
  /** REFERs inside a call are accepted, and its owner hears of them. */
  readonly followsRefer?: boolean
  /** Peers may register; null: REGISTER gets 405. */
  readonly registrar?: Registrars | null
  /** What calls that come in do wrong on purpose. */
  readonly wrong?: readonly Wrong[]
}

export interface AccessOptions {
  readonly realm: string
  /** Null: no digest is asked. */
  readonly credentials: { readonly username: string; readonly password: string } | null
  /** CIDR blocks; empty: any source. */
  readonly allow: readonly string[]
  /** Credentials are never taken, on purpose: they are called stale. */
  readonly alwaysStale?: boolean
}

/** An address list, then digest, as trunks do it (403 before, 401 for, 403 after the credentials). */
export class AccessGate implements Gate {
  readonly #allow: readonly Cidr[]
  readonly #digest: DigestServer | null
  readonly #unanswered: string

  /** Throws RingbackError (usage) for a block that cannot be read. */
  constructor({ realm, credentials, allow, alwaysStale = false }: AccessOptions, clock: Clock, random: Random) {
    this.#allow = allow.map((text) => {
      const block = parseCidr(text)
      if (!block) throw usage(`"${text}" is no address block: write 192.0.2.0/24 or an address`)
      return block
    })
    this.#digest = credentials && new DigestServer([credentials], realm, clock, random, { alwaysStale })
    this.#unanswered = alwaysStale
      ? 'credentials are never taken, on purpose: each challenge says stale=true'
      : unanswered
  }

  /** Challenges carry their own proof. */
  check(request: SipRequest, { remote: { host } }: Flow): Verdict {
    if (this.#allow.length > 0 && !this.#allow.some((block) => inCidr(block, host)))
      return refused(`the source ${host} is in none of the allowed blocks`)
    if (!this.#digest) return { kind: 'in', proven: false }
    const verdict = this.#digest.check(request)
    switch (verdict.kind) {
      case 'ok':
        return { kind: 'in', proven: true }
      case 'challenge':
        return { kind: 'challenged', refusal: { status: 401, headers: verdict.headers }, text: this.#unanswered }
      case 'refuse':
        return refused(verdict.text)
    }
  }
}

const refused = (text: string): Verdict => ({ kind: 'refused', refusal: { status: 403 }, text })

/** What is said of a challenge that nothing came back for. */
export const unanswered = 'credentials were asked for and the call did not come again with them'
