import { judge } from '../directions.ts'
import type { Rule } from '../rule.ts'

const lateUs = 3_000_000

/** The first energy comes late: an agent that is slow to speak, not a network fault. */
export const lateAudio: Rule = {
  id: 'late-audio',
  severities: ['warning'],
  looksAt: 'when the first packet of the peer with energy came, after the answer',
  speaks: 'it came more than 3 s after the answer',
  silent: 'the codec cannot be read, the media is encrypted, or there was energy before the answer',
  needs: 'streams',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement || facts.answeredAt === null) return []
    const first = judgement.fromPeer.streams
      .map(({ firstEnergyAt }) => firstEnergyAt)
      .filter((at) => at !== null)
      .sort((a, b) => a - b)[0]
    if (first === undefined || first - facts.answeredAt < lateUs) return []
    const lateS = (first - facts.answeredAt) / 1e6
    return [
      {
        severity: 'warning',
        at: first,
        evidence: [facts.final, ...judgement.fromPeer.streams],
        sentence: `The first audio of the peer came ${lateS.toFixed(1)} s after the answer.`,
        next:
          'Whoever answers is slow to speak: of a voice agent, look at its first message and at what it does ' +
          'before.',
      },
    ]
  },
}
