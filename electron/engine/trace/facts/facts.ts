import type { Micros } from '../../../../shared/base/time.ts'
import type { AgreedMedia, CallFacts, MessageFact } from '../../../../shared/model/facts.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { header, type SipMessage, type SipRequest, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { CallTrace } from '../journal/call-trace.ts'
import type { CallStreams } from '../streams/call-streams.ts'
import { reportsFromPeer, streamFacts } from './streams.ts'

type Fact<M extends SipMessage> = MessageFact & { readonly message: M }

const isRequest = (fact: MessageFact, method: string): fact is Fact<SipRequest> =>
  fact.message?.kind === 'request' && fact.message.method === method
const isResponseTo = (fact: MessageFact, method: string): fact is Fact<SipResponse> =>
  fact.message?.kind === 'response' && messageIds(fact.message).cseq?.method === method

/** What was read of the messages of a call, and what they agree on. */
export interface Read {
  readonly messages: readonly MessageFact[]
  readonly agreed: readonly AgreedMedia[]
}

/**
 * What rules and reports may know of a call at `now`; `ended` when the endpoint has given the call up (a capture has no
 * such knowledge).
 */
export function factsOf(
  trace: CallTrace,
  streams: CallStreams,
  { messages, agreed }: Read,
  now: Micros,
  ended: Micros | null,
): CallFacts {
  const first = messages.filter((fact) => fact.retransmissionOf === null)
  const initial = first.filter(
    (fact): fact is Fact<SipRequest> => isRequest(fact, 'INVITE') && messageIds(fact.message).toTag === null,
  )
  const numbers = new Set(initial.map((fact) => messageIds(fact.message).cseq?.number))
  const responses = first.filter(
    (fact): fact is Fact<SipResponse> =>
      isResponseTo(fact, 'INVITE') && numbers.has(messageIds(fact.message).cseq?.number),
  )
  const branches = branchesOf(initial)
  // A copy of the INVITE that came another way was turned away (RFC 3261 8.2.2.2): that is not how the call went.
  const merged = ({ message }: Fact<SipResponse>) =>
    message.status === 482 && (branches.get(messageIds(message).cseq?.number)?.size ?? 0) > 1
  const finals = responses.filter((fact) => fact.message.status >= 200 && !merged(fact))
  const success = finals.find((fact) => fact.message.status < 300)
  const retried = (fact: Fact<SipResponse>) =>
    initial.some(
      (invite) =>
        invite.n > fact.n &&
        (messageIds(invite.message).cseq?.number ?? 0) > (messageIds(fact.message).cseq?.number ?? 0),
    )
  const challenges = finals.filter((fact) => fact.message.status === 401 || fact.message.status === 407)
  const final = success ?? finals.findLast((fact) => !retried(fact)) ?? null
  const bye = first.find((fact) => isRequest(fact, 'BYE')) ?? null
  const cancel = first.find((fact) => isRequest(fact, 'CANCEL')) ?? null
  const endedOnWire = bye?.event.at ?? (final && final.message.status >= 300 ? final.event.at : null)
  return {
    vantage: trace.vantage,
    now,
    messages,
    invite: initial[0] ?? null,
    challenges,
    credentialsSent: initial.some(
      (fact) =>
        header(fact.message, 'authorization') !== undefined ||
        header(fact.message, 'proxy-authorization') !== undefined,
    ),
    ringing: responses.find((fact) => fact.message.status > 100 && fact.message.status < 200) ?? null,
    final,
    bye,
    cancel,
    ack: success ? (first.find((fact) => isRequest(fact, 'ACK') && fact.n > success.n) ?? null) : null,
    answeredAt: success?.event.at ?? null,
    endedAt: endedOnWire ?? ended,
    agreed,
    streams: streamFacts(streams, agreed),
    reportsFromPeer: reportsFromPeer(streams, agreed),
    observations: trace.observations,
  }
}

/** The branches that INVITEs of each number came with. */
function branchesOf(invites: readonly Fact<SipRequest>[]): Map<number | undefined, Set<string | undefined>> {
  const branches = new Map<number | undefined, Set<string | undefined>>()
  for (const { message } of invites) {
    const { cseq, via } = messageIds(message)
    const known = branches.get(cseq?.number) ?? new Set()
    branches.set(cseq?.number, known.add(via?.params.get('branch')))
  }
  return branches
}
