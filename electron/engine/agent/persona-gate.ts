import type { Flow } from '../sip/transport/flow.ts'
import type {
  Challenge,
  Decision,
  Outcome,
  Persona,
  Refused,
  Step,
} from '../../../shared/providers/personas/decision.ts'
import { printable } from '../../../shared/base/text.ts'
import { messageIds, parseUri, uriOf } from '../../../shared/wire/sip/grammar.ts'
import { makeHeader, type SipRequest } from '../../../shared/wire/sip/message.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { DigestServer, type AuthVerdict } from '../sip/digest/server.ts'
import type { Refusal } from '../sip/refusal.ts'
import type { Registrar } from './registrar.ts'
import { unanswered, type Gate, type Verdict } from '../ua/index.ts'

/** For an INVITE that was let in to become a call. */
const beginsWithinMs = 32_000

/** What became of an INVITE at a persona. */
export interface Judged {
  readonly decision: Decision
  /** As far as it came, with that of its credentials. */
  readonly steps: readonly Step[]
  /** What follows; null where credentials were asked for and did not come. */
  readonly outcome: Outcome | null
  /** What it is let in in spite of. */
  readonly wouldRefuse: readonly Refused[]
}

/** Lets in what a persona lets in, and refuses as it does. */
export class PersonaGate implements Gate {
  readonly #persona: Persona
  readonly #userAgent: string
  readonly #clock: Clock
  readonly #random: Random
  readonly #digests = new Map<string, DigestServer>()
  readonly #judged = new WeakMap<SipRequest, Judged>()
  readonly #registrar: Pick<Registrar, 'contacts'> | null
  /** When calls were let in that have not begun yet, the first first. */
  readonly #letIn = new Map<string, number>()
  /** Under way. */
  readonly #begun = new Set<string>()

  /** `userAgent`: what refusals say that it is. `registrar`: whose users calls are redirected to; null: nobody's. */
  constructor(
    persona: Persona,
    userAgent: string,
    clock: Clock,
    random: Random,
    registrar: Pick<Registrar, 'contacts'> | null,
  ) {
    this.#registrar = registrar
    this.#persona = persona
    this.#userAgent = userAgent
    this.#clock = clock
    this.#random = random
  }

  /** Of an INVITE that was checked. */
  judged(request: SipRequest): Judged | undefined {
    return this.#judged.get(request)
  }

  /** The call has begun: it is under way until `ended`. */
  begun(callId: string): void {
    this.#letIn.delete(callId)
    this.#begun.add(callId)
  }

  ended(callId: string): void {
    this.#begun.delete(callId)
  }

  check(request: SipRequest, { transport, remote }: Flow): Verdict {
    const callId = messageIds(request).callId ?? ''
    const atMs = this.#clock.monotonicMs()
    const activeCalls = this.#count(callId, atMs)
    const decision = this.#persona.decide({ request, transport, source: remote, atMs, activeCalls })
    const { challenge, outcome, steps, wouldRefuse = [] } = decision
    const verdict = challenge && this.#digest(challenge).check(request, challenge.credentials)
    const judged = this.#redirected(
      request,
      challenge && verdict ? authenticated(decision, challenge, verdict) : { decision, steps, outcome, wouldRefuse },
    )
    this.#judged.set(request, judged)
    const answer = this.#verdict(judged, challenge, verdict)
    if (answer.kind !== 'in') return answer
    // Behind all others, should it have come before.
    this.#letIn.delete(callId)
    this.#letIn.set(callId, atMs)
    return answer
  }

  /** Calls under way, or about to be, without that one. */
  #count(callId: string, atMs: number): number {
    for (const [id, sinceMs] of this.#letIn) {
      if (atMs - sinceMs <= beginsWithinMs) break
      this.#letIn.delete(id)
    }
    const itself = this.#letIn.has(callId) || this.#begun.has(callId) ? 1 : 0
    return this.#letIn.size + this.#begun.size - itself
  }

  /** A call that is let in to a user that registered here goes to where that is reached (RFC 3261 16.5, 21.3). */
  #redirected(request: SipRequest, judged: Judged): Judged {
    const user = parseUri(request.uri)?.user ?? ''
    const contacts = judged.outcome?.kind === 'answer' ? (this.#registrar?.contacts(user) ?? []) : []
    if (contacts.length === 0) return judged
    const step: Step = {
      subject: 'registered user',
      arrived: printable(user),
      wanted: 'one that registered here: the call is redirected',
      holds: null,
      source: null,
    }
    const refused: Refused = {
      status: 302,
      reason: null,
      headers: contacts.map((value) => makeHeader('Contact', value)),
      because: `"${printable(user)}" is registered here: the call is redirected to its contacts`,
      next: `Call ${contacts.map((value) => printable(uriOf(value))).join(' or ')}.`,
    }
    return { ...judged, steps: [...judged.steps, step], outcome: { kind: 'refuse', refused, rings: false } }
  }

  #verdict({ outcome }: Judged, challenge: Challenge | null, verdict: AuthVerdict | null): Verdict {
    if (challenge && verdict?.kind === 'challenge') {
      const { status, reason } = challenge
      return {
        kind: 'challenged',
        refusal: this.#refusal({ status, reason, headers: verdict.headers }),
        text: unanswered,
      }
    }
    if (outcome?.kind === 'silence') return { kind: 'ignored', text: outcome.because }
    if (outcome?.kind === 'refuse' && !outcome.rings)
      return { kind: 'refused', refusal: this.#refusal(outcome.refused), text: outcome.refused.because }
    return { kind: 'in', proven: verdict?.kind === 'ok' }
  }

  #refusal({ status, reason, headers }: Pick<Refused, 'status' | 'reason' | 'headers'>): Refusal {
    return {
      status,
      ...(reason !== null && { reason }),
      headers: [...headers, makeHeader('User-Agent', this.#userAgent)],
    }
  }

  /** One for each way to ask: what it asks is the same for all of them. */
  #digest({ realm, status, algorithms, unreadable }: Challenge): DigestServer {
    const refusesUnreadable = unreadable !== undefined
    const key = JSON.stringify([status, realm, algorithms, refusesUnreadable])
    let digest = this.#digests.get(key)
    if (!digest) {
      digest = new DigestServer([], realm, this.#clock, this.#random, {
        proxy: status === 407,
        refusesUnreadable,
        ...(algorithms && { algorithms }),
      })
      this.#digests.set(key, digest)
    }
    return digest
  }
}

/** What became of it, its credentials considered. */
function authenticated(decision: Decision, challenge: Challenge, verdict: AuthVerdict): Judged {
  const { steps, outcome, wouldRefuse = [] } = decision
  const { after, realm, credentials, wrong, unreadable = wrong, onlyNoted = false } = challenge
  const step: Step = {
    subject: 'digest',
    arrived: { ok: 'credentials that are right', challenge: 'no credentials', refuse: 'wrong credentials' }[
      verdict.kind
    ],
    wanted: `user ${credentials.map(({ username }) => username).join(' or ')} in the realm ${realm}`,
    holds: verdict.kind === 'challenge' ? null : verdict.kind === 'ok',
    source: null,
  }
  const upTo = [...steps.slice(0, after), step]
  const all = [...upTo, ...steps.slice(after)]
  if (verdict.kind === 'ok') return { decision, steps: all, outcome, wouldRefuse }
  if (verdict.kind === 'challenge') return { decision, steps: upTo, outcome: null, wouldRefuse: [] }
  const words = verdict.unreadable ? unreadable : wrong
  const refused = { ...words, because: `${words.because}: ${verdict.text}` }
  if (onlyNoted) return { decision, steps: all, outcome, wouldRefuse: [refused, ...wouldRefuse] }
  return { decision, steps: upTo, outcome: { kind: 'refuse', refused, rings: false }, wouldRefuse: [] }
}
