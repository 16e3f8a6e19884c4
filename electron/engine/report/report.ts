import { formatAddress } from '../../../shared/base/address.ts'
import { decodeText } from '../../../shared/base/text.ts'
import { isoMicros, type Micros } from '../../../shared/base/time.ts'
import type { Placed } from '../../../shared/contract/place-call.ts'
import type {
  CallReport,
  DialogReport,
  LadderMessage,
  RegistrationReport,
  Stream,
} from '../../../shared/contract/report.ts'
import type { EndCause } from '../../../shared/model/end-cause.ts'
import type { MessageFact } from '../../../shared/model/facts.ts'
import type { SipEvent } from '../../../shared/model/wire.ts'
import { formatSsrc } from '../../../shared/wire/rtp/rtp.ts'
import { messageIds, parseNameAddr, uriOf } from '../../../shared/wire/sip/grammar.ts'
import { header, headerList, startLine, type SipMessage } from '../../../shared/wire/sip/message.ts'
import { expiresOf, expiresParam } from '../../../shared/wire/sip/numbers.ts'
import { redact, redactHeader } from '../../../shared/wire/sip/redact.ts'
import { refusedBy } from '../diagnosis/classify.ts'
import { diagnoseDialog, diagnoseRegistration } from '../diagnosis/diagnose.ts'
import { lastRequestFacts } from '../diagnosis/last-request.ts'
import { hideIn, hideValues, type CustomHeader } from '../base/secret-headers.ts'
import { conversationIn } from './conversation.ts'
import { mediaOf } from './negotiation.ts'
import { estimateMos, whyNoMos } from '../quality/e-model.ts'
import type { CallProjection } from '../trace/facts/call-projection.ts'
import { messageFacts } from '../trace/facts/messages.ts'
import type { CallTrace } from '../trace/journal/call-trace.ts'
import { findingsOf, outlineOf, shownFinding } from './outline.ts'
import { qualityOf, type Quality } from './quality-of.ts'
import { lossesOf, timingOf, voipOf } from './timing.ts'
import type { TracedStream } from '../trace/streams/traced-stream.ts'

const thousandths = (value: number) => Math.round(value * 1000) / 1000

/** How a call was asked for; `placed` is null for one that came in or was seen. */
export interface Asked {
  readonly placed: Placed | null
  /** Headers of ours whose values are masked wherever the call is shown. */
  readonly secrets: readonly CustomHeader[]
  /** The agent that took it. */
  readonly agent?: string | null
}

/** What an endpoint knows of a call beside its trace; `cause`: of its end, once it is over. */
interface Known extends Asked {
  readonly cause?: EndCause | null
}

const notAsked: Known = { placed: null, secrets: [] }

/**
 * The report of a call at `now`, with the messages from number `from` on; `ended` as in factsOf. All but how it was
 * asked for is a projection of its trace.
 */
export function reportOf(
  call: CallProjection,
  now: Micros,
  ended: Micros | null,
  { placed, secrets, agent = null, cause = null }: Known = notAsked,
  from = 0,
): CallReport {
  const { trace, streams } = call
  const facts = call.facts(now, ended)
  const { invite, final } = facts
  const response = final?.message?.kind === 'response' ? final.message : null
  const request = invite?.message?.kind === 'request' ? invite.message : null
  const sent = facts.vantage === 'inbound' ? response : request
  const received = facts.vantage === 'inbound' ? request : response
  return hideIn(
    {
      id: trace.id,
      callId: trace.callId,
      ...outlineOf(facts, placed, cause),
      refusedBy: refusedBy(facts),
      headers: { sent: shownHeaders(sent, secrets), received: shownHeaders(received, secrets) },
      messages: facts.messages.slice(from).map((message) => ladderMessage(message, secrets)),
      media: facts.agreed.map((agreed) => mediaOf(agreed, facts.vantage)),
      streams: streams.all.map((stream, n) => ({
        ...streamOf(stream, facts.streams[n]!.toPeer, qualityOf(facts, n)),
        // While it goes on, it is told as it goes: the newest samples.
        ...(stream.course && (ended !== null || facts.vantage === 'observed') && { series: stream.course.samples() }),
      })),
      findings: findingsOf(facts),
      observations: trace.observations.map(({ at, kind, text, value }) => ({
        at: isoMicros(at),
        kind,
        text: redact(text),
        ...(value === undefined ? {} : { value }),
      })),
      placed: placed && shownPlaced(placed),
      ...impairedIn(trace),
      ...conversationIn(facts, streams.all),
      ...(agent === null ? {} : { agent }),
      droppedMessages: trace.droppedMessages,
      unfollowedPackets: streams.unfollowedPackets,
    },
    secrets,
  )
}

/** What went wrong on purpose with what was sent. */
function impairedIn({ observations }: CallTrace): Pick<CallReport, 'impairments'> {
  const impairments = observations.flatMap(({ kind, value }) =>
    kind === 'impaired' && value !== undefined ? value : [],
  )
  return impairments.length === 0 ? {} : { impairments }
}

/** How the call was asked for, without what is secret in it. */
function shownPlaced(placed: Placed): Placed {
  const { from, displayName } = placed
  return {
    ...placed,
    uri: redact(placed.uri),
    headers: placed.headers.map((header) => ({ ...header, value: redactHeader(header.name, header.value) })),
    ...(from === undefined ? {} : { from: redact(from) }),
    ...(displayName === undefined ? {} : { displayName: redact(displayName) }),
  }
}

function shownHeaders(message: SipMessage | null, secrets: readonly CustomHeader[]): { name: string; value: string }[] {
  // The values are hidden first: what redaction would leave of them is not found any more.
  const headers = hideIn(message?.headers.map(({ name, value }) => ({ name, value })) ?? [], secrets)
  return headers.map(({ name, value }) => ({ name, value: redactHeader(name, value) }))
}

function ladderMessage(
  {
    event,
    message,
    problems,
    retransmissionOf,
    fromUs,
  }: Pick<MessageFact, 'event' | 'message' | 'problems' | 'retransmissionOf' | 'fromUs'>,
  secrets: readonly CustomHeader[],
): LadderMessage {
  const cseq = message && messageIds(message).cseq
  return {
    at: isoMicros(event.at),
    source: shownEnd(event, 'source', fromUs),
    destination: shownEnd(event, 'destination', !fromUs),
    fromUs,
    transport: event.transport,
    startLine: redact(message ? startLine(message) : decodeText(event.bytes.subarray(0, 120)).split(/[\r\n]/)[0]!),
    cseq: cseq && `${cseq.number} ${cseq.method}`,
    retransmissionOf,
    problems: problems.map(({ text }) => redact(text)),
    raw: redact(hideValues(decodeText(event.bytes), secrets)),
    ...(event.unknown && event.unknown.length > 0 ? { unknown: [...event.unknown] } : {}),
  }
}

/** An end of a message; who it is where that is all that is known of it. */
function shownEnd(event: SipEvent, end: 'source' | 'destination', isCaller: boolean): string {
  if (event.unknown?.includes(end) !== true) return formatAddress(event[end])
  const neither = event.unknown.includes('source') && event.unknown.includes('destination')
  return neither ? `unknown (${isCaller ? 'caller' : 'called'})` : 'unknown'
}

/** The ladder of a trace that is no call. */
export function ladderOf(trace: CallTrace): LadderMessage[] {
  return messageFacts(trace).map((message) => ladderMessage(message, []))
}

export function streamOf(stream: TracedStream, toPeer: boolean | null, quality: Quality | null = null): Stream {
  const { source, destination, stats, report, srtp } = stream
  const { expected, lost } = stats
  const lostPercent = expected > 0 ? thousandths((100 * lost) / expected) : 0
  const roundTripMs = report?.roundTripMs ?? null
  const reportedJitterMs = report && stats.clockRateHz > 0 ? thousandths((report.jitter * 1000) / stats.clockRateHz) : 0
  return {
    source: formatAddress(source),
    destination: formatAddress(destination),
    toPeer,
    ssrc: formatSsrc(stats.ssrc),
    payloadType: stats.payloadType,
    codec: stats.codec,
    clockRate: stats.clockRateHz,
    startedAt: isoMicros(stats.firstAt),
    endedAt: isoMicros(stats.lastAt),
    packets: stats.packets,
    expected,
    lost,
    lostPercent,
    ...(quality && { judgedLost: quality.lost }),
    outOfOrder: stats.outOfOrder,
    duplicates: stats.duplicates,
    minDeltaMs: thousandths(stats.minDeltaMs ?? 0),
    meanDeltaMs: thousandths(stats.meanDeltaMs),
    maxDeltaMs: thousandths(stats.maxDeltaMs),
    minJitterMs: thousandths(stats.minJitterMs ?? 0),
    meanJitterMs: thousandths(stats.meanJitterMs),
    maxJitterMs: thousandths(stats.maxJitterMs),
    bitrateKbps: stats.bitrateKbps(quality?.pausedUs ?? 0),
    level: stats.meanDbfs === null ? null : { meanDbfs: stats.meanDbfs, peakDbfs: stats.peakDbfs! },
    ...mosOf(stream, quality ? percentOf(quality.lost, stats.packets) : lostPercent, roundTripMs, quality),
    ...timingOf(stream, quality),
    ...voipOf(stream),
    ...(srtp ? { srtp: { opened: srtp.opened, refused: srtp.refused } } : {}),
    rtcp: report && {
      reportedLost: report.lost,
      roundTripMs,
      reportedJitterMs,
      ...(reportedJitterMs > mostJitterMs && { implausible: true }),
    },
  }
}

/** More than any network makes of a stream that can be listened to. */
const mostJitterMs = 10_000

const percentOf = (lost: number, packets: number) => (lost > 0 ? thousandths((100 * lost) / (lost + packets)) : 0)

function mosOf(
  stream: Pick<TracedStream, 'stats' | 'timing'>,
  lostPercent: number,
  roundTripMs: number | null,
  quality: Quality | null,
): Pick<Stream, 'mos' | 'mosUnknown'> {
  const { codec } = stream.stats
  const mos = estimateMos({ codec, lostPercent, roundTripMs, losses: lossesOf(stream, quality) })
  if (!mos) return { mos, mosUnknown: whyNoMos({ codec, lostPercent })! }
  const unconfirmed = quality?.unconfirmed ?? null
  return {
    mos: {
      ...mos,
      assumptions: [...mos.assumptions, ...(unconfirmed === null ? [] : [unconfirmed])],
      confirmed: unconfirmed === null,
    },
  }
}

/** What a capture shows of SIP that is neither a call nor a registration; `now`: how far it was recorded. */
export function dialogReportOf(trace: CallTrace, now: Micros): DialogReport {
  const messages = trace.messages.map(({ event }) => event.message).filter((message) => message.kind !== 'unreadable')
  const [first] = messages
  const request = messages.find((message) => message.kind === 'request')
  const last = messages.findLast((message) => message.kind === 'response' && message.status >= 200)
  const method = request?.method ?? (first && messageIds(first).cseq?.method) ?? ''
  const named = (key: string) => redact(uriOf((first && header(first, key)) ?? ''))
  return {
    callId: trace.callId,
    method,
    from: named('from'),
    to: named('to'),
    status: last?.kind === 'response' ? { code: last.status, reason: redact(last.reason) } : null,
    messages: ladderOf(trace),
    findings: diagnoseDialog(lastRequestFacts(messageFacts(trace), trace.observations, method, now)).map(shownFinding),
    droppedMessages: trace.droppedMessages,
  }
}

/** What a capture shows of one registration; `now`: how far it was recorded. */
export function registrationReportOf(trace: CallTrace, now: Micros): RegistrationReport {
  const facts = lastRequestFacts(messageFacts(trace), trace.observations, 'REGISTER', now)
  const request = facts.request?.message ?? null
  const last = facts.final?.message ?? null
  const contact =
    headerList(last ?? { headers: [] }, 'contact')[0] ?? headerList(request ?? { headers: [] }, 'contact')[0] ?? null
  const inContact = expiresParam(parseNameAddr(contact ?? '')?.params ?? new Map())
  return {
    callId: trace.callId,
    registrar: request ? redact(request.uri) : '',
    address: redact(uriOf(header(request ?? last ?? { headers: [] }, 'to') ?? '')),
    contact: contact && redact(uriOf(contact)),
    status: last && { code: last.status, reason: redact(last.reason) },
    expiresS:
      inContact ?? expiresOf(last && header(last, 'expires') !== undefined ? last : (request ?? { headers: [] })),
    messages: ladderOf(trace),
    findings: diagnoseRegistration(facts).map(shownFinding),
    droppedMessages: trace.droppedMessages,
  }
}
