import { spanMs, type Micros } from '../../../shared/base/time.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { usualPtimeMs } from '../../../shared/model/codecs.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import { conversationOf, type Side } from '../quality/turns.ts'
import type { TracedStream } from '../trace/streams/traced-stream.ts'

/** Shorter silences belong to any conversation. */
const longSilenceUs = 2_000_000
/** So many turns are told one by one, and as many times one came in. */
const most = 1000

/** What the two sides of an answered call said when, of the level of their packets; nothing where neither spoke. */
export function conversationIn(facts: CallFacts, streams: readonly TracedStream[]): Pick<CallReport, 'conversation'> {
  const { answeredAt, seenUntil } = facts
  if (answeredAt === null || streams.every(({ stats }) => stats.talk === null)) return {}
  // The last packet with energy is heard to its end.
  const packetUs = (facts.agreed.at(-1)?.ptimeMs ?? usualPtimeMs) * 1000
  const spurts = (toPeer: boolean) =>
    streams
      .filter((_, n) => facts.streams[n]!.toPeer === toPeer)
      .flatMap(({ stats }) => stats.talk?.spurts ?? [])
      .map(({ from, to }) => ({ from, to: to + packetUs }))
  const sides = { 'to-peer': spurts(true), 'from-peer': spurts(false) }
  const { turns, bargeIns, spokenUs, bothUs, silences } = conversationOf(sides, answeredAt, seenUntil)
  if (turns.length === 0) return {}
  const since = (at: Micros) => spanMs(answeredAt, at)!
  const first = (by: Side) => turns.find((turn) => turn.by === by)
  return {
    conversation: {
      answerToFirstEnergyMs: first('from-peer') ? since(first('from-peer')!.from) : null,
      speakingMs: { toPeer: spokenUs['to-peer'] / 1000, fromPeer: spokenUs['from-peer'] / 1000, both: bothUs / 1000 },
      turns: turns.slice(0, most).map(({ by, from, to, gapUs }) => ({
        by,
        atMs: since(from),
        lengthMs: spanMs(from, to)!,
        gapMs: gapUs === null ? null : gapUs / 1000,
      })),
      bargeIns: bargeIns.slice(0, most).map(({ by, at, yieldUs }) => ({
        by,
        atMs: since(at),
        yieldMs: yieldUs === null ? null : yieldUs / 1000,
      })),
      silences: silences
        .filter(({ from, to }) => to - from > longSilenceUs && !isHeld(facts, from, to))
        .slice(0, most)
        .map(({ from, to }) => ({ atMs: since(from), lengthMs: spanMs(from, to)! })),
      ...(turns.length > most && { moreTurns: turns.length - most }),
    },
  }
}

/** Whether somebody was on hold meanwhile. */
const isHeld = ({ agreed }: CallFacts, from: Micros, to: Micros): boolean =>
  agreed.some(
    ({ toPeer, fromPeer, since, until }) => !(toPeer.due && fromPeer.due) && since < to && (until ?? Infinity) > from,
  )
