import { parseUri } from '../../../../shared/wire/sip/grammar.ts'
import { otherNumber } from '../../../../shared/words/number.ts'
import { statusOf } from '../../../../shared/words/statuses.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import { refusedBy, refusedFor } from '../classify.ts'
import { peerProviders } from '../peer.ts'
import { peerName, statusText, type FinalResponse, type Rule } from '../rule.ts'
import { told } from '../told.ts'

/** Whether the status alone speaks of the number. */
const isOfNumber = ({ message }: FinalResponse) => statusOf(message.status).refusedBy === 'number'

/** The form of numbers that the provider of the other side wants, where that is known. */
function formWords(facts: CallFacts): string {
  const provider = peerProviders(facts).find(({ number }) => number !== undefined)
  if (!provider) return ''
  const { name, source, asOf, number } = provider
  return ` ${name}: ${number!.note} (${source}, read ${asOf})`
}

/** The number or the identifier is not known, or not in the form that the peer wants. */
export const refusedNumber: Rule = {
  id: 'refused-number',
  severities: ['fault'],
  looksAt: 'the final response: 404, 410, 414, 416, 484, 485 and 604, and the words of known providers',
  speaks: 'the number or identifier is not known, or not in the form that the other side wants',
  silent: 'the words are of trunks and routing: then refused-other speaks',
  needs: 'refusal',
  evaluate(facts) {
    const final = refusedFor(facts, 'number', 'routing')
    if (!final || (refusedBy(facts) === 'routing' && !isOfNumber(final))) return []
    const uri = facts.invite?.message?.kind === 'request' ? facts.invite.message.uri : ''
    const user = parseUri(uri)?.user ?? ''
    const other = otherNumber(user)
    return [
      told(facts, final, {
        severity: 'fault',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence: `${peerName(facts)} does not know "${user || uri}": it answered ${statusText(final)}.`,
        next:
          (facts.vantage === 'inbound'
            ? 'Check which identifiers this endpoint takes, and how the caller writes them.'
            : other
              ? `Call again with ${other}: the form with and without + must match what the other side has configured.`
              : 'Check the identifier before the @ against what the other side has configured.') + formWords(facts),
        change: other && facts.vantage !== 'inbound' ? { what: 'number', to: other } : undefined,
      }),
    ]
  },
}
