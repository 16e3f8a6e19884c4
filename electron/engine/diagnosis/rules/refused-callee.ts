import { statusOf } from '../../../../shared/words/statuses.ts'
import { refusedFor } from '../classify.ts'
import { peerName, statusText, type Rule } from '../rule.ts'

/** The called party, or someone in its name, said no. */
export const refusedCallee: Rule = {
  id: 'refused-callee',
  evaluate(facts) {
    const final = refusedFor(facts, 'callee')
    // 487 follows from a CANCEL.
    if (!final || final.message.status === 487) return []
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
