import { formatAddress } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import type { LastRequestFacts } from '../last-request.ts'
import type { Rule } from '../rule.ts'

const silentUs = 4_000_000

/** The last request of a dialog without a call was sent, and nothing came back. */
export const dialogUnanswered: Rule<LastRequestFacts> = {
  id: 'dialog-unanswered',
  severities: ['warning'],
  looksAt: 'the last request of a dialog without a call, how often it was sent, and any response to it',
  speaks:
    'it was sent more than once, or over a connection, and nothing came back for 4 s; or the network sent it ' +
    'back (ICMP)',
  silent: 'any response came, or the capture ends sooner and has no such word of the network',
  evaluate({ now, request, method, sendings, answered, sentBack }) {
    if (!request || answered || method === 'ACK') return []
    if (!sentBack && now - request.event.at < silentUs) return []
    const { transport, destination } = request.event
    if (transport === 'udp' && sendings.length < 2 && !sentBack) return []
    return [
      {
        severity: 'warning',
        at: sentBack?.at ?? request.event.at + silentUs,
        evidence: [sentBack, ...sendings.slice(0, 20)],
        sentence:
          `No response came from ${transport} ${formatAddress(destination)} to the ${method}, sent ` +
          count(sendings.length, 'time') +
          (sentBack
            ? `, and ${sentBack.text}.`
            : ': nothing answers there, or its answers do not pass this capture point.'),
        next: 'Check the address and the port, and that answers would pass where this was captured.',
      },
    ]
  },
}
