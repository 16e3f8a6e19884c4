import { header } from '../../../../shared/wire/sip/message.ts'
import { bothStop, judge } from '../directions.ts'
import { afterAnswer, observed, whoSends, type Rule } from '../rule.ts'

/** Audio flows, and ends long before the call does. */
export const audioStops: Rule = {
  id: 'audio-stops',
  severities: ['fault', 'warning'],
  looksAt: 'the last packet of each direction in each period between two agreements on the media',
  speaks:
    'it came 3 s and more before the end of the period (or before now); as a warning where a capture loses ' +
    'both directions at once',
  silent:
    'the sender leaves silence out (comfort noise was its last packet, it paused before and went on, or its ' +
    'codec does), the call is on hold, a transfer was accepted, or RTP of the call may go on elsewhere',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready) return []
    const together = bothStop(judgement, facts) !== null
    return [judgement.fromPeer, judgement.toPeer].flatMap(({ toPeer, period, streams, unknown }) => {
      if (!period || period.stoppedAt === null || period.unopened > 0 || unknown) return []
      const { stoppedAt, until, agreed } = period
      const reason = facts.bye?.message && header(facts.bye.message, 'reason')
      const bye = reason && /rtp|media/i.test(reason) ? `; the BYE names the reason: ${reason}` : ''
      const who = whoSends(facts, toPeer)
      const end =
        until === facts.endedAt
          ? 'the end of the call'
          : until === facts.seenUntil
            ? facts.vantage === 'observed'
              ? 'the last that was captured of the call'
              : 'now'
            : 'the media was agreed on again'
      return [
        {
          severity: together ? ('warning' as const) : ('fault' as const),
          at: stoppedAt,
          evidence: [
            ...streams,
            agreed ? facts.messages[agreed.answerMessage] : null,
            bye ? facts.bye : null,
            ...(toPeer ? [] : observed(facts, 'media-silent', 'media-timeout')),
          ],
          sentence:
            `The audio ${toPeer ? 'to' : 'from'} the peer stops ${afterAnswer(facts, stoppedAt)}, ` +
            `${((until - stoppedAt) / 1e6).toFixed(1)} s before ${end}${bye}.`,
          next: together
            ? 'Check whether the capture holds all RTP: both directions end at once. If it does, something ' +
              'between the two sides stopped.'
            : `Find out why ${who} stopped sending: its process, its network, or a firewall whose state ran out.`,
        },
      ]
    })
  },
}
