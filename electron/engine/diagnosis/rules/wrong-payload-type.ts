import { judge } from '../directions.ts'
import type { Rule } from '../rule.ts'

/** Packets arrive and none has a payload type that was agreed. */
export const wrongPayloadType: Rule = {
  id: 'wrong-payload-type',
  evaluate(facts) {
    const judgement = judge(facts)
    const agreed = facts.agreed.at(-1)
    if (!judgement?.ready || !agreed) return []
    return [judgement.fromPeer, judgement.toPeer]
      .filter(({ audio }) => audio === 'undecodable')
      .map((direction) => {
        const types = [...new Set(direction.streams.flatMap(({ payloadTypes }) => [...payloadTypes.keys()]))]
        return {
          severity: 'fault' as const,
          at: judgement.at,
          evidence: [...direction.streams, facts.final],
          sentence: `RTP ${direction === judgement.fromPeer ? 'from' : 'to'} the peer has payload type ${types.join(', ')}; agreed was ${agreed.payloadType} (${agreed.codec}): it cannot be decoded.`,
          next: `The sending side must use payload type ${agreed.payloadType}; call again offering only the codec that it insists on.`,
        }
      })
  },
}
