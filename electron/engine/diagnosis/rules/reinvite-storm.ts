import { decodeText } from '../../../../shared/base/text.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { requestsOf, responsesTo, senderOf, type RequestFact } from '../messages.ts'
import type { Found, Rule } from '../rule.ts'

/** So many in so long a time: no person holds and resumes, and no session timer asks, as often. */
const many = 8
const withinUs = 10_000_000

/** A side offers the same again and again. */
export const reinviteStorm: Rule = {
  id: 'reinvite-storm',
  severities: ['warning'],
  looksAt: 're-INVITEs inside the call, and what each offers',
  speaks: 'a side sent eight within 10 s that changed nothing',
  silent: 'they change something (hold, resume, another codec), or are the same one again after 401, 407 or 491',
  evaluate(facts) {
    return [true, false].flatMap((fromUs): Found[] => {
      const own = reinvitesOf(facts, fromUs)
      const same = own.filter((one, i) => i > 0 && offerOf(one) === offerOf(own[i - 1]!) && !isAskedAgain(own[i - 1]!))
      const at = same.findIndex(
        (one, i) => i + many <= same.length && same[i + many - 1]!.event.at - one.event.at <= withinUs,
      )
      if (at < 0) return []
      const [first, enough, last] = [same[at]!, same[at + many - 1]!, same.at(-1)!]
      const seconds = (last.event.at - first.event.at) / 1e6
      return [
        {
          severity: 'warning',
          at: enough.event.at,
          evidence: same.slice(at, at + 20),
          sentence:
            `${senderOf(facts, first)} sent ${same.length} re-INVITEs in ${seconds.toFixed(1)} s that change ` +
            'nothing: each costs both sides an offer and an answer, and may interrupt the audio.',
          next:
            'Show the messages to whoever runs that side: something in it offers again as soon as it is answered ' +
            '(a session timer that is too short, a codec that it wants and does not get).',
        },
      ]

      function isAskedAgain(request: RequestFact): boolean {
        return responsesTo(facts, request).some(({ message: { status } }) => again.has(status))
      }
    })
  },
}

/** Of a side, each once: a capture may have it on every hop that it took. */
function reinvitesOf(facts: CallFacts, fromUs: boolean): RequestFact[] {
  const seen = new Set<string>()
  return requestsOf(facts, 'INVITE').filter((request) => {
    const { fromTag, toTag, cseq } = messageIds(request.message)
    const name = `${fromTag} ${cseq?.number}`
    if (request.fromUs !== fromUs || toTag === null || seen.has(name)) return false
    seen.add(name)
    return true
  })
}

const again: ReadonlySet<number> = new Set([401, 407, 491])

/** Without what is another with each: the number of the session, and the keys. */
const offerOf = ({ message }: RequestFact): string => decodeText(message.body).replace(/^(?:o=|a=crypto:).*$/gm, '')
