import type { AgreedMedia, CallFacts, StreamFact } from '../../../shared/model/facts.ts'

/**
 * Packets of a stream that were lost: what is missing inside its runs, and between two of them unless a hold, a medium
 * that was refused meanwhile, another address or a new beginning of the numbers explains that.
 */
export function lostOf(stream: StreamFact, facts: CallFacts): number {
  return stream.runs.reduce((sum, run, i) => {
    const before = stream.runs[i - 1]
    const skipped = before && !isExplained(stream, before.lastAt, run.firstAt, facts) ? run.skipped : 0
    return sum + run.lost + skipped
  }, 0)
}

/** How long a stream paused for a hold, another address or a new beginning, in µs: what is no part of its bit rate. */
export function pausedUs(stream: StreamFact, facts: CallFacts): number {
  return stream.runs.reduce((sum, run, i) => {
    const before = stream.runs[i - 1]
    return before && isExplained(stream, before.lastAt, run.firstAt, facts) ? sum + run.firstAt - before.lastAt : sum
  }, 0)
}

function isExplained(stream: StreamFact, from: number, until: number, { agreed, streams }: CallFacts): boolean {
  const flow = (media: AgreedMedia) => (stream.toPeer ? media.toPeer : media.fromPeer)
  const held = agreed.some(
    (media) => !(flow(media).allowed && flow(media).due) && media.since < until && (media.until ?? Infinity) > from,
  )
  const refused = agreed.some(
    ({ until: end }) =>
      end !== null &&
      end < until &&
      agreed.every((media) => media.since > end || (media.until ?? Infinity) <= end) &&
      agreed.every((media) => media.since <= end || media.since > from),
  )
  const elsewhere = streams.some(
    (other) =>
      other !== stream &&
      other.ssrc === stream.ssrc &&
      other.runs.some((run) => run.firstAt < until && run.lastAt > from),
  )
  return held || refused || elsewhere
}
