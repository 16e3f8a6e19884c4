import { observed, type Rule } from '../rule.ts'

/** Our messages reach the peer from another address than our Contact names (RFC 3581 4). */
export const nat: Rule = {
  id: 'nat',
  severities: ['info'],
  looksAt: 'where the peer says that our requests come from (received and rport of Via), and our Contact',
  speaks: 'they differ: there is a NAT between',
  silent: 'the peer does not say where from, or the call was seen in a capture',
  needs: 'observations',
  evaluate(facts) {
    const seen = observed(facts, 'nat')
    if (seen.length === 0) return []
    return [
      {
        severity: 'info',
        at: seen[0]!.at,
        evidence: seen,
        sentence: `${seen[0]!.text}.`,
        next:
          'Nothing is wrong as long as the peer answers to where requests come from. If its BYE or re-INVITE does ' +
          'not come, have the public address written into our Contact, or use TCP or TLS.',
      },
    ]
  },
}
