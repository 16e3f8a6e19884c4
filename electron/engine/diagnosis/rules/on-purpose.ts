import { wrongMedia } from '../../../../shared/model/wrong.ts'
import { observed, type Rule } from '../rule.ts'

/** How the first of them begin, and the sentence too. */
const said = /^wrong on purpose: /

/** This endpoint does something wrong that it was asked to do wrong, beside what it does to RTP. */
export const onPurpose: Rule = {
  id: 'on-purpose',
  severities: ['info'],
  looksAt: 'what this endpoint was asked to do wrong, to see how the other side takes it',
  speaks: 'it was asked for something',
  silent: 'it is about RTP (impaired speaks of that), or the other side does it: what that does has rules of its own',
  needs: 'observations',
  evaluate(facts) {
    const asked = observed(facts, 'on-purpose').filter(({ value = '' }) => !(value in wrongMedia))
    if (asked.length === 0) return []
    return [
      {
        severity: 'info' as const,
        at: asked[0]!.at,
        evidence: asked,
        sentence: `This side does wrong on purpose: ${asked.map(({ text }) => text.replace(said, '')).join('; ')}.`,
        next: 'Take what comes of it for its work, and no fault of the other side; call again without it to compare.',
      },
    ]
  },
}
