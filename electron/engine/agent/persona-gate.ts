import type { Flow } from '../sip/transport/flow.ts'
import type {
  Arrived,
  Challenge,
  Decision,
  Outcome,
  Persona,
  Refused,
  Step,
} from '../../../shared/providers/personas/decision.ts'
import { makeHeader, type SipRequest } from '../../../shared/wire/sip/message.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { DigestServer, type AuthVerdict } from '../sip/digest/server.ts'
import type { Refusal } from '../sip/refusal.ts'
import { unanswered, type Gate, type Verdict } from '../ua/index.ts'

/** What became of an INVITE at a persona. */
export interface Judged {
  readonly decision: Decision
  /** As far as it came, with that of its credentials. */
  readonly steps: readonly Step[]
  /** What follows; null where credentials were asked for and did not come. */
  readonly outcome: Outcome | null
}

/** Lets in what a persona lets in, and refuses as it does. */
export class PersonaGate implements Gate {
  readonly #persona: Persona
  readonly #userAgent: string
  readonly #clock: Clock
  readonly #random: Random
  readonly #digests = new Map<string, DigestServer>()
  readonly #judged = new WeakMap<SipRequest, Judged>()

  /** `userAgent`: what refusals say that it is. */
  constructor(persona: Persona, userAgent: string, clock: Clock, random: Random) {
    this.#persona = persona
    this.#userAgent = userAgent
    this.#clock = clock
    this.#random = random
  }

  /** Of an INVITE that was checked. */
  judged(request: SipRequest): Judged | undefined {
    return this.#judged.get(request)
  }

  check(request: SipRequest, { transport, remote }: Flow): Verdict {
    const arrived: Arrived = { request, transport, source: remote, atMs: this.#clock.monotonicMs() }
    const decision = this.#persona.decide(arrived)
    const { challenge, outcome, steps } = decision
    const verdict = challenge && this.#digest(challenge).check(request, challenge.credentials)
    const judged: Judged =
      challenge && verdict ? authenticated(decision, challenge, verdict) : { decision, steps, outcome }
    this.#judged.set(request, judged)
    return this.#verdict(judged, challenge, verdict)
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
  #digest({ realm, status, algorithms }: Challenge): DigestServer {
    const key = JSON.stringify([status, realm, algorithms])
    let digest = this.#digests.get(key)
    if (!digest) {
      digest = new DigestServer([], realm, this.#clock, this.#random, {
        proxy: status === 407,
        ...(algorithms && { algorithms }),
      })
      this.#digests.set(key, digest)
    }
    return digest
  }
}

/** What became of it, its credentials considered. */
function authenticated(decision: Decision, challenge: Challenge, verdict: AuthVerdict): Judged {
  const { steps, outcome } = decision
  const { after, realm, credentials, wrong } = challenge
  const step: Step = {
    subject: 'digest',
    arrived: { ok: 'credentials that are right', challenge: 'no credentials', refuse: 'wrong credentials' }[
      verdict.kind
    ],
    wanted: `user ${credentials.map(({ username }) => username).join(' or ')} in the realm ${realm}`,
    holds: verdict.kind === 'ok' ? true : verdict.kind === 'refuse' ? false : null,
    source: null,
  }
  const upTo = [...steps.slice(0, after), step]
  if (verdict.kind === 'ok') return { decision, steps: [...upTo, ...steps.slice(after)], outcome }
  if (verdict.kind === 'challenge') return { decision, steps: upTo, outcome: null }
  const because = `${wrong.because}: ${verdict.text}`
  return { decision, steps: upTo, outcome: { kind: 'refuse', refused: { ...wrong, because }, rings: false } }
}
