import { describe, expect, it } from 'vitest'
import {
  delayImpairment,
  equipmentImpairment,
  estimateMos,
  whyNoMos,
  mosFromR,
} from '../../../electron/engine/quality/e-model.ts'
import { Bursts, burstRatio, isRandom, type Losses } from '../../../electron/engine/quality/bursts.ts'
import { predictableRandom } from '../../harness/random.ts'
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

  // A stream of 16 packets, of which the third and the ninth to eleventh are lost (McGowan's burst ratio: 2 * 12 / 16).
  it('has the burst ratio of the literature', () => {
    const bursts = new Bursts()
    bursts.missing(3, 3)
    bursts.missing(9, 11)
    const { burstMissing, gapMissing, runs } = bursts.of(16)
    expect(burstRatio({ packets: 16, missing: burstMissing + gapMissing, runs })).toBe(1.5)
    // Two states, loss after a packet by p and a packet after loss by q: 1 / (p + q), here of p 1 % and q 25 %.
    expect(burstRatio({ packets: 26_000, missing: 1000, runs: 250 })).toBeCloseTo(1 / 0.26, 6)
    expect(burstRatio({ packets: 100, missing: 0, runs: 0 })).toBe(1)
  })

  it('counts loss in runs for more than random loss, by as much as the equation says', () => {
    // 95 * 5 / (5 + 25.1) and 95 * 5 / (5 / 3.8 + 25.1).
    expect(equipmentImpairment(0, 25.1, 5)).toBeCloseTo(15.78, 2)
    expect(equipmentImpairment(0, 25.1, 5, 3.8)).toBeCloseTo(17.981, 2)
    const estimate = (losses?: Losses) =>
      estimateMos({ codec: 'PCMU', lostPercent: 5, roundTripMs: null, ...(losses && { losses }) })!
    const random = estimate()
    expect(random.r).toBe(77.42)
    expect(random.assumptions).toContain(
      'loss is random (BurstR 1) and concealed as in G.711 Appendix I (Ie 0, Bpl 25.1)',
    )
    const inFours = estimate({ packets: 1000, missing: 50, runs: 12.5 })
    expect(inFours.r).toBeCloseTo(random.r - 2.2, 1)
    expect(inFours.assumptions).toContain(
      'loss is in runs 3.8 times as long as those of random loss (BurstR 3.8, measured) and concealed as in G.711 ' +
        'Appendix I (Ie 0, Bpl 25.1)',
    )
    // Where nothing was lost, late packets in a row are no runs of loss.
    const lossless = { codec: 'PCMU', lostPercent: 0, roundTripMs: null, losses: { packets: 450, missing: 8, runs: 2 } }
    expect(estimateMos(lossless)!.assumptions.join()).toContain('loss is random (BurstR 1)')
    // However long the runs are, the impairment has its limit.
    expect(estimate({ packets: 1000, missing: 50, runs: 1 }).r).toBeGreaterThan(93.2 - (95 * 5) / 25.1 - 1)
  })

  it('takes random loss for random, whatever runs chance gives it', () => {
    const random = predictableRandom(7)
    let found = 0
    for (let stream = 0; stream < 400; stream++) {
      const [packets, loss] = [1500, [0.005, 0.02, 0.05, 0.2][stream % 4]!]
      const bursts = new Bursts()
      for (let n = 0; n < packets; n++) if (random.uint32() < loss * 2 ** 32) bursts.missing(n, n)
      const { burstMissing, gapMissing, runs } = bursts.of(packets)
      if (!isRandom({ packets, missing: burstMissing + gapMissing, runs })) found++
    }
    expect(found).toBeLessThan(12)
    for (const runs of [10, 25]) expect(isRandom({ packets: 1000, missing: 50, runs })).toBe(false)
    expect(isRandom({ packets: 1000, missing: 3, runs: 1 })).toBe(false)
    expect(isRandom({ packets: 1000, missing: 2, runs: 1 })).toBe(true)
    expect(isRandom({ packets: 0, missing: 0, runs: 0 })).toBe(true)
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
