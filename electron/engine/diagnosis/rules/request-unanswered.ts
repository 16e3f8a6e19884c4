import { formatAddress } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { firstRequests, messageName, repeatsOf, responsesTo, senderOf } from '../messages.ts'
import { observed, type Found, type Rule } from '../rule.ts'

/** Retransmissions that show that nobody answers (RFC 3261 17.1.2.2: at 0.5, 1.5 and 3.5 s). */
const enough = 3
/** How long a transaction waits over a connection, where nothing is sent again (timer F). */
const longestUs = 32_000_000

/** A request inside the call, or the CANCEL of one, is sent again and again, and nothing comes back. */
export const requestUnanswered: Rule = {
  id: 'request-unanswered',
  severities: ['warning'],
  looksAt: 'requests inside the call and CANCELs, how often each was sent, and any response to it',
  speaks: 'one was sent four times, or 32 s passed over a connection, without any response',
  silent: 'it is the first INVITE, an ACK or the BYE (other rules speak of them), or a response came',
  evaluate(facts) {
    return firstRequests(facts)
      .filter(
        ({ message }) =>
          message.method === 'CANCEL' ||
          (message.method !== 'BYE' && message.method !== 'ACK' && messageIds(message).toTag !== null),
      )
      .flatMap((request): Found[] => {
        if (responsesTo(facts, request).length > 0) return []
        const { transport, destination, at } = request.event
        const repeats = repeatsOf(facts, request)
        const waited = transport !== 'udp' && facts.now - at >= longestUs
        if (repeats.length < enough && !waited) return []
        return [
          {
            severity: 'warning',
            at: repeats[enough - 1]?.event.at ?? at + longestUs,
            evidence: [request, ...repeats.slice(0, 10), ...observed(facts, 'session-timer', 'connection-lost')],
            sentence:
              `The ${messageName(request)} of ${senderOf(facts, request)} was sent ` +
              `${count(repeats.length + 1, 'time')} to ${transport} ${formatAddress(destination)} and never answered.`,
            next:
              'Check that address against the Contact and the Record-Route of the other side: it is gone, or ' +
              'requests inside the call do not reach it.',
          },
        ]
      })
  },
}
