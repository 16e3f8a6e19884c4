import { requestsOf, responsesTo, senderOf } from '../messages.ts'
import type { Rule } from '../rule.ts'

/** Time enough for a final response to the INVITE (64 times T1 is 32 s; a peer that works takes a moment). */
const waitUs = 4_000_000

/** CANCEL was taken, and the INVITE has no final response. */
export const cancelIgnored: Rule = {
  id: 'cancel-ignored',
  severities: ['warning'],
  looksAt: 'the CANCEL, its response, and the final response to the INVITE',
  speaks: 'the CANCEL was answered with 200, and 4 s later the INVITE has neither 487 nor any other final response',
  silent: 'the CANCEL was not answered (its target may be gone), or less time has passed',
  evaluate(facts) {
    const [cancel] = requestsOf(facts, 'CANCEL')
    if (!cancel || facts.final || facts.now - cancel.event.at < waitUs) return []
    const ok = responsesTo(facts, cancel).find(({ message: { status } }) => status < 300)
    if (!ok) return []
    return [
      {
        severity: 'warning',
        at: cancel.event.at + waitUs,
        evidence: [facts.invite, cancel, ok],
        sentence:
          `${senderOf(facts, ok)} answered the CANCEL of ${senderOf(facts, cancel)} with 200, and the INVITE never ` +
          'with 487: at that side the call may go on ringing.',
        next:
          'Show the messages to whoever runs the called side: a cancelled INVITE must be answered with 487 ' +
          '(RFC 3261 9.2).',
      },
    ]
  },
}
