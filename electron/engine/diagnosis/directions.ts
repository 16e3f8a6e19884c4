import type { Micros } from '../../../shared/base/time.ts'
import type { CallFacts, StreamFact } from '../../../shared/model/facts.ts'
import { receives, sends } from '../../../shared/wire/sdp/sdp.ts'
import { observed } from './rule.ts'

/** Without a packet by then, nothing arrives. Inside the two seconds that a verdict may take. */
export const waitUs = 1_500_000
/** A call shorter than this is too short to judge. */
export const shortestUs = 1_000_000

/** What is known of audio in one direction. */
export interface DirectionFact {
  /** The negotiated direction allows it. */
  readonly due: boolean
  readonly streams: readonly StreamFact[]
  readonly packets: number
  /**
   * `silent`: packets of a codec whose level can be read, all below -60 dBFS. `undecodable`: no packet of an agreed
   * payload type.
   */
  readonly audio: 'none' | 'nearly-none' | 'undecodable' | 'silent' | 'present'
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
  /** Whether what we send reaches the peer: its RTCP or our marker tells; otherwise unknown. */
  readonly delivered: 'yes' | 'no' | 'unknown'
  readonly deliveredBy: string | null
}

export function judge(facts: CallFacts): Judgement | null {
  const { answeredAt } = facts
  if (answeredAt === null) return null
  const until = facts.endedAt ?? facts.now
  const lasted = until - answeredAt
  const ended = facts.endedAt !== null
  const at = Math.min(answeredAt + waitUs, until)
  const agreed = facts.agreed.at(-1)
  const due = (check: typeof sends) =>
    facts.agreed.length === 0 || facts.agreed.some(({ direction }) => check(direction))
  const types = new Set(facts.agreed.map(({ payloadType }) => payloadType))
  const direction = (toPeer: boolean, isDue: boolean): DirectionFact => {
    const streams = facts.streams.filter((stream) => stream.toPeer === toPeer && stream.lastAt >= answeredAt - waitUs)
    const packets = streams.reduce((sum, { packets }) => sum + packets, 0)
    return { due: isDue, streams, packets, audio: audioOf(streams, packets, lasted, agreed?.ptimeMs ?? 20, types) }
  }
  const toPeer = direction(true, due(sends))
  const unseen = facts.vantage === 'observed' && facts.streams.length === 0
  return {
    unseen,
    ready: !unseen && (lasted >= waitUs || (ended && lasted >= shortestUs)),
    at,
    toPeer,
    fromPeer: direction(false, due(receives)),
    ...delivery(facts, toPeer),
  }
}

function audioOf(
  streams: readonly StreamFact[],
  packets: number,
  lastedUs: number,
  ptimeMs: number,
  types: ReadonlySet<number>,
): DirectionFact['audio'] {
  if (packets === 0) return 'none'
  if (packets < 10 && lastedUs / 1000 / ptimeMs > 50) return 'nearly-none'
  // Static types of codecs we decode are played whatever was agreed; anything else unknown to the agreement is noise.
  const decodable = streams.some(({ payloadTypes }) =>
    [...payloadTypes.keys()].some((type) => types.size === 0 || types.has(type)),
  )
  if (!decodable) return 'undecodable'
  const measured = streams.filter(({ levelPackets }) => levelPackets > 0)
  if (measured.length > 0 && measured.every(({ firstEnergyAt }) => firstEnergyAt === null)) return 'silent'
  return 'present'
}

function delivery(facts: CallFacts, toPeer: DirectionFact): Pick<Judgement, 'delivered' | 'deliveredBy'> {
  if (observed(facts, 'marker-heard').length > 0) return { delivered: 'yes', deliveredBy: 'our marker came back' }
  const reported = toPeer.streams.find(({ rtcp }) => rtcp !== null)
  if (reported) return { delivered: 'yes', deliveredBy: 'the peer reports receiving it (RTCP)' }
  const { blind } = facts.reportsFromPeer
  if (blind >= 2) return { delivered: 'no', deliveredBy: `${blind} RTCP reports of the peer name none of our packets` }
  return { delivered: 'unknown', deliveredBy: null }
}
