import { header } from '../../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { realmOf } from '../challenges.ts'
import { requestsOf } from '../messages.ts'
import { refusal, type Rule } from '../rule.ts'

/** Whoever has credentials gives them sooner. */
const waitUs = 2_000_000

/** The caller was asked for credentials and gave none: the leg of its carrier has none set. */
export const challengeUnanswered: Rule = {
  id: 'challenge-unanswered',
  severities: ['fault'],
  looksAt: 'a challenge (401, 407) to an INVITE that came in or was captured, and what the calling side did then',
  speaks: 'no INVITE with credentials followed for 2 s, or another final response came without any',
  silent: 'credentials followed, the call is our own (refused-credentials speaks of it), or too little time has passed',
  silences: ['refused-credentials', 'refused-number', 'refused-acl', 'refused-other'],
  evaluate(facts) {
    const { challenges, credentialsSent, vantage } = facts
    const challenge = challenges[0]
    if (vantage === 'outbound' || credentialsSent || facts.answeredAt !== null) return []
    if (challenge?.message?.kind !== 'response') return []
    const final = refusal(facts)
    const later = final !== null && final.n > challenge.n && !challenges.includes(final) ? final : null
    const again = requestsOf(facts, 'INVITE').filter(
      ({ n, message }) => n > challenge.n && messageIds(message).toTag === null,
    )
    const waited = facts.now - challenge.event.at
    if (!later && waited < waitUs) return []
    const realm = realmOf(challenge.message)
    const caller = vantage === 'inbound' ? 'the peer' : 'the caller'
    const what = later
      ? `without any, ${later.message.status} ${later.message.reason} followed`.trimEnd()
      : again.length > 0
        ? `it called again without any`
        : `none followed`
    const user = facts.invite?.message ? header(facts.invite.message, 'user-agent') : undefined
    return [
      {
        severity: 'fault',
        at: (later ?? challenge).event.at,
        evidence: [facts.invite, ...challenges, ...again, later],
        sentence:
          `The call was challenged for digest credentials with ${challenge.message.status}` +
          `${realm === undefined ? '' : ` (realm "${realm}")`}, and ${caller}${user ? ` (${user})` : ''} ` +
          `never answered the challenge: ${what}.`,
        next:
          'Set the user and the password at the side that calls: on the connection of the carrier that sends the ' +
          'call here, whose leg has none.',
      },
    ]
  },
}
