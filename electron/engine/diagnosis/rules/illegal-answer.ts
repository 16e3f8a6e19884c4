import { senderOf } from '../messages.ts'
import type { Rule } from '../rule.ts'

/** An answer that its offer does not allow (RFC 3264 6, RFC 4568 5.1.3). */
export const illegalAnswer: Rule = {
  id: 'illegal-answer',
  severities: ['warning'],
  looksAt: 'every pair of offer and answer: number, kind and profile of the media, directions, formats, keys',
  speaks: 'the answer has what the offer does not allow',
  silent: 'the answer lists further formats (that is allowed), or says sendrecv to an offer of hold by c=0.0.0.0',
  evaluate(facts) {
    return facts.agreements
      .filter(({ faults }) => faults.length > 0)
      .slice(0, 20)
      .map(({ faults, offerMessage, answerMessage, kind }) => {
        const [offer, answer] = [facts.messages[offerMessage]!, facts.messages[answerMessage]!]
        return {
          severity: 'warning' as const,
          at: answer.event.at,
          evidence: [offer, answer],
          sentence:
            `${senderOf(facts, answer)} gave an answer for ${kind} that the offer does not allow: ` +
            `${faults.join('; ')}.`,
          next:
            'Show both messages to whoever runs the answering side: it breaks RFC 3264 (or RFC 4568 for ' +
            'keys), and the other side may take it in another way.',
        }
      })
  },
}
