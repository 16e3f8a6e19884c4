import { count } from '../../../../shared/base/text.ts'
import { judge } from '../directions.ts'
import { observed, type Rule } from '../rule.ts'

/** We should send and do not. */
export const nothingSent: Rule = {
  id: 'nothing-sent',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready || !judgement.toPeer.due) return []
    const { audio, packets } = judgement.toPeer
    if (audio !== 'none' && audio !== 'nearly-none') return []
    // Before the ACK nothing may be sent: that it never came is the cause.
    if (facts.vantage === 'inbound' && !facts.ack) return []
    const why = observed(facts, 'rtp-not-sent', 'no-rtp-target')[0]
    const refused = observed(facts, 'rtp-not-sent').length > 0
    const agreed = facts.agreed.at(-1)
    const us = facts.vantage === 'observed' ? 'the caller' : 'this computer'
    return [
      {
        severity: 'fault',
        at: judgement.at,
        evidence: [facts.final, why],
        sentence: `${audio === 'none' ? 'No audio is' : `Only ${count(packets, 'packet')} of audio ${packets === 1 ? 'was' : 'were'}`} sent from ${us}${agreed ? ` to ${agreed.remote}` : ''}${why ? `: ${why.text}` : ''}.`,
        next: refused
          ? 'Check the firewall and the routes of this computer towards that address.'
          : why
            ? 'The peer must put a reachable IP address and port into its session description.'
            : 'Check what the sending side does after the answer; the media direction allows it to send.',
      },
    ]
  },
}
