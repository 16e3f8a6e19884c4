import { observed, type Rule } from '../rule.ts'

/** What was to be done at a time of the call was not done. */
export const actionFailed: Rule = {
  id: 'action-failed',
  severities: ['warning'],
  looksAt: 'what this endpoint was asked to do in the middle of the call: hold, resume, digits, recording and so on',
  speaks: 'it could not be done',
  silent: 'the other side refused it (other rules speak), or the call ended before its time',
  needs: 'observations',
  evaluate(facts) {
    return observed(facts, 'action-failed').map((failed) => ({
      severity: 'warning' as const,
      at: failed.at,
      evidence: [failed],
      sentence: `What was asked for was not done: ${failed.text}.`,
      next: 'Ask for it at a time when the call is answered and nothing else of it is under way.',
    }))
  },
}
