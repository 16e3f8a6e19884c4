import { count } from '../../../../shared/base/text.ts'
import { mayBeCut, senderOf } from '../messages.ts'
import type { Found, Rule } from '../rule.ts'

const mostNamed = 4

/** Header fields break the grammar, and the message was read all the same. */
export const headersMalformed: Rule = {
  id: 'headers-malformed',
  severities: ['info'],
  looksAt: 'the header fields of every message of both sides, against the grammar of SIP',
  speaks: 'some break it in a message that can be used without them',
  silent: 'the message cannot be used at all (malformed speaks of it), or a capture may have cut it',
  evaluate(facts) {
    return [true, false].flatMap((fromUs): Found[] => {
      const bad = facts.messages.filter(
        (fact) =>
          fact.fromUs === fromUs &&
          fact.message !== null &&
          fact.message.problems.some(({ fatal, incomplete }) => !fatal && !incomplete) &&
          fact.problems.every(({ fatal }) => !fatal) &&
          !mayBeCut(facts, fact),
      )
      const [first] = bad
      if (!first) return []
      const texts = [
        ...new Set(
          bad.flatMap(({ message }) => message!.problems.filter(({ fatal }) => !fatal).map(({ text }) => text)),
        ),
      ]
      const more = texts.length - mostNamed
      return [
        {
          severity: 'info',
          at: first.event.at,
          evidence: bad.slice(0, 20),
          sentence:
            `Header fields that break the grammar stand in ${count(bad.length, 'message')} of ` +
            `${senderOf(facts, first)}, read all the same: ` +
            `${texts.slice(0, mostNamed).join('; ')}${more > 0 ? `; and ${count(more, 'more fault')}` : ''}.`,
          next:
            'Where another receiver refuses or drops such a message, this is what it means: show it to whoever runs ' +
            'the side that writes it.',
        },
      ]
    })
  },
}
