import { judge, undeliverable } from '../directions.ts'
import type { Rule } from '../rule.ts'

/** The network says that nobody gets our RTP. */
export const rtpPortClosed: Rule = {
  id: 'rtp-port-closed',
  severities: ['fault'],
  looksAt: 'what the network answers (ICMP) to the RTP of a live call, asked for where nothing comes from the peer',
  speaks: 'it says that the port or the host of the peer cannot be reached',
  silent: 'RTP came from the peer later, its RTCP names our packets, our marker came back, or the call is a capture',
  silences: ['nothing-arrives', 'peer-hears-nothing'],
  evaluate(facts) {
    const judgement = judge(facts)
    const said = undeliverable(facts)
    if (!judgement?.ready || !said || judgement.toPeer.delivered !== 'no') return []
    const { agreed, streams } = judgement.toPeer
    return [
      {
        severity: 'fault',
        at: said.at,
        evidence: [said, agreed ? facts.messages[agreed.answerMessage] : facts.final, ...streams],
        sentence: `The peer gets no audio: ${said.text}.`,
        next:
          'Check that the media of the peer runs and that the address and port in its session description are its ' +
          'own; a firewall that rejects packets answers in the same way.',
      },
    ]
  },
}
