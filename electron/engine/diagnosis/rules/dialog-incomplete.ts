import { parseNameAddr, messageIds, schemeOf } from '../../../../shared/wire/sip/grammar.ts'
import { headerList, type SipMessage } from '../../../../shared/wire/sip/message.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import { mayBeCut, requestsOf, responsesTo, senderOf, type ResponseFact } from '../messages.ts'
import { statusText, type FinalResponse, type Found, type Rule } from '../rule.ts'

/** The INVITE or its answer lacks what requests inside the call need (RFC 3261 8.1.1.8, 12.1.1). */
export const dialogIncomplete: Rule = {
  id: 'dialog-incomplete',
  severities: ['warning', 'info'],
  looksAt: 'the Contact of the INVITE, and the To tag and the Contact of the 2xx to it and of provisional responses',
  speaks:
    'the tag of the 2xx is missing, or a Contact is missing or is no SIP URI; as information where a provisional ' +
    'response above 100 has no tag, or a capture has no INVITE of the call',
  silent: 'a 100 Trying has no tag (it needs none), the call was refused, or a capture may have cut the message',
  evaluate(facts) {
    return [...ofInvite(facts), ...ofProvisional(facts), ...ofAnswer(facts)]
  },
}

/** What is wrong with the Contact that requests inside the call go to; null where nothing is. */
function contactFault(message: SipMessage): string | null {
  const [contact] = headerList(message, 'contact')
  if (contact === undefined) return 'no Contact'
  const uri = parseNameAddr(contact)?.uri
  const scheme = uri === undefined ? null : schemeOf(uri)
  return scheme === 'sip' || scheme === 'sips' ? null : `a Contact that is no SIP URI (${contact})`
}

const next = (side: string) =>
  `Show the message to whoever runs the ${side} side, or the element on the way that changes it.`

function ofInvite(facts: CallFacts): Found[] {
  const { invite, messages } = facts
  if (!invite && facts.vantage === 'observed' && messages.length > 0)
    return [
      {
        severity: 'info',
        at: messages[0]!.event.at,
        evidence: [messages[0]],
        sentence: 'The INVITE of this call is not in the capture: what it asked for, and when, is not known.',
        next: 'Begin the capture before the call, at a point that both directions of its signalling pass.',
      },
    ]
  const fault = invite?.message && facts.answeredAt !== null ? contactFault(invite.message) : null
  if (!invite || fault === null || mayBeCut(facts, invite)) return []
  return [
    {
      severity: 'warning',
      at: invite.event.at,
      evidence: [invite],
      sentence:
        `The INVITE of ${senderOf(facts, invite)} has ${fault}: the other side cannot send BYE or re-INVITE ` +
        'to it.',
      next: next('calling'),
    },
  ]
}

function ofProvisional(facts: CallFacts): Found[] {
  const [invite] = requestsOf(facts, 'INVITE').filter(({ message }) => messageIds(message).toTag === null)
  const untagged = invite ? responsesTo(facts, invite).filter(isUntagged) : []
  if (untagged.length === 0) return []
  const [first] = untagged
  return [
    {
      severity: 'info',
      at: first!.event.at,
      evidence: untagged.slice(0, 20),
      sentence:
        `The ${statusText(first!)} of ${senderOf(facts, first!)} has no tag in To: no request can be sent in its ` +
        'early dialog, and branches of a fork cannot be told apart.',
      next: next('answering'),
    },
  ]
}

const isUntagged = ({ message }: ResponseFact) =>
  message.status > 100 && message.status < 200 && messageIds(message).toTag === null

function ofAnswer(facts: CallFacts): Found[] {
  const { final } = facts
  if (final?.message?.kind !== 'response' || final.message.status >= 300 || mayBeCut(facts, final)) return []
  const contact = contactFault(final.message)
  const faults = [
    ...(messageIds(final.message).toTag === null ? ['no tag in To'] : []),
    ...(contact === null ? [] : [contact]),
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
      next: next('answering'),
    },
  ]
}
