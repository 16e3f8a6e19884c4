import type { Remedy } from '../../../../shared/model/remedies.ts'
import type { Change } from '../../../../shared/contract/change.ts'
import { anyLocalAddress } from '../../../../shared/model/local-address.ts'
import { transportNames, type TransportName } from '../../../../shared/model/transport.ts'
import { remedyWords } from '../../../../shared/words/remedies.ts'
import { failuresToSend, type Observation } from '../../../../shared/model/wire.ts'
import { observed, type Rule } from '../rule.ts'

const otherThan = (used: TransportName): TransportName => (used === 'udp' ? 'tcp' : 'udp')

/** The request could not even leave: no name, no connection, no TLS. */
export const connectionFailed: Rule = {
  id: 'connection-failed',
  severities: ['fault'],
  looksAt: 'what became of the attempts to send the request: names, connections, TLS',
  speaks: 'no final response came and an attempt failed to leave',
  silent: 'a later attempt got a final response',
  silences: ['no-response'],
  needs: 'observations',
  evaluate(facts) {
    if (facts.final) return []
    const failures = observed(facts, ...failuresToSend)
    const last = failures.at(-1)
    if (!last) return []
    const advice = adviceOn(last)
    return [
      {
        severity: 'fault',
        at: last.at,
        evidence: [...failures, ...observed(facts, 'tls-chain'), facts.invite],
        sentence: `The call could not be sent: ${last.text}.`,
        ...advice,
        change: changeAfter(last, facts.invite?.event.transport),
      },
    ]
  },
}

interface Advice {
  readonly next: string
  readonly remedy?: Remedy
}

const local: Remedy = { code: 'choose-local' }
const trust: Remedy = { code: 'trust-certificate' }
const transport: Remedy = { code: 'choose-transport' }

const isOfLocalAddress = /not one of this machine|from the local address/
const isOfSize = /larger than the path allows/

/** The one thing that may be another: the transport where nothing listens for it, or the local address. */
function changeAfter({ kind, text }: Observation, sent: TransportName | undefined): Change | undefined {
  if (isOfLocalAddress.test(text)) return { what: 'local-address', to: anyLocalAddress }
  if (isOfSize.test(text)) return { what: 'transport', to: 'tcp' }
  const used = sent ?? transportNames.find((name) => text.startsWith(`${name} `))
  const isGone = kind === 'connection-refused' || /no answer in time|closed the connection/.test(text)
  return used && isGone ? { what: 'transport', to: otherThan(used) } : undefined
}

/** What may be done follows from what failed last. */
function adviceOn({ kind, text }: Observation): Advice {
  if (kind === 'unresolved')
    return {
      next: 'Check how the host is spelled, and that the name server in use knows it (SRV, A and AAAA records).',
    }
  if (isOfLocalAddress.test(text)) return { next: `${remedyWords(local)}.`, remedy: local }
  if (kind === 'machine-fault') return { next: 'Mend that at this computer, and call again.' }
  if (kind !== 'tls-failed')
    return { next: `Check the host and the port, or ${remedyWords(transport)}.`, remedy: transport }
  if (/certificate of this side/.test(text))
    return { next: 'Give this side a certificate, with its key, that the peer accepts.' }
  if (/TLS on that port|speaks HTTP|without TLS/.test(text))
    return {
      next: 'Check the port: SIP over TLS has 5061 where nothing else is said; or call over TCP.',
      remedy: { code: 'choose-transport', transport: 'tcp' },
    }
  if (/certificate|self-signed/.test(text))
    return { next: `Mend the certificate at the peer, or ${remedyWords(trust)}.`, remedy: trust }
  return { next: 'Compare the TLS versions and ciphers of both sides: 1.2 and 1.3 are spoken here.' }
}
