import type { Outcome, RefusedBy } from '../../../shared/contract/report.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import { observed } from './rule.ts'

/** The one place that decides who refused a call (RFC 3261 21; ElevenLabs, LiveKit and Twilio documents for the texts). */
export function refusedBy(facts: CallFacts): RefusedBy | null {
  if (observed(facts, 'tls-failed').length > 0 && !facts.final) return 'tls'
  if (observed(facts, 'media-failed').length > 0) return 'media'
  const message = facts.final?.message
  if (message?.kind !== 'response')
    return observed(facts, 'connection-refused', 'connection-failed', 'unresolved', 'no-answer', 'not-sent').length > 0
      ? 'transport'
      : null
  const { status, reason } = message
  if (status < 300) return null
  switch (status) {
    case 401:
    case 407:
      return 'credentials'
    case 403:
      return facts.challenges.length > 0 || facts.credentialsSent ? 'credentials' : 'acl'
    case 404:
      return /trunk|dispatch/i.test(reason) ? 'routing' : 'number'
    case 410:
    case 416:
    case 484:
    case 485:
    case 604:
      return 'number'
    case 415:
    case 488:
    case 606:
      return 'media'
    case 429:
    case 503:
      return 'capacity'
    case 408:
    case 480:
    case 486:
    case 487:
    case 600:
    case 603:
    case 607:
    case 608:
      return 'callee'
    case 482:
    case 483:
    case 502:
    case 504:
      return 'routing'
    default:
      return status < 400 ? 'routing' : 'provider'
  }
}

export function outcomeOf(facts: CallFacts): Outcome {
  const message = facts.final?.message
  const status = message?.kind === 'response' ? message.status : null
  if (observed(facts, 'media-failed').length > 0) return 'failed'
  if (status !== null && status < 300) return 'answered'
  if (observed(facts, 'ring-timeout').length > 0) return 'no-answer'
  if (facts.cancel && (status === null || status === 487))
    return status === null && facts.endedAt === null ? 'in-progress' : 'cancelled'
  if (observed(facts, 'cancelled-by-user').length > 0) return 'cancelled'
  if (status === 408) return 'no-answer'
  if (status !== null && status >= 300) return 'refused'
  if (facts.endedAt === null) return 'in-progress'
  return 'failed'
}
