import type { Stream } from '../contract/report.ts'
import { ms, negative, percent } from './numbers.ts'

type Xr = NonNullable<Stream['voip']>

/** A part of what a receiver says in VoIP metrics. */
interface Part {
  readonly name: string
  readonly meaning: string
  /** Null: its receiver does not know. */
  readonly written: (xr: Xr) => string | null
}

const known = (name: string, value: number | null, unit = '', digits = 0) =>
  value === null ? [] : [`${name} ${negative(value, digits)}${unit}`]
const listed = (parts: readonly string[]) => (parts.length === 0 ? null : parts.join(', '))

/** What the receiver of a stream says of it in VoIP metrics (RFC 3611 4.7), by the names that they have there. */
export const extended: readonly Part[] = [
  {
    name: 'XR loss',
    meaning: 'What its receiver lost, and what came too late or too early for its jitter buffer',
    written: (xr) => `${percent(xr.lossPercent)} lost, ${percent(xr.discardPercent)} discarded`,
  },
  {
    name: 'XR bursts',
    meaning: 'Times of dense loss, as its receiver counts them',
    written: (xr) => `${ms(xr.burstMs)} ms, density ${percent(xr.burstDensityPercent)} (Gmin ${xr.gmin})`,
  },
  {
    name: 'XR gaps',
    meaning: 'The times between bursts, as its receiver counts them',
    written: (xr) => `${ms(xr.gapMs)} ms, density ${percent(xr.gapDensityPercent)}`,
  },
  {
    name: 'XR delay',
    meaning: 'The round trip that its receiver measured, and the delay inside that end',
    written: (xr) => `round trip ${ms(xr.roundTripMs)} ms, end system ${ms(xr.endSystemDelayMs)} ms`,
  },
  {
    name: 'XR signal',
    meaning: 'Level of speech and of noise at its receiver, and the loss of the echo there',
    written: (xr) =>
      listed([
        ...known('signal', xr.signalDbm, ' dBm0'),
        ...known('noise', xr.noiseDbm, ' dBm0'),
        ...known('echo return loss', xr.echoReturnLossDb, ' dB'),
      ]),
  },
  {
    name: 'XR quality',
    meaning: 'Its receiver’s own estimate, of listening (LQ) and of conversation (CQ)',
    written: (xr) =>
      listed([
        ...known('R', xr.r),
        ...known('external R', xr.externalR),
        ...known('MOS-LQ', xr.mosLq, '', 1),
        ...known('MOS-CQ', xr.mosCq, '', 1),
      ]),
  },
  {
    name: 'XR jitter buffer',
    meaning: 'How long its receiver holds packets back: now, at most so far, and at most ever',
    written: (xr) =>
      `nominal ${ms(xr.jitterBufferMs)}, maximum ${ms(xr.jitterBufferMostMs)}, ` +
      `absolute maximum ${ms(xr.jitterBufferLongestMs)} ms`,
  },
]
