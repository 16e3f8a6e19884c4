import { header, headerList, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import { formatAddress } from '../../../../shared/base/address.ts'
import { isChallenge, realmOf } from '../challenges.ts'
import type { LastRequestFacts } from '../last-request.ts'
import { statusText, type Rule } from '../rule.ts'

/** Who asks for credentials may get them a moment later. */
const waitUs = 1_000_000

/** OPTIONS, SUBSCRIBE, PUBLISH, MESSAGE or another request without a call was refused. */
export const dialogRefused: Rule<LastRequestFacts> = {
  id: 'dialog-refused',
  severities: ['warning'],
  looksAt: 'the final response to the last request of a dialog without a call (OPTIONS, SUBSCRIBE, PUBLISH, MESSAGE)',
  speaks: 'it refuses (300 and above); 401 and 407 where no credentials follow for 1 s',
  silent: 'a later request of the dialog was accepted, or has no response yet',
  evaluate({ now, request, method, final }) {
    if (!final || final.message.status < 300) return []
    if (isChallenge(final.message) && now - final.event.at < waitUs) return []
    const from = final.event.unknown?.includes('source') ? '' : ` of ${formatAddress(final.event.source)}`
    return [
      {
        severity: 'warning',
        at: final.event.at,
        evidence: [request, final],
        sentence: `The ${method} was refused with ${statusText(final)}${from}.`,
        next: nextFor(method, final.message),
      },
    ]
  },
}

function nextFor(method: string, message: SipResponse): string {
  const { status } = message
  if (isChallenge(message)) {
    const realm = realmOf(message)
    return (
      `Give the asking side credentials${realm === undefined ? '' : ` for the realm "${realm}"`}, or have its ` +
      'address accepted without.'
    )
  }
  const [contact] = headerList(message, 'contact')
  if (status < 400) return `Ask at ${contact ?? 'the address that the redirection should name'} instead.`
  if (status === 405 || status === 501) {
    const allowed = header(message, 'allow')
    return `Do without ${method} there${allowed === undefined ? '' : `: it allows ${allowed}`}.`
  }
  if (status === 489)
    return 'Compare the Event header with the event packages that the other side knows (Allow-Events).'
  if (status === 481) return 'Begin the dialog anew: the other side does not know it any more, after a restart for one.'
  if (method === 'OPTIONS')
    return (
      'The other side can be reached: any answer shows that. Check the request URI, and that this address may ask, ' +
      'if the status is to mean more.'
    )
  return 'Check the request URI, and that this user and this address may do that there.'
}
