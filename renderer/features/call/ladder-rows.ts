import type { CallReport, LadderMessage, Stream } from '../../../shared/contract/report.ts'
import { microsOf } from '../../ui/format.ts'

/** A vertical of the ladder: an address, or a host where each side has one of its own. */
export interface Column {
  readonly key: string
  readonly title: string
  readonly addresses: readonly string[]
}

export type Row =
  | {
      readonly kind: 'message'
      readonly n: number
      readonly message: LadderMessage
      readonly from: number
      readonly to: number
      readonly at: number
      readonly deltaUs: number | null
      readonly repeats: number
    }
  | {
      readonly kind: 'media'
      readonly n: number
      readonly stream: Stream
      readonly from: number
      readonly to: number
      readonly at: number
    }
  /** Audio that is agreed and of which nothing is seen. */
  | { readonly kind: 'silence'; readonly from: number; readonly to: number; readonly at: number; readonly text: string }

export interface Ladder {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

const hostOf = (address: string) => address.slice(0, address.lastIndexOf(':'))

/** Verticals from left to right in the order in which they first speak, our side first. */
function columnsOf({ messages, streams, direction }: CallReport): Column[] {
  const [first] = messages
  const ours = first ? (direction === 'inbound' ? first.destination : first.source) : ''
  const addresses = [
    ...new Set([ours, ...messages.flatMap(({ source, destination }) => [source, destination])]),
  ].filter(Boolean)
  const all =
    addresses.length > 0 ? addresses : [...new Set(streams.flatMap(({ source, destination }) => [source, destination]))]
  const hosts = [...new Set(all.map(hostOf))]
  const byHost = hosts.length > 1
  return (byHost ? hosts : all).map((key, i) => {
    const members = all.filter((address) => (byHost ? hostOf(address) === key : address === key))
    const who = i > 0 ? '' : direction === 'observed' ? 'caller' : 'this computer'
    return { key, title: [who, members.length === 1 ? members[0] : key].filter(Boolean).join(' '), addresses: members }
  })
}

/**
 * Messages and RTP in the order of time. `folded`: retransmissions are counted at the message they repeat; `fits`
 * leaves out messages that a filter does not want.
 */
export function ladderOf(report: CallReport, folded: boolean, fits: (message: LadderMessage) => boolean): Ladder {
  const columns = columnsOf(report)
  const index = new Map(columns.flatMap(({ addresses }, i) => addresses.map((address) => [address, i])))
  const hosts = new Map(columns.map(({ key }, i) => [key, i]))
  const peer = columns.length > 1 ? 1 : 0
  const place = (address: string, otherwise: number) => index.get(address) ?? hosts.get(hostOf(address)) ?? otherwise
  const repeats = new Map<number, number>()
  for (const { retransmissionOf } of report.messages)
    if (retransmissionOf !== null) repeats.set(retransmissionOf, (repeats.get(retransmissionOf) ?? 0) + 1)

  const rows: Row[] = []
  let before: number | null = null
  report.messages.forEach((message, n) => {
    if ((folded && message.retransmissionOf !== null) || !fits(message)) return
    const at = microsOf(message.at)
    rows.push({
      kind: 'message',
      n,
      message,
      from: place(message.source, 0),
      to: place(message.destination, peer),
      at,
      deltaUs: before === null ? null : at - before,
      repeats: repeats.get(n) ?? 0,
    })
    before = at
  })
  report.streams.forEach((stream, n) => {
    const toPeer = stream.toPeer !== false
    rows.push({
      kind: 'media',
      n,
      stream,
      from: place(stream.source, toPeer ? 0 : peer),
      to: place(stream.destination, toPeer ? peer : 0),
      at: microsOf(stream.startedAt),
    })
  })
  rows.push(...silences(report, peer))
  return { columns, rows: rows.sort((a, b) => a.at - b.at) }
}

/** A lane for each direction that was agreed and never carried a packet. */
function silences({ media, streams, timeline, verdict }: CallReport, peer: number): Row[] {
  const agreed = media.at(-1)
  if (!agreed || timeline.answeredAt === null || verdict.kind === 'unknown') return []
  const at = microsOf(timeline.answeredAt)
  const lane = (toPeer: boolean, text: string): Row[] =>
    streams.some((stream) => stream.toPeer === toPeer)
      ? []
      : [{ kind: 'silence', from: toPeer ? 0 : peer, to: toPeer ? peer : 0, at: at + (toPeer ? 1 : 2), text }]
  const sends = agreed.direction === 'sendrecv' || agreed.direction === 'sendonly'
  const receives = agreed.direction === 'sendrecv' || agreed.direction === 'recvonly'
  return [
    ...(sends ? lane(true, `no RTP to ${agreed.remote}`) : []),
    ...(receives ? lane(false, `no RTP from ${agreed.remote}`) : []),
  ]
}
