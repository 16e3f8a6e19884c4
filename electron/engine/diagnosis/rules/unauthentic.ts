import { count } from '../../../../shared/base/text.ts'
import { judge } from '../directions.ts'
import { afterAnswer, whoSends, type Rule } from '../rule.ts'

/** SRTP of a capture that the key of its sender does not open: its receiver drops it. */
export const unauthentic: Rule = {
  id: 'unauthentic',
  severities: ['fault'],
  looksAt: 'the packets of SRTP in a capture, and the keys (a=crypto) that their sender named before',
  speaks:
    'none of 25 packets and more authenticates with any key that their sender named, from the first on or, for 3 s ' +
    'and more, from some moment on',
  silent:
    'a key came after the first packet, or is of a suite that is not undone here; or the other direction opens with ' +
    'no key either: then the capture has not those that were used. Live calls say it themselves',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready) return []
    return [judgement.fromPeer, judgement.toPeer].flatMap(({ toPeer, period, agreed }) => {
      if (!period?.due || (period.audio !== 'unauthentic' && period.unopened === 0)) return []
      const since = period.unopened > 0 ? period.stoppedAt : null
      const packets = since ? period.unopened : period.streams.reduce((sum, { srtp }) => sum + (srtp?.refused ?? 0), 0)
      return [
        {
          severity: 'fault' as const,
          at: since ?? Math.max(judgement.at, period.from),
          evidence: [...period.streams, agreed ? facts.messages[agreed.answerMessage] : facts.final],
          sentence:
            `${since ? `From ${afterAnswer(facts, since)} on none` : 'None'} of ${count(packets, 'packet')} of SRTP ` +
            `${toPeer ? 'to' : 'from'} the peer authenticates with a key ` +
            `that ${whoSends(facts, toPeer)} named in its session description: whoever they are sent to drops them.`,
          next:
            'Check that both sides use the a=crypto line that was agreed (tag, suite and key), and that nothing ' +
            'between them changes keys without changing the media.',
        },
      ]
    })
  },
}
