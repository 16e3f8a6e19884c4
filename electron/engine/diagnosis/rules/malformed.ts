import { formatAddress } from '../../../../shared/base/address.ts'
import { mayBeCut, senderOf } from '../messages.ts'
import type { Rule } from '../rule.ts'

/** Messages that cannot be read, or break the grammar. */
export const malformed: Rule = {
  id: 'malformed',
  severities: ['warning'],
  looksAt: 'every message of both sides, against the grammar of SIP',
  speaks: 'one of them cannot be used',
  silent: 'it can be used in spite of its faults, or a capture may have cut it: that stands at the message',
  evaluate(facts) {
    const bad = facts.messages.filter((fact) => fact.problems.some(({ fatal }) => fatal) && !mayBeCut(facts, fact))
    const [first] = bad
    if (!first) return []
    const { text } = first.problems.find(({ fatal }) => fatal)!
    const from = formatAddress(first.event.source)
    const who = first.message ? `${senderOf(facts, first)} (${from})` : from
    const others = bad.length - 1
    return [
      {
        severity: 'warning',
        at: first.event.at,
        evidence: bad.slice(0, 20),
        sentence:
          `A message of ${who} cannot be used: ${text}` +
          `${others > 0 ? `; ${others} more ${others === 1 ? 'has' : 'have'} such faults` : ''}.`,
        next: `Show the raw message to whoever runs ${who}, or an element on the way that writes broken SIP.`,
      },
    ]
  },
}
