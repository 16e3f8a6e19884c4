import { judge, undeliverable } from '../directions.ts'
import { whoReceives, type Rule } from '../rule.ts'

/** The network says that nobody gets the RTP of one side. */
export const rtpPortClosed: Rule = {
  id: 'rtp-port-closed',
  severities: ['fault'],
  looksAt:
    'what the network answers (ICMP) to RTP: in a live call asked for where nothing comes from the peer, in a ' +
    'capture as it is there',
  speaks: 'it says that the port or the host cannot be reached; in a capture more than once, over a second and more',
  silent:
    'RTCP names the packets, our marker came back, RTP came from the peer of a live call later, or the word was ' +
    'about the beginning of a captured stream or about what followed the end of the call',
  silences: ['nothing-arrives', 'peer-hears-nothing'],
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready) return []
    return [judgement.toPeer, judgement.fromPeer].flatMap(({ toPeer, delivered, agreed, streams }) => {
      const said = undeliverable(facts, toPeer)
      if (!said || delivered !== 'no') return []
      const receiver = whoReceives(facts, toPeer)
      return [
        {
          severity: 'fault' as const,
          at: said.at,
          evidence: [said.evidence, agreed ? facts.messages[agreed.answerMessage] : facts.final, ...streams],
          sentence: `${receiver.charAt(0).toUpperCase()}${receiver.slice(1)} gets no audio: ${said.text}.`,
          next:
            `Check that the media of ${receiver} runs and that the address and port in its session description are ` +
            'its own; a firewall that rejects packets answers in the same way.',
        },
      ]
    })
  },
}
