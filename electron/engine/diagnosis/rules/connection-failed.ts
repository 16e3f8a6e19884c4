import type { Remedy } from '../../../../shared/model/remedies.ts'
import { remedyWords } from '../../../../shared/words/remedies.ts'
import { observed, type Rule } from '../rule.ts'

/** The request could not even leave: no name, no connection, no TLS. */
export const connectionFailed: Rule = {
  id: 'connection-failed',
  severities: ['fault'],
  looksAt: 'what became of the attempts to send the request: names, connections, TLS',
  speaks: 'no final response came and an attempt failed to leave',
  silent: 'a later attempt got a final response',
  silences: ['no-response'],
  evaluate(facts) {
    if (facts.final) return []
    const failures = observed(
      facts,
      'unresolved',
      'connection-refused',
      'connection-failed',
      'tls-failed',
      'not-sent',
      'machine-fault',
    )
    const last = failures.at(-1)
    if (!last) return []
    const tls = observed(facts, 'tls-failed').length > 0
    const remedy: Remedy = tls ? { code: 'trust-certificate' } : { code: 'choose-transport' }
    return [
      {
        severity: 'fault',
        at: last.at,
        evidence: [...failures, ...observed(facts, 'tls-chain'), facts.invite],
        sentence: `The call could not be sent: ${last.text}.`,
        next: tls
          ? `Mend the certificate or the TLS version at the peer, or ${remedyWords(remedy)}.`
          : `Check the host and the port, or ${remedyWords(remedy)}.`,
        remedy,
      },
    ]
  },
}
