import { formatAddress, parseAddress, type Address } from '../../../../shared/base/address.ts'
import { decodeText } from '../../../../shared/base/text.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { AgreedMedia, CallFacts, MessageFact, StreamFact } from '../../../../shared/model/facts.ts'
import {
  audioOf,
  directionOf,
  parseSdp,
  receives,
  reverse,
  sends,
  type MediaDescription,
} from '../../../../shared/wire/sdp/sdp.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { header, type SipMessage, type SipRequest, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { CallTrace } from '../journal/call-trace.ts'

type Fact<M extends SipMessage> = MessageFact & { readonly message: M }

const isRequest = (fact: MessageFact, method: string): fact is Fact<SipRequest> =>
  fact.message?.kind === 'request' && fact.message.method === method
const isResponseTo = (fact: MessageFact, method: string): fact is Fact<SipResponse> =>
  fact.message?.kind === 'response' && messageIds(fact.message).cseq?.method === method

/**
 * What rules and reports may know of a call at `now`; `ended` when the endpoint has given the call up (a capture has no
 * such knowledge).
 */
export function factsOf(trace: CallTrace, now: Micros, ended: Micros | null): CallFacts {
  const { messages, agreed } = reading(trace)
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
    streams: streamFacts(trace, agreed),
    reportsFromPeer: reportsFromPeer(trace, agreed),
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

/** What was read of the messages of a call, kept while someone looks at it: only what came since is read. */
interface Reading {
  readonly messages: MessageFact[]
  readonly agreed: AgreedMedia[]
  readonly negotiation: Negotiation
  callerTag: string | null
}

const kept = new WeakMap<CallTrace, Reading>()

/** The messages of a trace, each read once, and what they agree on. */
function reading(trace: CallTrace): Reading {
  const known: Reading = kept.get(trace) ?? {
    messages: [],
    agreed: [],
    negotiation: { offers: new Map(), lateOffers: new Map() },
    callerTag: null,
  }
  for (let n = known.messages.length; n < trace.messages.length; n++) {
    const fact = messageFact(trace, n, known)
    known.messages.push(fact)
    if (fact.retransmissionOf === null) negotiate(known.negotiation, known.agreed, fact)
  }
  if (trace.attended) kept.set(trace, known)
  return known
}

/** The messages of a trace, each read once. */
export function messageFacts(trace: CallTrace): MessageFact[] {
  const caller = { callerTag: null }
  return trace.messages.map((_, n) => messageFact(trace, n, caller))
}

/** Message number n; `caller` keeps the tag of who sent the first INVITE. */
function messageFact(trace: CallTrace, n: number, caller: { callerTag: string | null }): MessageFact {
  const { event, retransmissionOf } = trace.messages[n]!
  const read = event.message
  const message = read.kind === 'unreadable' ? null : read
  const fromTag = message ? messageIds(message).fromTag : null
  caller.callerTag ??= message?.kind === 'request' && message.method === 'INVITE' ? fromTag : null
  const byCaller = (fromTag === caller.callerTag) === (message?.kind === 'request')
  const fromUs =
    event.direction === 'observed' ? byCaller === (trace.vantage !== 'inbound') : event.direction === 'sent'
  return {
    n,
    event,
    message,
    problems: read.kind === 'unreadable' ? [{ text: read.text, fatal: true }] : read.problems,
    retransmissionOf,
    fromUs,
  }
}

interface Described {
  readonly fact: MessageFact
  readonly media: MediaDescription
}

function audioIn(fact: MessageFact): Described | null {
  const { message } = fact
  if (!message || message.body.length === 0 || !/sdp/i.test(header(message, 'content-type') ?? '')) return null
  const sdp = parseSdp(decodeText(message.body))
  const media = typeof sdp === 'string' ? null : (audioOf(sdp) ?? sdp.media.find((m) => m.kind === 'audio'))
  return media ? { fact, media } : null
}

/** Offers that wait for their answer, by method and number. */
interface Negotiation {
  readonly offers: Map<string, Described>
  readonly lateOffers: Map<number, Described>
}

/**
 * Takes in the next message: request and response complete an offer and answer, or 2xx and ACK when the INVITE carried
 * no offer.
 */
function negotiate({ offers, lateOffers }: Negotiation, agreed: AgreedMedia[], fact: MessageFact): void {
  const { message } = fact
  const described = message && audioIn(fact)
  const cseq = message && messageIds(message).cseq
  if (!described || !cseq) return
  const key = `${cseq.method} ${cseq.number}`
  if (message.kind === 'request' && message.method === 'ACK') {
    const offer = lateOffers.get(cseq.number)
    if (offer) agree(agreed, offer, described)
  } else if (message.kind === 'request') offers.set(key, described)
  else if (message.status < 300) {
    const offer = offers.get(key)
    if (offer) agree(agreed, offer, described)
    else if (message.status >= 200) lateOffers.set(cseq.number, described)
  }
}

function agree(agreed: AgreedMedia[], offer: Described, answer: Described): void {
  const [ours, theirs] = offer.fact.fromUs ? [offer, answer] : [answer, offer]
  const format = answer.media.formats.find(({ codec }) => codec.toLowerCase() !== 'telephone-event')
  if (!format || answer.media.port === 0) return
  const allowed = reverse(theirs.media.direction)
  const secure = answer.media.protocol.includes('SAVP') || answer.media.crypto.length > 0
  const next: AgreedMedia = {
    codec: format.codec,
    payloadType: format.payloadType,
    clockRateHz: format.clockRateHz,
    ptimeMs: answer.media.ptimeMs ?? 20,
    encryption: answer.media.protocol.startsWith('UDP/TLS') ? 'dtls' : secure ? 'sdes' : 'none',
    direction: directionOf(
      sends(allowed) && sends(ours.media.direction),
      receives(allowed) && receives(ours.media.direction),
    ),
    local: formatAddress({ host: ours.media.address ?? '0.0.0.0', port: ours.media.port }),
    remote: formatAddress({ host: theirs.media.address ?? '0.0.0.0', port: theirs.media.port }),
    since: answer.fact.event.at,
    offerMessage: offer.fact.n,
    answerMessage: answer.fact.n,
  }
  const last = agreed.at(-1)
  // A 200 repeats what its 183 said: the same agreement, not a second one.
  if (last && last.offerMessage === next.offerMessage)
    agreed[agreed.length - 1] = same(last, next) ? { ...next, since: last.since } : next
  else agreed.push(next)
}

function same(a: AgreedMedia, b: AgreedMedia): boolean {
  return (
    a.codec === b.codec &&
    a.local === b.local &&
    a.remote === b.remote &&
    a.direction === b.direction &&
    a.encryption === b.encryption
  )
}

function streamFacts(trace: CallTrace, agreed: readonly AgreedMedia[]): StreamFact[] {
  return trace.streams.map(({ source, destination, sent, stats, report }, n) => ({
    n,
    source: formatAddress(source),
    destination: formatAddress(destination),
    toPeer: sent ?? towardsPeer(source, destination, agreed),
    ssrc: stats.ssrc,
    payloadType: stats.payloadType,
    codec: stats.codec,
    packets: stats.packets,
    lost: stats.lost,
    firstAt: stats.firstAt,
    lastAt: stats.lastAt,
    meanDbfs: stats.meanDbfs,
    firstEnergyAt: stats.firstEnergyAt,
    lastEnergyAt: stats.lastEnergyAt,
    levelPackets: stats.levelPackets,
    payloadTypes: stats.payloadTypes,
    rtcp: report && {
      reportedLost: report.lost,
      highestSequence: report.highestSequence,
      roundTripMs: report.roundTripMs,
      reportedJitterMs: stats.clockRateHz > 0 ? Math.round((report.jitter * 1e6) / stats.clockRateHz) / 1000 : 0,
    },
  }))
}

function towardsPeer(source: Address, destination: Address, agreed: readonly AgreedMedia[]): boolean | null {
  const from = formatAddress(source)
  const to = formatAddress(destination)
  if (agreed.some(({ remote, local }) => to === remote || from === local)) return true
  if (agreed.some(({ remote, local }) => to === local || from === remote)) return false
  return null
}

function reportsFromPeer(trace: CallTrace, agreed: readonly AgreedMedia[]): CallFacts['reportsFromPeer'] {
  const theirs = (address: Address) =>
    agreed.some(({ remote }) => {
      const media = parseAddress(remote)
      return (
        media !== null &&
        media.host === address.host &&
        (address.port === media.port || address.port === media.port + 1)
      )
    })
  const peers = trace.reporters.filter(({ address, sent }) => (sent === null ? theirs(address) : !sent))
  return {
    total: peers.reduce((sum, { reports }) => sum + reports, 0),
    blind: peers.reduce((sum, { blind }) => sum + blind, 0),
  }
}
