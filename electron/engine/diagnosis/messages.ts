import type { CallFacts, MessageFact } from '../../../shared/model/facts.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { SipRequest, SipResponse } from '../../../shared/wire/sip/message.ts'

export type RequestFact = MessageFact & { readonly message: SipRequest }
export type ResponseFact = MessageFact & { readonly message: SipResponse }

/** Every request, each once, in their order. */
export function firstRequests(facts: CallFacts): RequestFact[] {
  return facts.messages.filter(
    (fact): fact is RequestFact => fact.retransmissionOf === null && fact.message?.kind === 'request',
  )
}

/** `INVITE`, `re-INVITE`, `UPDATE`: a request as people call it. */
export function messageName({ message }: RequestFact): string {
  return message.method === 'INVITE' && messageIds(message).toTag !== null ? 're-INVITE' : message.method
}

/** Requests of a method, each once, in their order. */
export function requestsOf(facts: CallFacts, method: string): RequestFact[] {
  return facts.messages.filter(
    (fact): fact is RequestFact =>
      fact.retransmissionOf === null && fact.message?.kind === 'request' && fact.message.method === method,
  )
}

/** Responses by the transaction that they belong to, for each call that was asked about. */
const transactions = new WeakMap<CallFacts, Map<string, ResponseFact[]>>()

/** Responses to a request on the hop that it was sent on, each once, in their order (RFC 3261 17.1.3). */
export function responsesTo(facts: CallFacts, request: RequestFact): ResponseFact[] {
  const known = transactions.get(facts) ?? byTransaction(facts)
  transactions.set(facts, known)
  return (known.get(transactionOf(request.message)) ?? []).filter(({ n }) => n >= request.n)
}

function byTransaction({ messages }: CallFacts): Map<string, ResponseFact[]> {
  const responses = messages.filter(
    (fact): fact is ResponseFact => fact.retransmissionOf === null && fact.message?.kind === 'response',
  )
  return Map.groupBy(responses, ({ message }) => transactionOf(message))
}

function transactionOf(message: SipRequest | SipResponse): string {
  const { cseq, fromTag, via } = messageIds(message)
  const method = message.kind === 'request' ? message.method : cseq?.method
  return `${cseq?.number} ${method} ${via?.params.get('branch')} ${fromTag}`
}

/** Whether a capture lacks the other half of a change of the media: who listens where is not known from it. */
export function lacksHalves(facts: CallFacts): boolean {
  if (facts.vantage !== 'observed') return false
  const changes = [...requestsOf(facts, 'INVITE'), ...requestsOf(facts, 'UPDATE')]
  const known = new Set(changes.map(({ message }) => messageIds(message).cseq?.number))
  const unanswered = changes.some(
    (request) =>
      messageIds(request.message).toTag !== null &&
      responsesTo(facts, request).every(({ message: { status } }) => status < 200),
  )
  return (
    unanswered ||
    facts.messages.some(
      ({ message, session }) =>
        session !== null && message?.kind === 'response' && !known.has(messageIds(message).cseq?.number),
    )
  )
}

/** Whether a capture may have cut a message: then nobody can be blamed for what it lacks. */
export function mayBeCut({ vantage }: CallFacts, { problems }: MessageFact): boolean {
  return vantage === 'observed' && problems.some(({ incomplete }) => incomplete)
}

/** Repetitions by the message that they repeat, for each call that was asked about. */
const repetitions = new WeakMap<CallFacts, Map<number | null, MessageFact[]>>()

/** The repetitions of a message, in their order. */
export function repeatsOf(facts: CallFacts, { n }: MessageFact): readonly MessageFact[] {
  const known = repetitions.get(facts) ?? Map.groupBy(facts.messages, ({ retransmissionOf }) => retransmissionOf)
  repetitions.set(facts, known)
  return known.get(n) ?? []
}

/** The side that sent a message, as it would stand in a ticket. */
export function senderOf(facts: CallFacts, { fromUs, event }: MessageFact): string {
  if (facts.vantage !== 'observed') return fromUs ? 'this endpoint' : 'the peer'
  // Only an INVITE, or a response to one, tells who called.
  const isKnown = facts.messages.some(({ message }) => message && messageIds(message).cseq?.method === 'INVITE')
  if (!isKnown) return event.source.host
  return fromUs ? 'the caller' : 'the called party'
}
