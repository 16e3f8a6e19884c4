import { isPrivate, parseAddress } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import { judge } from '../directions.ts'
import { observed, sinceAnswer, speakerOf, type Rule } from '../rule.ts'

/** What the RTCP of the peer tells of what it sends. */
function rtcpText({ reportsFromPeer: { total, sentPackets } }: CallFacts): string {
  if (total === 0) return ''
  if (sentPackets === null) return `; ${count(total, 'RTCP report')} came, of a peer that says to have sent no audio`
  return sentPackets === 0
    ? '; its RTCP says that it has sent none'
    : `; its RTCP says that it has sent ${count(sentPackets, 'packet')}, so they are lost on the way or the ` +
        'RTP port is closed'
}

/** The call is answered and no RTP comes from the peer, or next to none. */
export const nothingArrives: Rule = {
  id: 'nothing-arrives',
  severities: ['fault'],
  looksAt:
    'the RTP that comes from the peer, in each period between two agreements on the media; in a capture on ' +
    'the hop next to the caller',
  speaks:
    'audio was due for 1.5 s (1 s in a call that ended) and none came, or fewer than ten packets where fifty were due',
  silent:
    'the call is on hold, the direction does not allow it, a capture has no RTP of the call at all, RTP ' +
    'whose direction cannot be told, or no way for media was found (ICE, DTLS)',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (observed(facts, 'ice-failed', 'dtls-failed').length > 0) return []
    if (!judgement?.ready || !judgement.fromPeer.due || judgement.fromPeer.unknown) return []
    const { audio, period, agreed } = judgement.fromPeer
    if (!period || (audio !== 'none' && audio !== 'nearly-none')) return []
    const local = parseAddress(agreed?.local ?? '')
    const signalling = facts.final?.event.source
    const behindNat = local !== null && signalling !== undefined && isPrivate(local.host) && !isPrivate(signalling.host)
    const unusable = observed(facts, 'rtp-garbage', 'rtp-foreign').at(-1)
    const what =
      audio === 'none'
        ? unusable
          ? 'No RTP that can be used arrives'
          : 'No RTP arrives'
        : `Only ${count(period.packets, 'RTP packet')} arrived`
    const since = sinceAnswer(facts, period.from) ?? 'after the answer'
    return [
      {
        severity: 'fault',
        at: Math.max(judgement.at, period.from),
        evidence: [
          facts.final,
          agreed ? facts.messages[agreed.answerMessage] : null,
          ...period.streams,
          unusable,
          ...observed(facts, 'media-silent', 'media-timeout'),
        ],
        sentence:
          `${what} from ${agreed?.remote ?? 'the peer'} at ${agreed?.local ?? 'this computer'} ` +
          `${since}${rtcpText(facts)}${unusable ? `; what came instead: ${unusable.text}` : ''}.`,
        next: behindNat
          ? `${facts.vantage === 'observed' ? "The caller's" : 'Our'} session description names the private address ` +
            `${agreed!.local}: give the peer a public one, or let it answer to where the packets come from ` +
            '(symmetric RTP).'
          : `Check that the peer sends to ${agreed?.local ?? 'our address'} and that no firewall closes that UDP ` +
            `port; have it confirmed that ${speakerOf(facts)} speaks.`,
      },
    ]
  },
}
