import type { Micros } from '../../../shared/base/time.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'

/** What answers with a greeting and a beep. */
export interface Voicemail {
  readonly greetingUs: number
  readonly beepFrom: Micros
  readonly beepTo: Micros
  readonly hz: number
}

/** A person says less before the other side may speak. */
const leastGreetingUs = 3_000_000
/** It begins so soon after the answer, and its beep comes so soon behind it. */
const mostWaitUs = 10_000_000
const mostPauseUs = 5_000_000
const [shortestUs, longestUs] = [100_000, 3_000_000]
/** Of other tones: those of lines and menus come again and again. */
const aloneUs = 10_000_000
/** Who waits for a message says nothing behind the beep. */
const silentUs = 1_500_000

/** A long greeting of the called party, one beep, and silence behind it; null where that is not what was heard. */
export function voicemailOf(facts: CallFacts): Voicemail | null {
  const { answeredAt, seenUntil, vantage, streams } = facts
  if (answeredAt === null || vantage === 'inbound') return null
  const theirs = streams.filter(({ toPeer }) => toPeer === false)
  const beeps = theirs.flatMap((stream) => stream.beeps)
  if (beeps.length === 0) return null
  const spurts = theirs.flatMap(({ talk }) => talk?.spurts ?? []).sort((a, b) => a.from - b.from)
  const found = beeps.find((beep) => {
    const lengthUs = beep.to - beep.from
    const others = beeps.filter((other) => other !== beep && Math.abs(other.from - beep.from) < aloneUs)
    const isSilent = !spurts.some(({ from, to }) => to > beep.to + shortestUs && from < beep.to + silentUs)
    return (
      lengthUs >= shortestUs &&
      lengthUs <= longestUs &&
      others.length === 0 &&
      isSilent &&
      seenUntil - beep.to >= silentUs
    )
  })
  if (!found) return null
  const greeting = spurts
    .map(({ from, to }) => ({ from: Math.max(from, answeredAt), to: Math.min(to, found.from) }))
    .filter(({ from, to }) => to > from)
  const greetingUs = greeting.reduce((sum, { from, to }) => sum + to - from, 0)
  const [first, last] = [greeting[0], greeting.at(-1)]
  if (!first || !last || greetingUs < leastGreetingUs) return null
  if (first.from - answeredAt > mostWaitUs || found.from - last.to > mostPauseUs) return null
  return { greetingUs, beepFrom: found.from, beepTo: found.to, hz: found.hz }
}
