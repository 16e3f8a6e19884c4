import type { CallFacts } from '../../../shared/model/facts.ts'
import { requestsOf, responsesTo, type RequestFact, type ResponseFact } from './messages.ts'

/** What is on its way meets a CANCEL within that; a first 200 that is lost comes again sooner. */
const crossingUs = 2_000_000

/**
 * The CANCEL, and its 200, of a call that was answered all the same; null where it was not, and where the two may have
 * met on the way (RFC 3261 9.1).
 */
export function cancelledBefore(facts: CallFacts): { readonly cancel: RequestFact; readonly ok: ResponseFact } | null {
  const { final } = facts
  const [cancel] = facts.cancel === null ? [] : requestsOf(facts, 'CANCEL')
  if (!cancel || final?.message?.kind !== 'response' || final.message.status >= 300) return null
  const ok = responsesTo(facts, cancel).find(({ message: { status } }) => status < 300)
  return ok && final.event.at - ok.event.at >= crossingUs ? { cancel, ok } : null
}
