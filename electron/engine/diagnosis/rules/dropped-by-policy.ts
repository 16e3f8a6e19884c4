import { formatAddress } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import { peerProviders } from '../peer.ts'
import { observed, type Rule } from '../rule.ts'

/** While it still may come; a call that was given up is judged sooner. */
const silentUs = 4_000_000
const givenUpUs = 1_000_000

/** Silence to the INVITE alone: what is asked otherwise is answered. */
export const droppedByPolicy: Rule = {
  id: 'dropped-by-policy',
  severities: ['fault'],
  looksAt: 'the INVITE without any response, and whether OPTIONS to the same address was answered meanwhile',
  speaks: 'OPTIONS was answered there and the INVITE was not: the address is reachable, and drops this call',
  silent: 'any response to the INVITE came, or nobody knows whether the address answers anything (no-response speaks)',
  silences: ['no-response'],
  evaluate(facts) {
    const { invite } = facts
    if (!invite || facts.answeredAt !== null) return []
    if (observed(facts, 'connection-refused', 'connection-failed', 'tls-failed').length > 0) return []
    if (facts.messages.some((fact) => fact.message?.kind === 'response')) return []
    const alive = observed(facts, 'options-answered')[0]
    const waited = (facts.endedAt ?? facts.now) - invite.event.at
    if (!alive || waited < (facts.endedAt === null ? silentUs : givenUpUs)) return []
    const sent = facts.messages.filter(
      (fact) => fact.message?.kind === 'request' && fact.message.method === 'INVITE',
    ).length
    const { transport, destination } = invite.event
    const limits = peerProviders(facts).flatMap(({ name, limits, source, asOf }) =>
      limits
        .filter((text) => /without an answer/.test(text))
        .map((text) => `${name}: ${text} (${source}, read ${asOf})`),
    )
    return [
      {
        severity: 'fault',
        at: invite.event.at + Math.min(waited, silentUs),
        evidence: [invite, alive],
        sentence:
          `No response came from ${transport} ${formatAddress(destination)} to ${count(sent, 'INVITE')}, and yet ` +
          `${alive.text}: it is reachable, and drops this call on purpose.`,
        next: [
          'Check the host of the request URI against the domain of the trunk, that the trunk knows this number and ' +
            'this address, and how many calls a second are sent: too many are dropped so.',
          ...limits,
        ].join(' '),
      },
    ]
  },
}
