import type { CallFacts, MessageFact } from '../../../../shared/model/facts.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { headerFields, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import { challengesOf, isStale, parameterOf, realmOf } from '../challenges.ts'
import { requestsOf } from '../messages.ts'
import { peerName, refusal, type Rule } from '../rule.ts'

/** A nonce that has run out once, or was another server's, is mended by the next try. */
const often = 3

type Challenge = MessageFact & { readonly message: SipResponse }

/** Credentials are called too old, however fresh their nonce. */
export const nonceStale: Rule = {
  id: 'nonce-stale',
  severities: ['fault'],
  looksAt: 'the challenges to the INVITE, the credentials that followed each, and the nonces of both',
  speaks: 'the last three challenges in a row, and more, say stale=true, each with a nonce of its own',
  silent: 'credentials were taken in the end, a nonce was called stale less often, or an older one was sent again',
  silences: ['refused-credentials'],
  needs: 'refusal',
  evaluate(facts) {
    const final = refusal(facts)
    const challenges = facts.challenges.filter((fact): fact is Challenge => fact.message?.kind === 'response')
    if (!final || challenges.at(-1)?.n !== final.n || !facts.credentialsSent) return []
    const stale = challenges.slice(challenges.findLastIndex(({ message }) => !isStale(message)) + 1)
    const known = stale.flatMap(({ message }) => noncesOf(challengesOf(message)[0] ?? ''))
    if (stale.length < often || new Set(known).size !== known.length) return []
    if (stale.some((challenge) => isAnswerToOlder(facts, challenges, challenge))) return []
    const realm = realmOf(final.message)
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: stale,
        sentence:
          `${peerName(facts)} called the credentials too old (stale=true) ${stale.length} times in a row, each time ` +
          `with a new nonce${realm === undefined ? '' : ` (realm "${realm}")`}, and took none.`,
        next:
          'The password is not what is wrong: have whoever runs that server look at how long its nonces live, at its ' +
          'clock, and at whether several servers behind one name know the nonces of each other.',
      },
    ]
  },
}

const noncesOf = (value: string): string[] => [parameterOf(value, 'nonce')].filter((nonce) => nonce !== undefined)

/** Whether the credentials that it refuses are of another nonce than that of the challenge before it. */
function isAnswerToOlder(facts: CallFacts, challenges: readonly Challenge[], challenge: Challenge): boolean {
  const before = challenges[challenges.indexOf(challenge) - 1]
  const refused = requestsOf(facts, 'INVITE').findLast(
    ({ n, message }) =>
      n < challenge.n && messageIds(message).cseq?.number === messageIds(challenge.message).cseq?.number,
  )
  if (!before || !refused) return false
  const asked = challengesOf(before.message).flatMap(noncesOf)
  const credentials = ['authorization', 'proxy-authorization'].flatMap((key) => headerFields(refused.message, key))
  const used = credentials.flatMap(noncesOf)
  return asked.length > 0 && used.length > 0 && !used.some((nonce) => asked.includes(nonce))
}
