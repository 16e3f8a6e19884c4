import type { CallFacts, StreamFact } from '../../../../shared/model/facts.ts'
import { whoSends, type Rule } from '../rule.ts'

/** A crystal is wrong by less than 100; from here on a jitter buffer of 40 ms is at its end within 40 s. */
const leastPpm = 1000
/** No clock is so wrong: the clock rate is another one, or audio is sent ahead. */
const mostPpm = 50_000

type Measured = StreamFact & { readonly toPeer: boolean; readonly clockSkew: NonNullable<StreamFact['clockSkew']> }

/** A sender whose clock runs too fast or too slow: the buffer of its receiver runs full, or empty, again and again. */
export const clockSkew: Rule = {
  id: 'clock-skew',
  severities: ['warning'],
  looksAt: 'the timestamps of RTP beside the clock that saw its packets, over a minute and more',
  speaks: 'they run apart by 0.1 % and more, beyond the uncertainty of the measurement',
  silent:
    'the stream is too short or too uneven, nothing says that it is audio, this endpoint sent it, they run apart by ' +
    'more than 5 % (another clock rate), or no stream of a capture tells that the clock that recorded it is right',
  needs: 'streams',
  evaluate(facts) {
    const measured = measuredOf(facts)
    const skewed = measured.filter(isSkewed)
    if (facts.vantage === 'observed' && skewed.length === measured.length) return []
    return skewed.map((stream) => {
      const { ppm, uncertaintyPpm } = stream.clockSkew
      const sender = whoSends(facts, stream.toPeer)
      const way = ppm > 0 ? 'fast' : 'slow'
      const right = facts.vantage === 'observed' ? 'that of the other side' : "this computer's"
      return {
        severity: 'warning' as const,
        at: stream.lastAt,
        evidence: [stream],
        sentence:
          `The clock of ${sender} runs ${(Math.abs(ppm) / 1e4).toFixed(2)} % too ${way} (± ` +
          `${(uncertaintyPpm / 1e4).toFixed(3)} %) beside ${right}: its audio is ` +
          `${Math.round(Math.abs(ppm) * 0.06)} ms ${ppm > 0 ? 'more' : 'less'} than a minute every minute. The ` +
          `jitter buffer of its receiver runs ${ppm > 0 ? 'full' : 'empty'}, and skips ` +
          `${ppm > 0 ? 'words' : 'or repeats'} to catch up.`,
        next:
          `Have ${sender} pace its packets by a monotonic clock and by what is due since the beginning, not by ` +
          'sleeping for the packet time after each; a virtual machine may lack a time source.',
      }
    })
  },
}

/** Each stream of audio once, wherever it was seen on its way; of an endpoint what its peer sends. */
function measuredOf({ streams, vantage }: CallFacts): readonly Measured[] {
  const theirs = streams.filter(({ toPeer }) => vantage === 'observed' || toPeer === false)
  const first = theirs.filter(({ ssrc }, n) => theirs.findIndex((other) => other.ssrc === ssrc) === n)
  return first.filter(
    (stream): stream is Measured =>
      stream.kind === 'audio' &&
      stream.toPeer !== null &&
      stream.clockSkew !== null &&
      Math.abs(stream.clockSkew.ppm) <= mostPpm,
  )
}

const isSkewed = ({ clockSkew: { ppm, uncertaintyPpm } }: Measured) => Math.abs(ppm) - uncertaintyPpm >= leastPpm
