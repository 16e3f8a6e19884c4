import type { Micros } from '../../../shared/base/time.ts'
import { usualPtimeMs } from '../../../shared/model/codecs.ts'
import type { AgreedMedia, CallFacts, FlowFact, StreamFact } from '../../../shared/model/facts.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { isComfortNoise, isEvent } from '../../../shared/wire/agreement/agree.ts'
import { nobodyListensAt } from './listeners.ts'

/** Without a packet by then, nothing arrives. Inside the two seconds that a verdict may take. */
export const waitUs = 1_500_000
/** A call shorter than this is too short to judge. */
export const shortestUs = 1_000_000
/** Audio that has not come for so long has stopped. */
const stopUs = 3_000_000
const pauseUs = 500_000
/** Media may go to its new address so long before a capture point sees the answer that agrees on it. */
const aheadUs = 500_000

/** What of audio came in one direction. */
export type Audio =
  | 'none'
  /** Fewer than ten packets where fifty were due. */
  | 'nearly-none'
  /** No packet of an agreed payload type. */
  | 'undecodable'
  /** Noise of one level, in packets of the size of SRTP. */
  | 'ciphered'
  /** SRTP that the key of its sender does not open. */
  | 'unauthentic'
  /** Comfort noise or digits, and no speech. */
  | 'no-speech'
  /** Packets of a codec whose level can be read, all below -60 dBFS. */
  | 'silent'
  | 'present'

/** One direction while one agreement held. */
export interface Period {
  readonly from: Micros
  readonly until: Micros
  /** Null where the session descriptions were not seen. */
  readonly agreed: AgreedMedia | null
  readonly flow: FlowFact | null
  readonly due: boolean
  readonly streams: readonly StreamFact[]
  /** As far as the runs of the streams tell. */
  readonly packets: number
  readonly audio: Audio
  /** The last packet, where it came long before the end and nothing says that its sender was silent. */
  readonly stoppedAt: Micros | null
  /** What still came from then on: packets of SRTP that no key opens any more. */
  readonly unopened: number
  /** Where the packets went and nobody listens, with the reason. */
  readonly astray: { readonly to: string; readonly because: string } | null
}

/** The agreements of a direction one after the other, from the answer to the end; each long enough to be judged. */
export function periodsOf(facts: CallFacts, toPeer: boolean, hop: number | null): Period[] {
  const { answeredAt } = facts
  if (answeredAt === null) return []
  const end = transferredAt(facts) ?? facts.seenUntil
  const onHop = facts.agreed.filter((agreed) => hop === null || agreed.hop === hop)
  const agreed = onHop.length > 0 ? onHop : facts.agreed
  const spans =
    agreed.length === 0
      ? [{ from: answeredAt, until: end, agreed: null }]
      : joined(agreed, toPeer).map(([media, last]) => ({
          from: Math.max(media.since, answeredAt),
          until: Math.min(last.until ?? end, end),
          agreed: media,
        }))
  const known = new Set(agreed.flatMap(({ toPeer: there, fromPeer: back }) => (toPeer ? there : back).formats))
  const types: Types = {
    all: new Set([...known].map(({ payloadType }) => payloadType)),
    idle: new Set([
      ...idleTypes,
      ...[...known].filter((f) => isEvent(f) || isComfortNoise(f)).map(({ payloadType }) => payloadType),
    ]),
  }
  return spans
    .filter(({ from, until }) => until - from >= (until === facts.endedAt ? shortestUs : waitUs))
    .map(({ from, until, agreed: media }) => periodOf(facts, { toPeer, hop, from, until, media, types }))
}

/** Agreements with the last of those that say the same again, as a session timer has it said. */
function joined(agreed: readonly AgreedMedia[], toPeer: boolean): (readonly [AgreedMedia, AgreedMedia])[] {
  const said = ({ toPeer: there, fromPeer: back, local, remote }: AgreedMedia) =>
    JSON.stringify([toPeer ? there : back, local, remote])
  const groups: [AgreedMedia, AgreedMedia][] = []
  for (const media of agreed) {
    const last = groups.at(-1)
    if (last && last[1].until === media.since && said(last[0]) === said(media)) last[1] = media
    else groups.push([media, media])
  }
  return groups
}

interface Types {
  readonly all: ReadonlySet<number>
  readonly idle: ReadonlySet<number>
}

/** Comfort noise, new and old (RFC 3551 4.5, table 4). */
const idleTypes = [13, 19]

interface Span {
  readonly toPeer: boolean
  readonly hop: number | null
  readonly from: Micros
  readonly until: Micros
  readonly media: AgreedMedia | null
  readonly types: Types
}

function periodOf(facts: CallFacts, { toPeer, hop, from, until, media, types }: Span): Period {
  const inside = audioStreams(facts, toPeer, hop, from, until)
  const streams = inside.length > 0 ? inside : aheadOf(facts, { toPeer, hop, from, media })
  const [first, last] = inside.length > 0 ? [from, until] : [from - aheadUs, from]
  const packets = Math.round(streams.reduce((sum, stream) => sum + packetsIn(stream, first, last), 0))
  const flow = media && (toPeer ? media.toPeer : media.fromPeer)
  // Where both directions are, the two sides agreed on it elsewhere (ZRTP, RFC 6189).
  const both = facts.streams.some((stream) => stream.toPeer === !toPeer && stream.looksCiphered)
  const kind = audioOf(streams, packets, (until - from) / 1000 / (media?.ptimeMs ?? usualPtimeMs), types)
  // Keys that open neither direction are not those in use: masked in the capture, or agreed elsewhere.
  const opens = facts.streams.some((stream) => stream.toPeer === !toPeer && (stream.srtp?.opened ?? 0) > 0)
  const audio = (kind === 'ciphered' && both) || (kind === 'unauthentic' && !opens) ? 'present' : kind
  const due = flow?.due ?? true
  const flows = due && packets > 0
  const heard = flows && (audio === 'present' || audio === 'silent')
  const unopened = heard ? unopenedOf(streams, from, until) : null
  return {
    from,
    until,
    agreed: media,
    flow,
    due,
    streams,
    packets,
    audio,
    stoppedAt: !heard ? null : (unopened?.at ?? stopOf(streams, from, until, types)),
    unopened: unopened?.packets ?? 0,
    astray: flow && flows ? nobodyListensAt(facts, { streams, agreed: media!, toPeer, from, until }) : null,
  }
}

export const isAudio = ({ kind }: StreamFact) => kind === null || kind === 'audio'

/** Streams of audio one way, on one hop, with packets inside a span. */
export function audioStreams(
  { streams }: CallFacts,
  toPeer: boolean,
  hop: number | null,
  from: Micros,
  until: Micros,
): StreamFact[] {
  return streams.filter(
    (stream) =>
      stream.toPeer === toPeer &&
      isAudio(stream) &&
      (hop === null || stream.hop === null || stream.hop === hop) &&
      stream.runs.some((run) => run.lastAt >= from && run.firstAt < until),
  )
}

/** Streams that began, and ended, where an agreement sends them, just before it was seen. */
function aheadOf(
  facts: CallFacts,
  { toPeer, hop, from, media }: Pick<Span, 'toPeer' | 'hop' | 'from' | 'media'>,
): StreamFact[] {
  const target = media && (toPeer ? media.remote : media.local)
  return audioStreams(facts, toPeer, hop, from - aheadUs, from).filter(
    ({ destination, firstAt }) => destination === target && firstAt >= from - aheadUs,
  )
}

/** Packets inside a span, as if those of a run came evenly. */
export function packetsIn({ runs }: StreamFact, from: Micros, until: Micros): number {
  return runs.reduce((sum, { firstAt, lastAt, packets }) => {
    const [first, last] = [Math.max(firstAt, from), Math.min(lastAt, until)]
    if (last < first) return sum
    return sum + (lastAt === firstAt ? packets : Math.max(1, (packets * (last - first)) / (lastAt - firstAt)))
  }, 0)
}

function audioOf(streams: readonly StreamFact[], packets: number, expected: number, { all, idle }: Types): Audio {
  if (packets === 0) return 'none'
  if (packets < 10 && expected > 50 && !streams.some((stream) => isIdle(stream, idle))) return 'nearly-none'
  const used = streams.flatMap(({ payloadTypes }) => [...payloadTypes.keys()])
  const speech = used.filter((type) => !idle.has(type))
  if (speech.length === 0) return 'no-speech'
  if (all.size > 0 && !speech.some((type) => all.has(type))) return 'undecodable'
  if (streams.every(isUnauthentic)) return 'unauthentic'
  const measured = streams.filter(({ levelPackets }) => levelPackets > 0)
  if (measured.length > 0 && measured.every(({ looksCiphered }) => looksCiphered)) return 'ciphered'
  if (measured.length > 0 && measured.every(({ firstEnergyAt }) => firstEnergyAt === null)) return 'silent'
  return 'present'
}

/** Packets that tell whether a key fits. */
const fewestSealed = 25
const isUnauthentic = ({ srtp }: StreamFact) =>
  srtp !== null && srtp.isJudge && srtp.opened === 0 && srtp.refused >= fewestSealed

/** Since when the keys that opened a stream before open it no more. */
function unopenedOf(streams: readonly StreamFact[], from: Micros, until: Micros) {
  const { srtp } = streams.reduce((a, b) => (b.lastAt > a.lastAt ? b : a))
  const since = srtp?.isJudge ? srtp.refusedSince : null
  return since && since.packets >= fewestSealed && since.at >= from && until - since.at >= stopUs ? since : null
}

const isIdle = ({ payloadTypes }: StreamFact, idle: ReadonlySet<number>) =>
  [...payloadTypes.keys()].some((type) => idle.has(type))

/** Codecs whose senders may be silent for long and say so with one packet (RFC 3551 4.5.6, annex B of G.729). */
const pausing = new Set(['G729', 'G729A', 'G723'])

/**
 * When audio ended long before its end. A sender that leaves silence out does not stop: it said so with comfort noise,
 * it paused before and went on, or its codec has it.
 */
function stopOf(streams: readonly StreamFact[], from: Micros, until: Micros, { idle }: Types): Micros | null {
  const last = streams.reduce((a, b) => (b.lastAt > a.lastAt ? b : a))
  if (until - last.lastAt < stopUs) return null
  const paused = streams.some(({ runs }) =>
    runs.some(({ skipped, packets, firstAt }, i) => {
      const before = runs[i - 1]
      return before && before.lastAt >= from && firstAt - before.lastAt > pauseUs && skipped <= 2 && packets > 1
    }),
  )
  if (paused || idle.has(last.lastPayloadType) || pausing.has(last.codec.toUpperCase())) return null
  return last.lastAt
}

/** From the moment that a transfer is accepted, the media may go elsewhere. */
function transferredAt({ messages, answeredAt }: CallFacts): Micros | null {
  const accepted = messages.find(
    ({ message, event }) =>
      message?.kind === 'response' &&
      message.status >= 200 &&
      message.status < 300 &&
      messageIds(message).cseq?.method === 'REFER' &&
      event.at > (answeredAt ?? Infinity),
  )
  return accepted?.event.at ?? null
}
