import { lostOf } from '../loss.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import { observed, type Rule } from '../rule.ts'

const redPercent = 3
const fewest = 50

/** More packets lost than G.711 conceals well: above 3 % it is heard. */
export const packetLoss: Rule = {
  id: 'packet-loss',
  severities: ['warning'],
  looksAt: 'the sequence numbers of each stream while it was sent',
  speaks: 'more than 3 % of fifty packets and more are missing',
  silent:
    'numbers are missing over a hold or another pause that was agreed, over a time in which the stream went ' +
    'to another address, or because the sender restarted its numbering; this endpoint loses them on purpose; or the ' +
    'packets lie in the capture in another order than that of their times',
  needs: 'streams',
  evaluate(facts) {
    return facts.streams
      .filter(({ packets, timesGoBack }) => packets >= fewest && !timesGoBack)
      .filter(({ toPeer }) => !(toPeer === true && isLossOnPurpose(facts)))
      .map((stream) => ({ stream, lost: lostOf(stream, facts) }))
      .filter(({ stream: { packets }, lost }) => (100 * lost) / (packets + lost) > redPercent)
      .map(({ stream, lost }) => ({
        severity: 'warning' as const,
        at: stream.lastAt,
        evidence: [stream],
        sentence:
          `Packets from ${stream.source} to ${stream.destination} were lost: ${lost} of ` +
          `${stream.packets + lost} (${((100 * lost) / (stream.packets + lost)).toFixed(1)} %).`,
        next:
          'Look for the loss on the path: wireless links, a saturated uplink, a VPN. Compare with a call from ' +
          'another network.',
      }))
  },
}

export const isLossOnPurpose = (facts: CallFacts): boolean =>
  observed(facts, 'impaired').some(({ value = '' }) => value.startsWith('loss=') || value.startsWith('burst='))
