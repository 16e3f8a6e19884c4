import type { MessageFact } from '../../../../shared/model/facts.ts'
import type { SipResponse } from '../../../../shared/wire/sip/message.ts'
import { challengesOf, isStale, parameterOf, realmOf } from '../challenges.ts'
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
  silent: 'credentials were taken in the end, or a nonce was called stale less often',
  silences: ['refused-credentials'],
  needs: 'refusal',
  evaluate(facts) {
    const final = refusal(facts)
    const challenges = facts.challenges.filter((fact): fact is Challenge => fact.message?.kind === 'response')
    if (!final || challenges.at(-1)?.n !== final.n || !facts.credentialsSent) return []
    const stale = challenges.slice(challenges.findLastIndex(({ message }) => !isStale(message)) + 1)
    const nonces = stale.map(({ message }) => parameterOf(challengesOf(message)[0] ?? '', 'nonce'))
    const known = nonces.filter((nonce) => nonce !== undefined)
    if (stale.length < often || new Set(known).size !== known.length) return []
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
