import { count } from '../../../../shared/base/text.ts'
import { packetsIn } from '../periods.ts'
import type { Rule } from '../rule.ts'

/** What is on its way when the BYE passes it. */
const graceUs = 1_000_000

/** RTP of the call goes on after its end; it counts for nothing else. */
export const afterTheEnd: Rule = {
  id: 'after-the-end',
  severities: ['info'],
  looksAt: 'RTP between the addresses of the call after its BYE',
  speaks: 'ten packets and more come later than a second after it',
  silent: 'the call goes on',
  needs: 'streams',
  evaluate(facts) {
    const { endedAt, answeredAt } = facts
    if (endedAt === null || answeredAt === null) return []
    const late = facts.streams.filter((stream) => packetsIn(stream, endedAt + graceUs, Infinity) >= 10)
    if (late.length === 0) return []
    const last = Math.max(...late.map(({ lastAt }) => lastAt))
    const packets = Math.round(late.reduce((sum, stream) => sum + packetsIn(stream, endedAt + graceUs, Infinity), 0))
    return [
      {
        severity: 'info',
        at: endedAt + graceUs,
        evidence: [facts.bye, ...late],
        sentence:
          `RTP goes on for ${((last - endedAt) / 1e6).toFixed(1)} s after the end of the call: ` +
          `${count(packets, 'packet')} from ${[...new Set(late.map(({ source }) => source))].join(', ')}. They ` +
          'count for nothing in its verdict.',
        next:
          'If another call uses the same addresses it is that call; else the sending side did not notice the ' +
          'end: check that it gets the BYE.',
      },
    ]
  },
}
