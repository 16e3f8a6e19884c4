import type { Outcome } from '../../../shared/contract/report.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import type { RefusedBy } from '../../../shared/model/refused-by.ts'
import type { SipResponse } from '../../../shared/wire/sip/message.ts'
import { statusOf } from '../../../shared/words/statuses.ts'
import { cancelledBefore } from './late-answer.ts'
import { readRefusal } from './refusal.ts'
import { observed, refusal, type FinalResponse } from './rule.ts'

/** The one place that decides who refused a call: what the endpoint saw, then what the final response says. */
export function refusedBy(facts: CallFacts): RefusedBy | null {
  if (observed(facts, 'tls-failed').length > 0 && !facts.final) return 'tls'
  if (observed(facts, 'media-failed').length > 0) return 'media'
  if (facts.final?.message?.kind !== 'response')
    return observed(facts, 'connection-refused', 'connection-failed', 'unresolved', 'no-answer', 'not-sent').length > 0
      ? 'transport'
      : null
  const final = refusal(facts)
  return final && causeOf(facts, final.message)
}

/** The final response when it refuses for one of these causes. */
export function refusedFor(facts: CallFacts, ...causes: readonly RefusedBy[]): FinalResponse | null {
  const final = refusal(facts)
  const cause = final && causeOf(facts, final.message)
  return cause !== null && causes.includes(cause) ? final : null
}

/** By the words of who refused, then by the status (RFC 3261 21) and what went before it. */
function causeOf(facts: CallFacts, { status, reason }: SipResponse): RefusedBy | null {
  // Nobody refused: the caller gave it up.
  if (status === 487 && isCancelled(facts)) return null
  const { reading } = readRefusal(facts)
  if (reading) return reading.refusedBy
  if (status === 403 && (facts.challenges.length > 0 || facts.credentialsSent)) return 'credentials'
  // Of a body that is no session description no media was refused.
  if (status === 415 && facts.invite?.session === null && (facts.invite.message?.body.length ?? 0) > 0)
    return 'provider'
  // Before anything rang no called party was there to be unavailable.
  if (status === 480 && facts.ringing === null && facts.invite !== null && facts.vantage !== 'inbound')
    return 'capacity'
  // Whoever speaks of trunks knows the form of the number and has no way for it.
  if (status === 404 && /trunk|dispatch/i.test(reason)) return 'routing'
  return statusOf(status).refusedBy ?? 'provider'
}

function isCancelled(facts: CallFacts): boolean {
  return facts.cancel !== null || observed(facts, 'ring-timeout', 'cancelled-by-user').length > 0
}

export function outcomeOf(facts: CallFacts): Outcome {
  const message = facts.final?.message
  const status = message?.kind === 'response' ? message.status : null
  if (observed(facts, 'media-failed').length > 0) return 'failed'
  const late = cancelledBefore(facts)
  if (late && facts.bye?.fromUs === late.cancel.fromUs)
    return observed(facts, 'ring-timeout').length > 0 ? 'no-answer' : 'cancelled'
  if (facts.answeredAt !== null || (status !== null && status < 300)) return 'answered'
  if (observed(facts, 'ring-timeout').length > 0) return 'no-answer'
  if (facts.cancel && (status === null || status === 487))
    return status === null && facts.endedAt === null ? 'in-progress' : 'cancelled'
  if (observed(facts, 'cancelled-by-user').length > 0) return 'cancelled'
  if (status === 408) return 'no-answer'
  if (status !== null && status >= 300) return 'refused'
  if (facts.endedAt === null) return 'in-progress'
  return 'failed'
}
