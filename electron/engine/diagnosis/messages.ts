import type { CallFacts, MessageFact } from '../../../shared/model/facts.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { SipRequest, SipResponse } from '../../../shared/wire/sip/message.ts'

export type RequestFact = MessageFact & { readonly message: SipRequest }
export type ResponseFact = MessageFact & { readonly message: SipResponse }

/** Requests of a method, each once, in their order. */
export function requestsOf(facts: CallFacts, method: string): RequestFact[] {
  return facts.messages.filter(
    (fact): fact is RequestFact =>
      fact.retransmissionOf === null && fact.message?.kind === 'request' && fact.message.method === method,
  )
}

/** Responses to a request on the hop that it was sent on, each once, in their order (RFC 3261 17.1.3). */
export function responsesTo(facts: CallFacts, request: RequestFact): ResponseFact[] {
  const { cseq, fromTag, via } = messageIds(request.message)
  const branch = via?.params.get('branch')
  return facts.messages.filter((fact): fact is ResponseFact => {
    if (fact.retransmissionOf !== null || fact.n < request.n || fact.message?.kind !== 'response') return false
    const ids = messageIds(fact.message)
    return (
      ids.fromTag === fromTag &&
      ids.cseq?.number === cseq?.number &&
      ids.cseq?.method === request.message.method &&
      ids.via?.params.get('branch') === branch
    )
  })
}

/** The side that sent a message, as it would stand in a ticket. */
export function senderOf(facts: CallFacts, { fromUs }: MessageFact): string {
  if (facts.vantage === 'observed') return fromUs ? 'the caller' : 'the called party'
  return fromUs ? 'this endpoint' : 'the peer'
}
