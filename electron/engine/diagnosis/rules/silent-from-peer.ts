import { judge } from '../directions.ts'
import type { Rule } from '../rule.ts'

/** Packets arrive and carry no energy, while we send some. */
export const silentFromPeer: Rule = {
  id: 'silent-from-peer',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready || judgement.fromPeer.audio !== 'silent' || judgement.toPeer.audio === 'silent') return []
    const { streams } = judgement.fromPeer
    const level = Math.max(...streams.map(({ meanDbfs }) => meanDbfs ?? -96))
    return [
      {
        severity: 'fault',
        at: judgement.at,
        evidence: streams,
        sentence: `RTP arrives from the peer and carries only silence (${level} dBFS).`,
        next: 'The network is fine: check that the far side is not muted, uses the right device, and that its agent speaks.',
      },
    ]
  },
}
