import type { Rule } from '../rule.ts'

/** Messages that cannot be read, or break the grammar. */
export const malformed: Rule = {
  id: 'malformed',
  severities: ['warning'],
  looksAt: 'messages that came from the other side, against the grammar of SIP',
  speaks: 'one of them cannot be used',
  silent: 'it can be used in spite of its faults: those stand at the message',
  evaluate(facts) {
    const bad = facts.messages.filter(({ fromUs, problems }) => !fromUs && problems.some(({ fatal }) => fatal))
    if (bad.length === 0) return []
    const { text } = bad[0]!.problems.find(({ fatal }) => fatal)!
    const who = bad.length === 1 ? 'A message' : `${bad.length} messages`
    return [
      {
        severity: 'warning',
        at: bad[0]!.event.at,
        evidence: bad.slice(0, 20),
        sentence: `${who} from the peer could not be used: ${text}.`,
        next: 'Show the raw message to whoever runs the other side: an element on the way writes broken SIP.',
      },
    ]
  },
}
