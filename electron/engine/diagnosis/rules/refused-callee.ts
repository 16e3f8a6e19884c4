import { statusOf } from '../../../../shared/words/statuses.ts'
import { refusedFor } from '../classify.ts'
import { momentWords } from '../refusal.ts'
import { peerName, statusText, type Rule } from '../rule.ts'
import { told } from '../told.ts'

/** The called party, or someone in its name, said no. */
export const refusedCallee: Rule = {
  id: 'refused-callee',
  severities: ['fault'],
  looksAt: 'the final response: 480 after a ringing, 486, 600, 603, 607, 608 and others of the called party',
  speaks: 'the called party, or someone in its name, said no',
  silent: 'it is 487 after a CANCEL, which follows from the caller, or 480 before anything rang',
  needs: 'refusal',
  evaluate(facts) {
    const final = refusedFor(facts, 'callee')
    if (!final) return []
    const { because = 'the called party does not take the call', next } = statusOf(final.message.status)
    return [
      told(facts, final, {
        severity: 'fault',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence: `${peerName(facts)} answered ${statusText(final)}${momentWords(facts, final)}: ${because}.`,
        next: next ?? 'Ask the called side why it did not take the call.',
      }),
    ]
  },
}
