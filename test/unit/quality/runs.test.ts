import { describe, expect, it } from 'vitest'
import { RtpStreamStats } from '../../../electron/engine/quality/rtp-stats.ts'
import { Runs } from '../../../electron/engine/quality/runs.ts'
import { emptyRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { predictableRandom } from '../../harness/random.ts'

const random = predictableRandom(17)
const below = (n: number) => random.uint32() % n

describe('packets of a run', () => {
  it('that come twice count once, as far back as a late one may come', () => {
    for (let round = 0; round < 200; round++) {
      const runs = new Runs()
      const first = below(65_536)
      const came = new Set<number>()
      let highest = 0
      for (let i = 0; i < 300; i++) {
        const step = [1, 1, 1, 0, 2, 40, 130, -1, -31, -32, -33, -64, -100][below(13)]!
        const number = highest + (i === 0 ? 0 : step)
        // What lies before the first has no place among those that are expected.
        if (number < 0) continue
        came.add(number)
        highest = Math.max(highest, number)
        runs.update(i * 1000, (first + number) & 0xffff)
      }
      expect(runs.all).toHaveLength(1)
      expect(runs.all[0]!.lost).toBe(highest + 1 - came.size)
    }
  })

  it('are counted by their payload types, however often these change', () => {
    const stats = new RtpStreamStats(1)
    const counts = new Map<number, number>()
    for (let i = 0; i < 500; i++) {
      const payloadType = [0, 0, 0, 101, 8][below(5)]!
      counts.set(payloadType, (counts.get(payloadType) ?? 0) + 1)
      const header = { ...emptyRtpHeader(), payloadType, sequence: i, timestamp: i * 160 }
      stats.update(i * 20_000, header, { codec: 'PCMU', clockRateHz: 8000, meter: null }, 172, new Uint8Array(172))
      expect(stats.payloadTypes.get(payloadType)).toBe(counts.get(payloadType))
    }
    expect(new Map(stats.payloadTypes)).toEqual(counts)
  })
})
