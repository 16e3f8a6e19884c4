import { elide, visible } from '../../../../shared/base/text.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import { uriOf } from '../../../../shared/wire/sip/grammar.ts'
import { header } from '../../../../shared/wire/sip/message.ts'
import { isUnreported, statusInside } from '../../../../shared/wire/sip/refer.ts'
import { requestsOf, responsesTo, senderOf, type RequestFact, type ResponseFact } from '../messages.ts'
import { observed, statusText, type Found, type Rule } from '../rule.ts'

/** Time enough for the first NOTIFY, which is due at once (RFC 3515 2.4.4). */
const waitUs = 5_000_000

/** Asked to come again, with credentials or after the other's request. */
const another = new Set([401, 407, 491])

/** More than a call has. */
const mostTransfers = 50

/** A transfer (REFER) is refused, fails, or nobody says what became of it. */
export const transfer: Rule = {
  id: 'transfer',
  severities: ['warning', 'info'],
  looksAt: 'REFERs inside the call, their final responses, and the NOTIFYs that tell what became of them',
  speaks:
    'one was refused; was accepted and no NOTIFY came for 5 s, or the call was ended without one; or the last NOTIFY ' +
    'tells that the transfer failed. As information where no NOTIFY tells anything',
  silent: 'a NOTIFY tells success or progress, or none was asked for (Refer-Sub: false)',
  evaluate(facts) {
    const notifies = requestsOf(facts, 'NOTIFY')
    const refers = requestsOf(facts, 'REFER').slice(0, mostTransfers)
    return refers.flatMap((refer): Found[] => {
      const final = responsesTo(facts, refer).find(({ message: { status } }) => status >= 200)
      if (!final || another.has(final.message.status)) return []
      return final.message.status >= 300 ? [refused(facts, refer, final)] : outcome(facts, refer, final, notifies)
    })
  },
}

const targetOf = ({ message }: RequestFact) =>
  elide(visible(uriOf(header(message, 'refer-to') ?? 'an unnamed target')), 120)

function refused(facts: CallFacts, refer: RequestFact, final: ResponseFact): Found {
  const who = senderOf(facts, final)
  return {
    severity: 'warning',
    at: final.event.at,
    evidence: [refer, final, ...observed(facts, 'method-refused').filter(({ text }) => text.startsWith('REFER'))],
    sentence:
      `${who} refused to transfer the call to ${targetOf(refer)} (the REFER of ${senderOf(facts, refer)}) with ` +
      `${statusText(final)}: the call stays as it was.`,
    next: [405, 501].includes(final.message.status)
      ? `Transfer in another way, by a new call or at the PBX: ${who} does not take REFER.`
      : `Ask whoever runs ${who} why it declines transfers: they may be switched off, or the target not allowed.`,
  }
}

function outcome(
  facts: CallFacts,
  refer: RequestFact,
  accepted: ResponseFact,
  notifies: readonly RequestFact[],
): Found[] {
  if ([refer, accepted].some(({ message }) => isUnreported(message))) return []
  const who = senderOf(facts, accepted)
  const notified = notifies.filter(
    ({ n, fromUs, message }) =>
      n > refer.n && fromUs === accepted.fromUs && /^\s*refer/i.test(header(message, 'event') ?? 'refer'),
  )
  const tells = (severity: Found['severity'], sentence: string, next: string): Found[] => [
    {
      severity,
      at: (notified.at(-1) ?? accepted).event.at,
      evidence: [refer, accepted, ...notified.slice(0, 20)],
      sentence,
      next,
    },
  ]
  if (notified.length === 0) {
    const { bye } = facts
    const left = bye !== null && bye.n > accepted.n && bye.fromUs === accepted.fromUs
    if (!left && facts.now - accepted.event.at < waitUs) return []
    return tells(
      'warning',
      `${who} accepted to transfer the call to ${targetOf(refer)} and ` +
        `${left ? 'ended the call without telling' : 'never told'} what became of it: no NOTIFY came.`,
      'Look at the target of the transfer for the new call; whoever accepts a REFER must report by NOTIFY ' +
        '(RFC 3515 2.4.4).',
    )
  }
  const statuses = notified.map(({ message }) => statusInside(message)).filter((told) => told !== null)
  const last = statuses.findLast(({ status }) => status >= 200)
  if (last && last.status >= 300)
    return tells(
      'warning',
      `The transfer to ${targetOf(refer)} failed: ${who} reports ${last.status} ${visible(last.reason)}.`,
      'Call the target of the transfer directly from the side that transfers: it refuses or is not reached from there.',
    )
  if (statuses.length > 0) return []
  return tells(
    'info',
    `The NOTIFYs of ${who} do not tell what became of the transfer to ${targetOf(refer)}: they carry no status line.`,
    'Look at the target of the transfer for the new call.',
  )
}
