import { isIp, parseAddress } from '../../../shared/base/address.ts'
import type { Micros } from '../../../shared/base/time.ts'
import { count } from '../../../shared/base/text.ts'
import type { AgreedMedia, CallFacts, StreamFact } from '../../../shared/model/facts.ts'
import type { Observation } from '../../../shared/model/wire.ts'
import { audioStreams, isAudio, packetsIn, periodsOf, shortestUs, waitUs, type Audio, type Period } from './periods.ts'
import { afterAnswer, observed } from './rule.ts'

/** What is known of audio in one direction. */
export interface DirectionFact {
  readonly toPeer: boolean
  /** The period that decides: the last one in which audio was due and missing, else the last one. */
  readonly period: Period | null
  readonly periods: readonly Period[]
  /** Audio was due in the period that decides. */
  readonly due: boolean
  /** From the answer to the end. */
  readonly streams: readonly StreamFact[]
  readonly packets: number
  readonly audio: Audio
  readonly agreed: AgreedMedia | null
  /** Why it cannot be known whether audio that is missing was there; null where it can. */
  readonly unknown: string | null
  /** Whether its receiver gets it: its RTCP or our marker tells; otherwise unknown. */
  readonly delivered: 'yes' | 'no' | 'unknown'
  readonly deliveredBy: string | null
}

export interface Judgement {
  /** Answered, and time enough has passed. */
  readonly ready: boolean
  /** A capture without any RTP of the call: media may have gone elsewhere, or been left out. */
  readonly unseen: boolean
  /** The moment at which the judgement became possible. */
  readonly at: Micros
  readonly toPeer: DirectionFact
  readonly fromPeer: DirectionFact
}

const judged = new WeakMap<CallFacts, Judgement>()

/** What there was of audio after the answer; null where there was none. The same facts are judged once. */
export function judge(facts: CallFacts): Judgement | null {
  if (facts.answeredAt === null) return null
  const known = judged.get(facts) ?? judgeAnew(facts, facts.answeredAt)
  judged.set(facts, known)
  return known
}

function judgeAnew(facts: CallFacts, answeredAt: Micros): Judgement {
  const until = facts.seenUntil
  const lasted = until - answeredAt
  const streams = facts.streams.filter((stream) => isAudio(stream) && stream.lastAt >= answeredAt - waitUs)
  const unseen =
    facts.vantage === 'observed' && !streams.some(({ firstAt }) => facts.endedAt === null || firstAt < facts.endedAt)
  // Each side hears what passes the hop next to it, of those that were captured.
  const hops = streams.map(({ hop }) => hop).filter((hop) => hop !== null)
  const [nearest, farthest] = hops.length > 0 ? [Math.min(...hops), Math.max(...hops)] : [null, null]
  let [toPeer, fromPeer]: (DirectionFact | null)[] = [null, null]
  return {
    unseen,
    ready: !unseen && (lasted >= waitUs || (facts.endedAt !== null && lasted >= shortestUs)),
    at: Math.min(answeredAt + waitUs, until),
    // Of most calls of a capture without RTP nobody asks for them.
    get toPeer() {
      return (toPeer ??= directionOf(facts, true, farthest))
    },
    get fromPeer() {
      return (fromPeer ??= directionOf(facts, false, nearest))
    },
  }
}

const missing: ReadonlySet<Audio> = new Set(['none', 'nearly-none', 'undecodable', 'ciphered', 'unauthentic'])

/** Whether a period lacks audio that was due. */
export function isBad({ due, audio, stoppedAt, astray }: Period): boolean {
  return due && (isMissing(audio) || stoppedAt !== null || astray !== null)
}

export function isMissing(audio: Audio): boolean {
  return missing.has(audio)
}

/** Sides that stop of their own accord do not stop together. */
const togetherUs = 1_500_000

/**
 * When the RTP of both directions of a capture ends at once, long before the call: nobody can tell from it whether the
 * audio stopped or the capture. Null for any other call.
 */
export function bothStop({ toPeer, fromPeer }: Judgement, { vantage }: CallFacts): Micros | null {
  const [a, b] = [toPeer.period?.stoppedAt ?? null, fromPeer.period?.stoppedAt ?? null]
  if (vantage !== 'observed' || a === null || b === null || Math.abs(a - b) > togetherUs) return null
  return Math.max(a, b)
}

function directionOf(facts: CallFacts, toPeer: boolean, hop: number | null): DirectionFact {
  const periods = periodsOf(facts, toPeer, hop)
  const due = periods.filter((period) => period.due)
  const period = due.findLast(isBad) ?? due.at(-1) ?? periods.at(-1) ?? null
  const [from, until] = [facts.answeredAt!, facts.seenUntil]
  const streams = audioStreams(facts, toPeer, hop, from, until)
  return {
    toPeer,
    period,
    periods,
    due: period?.due ?? true,
    streams,
    packets: Math.round(streams.reduce((sum, stream) => sum + packetsIn(stream, from, until), 0)),
    audio: period?.audio ?? 'none',
    agreed: period?.agreed ?? null,
    unknown: period && doubt(facts, period, toPeer),
    ...delivery(facts, toPeer, streams),
  }
}

/** Why audio that is missing in a period, or from its stop on, may have been there after all. */
function doubt(facts: CallFacts, period: Period, toPeer: boolean): string | null {
  if (period.audio === 'none' && unseenSide(facts) === toPeer)
    return `the capture holds no packet of ${toPeer ? 'the caller' : 'the called party'} at all, only of the other side`
  if (isMissing(period.audio) && facts.vantage === 'observed' && !period.agreed)
    return 'the capture lacks a session description of one side, so what was agreed is not known'
  if (isMissing(period.audio)) return unattributed(facts, period)
  return period.stoppedAt === null ? null : unattributed(facts, { ...period, from: period.stoppedAt })
}

/** The side of which a capture has no message: true for the caller, false for the called party; null for neither. */
function unseenSide({ vantage, messages }: CallFacts): boolean | null {
  if (vantage !== 'observed' || messages.length === 0) return null
  const { fromUs } = messages[0]!
  return messages.every((fact) => fact.fromUs === fromUs) ? !fromUs : null
}

/** No accusation while packets of the call's addresses are not attributed to a direction. */
function unattributed(facts: CallFacts, { from, until, flow }: Period): string | null {
  const during = (streams: readonly StreamFact[]) =>
    streams.filter(({ packets, runs }) => {
      return packets >= 10 && runs.some((run) => run.lastAt >= from && run.firstAt < until)
    })
  const open = during(facts.streams.filter((stream) => stream.toPeer === null && isAudio(stream)))
  if (open.length > 0) return `${packetsOf(open)} cannot be told to be of one direction or the other`
  const strays = during(facts.strays)
  if (strays.length > 0) return strayWords(strays)
  const name = flow?.to && isNamed(flow.to) ? flow.to : null
  if (facts.vantage === 'observed' && name)
    return `the session description names ${name}, and the capture does not tell its address`
  return null
}

/** What is known of RTP that nobody announced. */
export const strayWords = (strays: readonly StreamFact[]) =>
  `${packetsOf(strays)} passed between its hosts, over ports that no session description names`

function packetsOf(streams: readonly StreamFact[]): string {
  const { source, destination } = streams[0]!
  return `${count(
    streams.reduce((sum, stream) => sum + stream.packets, 0),
    'packet',
  )} (${source} to ${destination})`
}

/** A host name where an address should be. */
export const isNamed = (address: string) => {
  const host = parseAddress(address)?.host
  return host !== undefined && !isIp(host)
}

/** What the network says of RTP that it sends back, since when, and where that is seen. */
export interface Undeliverable {
  readonly at: Micros
  readonly text: string
  readonly evidence: Observation | StreamFact
}

/** Of a port that was closed for a moment nothing is said. */
const closedUs = 1_000_000

/**
 * That the network sends back what leaves one way: of a live call as long as no RTP has come from the peer since; of a
 * capture where it said so again and again, until the stream ended or its receiver left.
 */
export function undeliverable(facts: CallFacts, toPeer: boolean): Undeliverable | null {
  const said = toPeer ? observed(facts, 'rtp-undeliverable').at(-1) : undefined
  if (said && !facts.streams.some(({ toPeer: way, lastAt }) => way === false && lastAt > said.at))
    return { at: said.at, text: said.text, evidence: said }
  const streams = facts.streams.filter((stream) => stream.toPeer === toPeer && isAudio(stream))
  const newest = Math.max(...streams.map(({ lastAt }) => lastAt))
  for (const stream of streams) {
    const { sentBack, destination, lastAt } = stream
    if (!sentBack || lastAt < newest - closedUs) continue
    const { firstAt, times, reason } = sentBack
    const last = Math.min(sentBack.lastAt, facts.seenUntil)
    if (times < 2 || last - firstAt < closedUs || Math.min(lastAt, facts.seenUntil) - last > 3 * closedUs) continue
    return { at: firstAt + closedUs, text: `RTP to ${destination} comes back (ICMP): ${reason}`, evidence: stream }
  }
  return null
}

function delivery(
  facts: CallFacts,
  toPeer: boolean,
  streams: readonly StreamFact[],
): Pick<DirectionFact, 'delivered' | 'deliveredBy'> {
  if (toPeer && observed(facts, 'marker-heard').length > 0)
    return { delivered: 'yes', deliveredBy: 'our marker came back' }
  const receiver = toPeer ? 'the peer' : 'the caller'
  const last = streams.reduce<StreamFact | null>((a, b) => (a && a.lastAt > b.lastAt ? a : b), null)
  if (last && last.unheardSince !== null)
    return {
      delivered: 'no',
      deliveredBy: `its RTCP reports name it no more since ${afterAnswer(facts, last.unheardSince)}`,
    }
  if (streams.some(({ rtcp, unheardSince }) => rtcp !== null && unheardSince === null))
    return { delivered: 'yes', deliveredBy: `${receiver} reports receiving it (RTCP)` }
  if (undeliverable(facts, toPeer)) return { delivered: 'no', deliveredBy: 'it comes back as undeliverable (ICMP)' }
  return { delivered: 'unknown', deliveredBy: null }
}
