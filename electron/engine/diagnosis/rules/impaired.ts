import { observed, type Rule } from '../rule.ts'

/** What this endpoint sends goes wrong on purpose. */
export const impaired: Rule = {
  id: 'impaired',
  severities: ['info'],
  looksAt: 'what this endpoint was asked to do wrong to the RTP that it sends',
  speaks: 'it was asked for something',
  silent: 'what comes from the peer is impaired: nobody tells that from a bad path',
  needs: 'observations',
  evaluate(facts) {
    const asked = observed(facts, 'impaired')
    if (asked.length === 0) return []
    return [
      {
        severity: 'info' as const,
        at: asked[0]!.at,
        evidence: asked,
        sentence: `What this computer sends goes wrong on purpose: ${asked.map(({ value }) => value).join(', ')}.`,
        next: 'Take what is found of the direction to the peer for its work; call again without it to see the path.',
      },
    ]
  },
}
