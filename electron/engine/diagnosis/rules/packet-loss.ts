import type { AgreedMedia, CallFacts, StreamFact } from '../../../../shared/model/facts.ts'
import type { Rule } from '../rule.ts'

const redPercent = 3
const fewest = 50

/** More packets lost than G.711 conceals well: above 3 % it is heard. */
export const packetLoss: Rule = {
  id: 'packet-loss',
  severities: ['warning'],
  looksAt: 'the sequence numbers of each stream while it was sent',
  speaks: 'more than 3 % of fifty packets and more are missing',
  silent:
    'numbers are missing over a hold or another pause that was agreed, over a time in which the stream went to another address, or because the sender began to number anew',
  evaluate(facts) {
    return facts.streams
      .filter(({ packets }) => packets >= fewest)
      .map((stream) => ({ stream, lost: lostOf(stream, facts) }))
      .filter(({ stream: { packets }, lost }) => (100 * lost) / (packets + lost) > redPercent)
      .map(({ stream, lost }) => ({
        severity: 'warning' as const,
        at: stream.lastAt,
        evidence: [stream],
        sentence: `Packets from ${stream.source} to ${stream.destination} were lost: ${lost} of ${stream.packets + lost} (${((100 * lost) / (stream.packets + lost)).toFixed(1)} %).`,
        next: 'Look for the loss on the path: wireless links, a saturated uplink, a VPN. Compare with a call from another network.',
      }))
  },
}

/** What is missing inside its runs, and between two of them unless something else explains that. */
function lostOf(stream: StreamFact, facts: CallFacts): number {
  return stream.runs.reduce((sum, run, i) => {
    const before = stream.runs[i - 1]
    const skipped = before && !isExplained(stream, before.lastAt, run.firstAt, facts) ? run.skipped : 0
    return sum + run.lost + skipped
  }, 0)
}

function isExplained(stream: StreamFact, from: number, until: number, { agreed, streams }: CallFacts): boolean {
  const flow = (media: AgreedMedia) => (stream.toPeer ? media.toPeer : media.fromPeer)
  const held = agreed.some(
    (media) => !(flow(media).allowed && flow(media).due) && media.since < until && (media.until ?? Infinity) > from,
  )
  const elsewhere = streams.some(
    (other) =>
      other !== stream &&
      other.ssrc === stream.ssrc &&
      other.runs.some((run) => run.firstAt < until && run.lastAt > from),
  )
  return held || elsewhere
}
