import { describe, expect, it } from 'vitest'
import { ulaw } from '../../../electron/engine/media/codec/g711.ts'
import { ReceiverStream } from '../../../electron/engine/media/stream/receiver-report.ts'
import { FigureSeries } from '../../../electron/engine/quality/figure-series.ts'
import { RtpStreamStats } from '../../../electron/engine/quality/rtp-stats.ts'
import { streamOf } from '../../../electron/engine/report/report.ts'
import { TracedStream } from '../../../electron/engine/trace/streams/traced-stream.ts'
import { streamSchema } from '../../../shared/contract/report.ts'
import { parseRtcp, writeRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, readRtp } from '../../../shared/wire/rtp/rtp.ts'
import { predictableRandom } from '../../harness/random.ts'

const random = predictableRandom(3)
const below = (n: number) => random.uint32() % n
const here = { host: '192.0.2.1', port: 1 }
const report = (stats: RtpStreamStats) =>
  streamOf(
    Object.assign(new TracedStream(here, here, null, 1), {
      stats,
      report: {
        at: 0,
        lost: 1,
        jitter: 0xffffffff,
        highestSequence: 0,
        roundTripMs: 1e9,
        firstLost: 0,
        firstHighestSequence: 0,
      },
    }),
    null,
  )

describe('figures of streams that make no sense', () => {
  it.each([0, 1, 500, 999, 1000, 8000, 44_100, 4_294_967_295, -8000, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300])(
    'a clock of %d Hz gives numbers that a report can carry',
    (clockRateHz) => {
      const stats = new RtpStreamStats(1)
      const series = new FigureSeries()
      for (let i = 0; i < 400; i++) {
        const packet = new Uint8Array(below(400)).fill(below(256))
        const header = emptyRtpHeader()
        packet.set(random.bytes(Math.min(12, packet.length)), 0)
        if (packet.length > 0) packet[0] = 0x80 | (packet[0]! & 0x3f)
        if (readRtp(packet, header) !== null) continue
        const at = below(3) === 0 ? random.uint32() * 1e6 : 1_700_000_000_000_000 + i * 20_000
        series.update(at, stats)
        stats.update(at, header, { codec: 'PCMU', clockRateHz, meter: ulaw.level }, packet.length, packet)
      }
      expect(stats.packets).toBeGreaterThan(50)
      expect(streamSchema.safeParse(report(stats)).error).toBeUndefined()
      expect(
        series
          .since(0)
          .flat()
          .every((value) => value === null || Number.isFinite(value)),
      ).toBe(true)
      expect(stats.payloadTypes.size).toBeLessThanOrEqual(128)
    },
  )

  it('packets without a payload, or with nothing but padding, are counted and have no level', () => {
    const stats = new RtpStreamStats(1)
    for (const bytes of [
      Buffer.from('800000010000000000000001', 'hex'),
      Buffer.from('a0000002000000a000000001000000000000000008', 'hex').subarray(0, 20),
    ]) {
      const header = emptyRtpHeader()
      bytes[bytes.length - 1] = bytes.length === 20 ? 8 : bytes.at(-1)!
      expect(readRtp(bytes, header)).toBeNull()
      stats.update(1000, header, { codec: 'PCMU', clockRateHz: 8000, meter: ulaw.level }, bytes.length, bytes)
    }
    expect(report(stats)).toMatchObject({ packets: 2, level: null })
  })

  it('padding that is longer than the packet makes it no RTP', () => {
    const bytes = Buffer.alloc(172, 0xff)
    bytes[0] = 0xa0
    expect(readRtp(bytes, emptyRtpHeader())).toMatch(/longer than the packet/)
  })

  it('what we report of them fits into RTCP', () => {
    const stream = new ReceiverStream(1, 0, 8000)
    for (let i = 0; i < 2000; i++) {
      stream.received(
        { ...emptyRtpHeader(), sequence: below(65_536), timestamp: random.uint32() },
        random.uint32() * 1000,
        true,
      )
      const block = stream.report(random.uint32())
      expect(Object.values(block).every(Number.isFinite)).toBe(true)
      expect(parseRtcp(writeRtcp([{ type: 'rr', ssrc: 1, reports: [block] }]))).toMatchObject([
        { type: 'rr', reports: [{ jitter: Math.round(block.jitter), lastSr: 0 }] },
      ])
    }
  })
})
