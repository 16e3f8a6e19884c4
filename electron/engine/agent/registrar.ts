import { formatAddress, inBlock } from '../../../shared/base/address.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import type { BindingView } from '../../../shared/contract/agent-parts.ts'
import type { RegistrarPolicy } from '../../../shared/providers/personas/decision.ts'
import { isBindingOf, plainUser } from '../../../shared/wire/sip/bindings.ts'
import { messageIds, parseNameAddr, parseUri, uriOf, type NameAddr } from '../../../shared/wire/sip/grammar.ts'
import {
  header,
  headerList,
  makeHeader,
  splitList,
  type SipHeader,
  type SipRequest,
} from '../../../shared/wire/sip/message.ts'
import { expiresOf, expiresParam } from '../../../shared/wire/sip/numbers.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { DigestServer } from '../sip/digest/server.ts'
import type { Flow } from '../sip/transport/flow.ts'
import { Bindings, type Binding } from './bindings.ts'

export interface Registered {
  readonly status: number
  readonly headers: readonly SipHeader[]
  /** Its sender answered a challenge of ours. */
  readonly proven: boolean
}

/** Users at once: each costs memory until it expires. */
const mostUsers = 10_000
/** Shorter than an hour may be refused as too brief (RFC 3261 10.3, 7). */
const hourS = 3600

/** A small registrar: who registers can be found (RFC 3261 10.3). */
export class Registrar {
  readonly #policy: RegistrarPolicy
  readonly #clock: Clock
  readonly #digest: DigestServer | null
  readonly #bindings: Bindings

  /** `changed` hears when a binding comes, goes or is over. */
  constructor(policy: RegistrarPolicy, clock: Clock, random: Random, changed: () => void) {
    this.#policy = policy
    this.#clock = clock
    this.#digest =
      policy.credentials.length > 0 ? new DigestServer(policy.credentials, policy.realm, clock, random) : null
    this.#bindings = new Bindings(clock, changed)
  }

  close(): void {
    this.#bindings.close()
  }

  /** Contact values of a user, the preferred first; empty: it is not registered. */
  contacts(user: string): string[] {
    return this.#bindings.of(plainUser(user)).map(({ contact }) => contact)
  }

  views(): BindingView[] {
    return this.#bindings.users.flatMap((user) =>
      this.#bindings.of(user).map(({ uri, source, userAgent, endsMs }) => ({
        user,
        contact: uri,
        source,
        userAgent,
        until: isoMicros(this.#clock.nowUs() + Math.round(endsMs - this.#clock.monotonicMs()) * 1000),
      })),
    )
  }

  /** What a REGISTER is answered with; what it asks for is done whole, or not at all. */
  register(request: SipRequest, { remote }: Pick<Flow, 'remote'>): Registered {
    const { allowedAddresses } = this.#policy
    if (allowedAddresses.length > 0 && !allowedAddresses.some((block) => inBlock(block, remote.host)))
      return refusal(403)
    const verdict = this.#digest?.check(request)
    if (verdict?.kind === 'challenge') return { ...refusal(401), headers: verdict.headers }
    if (verdict?.kind === 'refuse') return refusal(403)
    const to = header(request, 'to') ?? ''
    const user = plainUser(parseUri(uriOf(to))?.user ?? null)
    if (user === '') return refusal(404)
    const before = this.#bindings.of(user)
    const after = this.#update(request, before, formatAddress(remote))
    if ('status' in after) return { ...after, proven: verdict?.kind === 'ok' }
    if (before.length === 0 && after.length > 0 && this.#bindings.size >= mostUsers) return refusal(503)
    if (headerList(request, 'contact').length > 0) this.#bindings.set(user, after)
    return { status: 200, headers: this.#listed(user), proven: verdict?.kind === 'ok' }
  }

  #listed(user: string): SipHeader[] {
    const now = this.#clock.monotonicMs()
    return this.#bindings
      .of(user)
      .map(({ contact, endsMs }) => makeHeader('Contact', `${contact};expires=${Math.ceil((endsMs - now) / 1000)}`))
  }

  /** The bindings of the user afterwards, or why nothing of it is done. */
  #update(request: SipRequest, before: readonly Binding[], source: string): readonly Binding[] | Registered {
    const { callId, cseq } = messageIds(request)
    const order = { callId: callId ?? '', cseq: cseq?.number ?? 0 }
    const values = headerList(request, 'contact')
    // RFC 3261 10.3, 6: what came in another order than it was sent changes nothing.
    const isLate = (binding: Binding) => binding.callId === order.callId && binding.cseq >= order.cseq
    if (values.some((value) => value.trim() === '*')) {
      if (values.length > 1 || expiresOf(request) !== 0) return refusal(400, '* needs Expires: 0 and nothing beside it')
      return before.some(isLate) ? late : []
    }
    const { mostContacts } = this.#policy
    const tooMany = refusal(403, `${mostContacts} contacts at most`)
    // No more than all that may be there, and as many that go: each is compared with each.
    if (values.length > 2 * mostContacts) return tooMany
    let after = [...before]
    for (const value of values) {
      const asked = parseNameAddr(value)
      if (!asked || !parseUri(asked.uri)) return refusal(400, 'a Contact is no SIP URI')
      const expiresS = this.#expires(asked, request)
      if (typeof expiresS !== 'number') return expiresS
      const old = after.find(({ contact }) => isSameContact(value, contact))
      // One that stands twice in the same request is what it says last.
      if (old && before.includes(old) && isLate(old)) return late
      after = after.filter((binding) => binding !== old)
      if (expiresS > 0) after.push(this.#binding(value, asked, expiresS, { ...order, source }, request))
    }
    return after.length > mostContacts ? tooMany : after
  }

  #expires({ params }: NameAddr, request: SipRequest): number | Registered {
    const { minExpiresS, maxExpiresS, usualExpiresS } = this.#policy
    const asked = expiresParam(params) ?? expiresOf(request) ?? usualExpiresS
    if (asked > 0 && asked < minExpiresS && asked < hourS)
      return { ...refusal(423), headers: [makeHeader('Min-Expires', String(minExpiresS))] }
    return Math.min(asked, maxExpiresS)
  }

  #binding(
    value: string,
    { uri, params }: NameAddr,
    expiresS: number,
    came: Pick<Binding, 'callId' | 'cseq' | 'source'>,
    request: SipRequest,
  ): Binding {
    return {
      ...came,
      uri,
      contact: withoutExpires(value, uri),
      q: Number(params.get('q') ?? 1) || 0,
      userAgent: header(request, 'user-agent') ?? null,
      expiresS,
      endsMs: this.#clock.monotonicMs() + expiresS * 1000,
    }
  }
}

/** Same user, host, port and transport. */
function isSameContact(one: string, other: string): boolean {
  const transport = (value: string) => parseUri(uriOf(value))?.params.get('transport')?.toLowerCase()
  return isBindingOf(one, other) && transport(one) === transport(other)
}

/** Its URI and parameters as they came, quotes and all. */
function withoutExpires(value: string, uri: string): string {
  const [, ...params] = splitList(value, ';')
  return [`<${uri}>`, ...params.filter((param) => !/^expires\s*(?:=|$)/i.test(param))].join(';')
}

function refusal(status: number, why?: string): Registered {
  const headers = why === undefined ? [] : [makeHeader('Warning', `399 ringback "${why}"`)]
  return { status, headers, proven: false }
}

const late = refusal(500, 'a later REGISTER of the same Call-ID came before')
