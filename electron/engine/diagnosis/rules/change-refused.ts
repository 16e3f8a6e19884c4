import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { requestsOf, responsesTo, senderOf } from '../messages.ts'
import { statusText, type Rule } from '../rule.ts'

/** Asked to come again: with credentials, after the other's request, with another interval. */
const another = new Set([401, 407, 422, 491])

/** The dialog is not known, or nobody answers in it (RFC 3261 12.2.1.2). */
const gone = new Set([408, 481])

/** A re-INVITE or UPDATE is refused: hold, resume or a move of the media did not happen. */
export const changeRefused: Rule = {
  id: 'change-refused',
  severities: ['warning'],
  looksAt: 're-INVITEs and UPDATEs inside the call and their final responses',
  speaks: 'one was refused: the media stays as it was agreed before',
  silent: 'it was only asked to come again (401, 407, 422, 491), or was no more than fax that is not taken',
  evaluate(facts) {
    return [...requestsOf(facts, 'INVITE'), ...requestsOf(facts, 'UPDATE')]
      .filter(({ message }) => messageIds(message).toTag !== null)
      .flatMap((request) => {
        const refused = responsesTo(facts, request).find(({ message: { status } }) => status >= 300)
        const fax = request.session?.media.every(({ kind, port }) => kind === 'image' || port === 0) ?? false
        if (!refused || fax || another.has(refused.message.status)) return []
        return [
          {
            severity: 'warning' as const,
            at: refused.event.at,
            evidence: [request, refused],
            sentence:
              `${senderOf(facts, refused)} refused the ${request.message.method} of ` +
              `${senderOf(facts, request)} inside the call with ${statusText(refused)}: the media stays as it was.`,
            next: gone.has(refused.message.status)
              ? 'Compare where the request went with the Contact and the Record-Route of the call: whoever answered ' +
                'does not know the call, or it is over there.'
              : 'Compare what was offered with what was agreed before: a codec, an address or a direction is ' +
                'not acceptable there.',
          },
        ]
      })
  },
}
