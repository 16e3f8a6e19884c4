import { describe, expect, it } from 'vitest'
import { streamLines } from '../../../electron/cli/terminal.ts'
import { callReportSchema } from '../../../shared/contract/report.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'

/** On hold from 3 s to 13 s by a re-INVITE of ours; the peer pauses and goes on, its numbers as `sequence` says. */
const held = (sequence: number, hold = true) => {
  const call = new TraceBuilder('outbound').answered().rtp('received', { fromMs: 1000, packets: 100 })
  const offer = (atMs: number, cseq: number, way: string, back: string) =>
    call
      .request(atMs, 'INVITE', { cseq, toTag: ';tag=b', body: sdp('10.0.0.5', 20_000, `a=${way}\n`) })
      .response(atMs + 10, '200 OK', { cseq, body: sdp('203.0.113.9', 30_000, `a=${back}\n`) })
      .request(atMs + 11, 'ACK', { cseq, toTag: ';tag=b' })
  if (hold) offer(3000, 2, 'sendonly', 'recvonly')
  if (hold) offer(13_000, 3, 'sendrecv', 'sendrecv')
  return call.rtp('received', { fromMs: 13_020, packets: 100, sequence }).at(16_000)
}

describe('how packets lay in time', () => {
  it('stands in the report: a hold is neither a gap nor a burst, whatever the numbers do in it', () => {
    for (const sequence of [100, 600]) {
      const [stream] = held(sequence).streams
      expect(stream!.timing).toMatchObject({
        late: 0,
        bursts: 0,
        longestGapMs: 20,
        clockSkew: null,
        pacing: { packetMs: 20, talkSpurts: 1, mostInSecond: 50 },
      })
    }
  })

  it('has a pause that nothing explains as a gap: as a talkspurt, or as a burst where packets are missing', () => {
    expect(held(100, false).streams[0]!.timing).toMatchObject({ bursts: 0, pacing: { talkSpurts: 2 } })
    expect(held(100, false).streams[0]!.timing!.longestGapMs).toBeGreaterThan(9000)
    expect(held(600, false).streams[0]!.timing).toMatchObject({
      bursts: 1,
      meanBurstMs: 10_000,
      burstDensityPercent: 100,
      gapDensityPercent: 0,
    })
  })

  it('is what the peer says of ours too, where it sends extended reports', () => {
    const call = new TraceBuilder('outbound').answered().rtp('sent', { fromMs: 1000, packets: 100 })
    const nothing = { echoReturnLossDb: null, noiseDbm: null, signalDbm: -20, externalR: null, receiverConfig: 0 }
    const shares = { lossRate: 0.05, discardRate: 0.01, burstDensity: 0.5, gapDensity: 0 }
    const times = { burstMs: 80, gapMs: 900, roundTripMs: 30, endSystemDelayMs: 60 }
    const buffers = { jitterBufferMs: 40, jitterBufferMostMs: 40, jitterBufferLongestMs: 40 }
    const metrics = { ssrc: 1, gmin: 16, r: 71, mosLq: 3.6, mosCq: 3.5, ...nothing, ...shares, ...times, ...buffers }
    const report = call.extended(3000, metrics).at(4000)
    callReportSchema.parse(report)
    expect(report.streams[0]!.voip).toMatchObject({ lossPercent: 5, discardPercent: 1, mosLq: 3.6, roundTripMs: 30 })
    expect(streamLines(report).join('\n')).toContain(
      'its receiver says (RTCP XR): 5.0 % lost, 1.0 % discarded, R 71.0, MOS-LQ 3.6, MOS-CQ 3.5',
    )
  })

  it('has an estimate of the quality for each direction by itself in the terminal, and who confirmed it', () => {
    const call = new TraceBuilder('outbound').answered().rtp('sent', { fromMs: 1000, packets: 150 })
    call.rtp('received', { fromMs: 1000, packets: 150, skip: (n) => n % 20 === 7 })
    const lines = streamLines(call.at(4200))
    expect(lines.filter((line) => line.includes('MOS 4.41'))).toEqual([
      expect.stringMatching(/^→ to 203.0.113.9:30000: MOS 4.41 by ITU-T G.107: .*nobody confirmed that it arrived$/),
    ])
    expect(lines.find((line) => line.startsWith('← from 203.0.113.9:30000: MOS'))).toMatch(/MOS 3\.\d\d|MOS 4\.[0-3]/)
    expect(lines.find((line) => line.startsWith('→ to 203.0.113.9:30000  '))).toContain('4.41 (sent)')
  })
})
