import { observed, type Rule } from '../rule.ts'

/** Media was agreed on, and what must come before it (ICE, DTLS) was not done. */
export const noMediaPath: Rule = {
  id: 'no-media-path',
  severities: ['fault'],
  looksAt: 'what became of ICE and of the DTLS handshake at this endpoint',
  speaks: 'no pair of addresses was found or stayed, or no keys were agreed on with who the description announces',
  silent: 'both were done, or neither was agreed on',
  needs: 'observations',
  evaluate(facts) {
    const [path] = observed(facts, 'ice-failed')
    const [keys] = observed(facts, 'dtls-failed')
    const why = path ?? keys
    if (!why) return []
    return [
      {
        severity: 'fault',
        at: why.at,
        evidence: [why, ...facts.agreed.slice(-1).map(({ answerMessage }) => facts.messages[answerMessage]!)],
        sentence: `No media can flow: ${why.text}.`,
        next: path
          ? 'Check that UDP gets through between the addresses that both session descriptions name (a=candidate): ' +
            'this side names addresses of its own only, and asks no STUN or TURN server.'
          : 'Find out what stands between both sides: something that changes session descriptions, or that ends the ' +
            'encryption itself (a relay), must announce its own certificate (a=fingerprint).',
      },
    ]
  },
}
