import { observed, type Rule } from '../rule.ts'

/** The connection of the call's signalling is gone while the call goes on. */
export const connectionLost: Rule = {
  id: 'connection-lost',
  severities: ['warning'],
  looksAt: 'the TCP or TLS connection that the signalling of the call goes over, at this endpoint',
  speaks: 'it was closed or broke while the call went on',
  silent: 'the call had ended, or it was seen in a capture: there nobody knows what an endpoint makes of it',
  needs: 'observations',
  evaluate(facts) {
    const lost = observed(facts, 'connection-lost')
    if (lost.length === 0) return []
    return [
      {
        severity: 'warning',
        at: lost[0]!.at,
        evidence: lost,
        sentence: `The signalling was cut: ${lost[0]!.text}.`,
        next:
          'Find out who closed the connection: the other side, or a firewall or balancer that gives up idle ' +
          'connections. Requests of the peer (BYE, re-INVITE) may not find their way until it is there again.',
      },
    ]
  },
}
