import { count } from '../../../../shared/base/text.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { senderOf } from '../messages.ts'
import { observed, statusText, type FinalResponse, type Rule } from '../rule.ts'

/** Retransmissions that show that nobody answers (RFC 3261 17.1.2.2: at 0.5, 1.5 and 3.5 s). */
const enough = 3
/** How long a transaction waits over a connection, where nothing is sent again (timer F). */
const longestUs = 32_000_000

/** The end of the call was not taken: refused, or never answered. */
export const byeUnanswered: Rule = {
  id: 'bye-unanswered',
  severities: ['warning'],
  looksAt: 'the BYE, how often it was sent, and its final response',
  speaks:
    'it was refused with 300 and above, was sent four times without any response, or this endpoint or 32 s over a ' +
    'connection waited for one in vain',
  silent: 'it was challenged and sent again, or both sides sent one',
  evaluate(facts) {
    const { bye } = facts
    if (!bye?.message) return []
    const { cseq, fromTag } = messageIds(bye.message)
    const responses = facts.messages.filter((fact): fact is FinalResponse => {
      const ids = fact.message?.kind === 'response' ? messageIds(fact.message) : null
      return ids?.cseq?.method === 'BYE' && ids.fromTag === fromTag
    })
    const byes = facts.messages.filter(({ message }) => message?.kind === 'request' && message.method === 'BYE')
    const ids = byes.map(({ message }) => messageIds(message!))
    if (ids.some((other) => other.fromTag !== fromTag || other.cseq?.number !== cseq?.number)) return []
    const refused = responses.find(({ message: { status } }) => status >= 300)
    const answered = responses.some(({ message: { status } }) => status < 300)
    const repeats = byes.filter(({ retransmissionOf }) => retransmissionOf === bye.n)
    const inVain = observed(facts, 'bye-unanswered')
    const { transport, at } = bye.event
    const waited = inVain.length > 0 || (transport !== 'udp' && facts.now - at >= longestUs)
    if (answered || (!refused && (responses.length > 0 || (repeats.length < enough && !waited)))) return []
    return [
      {
        severity: 'warning',
        at: refused?.event.at ?? repeats.at(-1)?.event.at ?? inVain[0]?.at ?? at + longestUs,
        evidence: [bye, refused, ...repeats.slice(0, enough), ...inVain],
        sentence: refused
          ? `The BYE of ${senderOf(facts, bye)} was refused with ${statusText(refused)}: it went to ` +
            `${bye.event.destination.host}${refused.message.status === 481 ? ', which does not know the call' : ''}.`
          : `The BYE of ${senderOf(facts, bye)} was sent ${count(repeats.length + 1, 'time')} to ` +
            `${bye.event.destination.host} and never ` +
            'answered: the other side is gone, or does not get it.',
        next:
          'Compare where the BYE went with the Contact and the Record-Route of the 200 OK; at the other side ' +
          'the call may still be going on.',
      },
    ]
  },
}
