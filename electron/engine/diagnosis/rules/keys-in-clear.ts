import { transports, type TransportName } from '../../../../shared/model/transport.ts'
import type { Rule } from '../rule.ts'

/** Keys of SRTP in signalling that anybody on the way can read (RFC 4568 8.3). */
export const keysInClear: Rule = {
  id: 'keys-in-clear',
  severities: ['info'],
  looksAt: 'the transport of the messages whose a=crypto was agreed on',
  speaks: 'the keys of the media went over a transport that is not encrypted itself',
  silent: 'they went over TLS, or the keys come from elsewhere (DTLS)',
  evaluate(facts) {
    const agreed = facts.agreed.find(
      ({ encryption, offerMessage, answerMessage }) =>
        encryption === 'sdes' && [offerMessage, answerMessage].some((n) => isOpen(facts.messages[n]!.event.transport)),
    )
    if (!agreed) return []
    const [offer, answer] = [facts.messages[agreed.offerMessage]!, facts.messages[agreed.answerMessage]!]
    const open = isOpen(offer.event.transport) ? offer : answer
    return [
      {
        severity: 'info',
        at: answer.event.at,
        evidence: [offer, answer],
        sentence:
          `The keys of the encrypted audio (a=crypto) went over ${open.event.transport} for anybody on the way to ` +
          'read: who has them can hear the call.',
        next: 'Call over TLS, so that the keys are protected too.',
        remedy: facts.vantage === 'outbound' ? { code: 'choose-transport', transport: 'tls' } : undefined,
      },
    ]
  },
}

const isOpen = (transport: TransportName): boolean => !transports[transport].secure
