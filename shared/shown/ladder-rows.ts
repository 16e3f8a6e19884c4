import type { LadderMessage, Stream } from '../contract/report.ts'
import { microsOf } from '../base/time.ts'
import { columnsOf, type Column, type LadderSource } from './ladder-columns.ts'
import { factsOf, methodOf, statusOf } from './message-facts.ts'

/** As its arrow is coloured: by the way of the request, whatever host it passes; a response goes the other way. */
export type Way = 'to-peer' | 'from-peer'

interface Arrow {
  readonly from: number
  readonly to: number
  readonly at: number
}

export type Row =
  | (Arrow & {
      readonly kind: 'message'
      readonly n: number
      readonly message: LadderMessage
      readonly deltaUs: number | null
      readonly repeats: number
      /** A 401 or 407 that was answered by another attempt: no refusal. */
      readonly challenge: boolean
    })
  | (Arrow & { readonly kind: 'media'; readonly n: number; readonly stream: Stream })
  /** Audio that is agreed and of which nothing is seen. */
  | (Arrow & { readonly kind: 'silence'; readonly toPeer: boolean; readonly text: string })

export interface Ladder {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Messages among the rows. */
  readonly shown: number
}

/**
 * Messages and RTP in the order of time. `folded`: retransmissions are counted at the message they repeat; `fits`
 * leaves out messages that a filter does not want.
 */
export function ladderOf(source: LadderSource, folded: boolean, fits: (message: LadderMessage) => boolean): Ladder {
  const { all, peer, place } = columnsOf(source)
  const repeats = new Map<number, number>()
  for (const { retransmissionOf } of source.messages)
    if (retransmissionOf !== null) repeats.set(retransmissionOf, (repeats.get(retransmissionOf) ?? 0) + 1)
  const challenges = challengesOf(source.messages)

  const rows: Row[] = []
  let before: number | null = null
  source.messages.forEach((message, n) => {
    if ((folded && message.retransmissionOf !== null) || !fits(message)) return
    const at = microsOf(message.at)
    rows.push({
      kind: 'message',
      n,
      message,
      from: place(message.source) ?? 0,
      to: place(message.destination) ?? peer,
      at,
      deltaUs: before === null ? null : at - before,
      repeats: repeats.get(n) ?? 0,
      challenge: challenges.has(n),
    })
    before = at
  })
  const shown = rows.length
  source.streams.forEach((stream, n) => {
    const toPeer = stream.toPeer !== false
    rows.push({
      kind: 'media',
      n,
      stream,
      from: place(stream.source) ?? (toPeer ? 0 : peer),
      to: place(stream.destination) ?? (toPeer ? peer : 0),
      at: microsOf(stream.startedAt),
    })
  })
  rows.push(...silences(source, peer, place))
  return { columns: all, rows: rows.sort((a, b) => a.at - b.at), shown }
}

/** Numbers of the challenges after which a request of the same method with a higher CSeq came. */
function challengesOf(messages: readonly LadderMessage[]): ReadonlySet<number> {
  const highest = new Map<string, number>()
  const found = new Set<number>()
  for (let n = messages.length - 1; n >= 0; n--) {
    const message = messages[n]!
    const number = Number(message.cseq?.split(' ')[0] ?? Number.NaN)
    const method = methodOf(message)
    const status = statusOf(message)
    if ((status === 401 || status === 407) && (highest.get(method) ?? -1) > number) found.add(n)
    if (status === null) highest.set(method, Math.max(highest.get(method) ?? -1, number))
  }
  return found
}

/** The way of a row. A request goes to the peer when whoever began the call sent it; `inbound`: they began. */
export function wayOf(row: Row, source: LadderSource): Way {
  if (row.kind === 'media') return row.stream.toPeer === false ? 'from-peer' : 'to-peer'
  if (row.kind === 'silence') return row.toPeer ? 'to-peer' : 'from-peer'
  const [first] = source.messages
  const began = first && factsOf(first).fromTag
  const facts = factsOf(row.message)
  if (!began || facts.fromTag === null) return row.to > row.from ? 'to-peer' : 'from-peer'
  const byCaller = facts.fromTag === began
  const request = facts.status === null
  return (byCaller === request) === (source.direction !== 'inbound') ? 'to-peer' : 'from-peer'
}

/** A lane for each direction that was agreed and never carried a packet. */
function silences(
  { media, streams, timeline, verdict }: LadderSource,
  peer: number,
  place: (address: string) => number | null,
): Row[] {
  const agreed = media.at(-1)
  if (!agreed || timeline.answeredAt === null || verdict.kind === 'unknown') return []
  const at = microsOf(timeline.answeredAt)
  const [ours, theirs] = [place(agreed.local) ?? 0, place(agreed.remote) ?? peer]
  const lane = (toPeer: boolean, text: string): Row[] =>
    streams.some((stream) => stream.toPeer === toPeer)
      ? []
      : [
          {
            kind: 'silence',
            toPeer,
            from: toPeer ? ours : theirs,
            to: toPeer ? theirs : ours,
            at: at + (toPeer ? 1 : 2),
            text,
          },
        ]
  const sends = agreed.direction === 'sendrecv' || agreed.direction === 'sendonly'
  const receives = agreed.direction === 'sendrecv' || agreed.direction === 'recvonly'
  return [
    ...(sends ? lane(true, `no RTP to ${agreed.remote}`) : []),
    ...(receives ? lane(false, `no RTP from ${agreed.remote}`) : []),
  ]
}
