import { parseNameAddr } from '../../../../shared/wire/sip/grammar.ts'
import { header } from '../../../../shared/wire/sip/message.ts'
import type { Remedy } from '../../../../shared/model/remedies.ts'
import { remedyWords } from '../../../../shared/words/remedies.ts'
import { realmOf } from '../challenges.ts'
import { refusedFor } from '../classify.ts'
import { observed, peerName, statusText, type Rule } from '../rule.ts'
import { told } from '../told.ts'

/** A challenge that could not be answered, or was answered in vain. */
export const refusedCredentials: Rule = {
  id: 'refused-credentials',
  severities: ['fault'],
  looksAt: 'challenges (401, 407), credentials that were sent, the final response',
  speaks: 'the last answer is a challenge, or a 403 that follows credentials',
  silent: 'another attempt with credentials was taken',
  needs: 'refusal',
  evaluate(facts) {
    const final = refusedFor(facts, 'credentials')
    if (!final) return []
    const challenge = facts.challenges.at(-1)?.message
    const realm = challenge?.kind === 'response' ? realmOf(challenge) : undefined
    const user = facts.invite?.message ? parseNameAddr(header(facts.invite.message, 'from') ?? '')?.uri : undefined
    const reason = observed(facts, 'auth-failed').at(-1)
    const ours = facts.vantage === 'outbound'
    const remedy: Remedy = { code: 'set-credentials' }
    const sentence = facts.credentialsSent
      ? `${peerName(facts)} refused the credentials with ` +
        `${statusText(final)}${realm === undefined ? '' : ` (realm "${realm}")`}.`
      : `${peerName(facts)} asks for digest credentials ` +
        `(${statusText(final)}${realm === undefined ? '' : `, realm "${realm}"`}) and none could be ` +
        `given${reason ? `: ${reason.text}` : ''}.`
    return [
      told(facts, final, {
        severity: 'fault',
        at: final.event.at,
        evidence: [...facts.challenges, final, facts.credentialsSent ? null : reason],
        sentence,
        next: facts.credentialsSent
          ? "Check the password and that the user is the credential's user name, not the name of the credential " +
            `list${user ? ` (From was ${user})` : ''}.`
          : ours
            ? `${remedyWords(remedy)}.`
            : 'Set the user and the password at the calling side.',
        remedy: facts.credentialsSent || !ours ? undefined : remedy,
      }),
    ]
  },
}
