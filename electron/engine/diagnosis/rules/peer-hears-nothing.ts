import { judge } from '../directions.ts'
import { whoReceives, type Rule } from '../rule.ts'

/** A receiver's own RTCP says that nothing arrives any more. */
export const peerHearsNothing: Rule = {
  id: 'peer-hears-nothing',
  severities: ['fault'],
  looksAt: 'the RTCP reports of who receives a stream: which streams they name, and up to which packet',
  speaks: 'a receiver that named the stream before names it no more, twice and more, while it was sent all along',
  silent:
    'a receiver never named the stream (many write reports without blocks), names another, or our marker came back',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready) return []
    return [judgement.toPeer, judgement.fromPeer]
      .filter(({ delivered, packets }) => delivered === 'no' && packets > 0)
      .map(({ toPeer, agreed, streams, deliveredBy }) => ({
        severity: 'fault' as const,
        at: Math.max(...streams.map(({ unheardSince }) => unheardSince ?? judgement.at)),
        evidence: [...streams, facts.final],
        sentence:
          `RTP leaves for ${(toPeer ? agreed?.remote : agreed?.local) ?? 'the peer'}, and ` +
          `${whoReceives(facts, toPeer)} receives none of it any more (${deliveredBy}).`,
        next:
          `Check the firewall of ${whoReceives(facts, toPeer)} for the UDP port in its session description, ` +
          'and that the address there is its own.',
      }))
  },
}
