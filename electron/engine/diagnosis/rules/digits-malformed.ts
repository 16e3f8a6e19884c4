import { observed, type Rule } from '../rule.ts'

/** Telephone events of the peer lack what others may need to take them for digits. */
export const digitsMalformed: Rule = {
  id: 'digits-malformed',
  severities: ['info'],
  looksAt: 'the marker bit and the end of the telephone events that come, at this endpoint (RFC 4733)',
  speaks: 'one begins without the marker bit, or its end is not sent three times',
  silent: 'packets before it or of it are missing: then nobody knows what was sent',
  needs: 'observations',
  evaluate(facts) {
    const faulty = observed(facts, 'digit-malformed')
    if (faulty.length === 0) return []
    return [
      {
        severity: 'info' as const,
        at: faulty[0]!.at,
        evidence: faulty,
        sentence: `Digits of the peer are not sent as they are to be: ${faulty[0]!.text}.`,
        next: 'Where digits are missed or come twice behind this peer, have it send telephone events as RFC 4733 says.',
      },
    ]
  },
}
