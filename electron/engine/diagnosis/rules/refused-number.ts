import { parseUri } from '../../../../shared/wire/sip/grammar.ts'
import { evidenceOf, peerName, refusal, statusText, type Rule } from '../rule.ts'

const liveKit: readonly (readonly [RegExp, string])[] = [
  [
    /does not match any sip trunks/i,
    'No inbound trunk of the project matches: check the numbers of the trunk and its allowed addresses.',
  ],
  [/no trunk found/i, 'No trunk was found for the called number: add the number to an inbound trunk.'],
  [/dispatch rule/i, 'A trunk matches and no dispatch rule does: add a dispatch rule for this trunk.'],
]

/** The number or the identifier is not known, or not in the form that the peer wants. */
export const refusedNumber: Rule = {
  id: 'refused-number',
  evaluate(facts) {
    const final = refusal(facts, 404, 410, 416, 484, 485, 604)
    if (!final) return []
    const uri = facts.invite?.message?.kind === 'request' ? facts.invite.message.uri : ''
    const user = parseUri(uri)?.user ?? ''
    const known = liveKit.find(([pattern]) => pattern.test(final.message.reason))
    const other = /^\+\d{5,}$/.test(user) ? user.slice(1) : /^\d{5,}$/.test(user) ? `+${user}` : null
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: evidenceOf(facts.invite, final),
        sentence: `${peerName(facts)} does not know "${user || uri}": it answered ${statusText(final)}.`,
        next:
          known?.[1] ??
          (other
            ? `Call again with ${other}: the form with and without + must match what the other side has configured.`
            : 'Check the identifier before the @ against what the other side has configured.'),
      },
    ]
  },
}
