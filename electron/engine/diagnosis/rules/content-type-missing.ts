import { header } from '../../../../shared/wire/sip/message.ts'
import { mayBeCut, senderOf } from '../messages.ts'
import { startWords, type Rule } from '../rule.ts'

/** Some pad their datagrams with line ends and NULs, which without a Content-Length count as a body. */
const padding: ReadonlySet<number> = new Set([0x00, 0x0a, 0x0d])

/** A message has a body, and does not say of what kind it is. */
export const contentTypeMissing: Rule = {
  id: 'content-type-missing',
  severities: ['warning'],
  looksAt: 'the Content-Type of messages with a body',
  speaks: 'one has none',
  silent:
    'there is no body, or nothing but line ends and NULs behind the header, or a capture may have cut the message',
  evaluate(facts) {
    const bare = facts.messages.filter(
      (fact) =>
        fact.message !== null &&
        fact.message.body.some((byte) => !padding.has(byte)) &&
        header(fact.message, 'content-type') === undefined &&
        fact.retransmissionOf === null &&
        !mayBeCut(facts, fact),
    )
    const [first] = bare
    if (!first) return []
    const others = bare.length - 1
    return [
      {
        severity: 'warning',
        at: first.event.at,
        evidence: bare.slice(0, 20),
        sentence:
          `${startWords(first)} of ${senderOf(facts, first)} has a body and no Content-Type` +
          `${others > 0 ? `, and so have ${others} more` : ''}: ` +
          (first.session
            ? 'some take it for a session description, others end such a call at once.'
            : 'nobody can tell what it is.'),
        next:
          'Have whoever runs that side say what the body is (Content-Type: application/sdp; RFC 3261 20.15 asks for ' +
          'it): who reads strictly takes it for no session description.',
      },
    ]
  },
}
