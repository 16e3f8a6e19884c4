import { parseNameAddr, messageIds, schemeOf } from '../../../../shared/wire/sip/grammar.ts'
import { headerList } from '../../../../shared/wire/sip/message.ts'
import { statusText, type FinalResponse, type Rule } from '../rule.ts'
import { senderOf } from '../messages.ts'

/** The answer lacks what requests inside the call need (RFC 3261 12.1.1). */
export const dialogIncomplete: Rule = {
  id: 'dialog-incomplete',
  severities: ['warning'],
  looksAt: 'the To tag and the Contact of the 2xx to the INVITE',
  speaks: 'one of them is missing, or the Contact is no SIP URI',
  silent: 'the call was not answered',
  evaluate(facts) {
    const { final } = facts
    if (final?.message?.kind !== 'response' || final.message.status >= 300) return []
    const [contact] = headerList(final.message, 'contact')
    const uri = contact === undefined ? null : parseNameAddr(contact)?.uri
    const scheme = uri ? schemeOf(uri) : null
    const faults = [
      ...(messageIds(final.message).toTag === null ? ['no tag in To'] : []),
      ...(contact === undefined
        ? ['no Contact']
        : scheme === 'sip' || scheme === 'sips'
          ? []
          : [`a Contact that is no SIP URI (${contact})`]),
    ]
    if (faults.length === 0) return []
    return [
      {
        severity: 'warning',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence:
          `The ${statusText(final as FinalResponse)} of ${senderOf(facts, final)} has ` +
          `${faults.join(' and ')}: ACK, BYE and re-INVITE cannot be sent as RFC 3261 12 asks.`,
        next: 'Show the message to whoever runs the answering side, or the element on the way that changes it.',
      },
    ]
  },
}
