import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { requestsOf, responsesTo, senderOf, type RequestFact } from '../messages.ts'
import type { Found, Rule } from '../rule.ts'

/** An offer is accepted and has no answer: what holds is what was agreed before (RFC 3264 5, RFC 3261 13.2.1). */
export const offerUnanswered: Rule = {
  id: 'offer-unanswered',
  severities: ['warning'],
  looksAt: 'offers in re-INVITE, UPDATE and 2xx, and whether the 2xx or the ACK has the answer',
  speaks: 'a 2xx to an offer inside the call has no session description, or the ACK to a 2xx with the offer has none',
  silent: 'the answer came before in a reliable response, or the message was not captured',
  evaluate(facts) {
    const found: Found[] = []
    const acks = Map.groupBy(requestsOf(facts, 'ACK'), sequenceOf)
    for (const request of [...requestsOf(facts, 'INVITE'), ...requestsOf(facts, 'UPDATE')]) {
      const responses = responsesTo(facts, request)
      const ok = responses.find(({ message: { status } }) => status >= 200 && status < 300)
      const inDialog = messageIds(request.message).toTag !== null
      if (!ok) continue
      if (request.session && inDialog && responses.every(({ session }) => session === null))
        found.push({
          severity: 'warning',
          at: ok.event.at,
          evidence: [request, ok],
          sentence:
            `The 2xx of ${senderOf(facts, ok)} to the ${request.message.method} of ` +
            `${senderOf(facts, request)} has no answer to its offer: nothing changed, whatever was asked for.`,
          next: 'Show both messages to whoever runs the answering side: an offer must have its answer (RFC 3264 5).',
        })
      const ack = acks.get(sequenceOf(request))?.find(({ n }) => n > ok.n)
      if (!request.session && ok.session && ack && !ack.session && responses.every((r) => r === ok || !r.session))
        found.push({
          severity: 'warning',
          at: ack.event.at,
          evidence: [request, ok, ack],
          sentence:
            `The ACK of ${senderOf(facts, ack)} has no answer to the offer in the 2xx: no media is agreed ` +
            'on by it.',
          next:
            'Show the three messages to whoever runs the calling side: where the INVITE has no offer, the ACK ' +
            'must have the answer (RFC 3261 13.2.1).',
        })
    }
    return found
  },
}

const sequenceOf = ({ message }: RequestFact) => messageIds(message).cseq?.number
