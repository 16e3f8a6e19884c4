import { codecDescriptor } from '../../../shared/model/codecs.ts'

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
}

/** Packetisation of 20 ms and a jitter buffer of 40 ms. */
const bufferingMs = 60

/** Delay impairment Idd for the one-way delay Ta in ms (ITU-T G.107 equation 7-27). */
export function delayImpairment(oneWayMs: number): number {
  if (oneWayMs <= 100) return 0
  const x = Math.log2(oneWayMs / 100)
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2)
}

/** Effective equipment impairment for random loss (G.107 equation 7-29, BurstR 1). */
export function equipmentImpairment(ie: number, bpl: number, lostPercent: number): number {
  return ie + (95 - ie) * (lostPercent / (lostPercent + bpl))
}

/** MOS from R (G.107 annex B). */
export function mosFromR(r: number): number {
  if (r <= 0) return 1
  if (r >= 100) return 4.5
  return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6
}

const hundredths = (value: number) => Math.round(value * 100) / 100

/** E-model estimate; null for codecs without a trusted row (no number is better than a made-up one). */
export function estimateMos({ codec, lostPercent, roundTripMs }: MosInput): Mos | null {
  const row = codecDescriptor(codec)?.impairment
  if (!row) return null
  const path = roundTripMs === null ? 0 : roundTripMs / 2
  const r = 93.2 - delayImpairment(path + bufferingMs) - equipmentImpairment(row.ie, row.bpl, Math.max(0, lostPercent))
  return {
    value: hundredths(mosFromR(r)),
    r: hundredths(r),
    model: 'ITU-T G.107',
    assumptions: [
      roundTripMs === null
        ? 'no RTCP round trip: network delay taken as 0 ms'
        : `one-way delay is half the round trip of ${roundTripMs} ms`,
      `${bufferingMs} ms for packetisation and jitter buffer`,
      row.assumption,
    ],
  }
}
