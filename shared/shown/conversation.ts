import type { CallReport } from '../contract/report.ts'

/** So many of a kind are named one by one. */
const mostNamed = 8

type Conversation = NonNullable<CallReport['conversation']>
type Side = Conversation['turns'][number]['by']

/** How a conversation went, for people: a name and what there is to say. Empty where only signals of ours were sent. */
export function conversationRows(report: CallReport): { readonly name: string; readonly value: string }[] {
  const { conversation, direction } = report
  if (!conversation || !isSpoken(conversation, report)) return []
  const names = namesOf(direction)
  const { answerToFirstEnergyMs, speakingMs, turns, bargeIns, silences, voicemail } = conversation
  const { overlaps = [], falseYields = [], joined = [] } = conversation
  const sides = ['from-peer', 'to-peer'] as const
  const other = (by: Side) => names[by === 'to-peer' ? 'from-peer' : 'to-peer']
  const rows: (readonly [name: string, value: string])[] = [
    [
      'answer to first energy',
      answerToFirstEnergyMs === null ? `${names['from-peer']} never speaks` : s(answerToFirstEnergyMs),
    ],
    [
      'speaking',
      `${names['to-peer']} ${s(speakingMs.toPeer)}, ${names['from-peer']} ${s(speakingMs.fromPeer)}, ` +
        `both at once ${s(speakingMs.both)}`,
    ],
    ...sides.map((side) => [`${names[side]} answers after`, gapsText(turns, side)] as const),
    [
      'barge-ins',
      listed(bargeIns, ({ by, atMs, yieldMs }) => {
        const yields = yieldMs === null ? `${other(by)} goes on` : `${other(by)} stops after ${s(yieldMs)}`
        return `${names[by]} at ${s(atMs)}: ${yields}`
      }),
    ],
    [
      'stops for a few words',
      listed(falseYields, ({ by, atMs, wordsMs, resumesMs }) => {
        const goesOn = resumesMs === null ? 'does not go on by itself' : `goes on after ${s(resumesMs)}`
        return `${names[by]} at ${s(atMs)} (${s(wordsMs)} of ${other(by)}) ${goesOn}`
      }),
    ],
    [
      'both at once',
      listed(overlaps, ({ by, atMs, lengthMs }) => `${s(lengthMs)} at ${s(atMs)} (${names[by]} over ${other(by)})`),
    ],
    [
      'like voicemail',
      voicemail === undefined
        ? ''
        : `greeting of ${s(voicemail.greetingMs)}, beep of ${voicemail.beepHz} Hz at ${s(voicemail.beepAtMs)}`,
    ],
    [
      'joined with other calls',
      listed(
        joined,
        ({ atMs, lengthMs }) => `${s(lengthMs)} at ${s(atMs)}: their parties speak as ${names['to-peer']}`,
      ),
    ],
    ['silences over 2 s', listed(silences, ({ atMs, lengthMs }) => `${s(lengthMs)} at ${s(atMs)}`)],
  ]
  return rows.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value }))
}

/** Tones that prove the audio are no conversation, nor is their echo: then both sides are heard at once. */
function isSpoken({ speakingMs }: Conversation, { placed }: CallReport): boolean {
  if (placed === null) return speakingMs.both * 2 <= Math.min(speakingMs.toPeer, speakingMs.fromPeer)
  return placed.script !== undefined || ['file', 'speech', 'silence'].includes(placed.source.kind)
}

function gapsText(turns: Conversation['turns'], side: Side): string {
  const gaps = turns.flatMap(({ by, gapMs }) => (by === side && gapMs !== null ? gapMs : []))
  if (gaps.length < 2) return gaps.map(s).join('')
  const sorted = [...gaps].sort((a, b) => a - b)
  return `${listed(gaps, s)} (median ${s(sorted[Math.floor(sorted.length / 2)]!)}, longest ${s(sorted.at(-1)!)})`
}

function listed<Item>(items: readonly Item[], text: (item: Item) => string): string {
  const more = items.length - mostNamed
  return items.slice(0, mostNamed).map(text).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

const s = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/** Something that happened in a conversation: a turn, one side coming in, nobody speaking for long, or a hold. */
export interface Talked {
  readonly kind: 'turn' | 'barge-in' | 'silence' | 'hold'
  /** Null of a silence and a hold. */
  readonly by: Side | null
  /** Since the answer. */
  readonly atMs: number
  readonly lengthMs: number
  /** Of a turn: since the other side stopped; null where that is not so. */
  readonly gapMs: number | null
  /** Who does what, in short. */
  readonly text: string
}

/** The same in its order in time, to be drawn; empty where `conversationRows` is. */
export function conversationCourse(report: CallReport): Talked[] {
  const { conversation, direction } = report
  if (!conversation || !isSpoken(conversation, report)) return []
  const names = namesOf(direction)
  const { turns, bargeIns, silences, holds = [] } = conversation
  return [
    ...turns.map(({ by, atMs, lengthMs, gapMs }) => ({
      kind: 'turn' as const,
      by,
      atMs,
      lengthMs,
      gapMs,
      text: `${names[by]} for ${s(lengthMs)}${gapMs === null ? '' : `, ${s(gapMs)} after the other stopped`}`,
    })),
    ...bargeIns.map(({ by, atMs, yieldMs }) => ({
      kind: 'barge-in' as const,
      by,
      atMs,
      lengthMs: yieldMs ?? 0,
      gapMs: null,
      text: `${names[by]} comes in, ${yieldMs === null ? 'the other goes on' : `the other stops after ${s(yieldMs)}`}`,
    })),
    ...silences.map(({ atMs, lengthMs }) => ({
      kind: 'silence' as const,
      by: null,
      atMs,
      lengthMs,
      gapMs: null,
      text: `nobody speaks for ${s(lengthMs)}`,
    })),
    ...holds.map(({ atMs, lengthMs }) => ({
      kind: 'hold' as const,
      by: null,
      atMs,
      lengthMs,
      gapMs: null,
      text: `on hold for ${s(lengthMs)}`,
    })),
  ].sort((a, b) => a.atMs - b.atMs)
}

/** Who the two sides are. */
const namesOf = (direction: CallReport['direction']): Readonly<Record<Side, string>> =>
  direction === 'observed'
    ? { 'to-peer': 'the caller', 'from-peer': 'the called party' }
    : { 'to-peer': 'this side', 'from-peer': 'the peer' }
