import { count } from '../../../../shared/base/text.ts'
import { judge } from '../directions.ts'
import { observed, sinceAnswer, whoSends, type Rule } from '../rule.ts'

/** We should send and do not. */
export const nothingSent: Rule = {
  id: 'nothing-sent',
  severities: ['fault'],
  looksAt: 'the RTP that goes to the peer, in each period between two agreements on the media',
  speaks:
    'audio was due for 1.5 s (1 s in a call that ended) and none was sent, or fewer than ten packets where ' +
    'fifty were due',
  silent:
    'the call is on hold, the direction does not allow it, our ACK or the ACK to us never came, a capture ' +
    'has no RTP of the call at all, has RTP whose direction cannot be told, or no way for media was found (ICE, DTLS)',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (observed(facts, 'ice-failed', 'dtls-failed').length > 0) return []
    if (!judgement?.ready || !judgement.toPeer.due || judgement.toPeer.unknown) return []
    const { audio, period, agreed } = judgement.toPeer
    if (!period || (audio !== 'none' && audio !== 'nearly-none')) return []
    // Before the ACK nothing may be sent: that it never came is the cause.
    if (facts.vantage === 'inbound' && !facts.ack) return []
    const why = observed(facts, 'rtp-not-sent', 'no-rtp-target')[0]
    const refused = observed(facts, 'rtp-not-sent').length > 0
    // Behind a relay it is the relay that should send.
    const sender = agreed && agreed.hop > 0 ? agreed.local : whoSends(facts, true)
    const since = sinceAnswer(facts, period.from)
    const few = `Only ${count(period.packets, 'packet')} of audio ${period.packets === 1 ? 'was' : 'were'}`
    const what = audio === 'none' ? 'No audio is' : few
    return [
      {
        severity: 'fault',
        at: Math.max(judgement.at, period.from),
        evidence: [facts.final, why],
        sentence:
          `${what} sent from ${sender}${agreed ? ` to ${agreed.remote}` : ''}` +
          `${since ? ` ${since}` : ''}${why ? `: ${why.text}` : ''}.`,
        next: refused
          ? 'Check the firewall and the routes of this computer towards that address.'
          : why
            ? 'The peer must put a reachable IP address and port into its session description.'
            : 'Check what the sending side does after the answer; the media direction allows it to send.',
      },
    ]
  },
}
