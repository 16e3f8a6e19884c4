import { cancelledBefore } from '../late-answer.ts'
import { senderOf } from '../messages.ts'
import type { Rule } from '../rule.ts'

/** A call that was cancelled is answered all the same, and not because the two met on the way. */
export const answeredCancelled: Rule = {
  id: 'answered-cancelled',
  severities: ['warning'],
  looksAt: 'the CANCEL, its response, and a 2xx to the INVITE after it',
  speaks: 'the CANCEL was answered with 200, and 2 s later and more the INVITE with 200 instead of 487',
  silent: 'the two may have met on the way: less time has passed between them',
  silences: ['bye-reason'],
  evaluate(facts) {
    const { final } = facts
    const late = cancelledBefore(facts)
    if (!late || !final) return []
    const { cancel, ok } = late
    const lateS = ((final.event.at - ok.event.at) / 1e6).toFixed(1)
    const ended = facts.bye?.fromUs === cancel.fromUs ? facts.bye : null
    return [
      {
        severity: 'warning',
        at: final.event.at,
        evidence: [facts.invite, cancel, ok, final, ended],
        sentence:
          `${senderOf(facts, final)} answered the INVITE with 200 ${lateS} s after it had taken the CANCEL, where ` +
          `487 was due${final.event.transport === 'udp' ? ' (unless every 200 before was lost)' : ''}: ` +
          `${ended ? `${senderOf(facts, ended)} ended it by BYE` : 'nobody ended it, so the call may go on there'}.`,
        next:
          'Show the messages to whoever runs the called side: a call that its caller gave up must not be answered ' +
          '(RFC 3261 9.2), or somebody talks to nobody and is billed for it.',
      },
    ]
  },
}
