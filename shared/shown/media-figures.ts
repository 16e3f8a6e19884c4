import type { Stream } from '../contract/report.ts'
import type { Sample } from '../contract/state.ts'
import { span } from './format.ts'
import { lossOf } from './loss.ts'
import type { Span } from './time-marks.ts'

export type Direction = 'to-peer' | 'from-peer'

/** A stream with its samples; `n` is its place in the report. */
export interface Flow {
  readonly n: number
  readonly stream: Stream
  /** Null where neither session description names its addresses. */
  readonly direction: Direction | null
  readonly samples: readonly Sample[]
}

export type Tone = 'plain' | 'warning' | 'fault' | 'unknown'

/** What is in no figure, for under the streams; null where nothing is. */
export const unfollowedText = (packets: number): string | null =>
  packets === 0
    ? null
    : `${packets.toLocaleString('en')} more RTP packets came in more streams than are followed: they are in no figure.`

/** A figure of a stream as it is written. */
export interface Figure {
  readonly name: string
  readonly value: string
  readonly tone: Tone
  /** What it means, for who hovers over its name. */
  readonly meaning: string
}

/** Where loss and jitter get bad: G.113 and common practice of voice over IP. */
export const lossLimits = [1, 3] as const
export const jitterLimits = [20, 30] as const

const toneOf = (value: number, [warning, fault]: readonly [number, number]): Tone =>
  value >= fault ? 'fault' : value >= warning ? 'warning' : 'plain'

export interface InShort {
  readonly packets: string
  readonly lost: Figure
  readonly jitter: Figure
  readonly level: Figure
  readonly mos: Figure
}

/** A direction in one line. While it goes on, the level is that of the last half second. */
export function inShort({ stream, samples }: Flow, live: boolean): InShort {
  const { packets, meanJitterMs, level, mos, mosUnknown, codec } = stream
  const { percent } = lossOf(stream)
  const dbfs = live ? (samples.at(-1)?.[3] ?? null) : (level?.meanDbfs ?? null)
  return {
    packets: packets.toLocaleString('en'),
    lost: {
      name: 'lost',
      value: `${percent.toFixed(1)} %`,
      tone: toneOf(percent, lossLimits),
      meaning: meanings.lost,
    },
    jitter: {
      name: 'jitter',
      value: `${meanJitterMs.toFixed(1)} ms`,
      tone: toneOf(meanJitterMs, jitterLimits),
      meaning: meanings.jitter,
    },
    level: {
      name: 'level',
      value: dbfs === null ? 'unknown' : `${dbfs.toFixed(1)} dBFS`,
      tone: dbfs === null ? 'unknown' : dbfs <= -60 ? 'warning' : 'plain',
      meaning:
        dbfs === null
          ? live
            ? 'No half second is complete yet, or this codec is not decoded.'
            : 'This codec is not decoded, or the audio is encrypted.'
          : meanings.level,
    },
    mos:
      mos === null
        ? {
            name: 'MOS',
            value: 'unknown',
            tone: 'unknown',
            meaning: `Unknown: ${mosUnknown ?? `no model for ${codec}`}.`,
          }
        : mos.confirmed
          ? { name: 'MOS', value: mos.value.toFixed(2), tone: mosTone(mos.value), meaning: meanings.MOS }
          : {
              name: 'MOS',
              value: `${mos.value.toFixed(2)} sent`,
              tone: 'unknown',
              meaning: `Of what left here; ${mos.assumptions.at(-1)}.`,
            },
  }
}

const mosTone = (value: number): Tone => (value < 3.1 ? 'fault' : value < 3.6 ? 'warning' : 'plain')

const meanings = {
  'packets': 'RTP packets that were seen of this stream.',
  'lost': 'Packets that never came, of those that were due. Above 1 % it can be heard, above 3 % it disturbs.',
  'jitter': 'How unevenly packets arrive (RFC 3550 6.4.1). Above 20 ms a receiver needs a longer buffer.',
  'level': 'How loud the audio is; 0 dBFS is the loudest there is, below −60 dBFS nobody hears anything.',
  'MOS': 'Estimated quality from 1 (bad) to 4.4 (as good as G.711 gets), by the E-model (ITU-T G.107).',
  'longest gap': 'The longest time between two packets that followed one another.',
  'order': 'Packets that came after later ones, or twice.',
  'bit rate': 'Of the whole packets, headers of IP and UDP included.',
  'round trip': 'There and back, by sender and receiver reports (RTCP).',
  'receiver says': 'What the last receiver report (RTCP RR) of the other side said of this stream.',
  'codec': 'What the payload type stands for, by the session descriptions.',
} as const

/** Every figure of a stream. `holds`: seconds of the call in which it was on hold; `begin`: of the stream, likewise. */
export function allFigures({ stream }: Flow, live: boolean, holds: readonly Span[]): Figure[] {
  const {
    codec,
    clockRate,
    payloadType,
    packets,
    outOfOrder,
    duplicates,
    meanJitterMs,
    maxJitterMs,
    maxDeltaMs,
    bitrateKbps,
    rtcp,
  } = stream
  const loss = lossOf(stream)
  const figure = (name: keyof typeof meanings, value: string, tone: Tone = 'plain'): Figure => ({
    name,
    value,
    tone,
    meaning: meanings[name],
  })
  const hold = holds.find(({ from, to }) => maxDeltaMs > 1000 && to - from > 1 && maxDeltaMs / 1000 >= to - from - 1)
  return [
    figure('codec', `${codec}/${clockRate}, type ${payloadType}`),
    figure('packets', packets.toLocaleString('en')),
    figure('lost', loss.text, toneOf(loss.percent, lossLimits)),
    figure(
      'jitter',
      `${meanJitterMs.toFixed(2)} ms, most ${maxJitterMs.toFixed(2)} ms`,
      toneOf(meanJitterMs, jitterLimits),
    ),
    figure(
      'longest gap',
      `${maxDeltaMs.toFixed(1)} ms${hold ? `, the hold of ${span(hold.to - hold.from)} in it` : ''}`,
    ),
    figure(
      'order',
      outOfOrder + duplicates === 0 ? 'all in order' : `${outOfOrder} late, ${duplicates} twice`,
      outOfOrder + duplicates === 0 ? 'plain' : 'warning',
    ),
    bitrateKbps === null
      ? figure('bit rate', 'unknown: too few packets', 'unknown')
      : figure('bit rate', `${bitrateKbps.toFixed(1)} kbit/s`),
    rtcp?.roundTripMs == null
      ? figure('round trip', `unknown: no ${rtcp === null ? 'receiver report' : 'sender report came back'}`, 'unknown')
      : figure('round trip', `${rtcp.roundTripMs.toFixed(1)} ms`),
    rtcp === null
      ? figure('receiver says', live ? 'nothing yet' : 'nothing: no receiver report came', 'unknown')
      : figure(
          'receiver says',
          `${rtcp.reportedLost} lost, jitter ${rtcp.reportedJitterMs.toFixed(2)} ms` +
            (rtcp.implausible ? ' (it counts wrongly)' : ''),
          rtcp.reportedLost > 0 ? 'warning' : 'plain',
        ),
  ]
}

/** The streams of a call with their directions, and what is kept of how they went. */
export function flowsOf(streams: readonly Stream[], samples: readonly (readonly Sample[])[]): Flow[] {
  return streams.map((stream, n) => ({
    n,
    stream,
    direction: stream.toPeer === null ? null : stream.toPeer ? 'to-peer' : 'from-peer',
    samples: stream.series ?? samples[n] ?? [],
  }))
}

/** The stream of a direction that carried most. */
export function mainOf(flows: readonly Flow[], direction: Direction | null): Flow | null {
  const own = flows.filter((flow) => flow.direction === direction)
  return own.reduce<Flow | null>(
    (most, flow) => (most && most.stream.packets >= flow.stream.packets ? most : flow),
    null,
  )
}
