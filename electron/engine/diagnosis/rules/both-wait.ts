import { judge } from '../directions.ts'
import { observed, type Rule } from '../rule.ts'

/** Nobody sends the first packet. */
export const bothWait: Rule = {
  id: 'both-wait',
  severities: ['fault'],
  looksAt: 'the RTP of both directions after the answer, at an endpoint',
  speaks: 'audio was due both ways, and neither side has sent a packet, this one because it waits for the peer',
  silent: 'a capture has none (it may have gone elsewhere), this side could not send, or one of the two sent first',
  silences: ['nothing-sent', 'nothing-arrives'],
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    const waits = observed(facts, 'impaired').find(({ value }) => value === 'wait-for-peer')
    if (!judgement?.ready || !waits || observed(facts, 'rtp-not-sent', 'no-rtp-target').length > 0) return []
    const { fromPeer, toPeer } = judgement
    if (![fromPeer, toPeer].every(({ due, packets, audio }) => due && packets === 0 && audio === 'none')) return []
    const { final } = facts
    return [
      {
        severity: 'fault',
        at: judgement.at,
        evidence: [final, waits, ...observed(facts, 'media-silent', 'media-timeout')],
        sentence:
          'Neither side has sent a packet of audio since the answer: this one waits on purpose for the first of the ' +
          'peer, and the peer, as it seems, for one of this side.',
        next:
          'Have one side send first, silence if it must be: who waits until something comes (to learn the address ' +
          'behind a NAT) hears nothing from one that waits too. A call that sends at once tells whether it waits.',
      },
    ]
  },
}
