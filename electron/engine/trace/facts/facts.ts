import type { Micros } from '../../../../shared/base/time.ts'
import type { AgreedMedia, CallFacts, MessageFact } from '../../../../shared/model/facts.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { header, type SipMessage, type SipRequest, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { CallTrace } from '../journal/call-trace.ts'
import type { CallStreams } from '../streams/call-streams.ts'
import { isOfBranch, type Agreements } from './agreed.ts'
import { reportsFromPeer, streamFacts } from './streams.ts'

type Fact<M extends SipMessage> = MessageFact & { readonly message: M }

const isRequest = (fact: MessageFact, method: string): fact is Fact<SipRequest> =>
  fact.message?.kind === 'request' && fact.message.method === method
const isResponseTo = (fact: MessageFact, method: string): fact is Fact<SipResponse> =>
  fact.message?.kind === 'response' && methodOf(fact.message) === method
const methodOf = (message: SipMessage) => messageIds(message).cseq?.method
const branchOf = ({ message }: MessageFact) => message && messageIds(message).via?.params.get('branch')
const sequenceOf = ({ message }: Fact<SipMessage>) => messageIds(message).cseq?.number ?? 0

/** What was read of the messages of a call, and what they agree on. */
export interface Read {
  readonly messages: readonly MessageFact[]
  readonly agreements: Agreements
}

/**
 * What rules and reports may know of a call at `now`; `ended` when the endpoint has given the call up (a capture has no
 * such knowledge).
 */
export function factsOf(
  trace: CallTrace,
  streams: CallStreams,
  { messages, agreements }: Read,
  now: Micros,
  ended: Micros | null,
): CallFacts {
  const first = messages.filter((fact) => fact.retransmissionOf === null)
  const invites = first.filter((fact): fact is Fact<SipRequest> => isRequest(fact, 'INVITE'))
  const initial = invites.filter(({ message }) => messageIds(message).toTag === null)
  const numbers = new Set(initial.map(sequenceOf))
  // A response repeats the CSeq: where that of the INVITE is broken, the branch shows what it answers.
  const misnumbered = new Set(initial.filter(({ message }) => methodOf(message) !== 'INVITE').map(branchOf))
  const all = first.filter(
    (fact): fact is Fact<SipResponse> =>
      isResponseTo(fact, 'INVITE') || (fact.message?.kind === 'response' && misnumbered.has(branchOf(fact))),
  )
  // Where the INVITE was not captured, the responses to it may have been: those that come before any other INVITE.
  const beganBefore = initial.length === 0 && first.some(({ message }) => message !== null)
  const until = invites[0]?.n ?? Infinity
  const responses = all.filter((fact) => (beganBefore ? fact.n < until : numbers.has(sequenceOf(fact))))
  const branches = branchesOf(initial)
  // A copy of the INVITE that came another way was turned away (RFC 3261 8.2.2.2): that is not how the call went.
  const merged = (fact: Fact<SipResponse>) =>
    fact.message.status === 482 && (branches.get(sequenceOf(fact))?.size ?? 0) > 1
  const finals = responses.filter((fact) => fact.message.status >= 200 && !merged(fact))
  const byes = first.filter((fact) => isRequest(fact, 'BYE'))
  const success = lastingOf(
    finals.filter((fact) => fact.message.status < 300),
    byes,
  )
  const retried = (fact: Fact<SipResponse>) =>
    initial.some((invite) => invite.n > fact.n && sequenceOf(invite) > sequenceOf(fact))
  const challenges = finals.filter((fact) => fact.message.status === 401 || fact.message.status === 407)
  const final = success ?? finals.findLast((fact) => !retried(fact)) ?? null
  const branch = success ? (messageIds(success.message).toTag ?? '') : null
  const bye = (success && byeOf(byes, success.message)) ?? byes[0] ?? null
  const cancel = first.find((fact) => isRequest(fact, 'CANCEL')) ?? null
  const endedOnWire = bye?.event.at ?? (final && final.message.status >= 300 ? final.event.at : null)
  // What can only be sent in a dialog shows that there is one.
  const proof = beganBefore ? isInDialog : trace.vantage === 'observed' ? followsAnswer(initial) : () => false
  const established = final ? null : (first.find(proof)?.event.at ?? null)
  const { announced, all: agreed } = agreements
  const left = trace.observations.find(({ kind }) => kind === 'left')?.at
  const endedAt = left ?? endedOnWire ?? ended
  const media = streamFacts(streams.all, announced)
  const lastSeen = media.reduce((last, { lastAt }) => Math.max(last, lastAt), messages.at(-1)?.event.at ?? now)
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
    beganBefore,
    cancel,
    ack: success ? ackOf(first, success) : null,
    answeredAt: success?.event.at ?? established,
    endedAt,
    seenUntil: endedAt ?? (trace.vantage === 'observed' ? lastSeen : now),
    agreed: ofBranch(agreed, branch),
    agreements: agreed,
    announced,
    streams: media,
    strays: streamFacts(streams.strays, []),
    reportsFromPeer: reportsFromPeer(streams, announced),
    observations: trace.observations,
  }
}

/** The BYE that ends the dialog of an answer: one that names both sides before any that names the called one alone. */
function byeOf(byes: readonly Fact<SipRequest>[], answer: SipResponse): Fact<SipRequest> | undefined {
  const { fromTag, toTag } = messageIds(answer)
  const names = ({ message }: Fact<SipRequest>) => {
    const ids = messageIds(message)
    return [ids.fromTag, ids.toTag].every((tag) => tag === fromTag || tag === toTag)
  }
  const own = byes.filter((fact) => isOfBranch(fact, toTag ?? ''))
  return own.find(names) ?? own[0]
}

/** A forked call may be answered twice: the dialog that was not ended, or was ended last, is the call. */
function lastingOf(
  answers: readonly Fact<SipResponse>[],
  byes: readonly Fact<SipRequest>[],
): Fact<SipResponse> | undefined {
  const ends = new Map<string | null, Micros>()
  for (const bye of byes.toReversed()) {
    const { fromTag, toTag } = messageIds(bye.message)
    ends.set(fromTag, bye.event.at).set(toTag, bye.event.at)
  }
  const endOf = (answer: Fact<SipResponse>) => {
    const tag = messageIds(answer.message).toTag
    return tag === null ? Infinity : (ends.get(tag) ?? Infinity)
  }
  let lasting = answers[0]
  for (const answer of answers) if (endOf(answer) > endOf(lasting!)) lasting = answer
  return lasting
}

function ackOf(first: readonly MessageFact[], success: Fact<SipResponse>): MessageFact | null {
  const tag = messageIds(success.message).toTag
  const acks = first.filter((fact) => isRequest(fact, 'ACK') && fact.n > success.n)
  return acks.find((fact) => tag === null || isOfBranch(fact, tag)) ?? acks[0] ?? null
}

/** Audio of the dialog that was answered; of every early dialog as long as none was. */
function ofBranch(agreed: readonly AgreedMedia[], branch: string | null): AgreedMedia[] {
  const audio = agreed.filter(({ kind }) => kind === 'audio')
  const own = audio.filter((media) => media.branch === branch)
  return branch === null ? audio : own.length > 0 ? own : audio.filter((media) => media.branch === '')
}

const inDialog: ReadonlySet<string> = new Set(['INVITE', 'ACK', 'BYE', 'INFO', 'UPDATE', 'REFER', 'NOTIFY'])

function isInDialog({ message }: MessageFact): boolean {
  return message?.kind === 'request' && inDialog.has(message.method) && messageIds(message).toTag !== null
}

/**
 * What only follows an answer, where that was not captured: BYE, a re-INVITE, an ACK that is a transaction of its own
 * (RFC 3261 13.2.2.4).
 */
function followsAnswer(initial: readonly Fact<SipRequest>[]): (fact: MessageFact) => boolean {
  const branches = new Set(initial.map(branchOf))
  return (fact) => {
    const { message } = fact
    if (message?.kind !== 'request' || messageIds(message).toTag === null) return false
    if (message.method === 'ACK') return !branches.has(branchOf(fact))
    return message.method === 'BYE' || message.method === 'INVITE'
  }
}

/** The branches that INVITEs of each number came with. */
function branchesOf(invites: readonly Fact<SipRequest>[]): Map<number, Set<string | null | undefined>> {
  const branches = new Map<number, Set<string | null | undefined>>()
  for (const invite of invites) {
    const known = branches.get(sequenceOf(invite)) ?? new Set()
    branches.set(sequenceOf(invite), known.add(branchOf(invite)))
  }
  return branches
}
