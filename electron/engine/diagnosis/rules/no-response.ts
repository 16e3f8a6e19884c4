import { formatAddress } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import { largestDatagram } from '../../../../shared/model/transport.ts'
import { observed, type Rule } from '../rule.ts'

/** While it still may come; a call that was given up is judged sooner. */
const silentUs = 4_000_000
const givenUpUs = 1_000_000

/** The INVITE was sent, again and again, and nothing came back. */
export const noResponse: Rule = {
  id: 'no-response',
  severities: ['fault'],
  looksAt: 'the INVITE, how often it was sent, and any response to it',
  speaks: 'nothing came back for 4 s (1 s in a call that was given up)',
  silent:
    'any response came, a 100 Trying too, what follows an answer shows that it was only not captured, or the INVITE ' +
    'could not be sent at all',
  evaluate(facts) {
    const { invite } = facts
    if (!invite || observed(facts, 'connection-refused', 'connection-failed', 'tls-failed').length > 0) return []
    // What follows an answer shows that it was only not captured.
    if (facts.answeredAt !== null || facts.messages.some((fact) => fact.message?.kind === 'response')) return []
    const until = facts.endedAt ?? facts.now
    const waited = until - invite.event.at
    if (waited < (facts.endedAt === null ? silentUs : givenUpUs)) return []
    const sent = facts.messages.filter(
      (fact) => fact.message?.kind === 'request' && fact.message.method === 'INVITE',
    ).length
    const { transport, destination, bytes } = invite.event
    const large = transport === 'udp' && bytes.length > largestDatagram
    return [
      {
        severity: 'fault',
        at: invite.event.at + Math.min(waited, silentUs),
        evidence: [...facts.messages, ...observed(facts, 'large-datagram')],
        sentence:
          `No response at all came from ${transport} ${formatAddress(destination)} to ` +
          `${count(sent, 'INVITE')}: ` +
          (large
            ? `each has ${bytes.length} bytes, and fragments of datagrams larger than ${largestDatagram} are often ` +
              'lost; or the address or port is wrong, or a firewall or the peer drops it.'
            : transport === 'udp'
              ? 'the address or port is wrong, a firewall drops the packets, or the peer drops them silently.'
              : 'the connection stands and nothing comes over it: the peer speaks no SIP there, or drops it.'),
        next:
          transport === 'udp'
            ? large
              ? 'Call again over TCP, where size does not matter; or offer fewer codecs and headers.'
              : 'Check address and port; call again over TCP: it says at once whether anything listens there.'
            : 'Check that the port is the one for SIP, and that the peer accepts calls from this address.',
        remedy: transport === 'udp' ? { code: 'choose-transport', transport: 'tcp' } : undefined,
      },
    ]
  },
}
