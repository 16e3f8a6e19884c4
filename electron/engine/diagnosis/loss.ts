import type { AgreedMedia, CallFacts, StreamFact } from '../../../shared/model/facts.ts'

/** A while without packets that nothing explains: neither a hold nor another address nor a new beginning. */
interface Pause {
  readonly us: number
  /** Numbers that were passed over in it. */
  readonly skipped: number
}

/** The pauses of a stream that a hold, a medium that was refused, another address or a new beginning do not explain. */
export function pausesOf(stream: StreamFact, facts: CallFacts): Pause[] {
  return between(stream).flatMap(({ from, to, skipped }) =>
    isExplained(stream, from, to, facts) ? [] : { us: to - from, skipped },
  )
}

/** Packets of a stream that were lost: what is missing inside its runs, and in pauses that nothing explains. */
export function lostOf(stream: StreamFact, facts: CallFacts): number {
  const inRuns = stream.runs.reduce((sum, run) => sum + run.lost, 0)
  return pausesOf(stream, facts).reduce((sum, { skipped }) => sum + skipped, inRuns)
}

/** How long a stream paused for a hold, another address or a new beginning, in µs: what is no part of its bit rate. */
export function pausedUs(stream: StreamFact, facts: CallFacts): number {
  return between(stream).reduce(
    (sum, { from, to }) => (isExplained(stream, from, to, facts) ? sum + to - from : sum),
    0,
  )
}

const between = ({ runs }: StreamFact) =>
  runs.slice(1).map(({ firstAt, skipped }, i) => ({ from: runs[i]!.lastAt, to: firstAt, skipped }))

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
