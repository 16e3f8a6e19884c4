import { codecDescriptor } from '../../../shared/model/codecs.ts'
import { burstRatio, isRandom, type Losses } from './bursts.ts'
import { jitterBufferMs } from './timing.ts'

/** A quality estimate with everything it rests on, so that it can be shown with the number. */
export interface Mos {
  readonly value: number
  readonly r: number
  readonly model: string
  readonly assumptions: readonly string[]
}

export interface MosInput {
  readonly codec: string
  readonly lostPercent: number
  /** Null when RTCP gave none. */
  readonly roundTripMs: number | null
  /** How it was lost; left out: at random. */
  readonly losses?: Losses
}

/** Packetisation of 20 ms, and the jitter buffer. */
const bufferingMs = 20 + jitterBufferMs

/** Delay impairment Idd for the one-way delay Ta in ms (ITU-T G.107 equation 7-27). */
export function delayImpairment(oneWayMs: number): number {
  if (oneWayMs <= 100) return 0
  const x = Math.log2(oneWayMs / 100)
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2)
}

/** Effective equipment impairment (G.107 equation 7-29); `burstR`: 1 for random loss, else see `burstRatio`. */
export function equipmentImpairment(ie: number, bpl: number, lostPercent: number, burstR = 1): number {
  return ie + (95 - ie) * (lostPercent / (lostPercent / burstR + bpl))
}

/** MOS from R (G.107 annex B). */
export function mosFromR(r: number): number {
  if (r <= 0) return 1
  if (r >= 100) return 4.5
  return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6
}

const hundredths = (value: number) => Math.round(value * 100) / 100

/** R of a call that nothing impairs (G.107 and G.107.1), and how far the scale of MOS is stretched for it. */
const models = {
  'ITU-T G.107': { best: 93.2, stretch: 1 },
  'ITU-T G.107.1': { best: 129, stretch: 1.29 },
} as const

/** Why there is no estimate: no number is better than a made-up one. Null where there is one. */
export function whyNoMos({ codec, lostPercent }: Pick<MosInput, 'codec' | 'lostPercent'>): string | null {
  const row = codecDescriptor(codec)?.impairment
  if (!row) return `there is no model of quality for ${codec}`
  if (row.bpl === null && lostPercent > 0)
    return (
      `what a loss of ${lostPercent} % does to ${codec} is not modelled: ` +
      'no trusted figure (Bpl) is published for it'
    )
  return null
}

/** E-model estimate; null where `whyNoMos` says why not. */
export function estimateMos({ codec, lostPercent, roundTripMs, losses }: MosInput): Mos | null {
  const row = codecDescriptor(codec)?.impairment
  if (!row || whyNoMos({ codec, lostPercent }) !== null) return null
  const loss = Math.max(0, lostPercent)
  const { best, stretch } = models[row.model]
  const path = roundTripMs === null ? 0 : roundTripMs / 2
  const burstR = loss > 0 && losses && !isRandom(losses) ? Math.max(1, burstRatio(losses)) : 1
  const equipment = row.bpl === null ? row.ie : equipmentImpairment(row.ie, row.bpl, loss, burstR)
  const r = best - delayImpairment(path + bufferingMs) - equipment
  return {
    value: hundredths(mosFromR(r / stretch)),
    r: hundredths(r),
    model: row.model,
    assumptions: [
      roundTripMs === null
        ? 'no RTCP round trip: network delay taken as 0 ms'
        : `one-way delay is half the round trip of ${roundTripMs} ms`,
      `${bufferingMs} ms for packetisation and jitter buffer`,
      ...(row.bpl === null
        ? [row.assumption, 'loss is not modelled']
        : [`loss is ${kindOf(burstR)} and ${row.assumption}`]),
    ],
  }
}

const kindOf = (burstR: number) =>
  burstR === 1
    ? 'random (BurstR 1)'
    : `in runs ${hundredths(burstR)} times as long as those of random loss (BurstR ${hundredths(burstR)}, measured)`
