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
  /** How long it speaks without a pause. */
  readonly saidUs: number
  /** Until the other side stops; null where it goes on for longer than who came in. */
  readonly yieldUs: number | null
}

/** Both speak at once. */
export interface Overlap extends Spurt {
  /** Who began while the other spoke. */
  readonly by: Side
}

/** One side stops for a few words of the other, which does not go on. */
export interface FalseYield {
  readonly by: Side
  readonly at: Micros
  /** How long the other side spoke. */
  readonly wordsUs: number
  /** Until the side that stopped goes on; null where it does not before the other speaks. */
  readonly resumesUs: number | null
}

export interface Conversation {
  readonly turns: readonly Turn[]
  readonly bargeIns: readonly BargeIn[]
  readonly overlaps: readonly Overlap[]
  readonly falseYields: readonly FalseYield[]
  readonly spokenUs: Readonly<Record<Side, number>>
  readonly bothUs: number
  /** When nobody speaks, and nobody is on hold. */
  readonly silences: readonly Spurt[]
}

interface Said extends Spurt {
  readonly by: Side
}

/** As long as a word of assent may be. */
const fewWordsUs = 1_000_000
/** Who heard a word stops so soon behind it, if it stops for it. */
const reactionUs = 700_000

/** What the two sides of a call do, from when each of them speaks; between two times. `held`: when one was on hold. */
export function conversationOf(
  spurts: Readonly<Record<Side, readonly Spurt[]>>,
  from: Micros,
  to: Micros,
  held: readonly Spurt[] = [],
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
      const isHeld = latest !== null && held.some((hold) => hold.from < one.from && hold.to > latest!.to)
      const turn = { ...one, gapUs: latest && isOver && !isHeld ? one.from - latest.to : null }
      turns.push(turn)
      open[one.by] = turn
      if (latest && !isOver)
        bargeIns.push({
          by: one.by,
          at: one.from,
          saidUs: one.to - one.from,
          yieldUs: latest.to <= one.to ? latest.to - one.from : null,
        })
    }
    if (latest === null || one.to >= latest.to) latest = one
  }
  const together = within([...sides['to-peer'], ...sides['from-peer']], from, to)
  const length = (spurts: readonly Spurt[]) => spurts.reduce((sum, spurt) => sum + spurt.to - spurt.from, 0)
  const spokenUs = { 'to-peer': length(sides['to-peer']), 'from-peer': length(sides['from-peer']) }
  return {
    turns,
    bargeIns,
    overlaps: overlapsOf(sides),
    falseYields: bargeIns.flatMap((bargeIn) => falseYieldOf(bargeIn, sides, to)),
    spokenUs,
    bothUs: spokenUs['to-peer'] + spokenUs['from-peer'] - length(together),
    silences: between(within([...together, ...held], from, to), from, to),
  }
}

function overlapsOf({ 'to-peer': ours, 'from-peer': theirs }: Readonly<Record<Side, readonly Spurt[]>>): Overlap[] {
  const found: Overlap[] = []
  for (let [i, k] = [0, 0]; i < ours.length && k < theirs.length;) {
    const [our, their] = [ours[i]!, theirs[k]!]
    const [from, to] = [Math.max(our.from, their.from), Math.min(our.to, their.to)]
    if (from < to) found.push({ by: our.from >= their.from ? 'to-peer' : 'from-peer', from, to })
    if (our.to <= their.to) i++
    else k++
  }
  return found
}

/** Whether a few words made the other side stop, and then nobody spoke. */
function falseYieldOf(
  { by, at, saidUs }: BargeIn,
  sides: Readonly<Record<Side, readonly Spurt[]>>,
  to: Micros,
): FalseYield[] {
  const other: Side = by === 'to-peer' ? 'from-peer' : 'to-peer'
  const end = at + saidUs
  const interrupted = sides[other][firstAfter(sides[other], at)]
  if (!interrupted || interrupted.from >= at || saidUs > fewWordsUs || interrupted.to > end + reactionUs) return []
  const silentAt = Math.max(end, interrupted.to)
  const next = (side: Side) => sides[side][firstAfter(sides[side], silentAt)]?.from ?? Infinity
  const [goesOn, resumes] = [next(by), next(other)]
  if (Math.min(goesOn, resumes, to) - silentAt < reactionUs) return []
  return [
    { by: other, at: interrupted.to, wordsUs: saidUs, resumesUs: resumes < goesOn ? resumes - interrupted.to : null },
  ]
}

/** The place of the first of spurts in their order that ends behind that instant. */
function firstAfter(spurts: readonly Spurt[], at: Micros): number {
  let [low, high] = [0, spurts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (spurts[middle]!.to <= at) low = middle + 1
    else high = middle
  }
  return low
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
