import { isPrivate, parseAddress } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import { judge } from '../directions.ts'
import { observed, type Rule } from '../rule.ts'

/** The call is answered and no RTP comes from the peer, or next to none. */
export const nothingArrives: Rule = {
  id: 'nothing-arrives',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready || !judgement.fromPeer.due) return []
    const { audio, packets, streams } = judgement.fromPeer
    if (audio !== 'none' && audio !== 'nearly-none') return []
    const agreed = facts.agreed.at(-1)
    const local = parseAddress(agreed?.local ?? '')
    const signalling = facts.final?.event.source
    const behindNat = local !== null && signalling !== undefined && isPrivate(local.host) && !isPrivate(signalling.host)
    const rtcp =
      facts.reportsFromPeer.total > 0
        ? `; ${count(facts.reportsFromPeer.total, 'RTCP report')} came, so only the RTP port is closed`
        : ''
    const unusable = observed(facts, 'rtp-garbage', 'rtp-foreign').at(-1)
    const what =
      audio === 'none'
        ? unusable
          ? 'No RTP that can be used arrives'
          : 'No RTP arrives'
        : `Only ${count(packets, 'RTP packet')} arrived`
    return [
      {
        severity: 'fault',
        at: judgement.at,
        evidence: [facts.final, ...streams, unusable],
        sentence: `${what} from ${agreed?.remote ?? 'the peer'} at ${agreed?.local ?? 'this computer'} after the answer${rtcp}${unusable ? `; what came instead: ${unusable.text}` : ''}.`,
        next: behindNat
          ? `Our session description names the private address ${agreed!.local}: give the peer a public one, or let it answer to where our packets come from (symmetric RTP).`
          : `Check that the peer sends to ${agreed?.local ?? 'our address'} and that no firewall closes that UDP port; have the peer confirm that its agent speaks.`,
      },
    ]
  },
}
