import type { Micros } from '../../../../shared/base/time.ts'
import type { StreamFact } from '../../../../shared/model/facts.ts'
import { whoReceives, whoSends, type Rule } from '../rule.ts'

const leastMs = 2000
/** Below this it may be a clock that runs too fast, of the sender or of who recorded it. */
const leastShare = 0.05

/** Audio that comes faster than it is to be played, as of an agent that sends speech as fast as it has it. */
export const sentAhead: Rule = {
  id: 'sent-ahead',
  severities: ['warning'],
  looksAt: 'the timestamps of RTP and the count of its packets, beside the time that passes from pause to pause',
  speaks: 'by both, two seconds and 5 % more audio came than time passed, the pause before it included',
  silent:
    'only one of the two says so (a wrong clock rate, another packet time, packets that came twice), the times of ' +
    'a capture go back, it may have waited on the way until the pause was over, or nothing says that it is audio',
  needs: 'streams',
  evaluate(facts) {
    const [first] = facts.agreed
    if (!first) return []
    const ptimeMs = facts.agreed.at(-1)!.ptimeMs
    return facts.streams.flatMap((stream) => {
      const { toPeer, kind, source, destination, timesGoBack } = stream
      const aheadMs = Math.min(stream.leadMs, moreThanTime(stream, first.since, ptimeMs))
      if (toPeer === null || kind !== 'audio' || timesGoBack || aheadMs < leastMs) return []
      const [sender, receiver] = [whoSends(facts, toPeer), whoReceives(facts, toPeer)]
      return [
        {
          severity: 'warning' as const,
          at: stream.lastAt,
          evidence: [stream],
          sentence:
            `The audio from ${source} to ${destination} comes up to ${(aheadMs / 1000).toFixed(1)} s before its ` +
            `time: ${sender} sends it faster than it can be played. A network delays packets, and makes none early. ` +
            `What the jitter buffer of ${receiver} has no room for is dropped, and words are lost.`,
          next:
            `Have ${sender} send one packet of ${ptimeMs} ms every ${ptimeMs} ms by a steady clock, and keep what ` +
            'it has ready in a queue of its own.',
        },
      ]
    })
  },
}

/**
 * How much more audio than time there is, at most, from the end of a run (or since media was agreed) to the end of the
 * next: what comes after a pause may have waited on the way as long as that.
 */
const moreThanTime = ({ runs }: StreamFact, agreedAt: Micros, ptimeMs: number) =>
  Math.max(
    ...runs.map(({ firstAt, lastAt, packets, lost }, n) => {
      const timeMs = (lastAt - Math.min(firstAt, runs[n - 1]?.lastAt ?? agreedAt)) / 1000
      const aheadMs = (packets + lost - 1) * ptimeMs - timeMs
      return aheadMs < leastShare * timeMs ? 0 : aheadMs
    }),
  )
