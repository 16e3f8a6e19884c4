import { afterAnswer, type Rule } from '../rule.ts'
import { voicemailOf } from '../voicemail.ts'

/** A long greeting, then a beep: what voicemail does. No fault. */
export const voicemail: Rule = {
  id: 'voicemail',
  severities: ['info'],
  looksAt: 'the audio of the called party in its first two minutes: when it speaks, and single tones in it',
  speaks: 'it speaks for 3 s and more, beeps once with a single tone of 0.1 to 3 s, and then is silent for 1.5 s',
  silent: 'the beep is of several tones at once or comes again, or the codec cannot be read',
  needs: 'streams',
  evaluate(facts) {
    const found = voicemailOf(facts)
    if (!found) return []
    const { greetingUs, beepFrom, beepTo, hz } = found
    return [
      {
        severity: 'info' as const,
        at: beepFrom,
        evidence: [facts.final, ...facts.streams.filter(({ toPeer }) => toPeer === false)],
        sentence:
          `It may be voicemail that answered: a greeting of ${(greetingUs / 1e6).toFixed(1)} s, then a beep of ` +
          `${hz} Hz for ${((beepTo - beepFrom) / 1e6).toFixed(1)} s, ${afterAnswer(facts, beepFrom)}, then silence.`,
        next: 'Where a person or an agent was to answer, see who takes the call when nobody does.',
      },
    ]
  },
}
