import { noTiming, plain, unknown, type Kind } from './figure-cells.ts'
import { span } from './format.ts'
import { jitterLimits, toneOf } from './media-figures.ts'
import { count, ms, percent } from './numbers.ts'
import type { Span } from './time-marks.ts'

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`

/** How the packets of a stream lay in time. */
export const timing: readonly Kind[] = [
  {
    name: 'jitter',
    group: 'timing',
    meaning: 'How unevenly packets arrive (RFC 3550 6.4.1). Above 20 ms a receiver needs a longer buffer.',
    of: ({ minJitterMs, meanJitterMs, maxJitterMs }) => ({
      value: `mean ${ms(meanJitterMs, 2)}, min ${ms(minJitterMs, 2)}, peak ${ms(maxJitterMs, 2)} ms`,
      tone: toneOf(meanJitterMs, jitterLimits),
    }),
  },
  {
    name: 'delta',
    group: 'timing',
    meaning: 'The time from one packet to the next; a hold is no gap, and its time is said apart.',
    of: ({ minDeltaMs, meanDeltaMs, maxDeltaMs, timing: lay }, { holds }) => {
      const all = `mean ${ms(meanDeltaMs, 2)}, min ${ms(minDeltaMs, 2)}, max ${ms(maxDeltaMs, 2)} ms`
      const held = holdIn(maxDeltaMs, holds)
      const gap =
        lay && Math.abs(lay.longestGapMs - maxDeltaMs) >= 1 ? `; longest gap ${ms(lay.longestGapMs, 2)} ms` : ''
      return plain(all + (held ? `, which is the hold of ${span(held.to - held.from)}` : '') + gap)
    },
  },
  {
    name: 'late',
    group: 'timing',
    meaning:
      'Packets that a fixed jitter buffer of that length would have thrown away: so far behind the fastest of the ' +
      'seconds before.',
    of: ({ timing: lay }) =>
      lay
        ? plain(`${count(lay.late)} (${percent(lay.latePercent)}) for a buffer of ${ms(lay.jitterBufferMs)} ms`)
        : noTiming,
  },
  {
    name: 'bursts',
    group: 'timing',
    meaning: 'Times of dense loss: how long, and how many of their packets were lost or late (RFC 3611 4.7.2).',
    of: ({ timing: lay }) =>
      lay
        ? plain(
            lay.bursts === 0
              ? `none (Gmin ${lay.gmin})`
              : `${count(lay.bursts)}, mean ${ms(lay.meanBurstMs)} ms, ` +
                  `density ${percent(lay.burstDensityPercent)} (Gmin ${lay.gmin})`,
          )
        : noTiming,
  },
  {
    name: 'gaps',
    group: 'timing',
    meaning: 'The times between bursts: how long, and how many of their packets were lost or late (RFC 3611 4.7.2).',
    of: ({ timing: lay }) =>
      lay ? plain(`mean ${ms(lay.meanGapMs)} ms, density ${percent(lay.gapDensityPercent)}`) : noTiming,
  },
  {
    name: 'packet time',
    group: 'timing',
    meaning: 'The audio of one packet, by its timestamps.',
    of: ({ timing: lay }) =>
      !lay ? noTiming : lay.pacing.packetMs === null ? unknown('unknown') : plain(`${lay.pacing.packetMs} ms`),
  },
  {
    name: 'pacing',
    group: 'timing',
    meaning:
      'How its packets are spaced: how many came at once with the one before, up to how many in one heap, the most ' +
      'in a second, and how far at most they came ahead of their time.',
    of: ({ timing: lay }) => {
      if (!lay) return noTiming
      const { togetherPercent, mostTogether, mostInSecond, aheadMs } = lay.pacing
      const heaps = togetherPercent === 0 ? '' : ` (up to ${count(mostTogether)})`
      return plain(
        `${percent(togetherPercent)} back to back${heaps}, ${count(mostInSecond)} in a second at most, ` +
          `${ms(aheadMs, 1)} ms ahead`,
      )
    },
  },
  {
    name: 'talk-spurts',
    group: 'timing',
    meaning: 'Parts between pauses of half a second and more in which nothing was lost.',
    of: ({ timing: lay }) => (lay ? plain(count(lay.pacing.talkSpurts)) : noTiming),
  },
  {
    name: 'clock skew',
    group: 'timing',
    meaning: 'How much faster (+) or slower (−) the clock of its sender is than the one here, in millionths.',
    of: ({ timing: lay }, { live }) => {
      if (!lay) return noTiming
      const { clockSkew } = lay
      if (clockSkew === null) return unknown(`unknown${live ? ' yet' : ''}: it takes a minute of even arrivals`)
      const { ppm, uncertaintyPpm, overMs } = clockSkew
      return plain(`${signed(ppm)} ± ${uncertaintyPpm.toFixed(1)} ppm, over ${span(overMs / 1000)}`)
    },
  },
]

/** The hold that the longest time between two packets is made of. */
const holdIn = (maxDeltaMs: number, holds: readonly Span[]): Span | undefined =>
  holds.find(({ from, to }) => maxDeltaMs > 1000 && to - from > 1 && maxDeltaMs / 1000 >= to - from - 1)
