import { describe, expect, it } from 'vitest'
import {
  delayImpairment,
  equipmentImpairment,
  estimateMos,
  whyNoMos,
  mosFromR,
} from '../../../electron/engine/quality/e-model.ts'
import { RtpStreamStats } from '../../../electron/engine/quality/rtp-stats.ts'
import { ulaw } from '../../../electron/engine/media/codec/g711.ts'
import { emptyRtpHeader } from '../../../shared/wire/rtp/rtp.ts'

describe('the E-model (ITU-T G.107)', () => {
  it('gives the published delay impairments', () => {
    expect([100, 200, 300, 400].map((ms) => Math.round(delayImpairment(ms) * 100) / 100)).toEqual([
      0, 3.04, 14.76, 24.07,
    ])
  })

  it('has its ceiling at 4.41 and never shows 4.5 under loss', () => {
    expect(Math.round(mosFromR(93.2) * 100) / 100).toBe(4.41)
    expect(estimateMos({ codec: 'PCMU', lostPercent: 0, roundTripMs: null })).toMatchObject({
      value: 4.41,
      assumptions: expect.arrayContaining([expect.stringContaining('no RTCP round trip')]),
    })
    expect(estimateMos({ codec: 'PCMA', lostPercent: 10, roundTripMs: 20 })!.value).toBeLessThan(3.5)
    expect(equipmentImpairment(0, 4.3, 4.3)).toBeCloseTo(47.5)
  })

  it('gives no number where there is no trusted row', () =>
    expect(estimateMos({ codec: 'opus', lostPercent: 0, roundTripMs: 1 })).toBeNull())

  it('is that of wideband for G.722 while nothing is lost, and unknown where something is', () => {
    const estimate = (lostPercent: number) => ({ codec: 'G722', lostPercent, roundTripMs: null })
    expect(estimateMos(estimate(0))).toMatchObject({ value: 4.34, r: 116, model: 'ITU-T G.107.1' })
    expect(estimateMos(estimate(0))!.assumptions).toContain('loss is not modelled')
    expect(estimateMos(estimate(0.5))).toBeNull()
    expect(whyNoMos(estimate(0.5))).toMatch(/^what a loss of 0.5 % does to G722 is not modelled/)
    expect(whyNoMos({ codec: 'PCMU', lostPercent: 10 })).toBeNull()
  })
})

describe('stream figures', () => {
  const meaning = { codec: 'PCMU', clockRateHz: 8000, meter: ulaw.level }
  const feed = (arrivals: readonly (readonly [sequence: number, atMs: number])[], fill = 0xff) => {
    const stats = new RtpStreamStats(1)
    const packet = new Uint8Array(172).fill(fill)
    for (const [sequence, atMs] of arrivals) {
      const header = {
        ...emptyRtpHeader(),
        sequence: sequence & 0xffff,
        timestamp: (sequence * 160) >>> 0,
        payloadOffset: 12,
        payloadLength: 160,
      }
      stats.update(atMs * 1000, header, meaning, 172, packet)
    }
    return stats
  }

  it('counts loss, order and duplicates apart', () => {
    const stats = feed([
      [0, 0],
      [1, 20],
      [3, 60],
      [2, 65],
      [3, 70],
      [6, 120],
    ])
    expect(stats).toMatchObject({ packets: 6, expected: 7, lost: 1, outOfOrder: 1, duplicates: 1 })
  })

  it('goes on counting over a rollover of the sequence', () => {
    const stats = feed(Array.from({ length: 200 }, (_, i) => [65_500 + i, i * 20] as const))
    expect(stats).toMatchObject({ packets: 200, expected: 200, lost: 0, maxDeltaMs: 20, minDeltaMs: 20 })
  })

  it('smooths jitter by sixteenths', () => {
    const stats = feed([
      [0, 0],
      [1, 36],
      [2, 40],
    ])
    expect(stats.maxJitterMs).toBeCloseTo(1 + 15 / 16, 6)
  })

  it('knows silence from sound', () => {
    expect(
      feed(
        [
          [0, 0],
          [1, 20],
        ],
        0xff,
      ),
    ).toMatchObject({ meanDbfs: -96, firstEnergyAt: null })
    expect(
      feed(
        [
          [0, 0],
          [1, 20],
        ],
        0x20,
      ),
    ).toMatchObject({ firstEnergyAt: 0, lastEnergyAt: 20_000 })
  })

  it('states the bit rate with IP, UDP and RTP headers', () => {
    expect(feed(Array.from({ length: 501 }, (_, i) => [i, i * 20] as const)).bitrateKbps(0)).toBeCloseTo(80.2, 0)
  })
})
