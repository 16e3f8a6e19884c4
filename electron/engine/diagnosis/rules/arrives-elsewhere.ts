import { judge } from '../directions.ts'
import { observed, type Rule } from '../rule.ts'

/**
 * RTP comes from another address than the session description names: NAT on the peer's side, or a media server that
 * moved.
 */
export const arrivesElsewhere: Rule = {
  id: 'arrives-elsewhere',
  evaluate(facts) {
    const judgement = judge(facts)
    const agreed = facts.agreed.at(-1)
    if (!judgement || !agreed) return []
    const remotes = new Set(facts.agreed.map(({ remote }) => remote))
    const strange = judgement.fromPeer.streams.filter(({ source, packets }) => !remotes.has(source) && packets >= 10)
    if (strange.length === 0) return []
    const latched = observed(facts, 'latched')
    return [
      {
        severity: 'warning',
        at: strange[0]!.firstAt,
        evidence: [...strange, facts.messages[agreed.answerMessage], ...latched],
        sentence: `RTP comes from ${strange.map(({ source }) => source).join(', ')}, not from ${agreed.remote} as the session description says${latched.length > 0 ? '; audio is sent there now' : ''}.`,
        next: 'A side that sends only to the address of the session description will not be heard: the peer should announce the address that it sends from.',
      },
    ]
  },
}
