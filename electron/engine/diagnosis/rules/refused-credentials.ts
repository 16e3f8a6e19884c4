import { parseNameAddr } from '../../../../shared/wire/sip/grammar.ts'
import { header, headerFields } from '../../../../shared/wire/sip/message.ts'
import { evidenceOf, observed, peerName, refusal, statusText, type Rule } from '../rule.ts'

/** A challenge that could not be answered, or was answered in vain. */
export const refusedCredentials: Rule = {
  id: 'refused-credentials',
  evaluate(facts) {
    const final =
      refusal(facts, 401, 407) ?? (facts.challenges.length > 0 || facts.credentialsSent ? refusal(facts, 403) : null)
    if (!final) return []
    const challenge = facts.challenges.at(-1)?.message
    const offered = challenge
      ? [...headerFields(challenge, 'www-authenticate'), ...headerFields(challenge, 'proxy-authenticate')]
      : []
    const realm = /realm="([^"]*)"/i.exec(offered[0] ?? '')?.[1]
    const user = facts.invite?.message ? parseNameAddr(header(facts.invite.message, 'from') ?? '')?.uri : undefined
    const reason = observed(facts, 'auth-failed').at(-1)?.text
    const sentence = facts.credentialsSent
      ? `${peerName(facts)} refused the credentials with ${statusText(final)}${realm === undefined ? '' : ` (realm "${realm}")`}.`
      : `${peerName(facts)} asks for digest credentials (${statusText(final)}${realm === undefined ? '' : `, realm "${realm}"`}) and none could be given${reason ? `: ${reason}` : ''}.`
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: evidenceOf(...facts.challenges, final),
        sentence,
        next: facts.credentialsSent
          ? `Check the password and that the user is the credential's user name, not the name of the credential list${user ? ` (From was ${user})` : ''}.`
          : 'Set the user and the password of the trunk (--user and --password-env).',
      },
    ]
  },
}
