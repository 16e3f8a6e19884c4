import { judge } from '../directions.ts'
import { whoReceives, whoSends, type Rule } from '../rule.ts'

/** Packets are sent to an address at which their receiver does not listen. */
export const sentAstray: Rule = {
  id: 'sent-astray',
  severities: ['fault'],
  looksAt:
    'where the packets of each direction go at the end of a period, what their receiver announced last, and ' +
    'where its own packets come from',
  speaks:
    'they go to an address that the receiver has replaced by another, or to a private one while its own ' +
    'packets come from a public one (a NAT)',
  silent: 'the receiver sends from that address itself, its RTCP names the packets, or two streams go different ways',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready) return []
    return [judgement.fromPeer, judgement.toPeer].flatMap(({ toPeer, period }) => {
      if (!period?.astray || !period.agreed) return []
      const [sender, receiver] = [whoSends(facts, toPeer), whoReceives(facts, toPeer)]
      const moved = period.flow?.to !== period.astray.to
      const named = moved ? period.agreed : (facts.agreed[0] ?? period.agreed)
      return [
        {
          severity: 'fault' as const,
          at: period.from,
          evidence: [...period.streams, facts.messages[named.offerMessage], facts.messages[named.answerMessage]],
          sentence:
            `The packets ${toPeer ? 'to' : 'from'} the peer go to ${period.astray.to}, where nobody ` +
            `listens: ${period.astray.because}.`,
          next: moved
            ? `Have ${sender} follow the last session description: ${receiver} listens at ${period.flow?.to}.`
            : `Have ${receiver} announce the public address that its packets come from, or let ${sender} answer ` +
              'to where they come from (symmetric RTP, comedia).',
        },
      ]
    })
  },
}
