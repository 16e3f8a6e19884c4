import { formatAddress } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import type { LastRequestFacts } from '../last-request.ts'
import type { Rule } from '../rule.ts'

const silentUs = 4_000_000

/** The last REGISTER was sent, and nothing came back. */
export const registrationUnanswered: Rule<LastRequestFacts> = {
  id: 'registration-unanswered',
  severities: ['fault'],
  looksAt: 'the last REGISTER of a registration, how often it was sent, and any response to it',
  speaks: 'nothing came back for 4 s, or the network sent it back (ICMP)',
  silent: 'any response came, or the capture ends sooner and has no such word of the network',
  evaluate({ now, request, sendings, answered, sentBack }) {
    if (!request || answered || (!sentBack && now - request.event.at < silentUs)) return []
    const { transport, destination } = request.event
    return [
      {
        severity: 'fault',
        at: sentBack?.at ?? request.event.at + silentUs,
        evidence: [sentBack, ...sendings],
        sentence:
          `No response came from ${transport} ${formatAddress(destination)} to ` +
          count(sendings.length, 'REGISTER') +
          (sentBack
            ? `, and ${sentBack.text}.`
            : ': the address or port is wrong, a firewall drops the packets, or the registrar drops them.'),
        next: 'Check the address and the port of the registrar, and that packets of this capture point reach it.',
      },
    ]
  },
}
