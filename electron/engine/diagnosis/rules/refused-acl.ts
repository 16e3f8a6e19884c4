import { refusedFor } from '../classify.ts'
import { peerName, statusText, type Rule } from '../rule.ts'
import { told } from '../told.ts'

/** 403 before any challenge: the source address, or the right to call, is refused. */
export const refusedAcl: Rule = {
  id: 'refused-acl',
  severities: ['fault'],
  looksAt: 'the final response and what went before it',
  speaks:
    'the call was refused with 403 and nobody had asked for credentials, or a provider names its list of addresses',
  silent: 'credentials had been asked for or sent',
  needs: 'refusal',
  evaluate(facts) {
    const final = refusedFor(facts, 'acl')
    if (!final) return []
    const host = facts.invite?.event.source.host
    return [
      told(facts, final, {
        severity: 'fault',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence:
          `${peerName(facts)} refused the call with ${statusText(final)} without asking for credentials: ` +
          `the address that it came from${host ? `, ${host},` : ''} is not on its list, or this call is not permitted.`,
        next: {
          outbound:
            'Compare the public address of this machine with the list of the trunk (IP ACL), or set a user and a ' +
            'password if the trunk uses digest; check geographic permissions for the number.',
          inbound: 'If the call is welcome, add the address of its caller to the list of this endpoint.',
          observed:
            'Compare the public address of the caller with the list of the trunk (IP ACL), or have it use digest; ' +
            'check geographic permissions for the number.',
        }[facts.vantage],
        change: facts.vantage === 'outbound' ? { what: 'digest', to: 'on' } : undefined,
      }),
    ]
  },
}
