import { header, headerList } from '../../../../shared/wire/sip/message.ts'
import { uriOf } from '../../../../shared/wire/sip/grammar.ts'
import { evidenceOf, peerName, statusText, type Rule } from '../rule.ts'
import type { SipResponse } from '../../../../shared/wire/sip/message.ts'
import { refusedBy } from '../classify.ts'

function meaning(message: SipResponse): readonly [string, string] {
  if (message.status < 400) {
    const to = headerList(message, 'contact').map(uriOf).join(', ')
    return [
      `the call is redirected${to ? ` to ${to}` : ''}`,
      to
        ? `Call ${to}: redirections are shown and not followed.`
        : 'Ask the other side where calls are to go: the redirection names no address.',
    ]
  }
  switch (message.status) {
    case 420:
      return [
        `an extension of the request is not supported (${header(message, 'unsupported') ?? 'not named'})`,
        'Call again without that extension.',
      ]
    case 421:
      return [
        `an extension is demanded (${header(message, 'require') ?? 'not named'})`,
        'The other side must accept calls without it.',
      ]
    case 422:
      return [
        `the session timer is too short (Min-SE ${header(message, 'min-se') ?? 'not named'})`,
        'Nothing to do here: the interval is raised and the call repeated.',
      ]
    case 482:
      return [
        'the call ran in a loop',
        'Check the routing of the other side: a number may be routed back to where it came from.',
      ]
    case 483:
      return ['the call passed too many proxies', 'Check the routing of the other side for a loop.']
    case 502:
    case 504:
      return ['the next network did not answer the peer', 'Ask the provider: the fault lies behind it.']
    case 505:
      return ['the SIP version was not accepted', 'Check that nothing on the way rewrites the request.']
    default:
      return message.status >= 500
        ? ['the other side has a fault of its own', 'Give the provider the Call-ID and the time of this call.']
        : ['the request was not accepted', 'Read the reason phrase and the Warning header of the response.']
  }
}

/** Refusals that no other rule explains, and redirections. */
export const refusedOther: Rule = {
  id: 'refused-other',
  evaluate(facts) {
    const { final } = facts
    const message = final?.message
    if (!final || message?.kind !== 'response' || message.status < 300 || message.status === 487) return []
    const by = refusedBy(facts)
    if (by !== 'provider' && !(by === 'routing' && message.status !== 404)) return []
    const [text, next] = meaning(message)
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: evidenceOf(facts.invite, final),
        sentence: `${peerName(facts)} answered ${statusText({ message })}: ${text}.`,
        next,
      },
    ]
  },
}
