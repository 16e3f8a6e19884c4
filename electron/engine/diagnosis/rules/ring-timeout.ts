import { outcomeOf } from '../classify.ts'
import { observed, type Rule } from '../rule.ts'

/** Nobody answered in the time that the call was allowed to ring. */
export const ringTimeout: Rule = {
  id: 'ring-timeout',
  severities: ['warning'],
  looksAt: 'whether this endpoint gave the call up because nobody answered',
  speaks: 'it did',
  silent: 'a person or a program cancelled the call, or it was answered or refused',
  needs: 'observations',
  evaluate(facts) {
    const timeout = observed(facts, 'ring-timeout')[0]
    if (!timeout || outcomeOf(facts) !== 'no-answer') return []
    const rang = facts.ringing ? 'It rang' : 'The call was under way, without a word of ringing,'
    return [
      {
        severity: 'warning',
        at: timeout.at,
        evidence: [facts.invite, facts.ringing, facts.cancel, timeout],
        sentence: `${rang} and nobody answered in the time that was allowed: this endpoint cancelled it.`,
        next: facts.ringing
          ? 'Check that somebody, or an agent, takes calls at that number; allow more time if it answers slowly.'
          : 'Check where the other side sends the call: it took it (100 Trying) and reached nobody.',
      },
    ]
  },
}
