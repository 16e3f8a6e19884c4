import { statusOf } from '../../../../shared/words/statuses.ts'
import { refusedFor } from '../classify.ts'
import { peerName, statusText, type Rule } from '../rule.ts'

/** The called party, or someone in its name, said no. */
export const refusedCallee: Rule = {
  id: 'refused-callee',
  severities: ['fault'],
  looksAt: 'the final response: 480, 486, 600, 603, 607, 608 and others of the called party',
  speaks: 'the called party, or someone in its name, said no',
  silent: 'it is 487 after a CANCEL: that follows from the caller',
  needs: 'refusal',
  evaluate(facts) {
    const final = refusedFor(facts, 'callee')
    if (!final) return []
    const { because, next } = statusOf(final.message.status)
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence: `${peerName(facts)} answered ${statusText(final)}: ${because}.`,
        next: next!,
      },
    ]
  },
}
