import type { Micros } from '../../../shared/base/time.ts'
import type { Spurt } from './talk.ts'

export type Side = 'to-peer' | 'from-peer'

/** What one side says until the other speaks. */
export interface Turn extends Spurt {
  readonly by: Side
  /** From the end of the other side's turn; null for the first turn, and where the other side still speaks. */
  readonly gapUs: number | null
}

/** One side begins while the other speaks. */
export interface BargeIn {
  readonly by: Side
  readonly at: Micros
  /** Until the other side stops; null where it goes on for longer than who came in. */
  readonly yieldUs: number | null
}

export interface Conversation {
  readonly turns: readonly Turn[]
  readonly bargeIns: readonly BargeIn[]
  readonly spokenUs: Readonly<Record<Side, number>>
  readonly bothUs: number
  /** When nobody speaks. */
  readonly silences: readonly Spurt[]
}

interface Said extends Spurt {
  readonly by: Side
}

/** What the two sides of a call do, from when each of them speaks; between two times. */
export function conversationOf(
  spurts: Readonly<Record<Side, readonly Spurt[]>>,
  from: Micros,
  to: Micros,
): Conversation {
  const sides = { 'to-peer': within(spurts['to-peer'], from, to), 'from-peer': within(spurts['from-peer'], from, to) }
  const said = (by: Side): Said[] => sides[by].map((spurt) => ({ ...spurt, by }))
  const all = [...said('to-peer'), ...said('from-peer')].sort((a, b) => a.from - b.from)
  const turns: { by: Side; from: Micros; to: Micros; gapUs: number | null }[] = []
  const bargeIns: BargeIn[] = []
  const open: Partial<Record<Side, (typeof turns)[number]>> = {}
  let latest: Said | null = null
  for (const one of all) {
    const isOver = latest === null || one.from >= latest.to
    if (latest?.by === one.by) open[one.by]!.to = one.to
    else {
      const turn = { ...one, gapUs: latest && isOver ? one.from - latest.to : null }
      turns.push(turn)
      open[one.by] = turn
      if (latest && !isOver)
        bargeIns.push({ by: one.by, at: one.from, yieldUs: latest.to <= one.to ? latest.to - one.from : null })
    }
    if (latest === null || one.to >= latest.to) latest = one
  }
  const together = within([...sides['to-peer'], ...sides['from-peer']], from, to)
  const length = (spurts: readonly Spurt[]) => spurts.reduce((sum, spurt) => sum + spurt.to - spurt.from, 0)
  const spokenUs = { 'to-peer': length(sides['to-peer']), 'from-peer': length(sides['from-peer']) }
  return {
    turns,
    bargeIns,
    spokenUs,
    bothUs: spokenUs['to-peer'] + spokenUs['from-peer'] - length(together),
    silences: between(together, from, to),
  }
}

/** In their order, those that touch as one, and nothing of what is outside. */
function within(spurts: readonly Spurt[], from: Micros, to: Micros): Spurt[] {
  const inside = spurts
    .map((spurt) => ({ from: Math.max(from, spurt.from), to: Math.min(to, spurt.to) }))
    .filter((spurt) => spurt.to > spurt.from)
    .sort((a, b) => a.from - b.from)
  const merged: { from: Micros; to: Micros }[] = []
  for (const spurt of inside) {
    const last = merged.at(-1)
    if (last && spurt.from <= last.to) last.to = Math.max(last.to, spurt.to)
    else merged.push(spurt)
  }
  return merged
}

/** What is left between spurts that are in their order. */
function between(spurts: readonly Spurt[], from: Micros, to: Micros): Spurt[] {
  const ends = [from, ...spurts.map((spurt) => spurt.to)]
  const begins = [...spurts.map((spurt) => spurt.from), to]
  return ends.map((end, i) => ({ from: end, to: begins[i]! })).filter((gap) => gap.to > gap.from)
}
