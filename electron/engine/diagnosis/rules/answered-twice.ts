import { headerList } from '../../../../shared/wire/sip/message.ts'
import { messageIds, uriOf } from '../../../../shared/wire/sip/grammar.ts'
import { requestsOf, responsesTo, type ResponseFact } from '../messages.ts'
import type { Found, Rule } from '../rule.ts'

/** Time enough to end what is not wanted. */
const waitUs = 4_000_000

/** More than fork in earnest. */
const mostBranches = 20

/** More than one branch of a forked call answered (RFC 3261 13.2.2.4). */
export const answeredTwice: Rule = {
  id: 'answered-twice',
  severities: ['warning', 'info'],
  looksAt: 'the 2xx of the INVITE, the To tag of each, and whether all but one were ended with BYE',
  speaks: 'two and more branches answered: as information where those that are not the call were ended',
  silent: 'one branch answered, however often, or the end may still come',
  evaluate(facts) {
    const byes = requestsOf(facts, 'BYE')
    return requestsOf(facts, 'INVITE').flatMap((invite): Found[] => {
      const answers = responsesTo(facts, invite).filter(({ message: { status } }) => status >= 200 && status < 300)
      if (answers.length < 2) return []
      const kept = facts.final?.message ? messageIds(facts.final.message).toTag : null
      const others = [...new Map(answers.map((answer) => [tagOf(answer), answer])).values()].filter(
        (answer) => tagOf(answer) !== kept,
      )
      return others.slice(0, mostBranches).flatMap((answer): Found[] => {
        const tag = tagOf(answer)
        const bye = byes.find(({ message }) => {
          const { fromTag, toTag } = messageIds(message)
          return fromTag === tag || toTag === tag
        })
        if (!bye && facts.now - answer.event.at < waitUs) return []
        const who = headerList(answer.message, 'contact').map(uriOf)[0] ?? 'another branch'
        return [
          {
            severity: bye ? 'info' : 'warning',
            at: answer.event.at,
            evidence: [facts.final, answer, bye],
            sentence:
              `Two branches of the forked call answered: the one of ${who} was ` +
              `${bye ? 'ended with BYE' : 'never ended, so the call may go on there'}.`,
            next: bye
              ? 'Nothing is wrong: two sides answered at nearly the same time, and one of them lost.'
              : 'Show the messages to whoever runs the calling side: every answer but one must be acknowledged and ' +
                'ended (RFC 3261 13.2.2.4).',
          },
        ]
      })
    })
  },
}

const tagOf = ({ message }: ResponseFact) => messageIds(message).toTag
