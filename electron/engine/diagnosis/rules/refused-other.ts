import { uriOf } from '../../../../shared/wire/sip/grammar.ts'
import { header, headerList, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import { statusOf } from '../../../../shared/words/statuses.ts'
import { refusedBy, refusedFor } from '../classify.ts'
import { peerName, statusText, type Rule } from '../rule.ts'
import { told } from '../told.ts'

interface Reading {
  readonly because: string
  readonly next: string
}

function reading(message: SipResponse): Reading {
  const { because = '', next = '' } = statusOf(message.status)
  if (message.status >= 400)
    return {
      because: because.replace(/\{([a-z-]+)\}/g, (_, name: string) => header(message, name) ?? 'not named'),
      next,
    }
  const to = headerList(message, 'contact').map(uriOf).join(', ')
  return to
    ? { because: `the call is redirected to ${to}`, next: `Call ${to}: redirections are shown and not followed.` }
    : {
        because: 'the call is redirected',
        next: 'Ask the other side where calls are to go: the redirection names no address.',
      }
}

/** Refusals that no other rule explains, and redirections. */
export const refusedOther: Rule = {
  id: 'refused-other',
  severities: ['fault'],
  looksAt: 'final responses that no other rule explains, and redirections',
  speaks: 'such a response ended the call',
  silent: 'the call was answered, or another rule explains the refusal',
  needs: 'refusal',
  evaluate(facts) {
    const final = refusedFor(facts, 'provider', 'routing', 'transport', 'tls')
    const ofNumber = final !== null && statusOf(final.message.status).refusedBy === 'number'
    if (!final || (refusedBy(facts) === 'routing' && ofNumber)) return []
    const { because, next } = reading(final.message)
    return [
      told(facts, final, {
        severity: 'fault',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence: `${peerName(facts)} answered ${statusText(final)}: ${because}.`,
        next,
      }),
    ]
  },
}
