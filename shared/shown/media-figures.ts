import type { CallReport, Stream } from '../contract/report.ts'
import type { Sample } from '../contract/state.ts'
import { lossOf } from './loss.ts'

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

export const toneOf = (value: number, [warning, fault]: readonly [number, number]): Tone =>
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
      tone: dbfs === null ? 'unknown' : levelTone(dbfs),
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
              name: 'MOS, unconfirmed',
              value: mos.value.toFixed(2),
              tone: 'unknown',
              meaning: `Of what left here; ${mos.assumptions.at(-1)}.`,
            },
  }
}

/** Below it nobody hears anything. */
export const levelTone = (dbfs: number): Tone => (dbfs <= -60 ? 'warning' : 'plain')
export const mosTone = (value: number): Tone => (value < 3.1 ? 'fault' : value < 3.6 ? 'warning' : 'plain')

const meanings = {
  lost: 'Packets that never came, of those that were due. Above 1 % it can be heard, above 3 % it disturbs.',
  jitter: 'How unevenly packets arrive (RFC 3550 6.4.1). Above 20 ms a receiver needs a longer buffer.',
  level: 'How loud the audio is; 0 dBFS is the loudest there is, below −60 dBFS nobody hears anything.',
  MOS: 'Estimated quality from 1 (bad) to 4.4 (as good as G.711 gets), by the E-model (ITU-T G.107).',
} as const

/** What the last session descriptions agreed on, the codec first. */
export const agreedParts = (media: CallReport['media'][number]): readonly [codec: string, ...rest: string[]] => [
  `${media.codec}/${media.clockRate}`,
  `payload type ${media.payloadType}`,
  `${media.ptimeMs} ms`,
  `media encryption ${media.encryption === 'none' ? 'none' : media.encryption.toUpperCase()}`,
  media.direction,
  `${media.local} ↔ ${media.remote}`,
]

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
