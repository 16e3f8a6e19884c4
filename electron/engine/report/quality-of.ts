import type { CallFacts } from '../../../shared/model/facts.ts'
import { judge } from '../diagnosis/directions.ts'
import { lostOf, pausedUs, pausesOf } from '../diagnosis/loss.ts'

/** What a stream's bit rate and the estimate of its quality rest on beyond its figures. */
export interface Quality {
  readonly lost: number
  /** Of its life, pauses that were agreed. */
  readonly pausedUs: number
  /** Those that nothing explains. */
  readonly pauses: ReturnType<typeof pausesOf>
  /** Null where its receiver confirmed it. */
  readonly unconfirmed: string | null
}

/** Of a stream of a call: its loss without agreed pauses, how long those were, and whether anyone heard it. */
export function qualityOf(facts: CallFacts, n: number): Quality {
  const stream = facts.streams[n]!
  const heard = stream.rtcp !== null || (stream.toPeer === true && judge(facts)?.toPeer.delivered === 'yes')
  const where = facts.vantage === 'observed' ? 'what passed the capture point' : 'what left this computer'
  const ours = facts.vantage === 'observed' || stream.toPeer === true
  return {
    lost: lostOf(stream, facts),
    pausedUs: pausedUs(stream, facts),
    pauses: pausesOf(stream, facts),
    unconfirmed: ours && !heard ? `it is of ${where}: nobody confirmed that it arrived` : null,
  }
}
