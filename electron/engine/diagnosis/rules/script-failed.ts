import { observed, type Rule } from '../rule.ts'

/** The script of a call was not done to its end. */
export const scriptFailed: Rule = {
  id: 'script-failed',
  severities: ['fault'],
  looksAt: 'the script that this endpoint was to do in the call, one step after the other',
  speaks: 'a step could not be done, or what it waited for did not come in time, or the call ended before it',
  silent: 'what was left when the call ended is a wait for silence or for a time, or the end of the call',
  needs: 'observations',
  evaluate(facts) {
    return observed(facts, 'script-failed').map((failed) => ({
      severity: 'fault' as const,
      at: failed.at,
      evidence: [failed],
      sentence: `The script was not done to its end: ${failed.text}.`,
      next:
        'Look at what the peer did until then, and listen to a recording of the call; allow more time where it is ' +
        'slow.',
    }))
  },
}
