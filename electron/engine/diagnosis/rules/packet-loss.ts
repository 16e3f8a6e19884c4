import type { Rule } from '../rule.ts'

const redPercent = 3
const fewest = 50

/** More packets lost than G.711 conceals well: above 3 % it is heard. */
export const packetLoss: Rule = {
  id: 'packet-loss',
  evaluate(facts) {
    return facts.streams
      .filter(({ packets, lost }) => packets >= fewest && (100 * lost) / (packets + lost) > redPercent)
      .map((stream) => ({
        severity: 'warning' as const,
        at: stream.lastAt,
        evidence: [stream],
        sentence: `Packets from ${stream.source} to ${stream.destination} were lost: ${stream.lost} of ${stream.packets + stream.lost} (${((100 * stream.lost) / (stream.packets + stream.lost)).toFixed(1)} %).`,
        next: 'Look for the loss on the path: wireless links, a saturated uplink, a VPN. Compare with a call from another network.',
      }))
  },
}
