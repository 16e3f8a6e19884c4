import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ExtendedReport } from '../../../electron/engine/media/stream/extended-report.ts'
import { parseRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { MediaBench, theirMedia } from '../../harness/media-bench.ts'
import { sdp } from '../../harness/messages.ts'

let bench: MediaBench
beforeEach(() => void (bench = new MediaBench()))
afterEach(() => bench.session?.close())

const sent = () =>
  bench.rtcp.flatMap(({ clear, sent: isOurs }) => {
    const packets = parseRtcp(clear)
    return isOurs && typeof packets !== 'string' ? packets.filter(({ type }) => type === 'xr') : []
  })
const asking = (text: string) => sdp(undefined, undefined, `a=rtcp-xr:${text}\n`)

describe('extended reports (RFC 3611)', () => {
  it('go to a peer that asks for VoIP metrics, of the stream that it sends now', async () => {
    await bench.answered({}, asking('rcvr-rtt=all voip-metrics'))
    await bench.stream(2000, { from: theirMedia })
    expect(sent().at(-1)).toMatchObject({ voip: [{ ssrc: 77, gmin: 16, jitterBufferMs: 40 }] })
    await bench.stream(4000, { from: theirMedia, ssrc: 78 })
    expect(sent().at(-1)).toMatchObject({ voip: [{ ssrc: 78, lossRate: 0, mosLq: 4.4, mosCq: 4.4, r: 93 }] })
  })

  it('say what was lost and late, how it lay together, and what the E-model makes of it', () => {
    const report = new ExtendedReport(5)
    for (let n = 0; n < 1000; n++) {
      if ([100, 101, 105, 500].includes(n)) continue
      const header = { ...emptyRtpHeader(), sequence: n, timestamp: n * 160 }
      report.received(header, 8000, n * 20 + (n === 600 || n === 602 ? 50 : 0))
    }
    const metrics = report.metrics('PCMU', 400)
    expect(metrics).toMatchObject({
      ssrc: 5,
      lossRate: 0.004,
      discardRate: 0.002,
      burstDensity: 5 / 9,
      gapDensity: 1 / 991,
      burstMs: 90,
      endSystemDelayMs: 60,
      roundTripMs: 400,
    })
    expect(metrics.mosCq!).toBeLessThan(metrics.mosLq!)
    expect(report.metrics('opus', null)).toMatchObject({ r: null, mosLq: null, mosCq: null, roundTripMs: 0 })
  })

  it('go to nobody else, and are asked for where that is switched on', async () => {
    await bench.answered({}, asking('pkt-loss-rle'))
    await bench.stream(3000, { from: theirMedia })
    expect(sent()).toEqual([])
    const asked = new MediaBench()
    await asked.open({ rtcpXr: true })
    expect(await asked.session.offer()).toContain('\r\na=rtcp-xr:voip-metrics\r\n')
    expect(await asked.session.answer(sdp())).toMatchObject({ sdp: expect.stringContaining('a=rtcp-xr:voip-metrics') })
    asked.session.close()
  })
})
