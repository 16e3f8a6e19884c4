import { evidenceOf, peerName, refusal, statusText, type Rule } from '../rule.ts'

const meanings: Readonly<Record<number, readonly [string, string]>> = {
  408: [
    'nobody answered in the time that the other side allows',
    'Check that the called endpoint is registered and reachable for the other side.',
  ],
  480: [
    'the called party is not available: not registered, or do not disturb',
    'Check that the called endpoint is registered; call again later.',
  ],
  486: ['the called party is busy', 'Call again later, or raise the number of concurrent calls of the called agent.'],
  600: ['the called party is busy everywhere', 'Call again later.'],
  603: ['the called party declined', 'Ask the called side why it declines; a call filter may be at work.'],
  607: ['the called party marked the call as unwanted', 'Use another caller ID; check its reputation.'],
  608: [
    'an intermediary rejected the call on behalf of the called party',
    'Use another caller ID; the response may name whom to contact.',
  ],
}

/** The called party, or someone in its name, said no. */
export const refusedCallee: Rule = {
  id: 'refused-callee',
  evaluate(facts) {
    const final = refusal(facts, ...Object.keys(meanings).map(Number))
    if (!final) return []
    const [meaning, next] = meanings[final.message.status]!
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: evidenceOf(facts.invite, final),
        sentence: `${peerName(facts)} answered ${statusText(final)}: ${meaning}.`,
        next,
      },
    ]
  },
}
