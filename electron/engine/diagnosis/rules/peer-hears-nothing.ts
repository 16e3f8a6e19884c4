import { judge } from '../directions.ts'
import type { Rule } from '../rule.ts'

/** The peer's own RTCP says that nothing of ours arrives. */
export const peerHearsNothing: Rule = {
  id: 'peer-hears-nothing',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready || judgement.delivered !== 'no') return []
    const agreed = facts.agreed.at(-1)
    return [
      {
        severity: 'fault',
        at: judgement.toPeer.streams.at(-1)?.lastAt ?? judgement.at,
        evidence: [...judgement.toPeer.streams, facts.final],
        sentence: `RTP leaves for ${agreed?.remote ?? 'the peer'}, and the peer reports receiving none of it (${judgement.deliveredBy}).`,
        next: 'Check the firewall of the peer for the UDP port in its session description, and that the address there is its own.',
      },
    ]
  },
}
