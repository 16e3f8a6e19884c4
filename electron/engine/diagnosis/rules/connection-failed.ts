import { evidenceOf, observed, type Rule } from '../rule.ts'

/** The request could not even leave: no name, no connection, no TLS. */
export const connectionFailed: Rule = {
  id: 'connection-failed',
  silences: ['no-response'],
  evaluate(facts) {
    if (facts.final) return []
    const failures = observed(facts, 'unresolved', 'connection-refused', 'connection-failed', 'tls-failed', 'not-sent')
    const last = failures.at(-1)
    if (!last) return []
    const tls = observed(facts, 'tls-failed').length > 0
    const chain = observed(facts, 'tls-chain').map(({ text }) => ({ observation: text }))
    return [
      {
        severity: 'fault',
        at: last.at,
        evidence: [...failures.map(({ text }) => ({ observation: text })), ...chain, ...evidenceOf(facts.invite)],
        sentence: `The call could not be sent: ${last.text}.`,
        next: tls
          ? 'Mend the certificate or the TLS version at the peer, or give its CA with --tls-ca.'
          : 'Check the host, the port and the transport; try another transport (--transport).',
      },
    ]
  },
}
