import { spanMs, type Micros } from '../../../shared/base/time.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { usualPtimeMs } from '../../../shared/model/codecs.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import { voicemailOf } from '../diagnosis/voicemail.ts'
import { conversationOf, type Side } from '../quality/turns.ts'
import type { Spurt } from '../quality/talk.ts'
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
  const held = holdsOf(facts, answeredAt, seenUntil)
  const joined = joinsOf(facts, answeredAt, seenUntil)
  // More than two speak then, and nobody can tell whom anybody answers.
  const isJoined = (at: Micros) => joined.some(({ from, to }) => from <= at && at < to)
  const { turns, bargeIns, overlaps, falseYields, spokenUs, bothUs, silences } = conversationOf(
    sides,
    answeredAt,
    seenUntil,
    held,
  )
  if (turns.length === 0) return {}
  const since = (at: Micros) => spanMs(answeredAt, at)!
  const alone = <Item>(items: readonly Item[], at: (item: Item) => Micros) =>
    items.filter((item) => !isJoined(at(item)))
  const span = ({ from, to }: Spurt) => ({ atMs: since(from), lengthMs: spanMs(from, to)! })
  const voicemail = voicemailOf(facts)
  const first = (by: Side) => turns.find((turn) => turn.by === by)
  return {
    conversation: {
      answerToFirstEnergyMs: first('from-peer') ? since(first('from-peer')!.from) : null,
      speakingMs: { toPeer: spokenUs['to-peer'] / 1000, fromPeer: spokenUs['from-peer'] / 1000, both: bothUs / 1000 },
      turns: turns.slice(0, most).map(({ by, from, to, gapUs }) => ({
        by,
        atMs: since(from),
        lengthMs: spanMs(from, to)!,
        gapMs: gapUs === null || isJoined(from) ? null : gapUs / 1000,
      })),
      bargeIns: alone(bargeIns, ({ at }) => at)
        .slice(0, most)
        .map(({ by, at, saidUs, yieldUs }) => ({
          by,
          atMs: since(at),
          lengthMs: saidUs / 1000,
          yieldMs: yieldUs === null ? null : yieldUs / 1000,
        })),
      silences: silences
        .filter(({ from, to }) => to - from > longSilenceUs)
        .slice(0, most)
        .map(span),
      overlaps: alone(overlaps, ({ from }) => from)
        .slice(0, most)
        .map(({ by, from, to }) => ({ by, ...span({ from, to }) })),
      falseYields: alone(falseYields, ({ at }) => at)
        .slice(0, most)
        .map(({ by, at, wordsUs, resumesUs }) => ({
          by,
          atMs: since(at),
          wordsMs: wordsUs / 1000,
          resumesMs: resumesUs === null ? null : resumesUs / 1000,
        })),
      holds: held.slice(0, most).map(span),
      ...(joined.length > 0 && { joined: joined.slice(0, most).map(span) }),
      ...(voicemail && {
        voicemail: {
          greetingMs: voicemail.greetingUs / 1000,
          beepAtMs: since(voicemail.beepFrom),
          beepMs: (voicemail.beepTo - voicemail.beepFrom + packetUs) / 1000,
          beepHz: voicemail.hz,
        },
      }),
      ...(turns.length > most && { moreTurns: turns.length - most }),
    },
  }
}

/** When somebody was on hold, between two instants. */
function holdsOf({ agreed }: CallFacts, from: Micros, to: Micros): Spurt[] {
  return agreed
    .filter(({ toPeer, fromPeer }) => !(toPeer.due && fromPeer.due))
    .map(({ since, until }) => ({ from: Math.max(since, from), to: Math.min(until ?? to, to) }))
    .filter((hold) => hold.to > hold.from)
}

/** When it was joined with other calls. */
function joinsOf({ observations }: CallFacts, from: Micros, to: Micros): Spurt[] {
  const spans: Spurt[] = []
  const others = new Set<string | undefined>()
  let since = from
  for (const { kind, at, value } of observations) {
    if (kind === 'joined') {
      if (others.size === 0) since = at
      others.add(value)
    } else if (kind === 'unjoined' && others.delete(value) && others.size === 0) spans.push({ from: since, to: at })
  }
  if (others.size > 0) spans.push({ from: since, to })
  return spans
}
