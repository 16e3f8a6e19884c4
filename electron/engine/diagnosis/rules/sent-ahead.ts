import { usualPtimeMs } from '../../../../shared/model/codecs.ts'
import type { StreamFact } from '../../../../shared/model/facts.ts'
import { whoReceives, whoSends, type Rule } from '../rule.ts'

const leastMs = 2000

/** Audio that comes faster than it is to be played, as of an agent that sends speech as fast as it has it. */
export const sentAhead: Rule = {
  id: 'sent-ahead',
  severities: ['warning'],
  looksAt: 'the timestamps of RTP and the count of its packets, beside the time that passes from pause to pause',
  speaks: 'by both, two seconds more audio came than time passed',
  silent:
    'only one of the two says so (a wrong clock rate, another packet time, packets that came twice), the times of ' +
    'a capture go back, or what waited on the way came at once',
  needs: 'streams',
  evaluate(facts) {
    const ptimeMs = facts.agreed.at(-1)?.ptimeMs ?? usualPtimeMs
    return facts.streams.flatMap((stream) => {
      const aheadMs = Math.min(stream.leadMs, moreThanTime(stream, ptimeMs))
      if (stream.timesGoBack || aheadMs < leastMs) return []
      const { toPeer, source, destination } = stream
      const sender = toPeer === null ? source : whoSends(facts, toPeer)
      const receiver = toPeer === null ? destination : whoReceives(facts, toPeer)
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

/** How much more audio than time its packets are between two pauses, at most. */
const moreThanTime = ({ runs }: StreamFact, ptimeMs: number) =>
  Math.max(
    ...runs.map(({ firstAt, lastAt, packets, lost }) => (packets + lost - 1) * ptimeMs - (lastAt - firstAt) / 1000),
  )
