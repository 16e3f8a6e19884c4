import type { CallFacts, StreamFact } from '../../../../shared/model/facts.ts'
import { whoSends, type Rule } from '../rule.ts'

/** A crystal is wrong by less than 100; from here on a jitter buffer of 40 ms is at its end within 40 s. */
const leastPpm = 1000
/** Two streams that differ by less run by the same clock, or are seen by a wrong one. */
const samePpm = 200

type Measured = StreamFact & { readonly clockSkew: NonNullable<StreamFact['clockSkew']> }

/** A sender whose clock runs too fast or too slow: the buffer of its receiver runs full, or empty, again and again. */
export const clockSkew: Rule = {
  id: 'clock-skew',
  severities: ['warning'],
  looksAt: 'the timestamps of RTP beside the clock that saw its packets, over a minute and more',
  speaks: 'they run apart by 0.1 % and more, beyond the uncertainty of the measurement',
  silent:
    'the stream is too short or too uneven, this endpoint sent it, or every stream runs apart by the same: then ' +
    'the clock that recorded them is the wrong one',
  needs: 'streams',
  evaluate(facts) {
    const measured = measuredOf(facts)
    const skewed = measured.filter(isSkewed)
    if (facts.vantage === 'observed' && areAlike(measured) && skewed.length === measured.length) return []
    return skewed.map((stream) => {
      const { ppm, uncertaintyPpm } = stream.clockSkew
      const sender = stream.toPeer === null ? stream.source : whoSends(facts, stream.toPeer)
      const way = ppm > 0 ? 'fast' : 'slow'
      return {
        severity: 'warning' as const,
        at: stream.lastAt,
        evidence: [stream],
        sentence:
          `The clock of ${sender} runs ${(Math.abs(ppm) / 1e4).toFixed(2)} % too ${way} (± ` +
          `${(uncertaintyPpm / 1e4).toFixed(3)} %): its audio is ${Math.round(Math.abs(ppm) * 0.06)} ms ` +
          `${ppm > 0 ? 'more' : 'less'} than a minute every minute. The jitter buffer of its receiver runs ` +
          `${ppm > 0 ? 'full' : 'empty'}, and skips ${ppm > 0 ? 'words' : 'or repeats'} to catch up.`,
        next:
          `Have ${sender} pace its packets by a monotonic clock and by what is due since the beginning, not by ` +
          'sleeping for the packet time after each; a virtual machine may lack a time source.',
      }
    })
  },
}

/** Each stream once, wherever it was seen on its way; of an endpoint what its peer sends. */
function measuredOf({ streams, vantage }: CallFacts): readonly Measured[] {
  const theirs = streams.filter(({ toPeer }) => vantage === 'observed' || toPeer !== true)
  const first = theirs.filter(({ ssrc }, n) => theirs.findIndex((other) => other.ssrc === ssrc) === n)
  return first.filter((stream): stream is Measured => stream.clockSkew !== null)
}

const isSkewed = ({ clockSkew: { ppm, uncertaintyPpm } }: Measured) => Math.abs(ppm) - uncertaintyPpm >= leastPpm

function areAlike(measured: readonly Measured[]): boolean {
  const all = measured.map((stream) => stream.clockSkew.ppm)
  return measured.length > 1 && Math.max(...all) - Math.min(...all) < samePpm
}
