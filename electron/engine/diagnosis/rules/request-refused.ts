import { decodeText } from '../../../../shared/base/text.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { dtmfOfInfo } from '../../../../shared/wire/sip/info.ts'
import { header } from '../../../../shared/wire/sip/message.ts'
import { firstRequests, responsesTo, senderOf, type RequestFact } from '../messages.ts'
import { observed, statusText, type Rule } from '../rule.ts'

/** Those that rules of their own speak of. */
const ofOthers = new Set(['INVITE', 'UPDATE', 'ACK', 'BYE', 'CANCEL', 'REFER', 'REGISTER'])
/** Asked to come again. */
const another = new Set([401, 407, 491])

/** A request inside the call is refused, and something is not done by that. */
export const requestRefused: Rule = {
  id: 'request-refused',
  severities: ['warning', 'info'],
  looksAt: 'requests inside the call that are no INVITE, UPDATE, BYE, CANCEL or REFER, and their final responses',
  speaks:
    'one was refused: as a warning where a digit (INFO) or the acknowledgement of a response (PRACK) is lost by it',
  silent: 'it was only asked to come again (401, 407, 491), or came after the end of the call',
  evaluate(facts) {
    return firstRequests(facts)
      .filter(
        ({ message, event }) =>
          !ofOthers.has(message.method) &&
          messageIds(message).toTag !== null &&
          (facts.endedAt === null || event.at < facts.endedAt),
      )
      .flatMap((request) => {
        const refused = responsesTo(facts, request).find(({ message: { status } }) => status >= 300)
        if (!refused || another.has(refused.message.status)) return []
        const { method } = request.message
        const digit = digitOf(request)
        const lost =
          digit !== null
            ? `: the digit ${digit} is lost`
            : method === 'PRACK'
              ? ': a response that was sent reliably counts as not received'
              : ''
        return [
          {
            severity: lost === '' ? ('info' as const) : ('warning' as const),
            at: refused.event.at,
            evidence: [
              request,
              refused,
              ...observed(facts, 'method-refused').filter(({ text }) => text.startsWith(`${method} `)),
            ],
            sentence:
              `${senderOf(facts, refused)} refused the ${method} of ${senderOf(facts, request)} with ` +
              `${statusText(refused)}${lost}.`,
            next:
              digit !== null
                ? 'Send digits as telephone-event in RTP, or have the other side take them by INFO.'
                : 'Compare the method with the Allow header of the other side; the call goes on without it.',
          },
        ]
      })
  },
}

const digitOf = ({ message }: RequestFact) =>
  message.method === 'INFO' ? dtmfOfInfo(header(message, 'content-type'), decodeText(message.body)) : null
