import type { CallFacts, StreamFact } from '../../../../shared/model/facts.ts'
import { formatSsrc } from '../../../../shared/wire/rtp/rtp.ts'
import { afterAnswer, whoSends, type Found, type Rule } from '../rule.ts'

/** So close to a change of what was agreed it is no surprise. */
const agreedUs = 1_000_000
/** One that takes the place of another begins where that ends. */
const gapUs = 500_000
const fewestPackets = 10

/** The audio of a side goes on under another SSRC, and nothing was agreed anew. */
export const ssrcChanges: Rule = {
  id: 'ssrc-changes',
  severities: ['info'],
  looksAt: 'the streams of audio from one address to another that follow upon each other',
  speaks: 'one takes the place of another after the answer',
  silent: 'media was agreed on anew at that time, the address is another, or two streams go on beside each other',
  needs: 'streams',
  evaluate(facts) {
    return [false, true].flatMap((toPeer): Found[] => {
      const changes = changesOf(facts, toPeer)
      const [first] = changes
      if (!first) return []
      const [before, after] = first
      return [
        {
          severity: 'info',
          at: after.firstAt,
          evidence: [...new Set(changes.flat())].slice(0, 20),
          sentence:
            `The audio of ${whoSends(facts, toPeer)} goes on under another SSRC ` +
            `${afterAnswer(facts, after.firstAt)} ` +
            `(${formatSsrc(before.ssrc)}, then ${formatSsrc(after.ssrc)})` +
            `${changes.length > 1 ? `, ${changes.length} times in all` : ''}.`,
          next:
            'The sender may do that (RFC 3550 8.1), as where another media server goes on. Where the audio breaks ' +
            'off or crackles from then on, the receiver does not take it.',
        },
      ]
    })
  },
}

type Succession = readonly [StreamFact, StreamFact]

function changesOf({ streams, agreed, answeredAt }: CallFacts, toPeer: boolean): Succession[] {
  const audio = streams
    .filter((one) => one.toPeer === toPeer && one.kind === 'audio' && one.packets >= fewestPackets)
    .toSorted((a, b) => a.firstAt - b.firstAt)
  return audio.flatMap((after): Succession[] => {
    const before = audio.find(
      (one) =>
        one !== after &&
        one.source === after.source &&
        one.destination === after.destination &&
        one.ssrc !== after.ssrc &&
        Math.abs(after.firstAt - one.lastAt) < gapUs,
    )
    const isNews =
      answeredAt !== null &&
      after.firstAt > answeredAt &&
      agreed.every(({ since }) => Math.abs(since - after.firstAt) > agreedUs)
    return before && before.firstAt < after.firstAt && isNews ? [[before, after]] : []
  })
}
