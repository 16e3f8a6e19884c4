import { header } from '../../../../shared/wire/sip/message.ts'
import { refusedFor } from '../classify.ts'
import { momentWords } from '../refusal.ts'
import { peerName, statusText, type Rule } from '../rule.ts'
import { told } from '../told.ts'

/** 503 and 429: overload, a limit of calls a second or of concurrent calls, or no way onward. */
export const refusedCapacity: Rule = {
  id: 'refused-capacity',
  severities: ['fault'],
  looksAt: 'the final response: 429, 480 before anything rang, 503 with Retry-After',
  speaks: 'the other side cannot take the call now',
  silent: 'it never takes it: other rules speak',
  needs: 'refusal',
  evaluate(facts) {
    const final = refusedFor(facts, 'capacity')
    if (!final) return []
    const after = header(final.message, 'retry-after')
    return [
      told(facts, final, {
        severity: 'fault',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence:
          `${peerName(facts)} cannot take the call now: it answered ${statusText(final)}` +
          `${momentWords(facts, final)}${after ? `, and asks to wait ${after} s` : ''}.`,
        next:
          facts.vantage === 'inbound'
            ? 'Raise the limits of calls at this endpoint, or have the calling side call slower.'
            : after
              ? `Wait ${after} s and call again; if it stays, check the limits of concurrent calls and of calls a ` +
                'second at the trunk.'
              : final.message.status === 480
                ? 'Check the limits of calls at the trunk, and that the called endpoint is registered there: no ' +
                  'phone was reached.'
                : 'Call again later and slower: check the limits of concurrent calls and of calls a second at the ' +
                  'trunk.',
      }),
    ]
  },
}
