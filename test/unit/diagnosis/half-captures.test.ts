import { describe, expect, it } from 'vitest'
import type { CallReport } from '../../../shared/contract/report.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'

const [ours, theirs] = [sdp('10.0.0.5', 20_000), sdp('203.0.113.9', 30_000)]
const capture = () => new TraceBuilder('observed')
const accused = ({ findings }: CallReport) =>
  findings.filter(({ severity }) => severity !== 'info').map(({ sentence }) => sentence)

describe('a capture that lacks packets', () => {
  it('of one side accuses nobody: only the caller was captured', () => {
    const report = capture()
      .request(0, 'INVITE', { body: ours })
      .request(1001, 'ACK', { toTag: ';tag=b' })
      .rtp('sent', { fromMs: 1010, packets: 450 })
      .request(10_020, 'BYE', { cseq: 2 })
      .at(11_000)
    expect(accused(report)).toEqual([])
    expect(report.outcome).toBe('answered')
    expect(report.verdict.sentence).toMatch(/from the peer is unknown: the capture holds no packet of the called party/)
  })

  it('of one side accuses nobody: only the called party was captured', () => {
    const report = capture()
      .response(1000, '200 OK', { body: theirs })
      .rtp('received', { fromMs: 1010, packets: 450 })
      .response(10_020, '200 OK', { method: 'BYE', cseq: 2 })
      .at(11_000)
    expect(accused(report)).toEqual([])
    expect(report.verdict.sentence).toMatch(/to the peer is unknown: the capture holds no packet of the caller/)
  })

  it('accuses nobody where one of the two session descriptions is missing', () => {
    const report = capture()
      .request(0, 'INVITE', { body: ours })
      .response(100, '180 Ringing')
      .request(1001, 'ACK', { toTag: ';tag=b' })
      .rtp('received', { fromMs: 1010, packets: 450 })
      .request(10_020, 'BYE', { cseq: 2 })
      .at(11_000)
    expect(accused(report)).toEqual([])
    expect(report.verdict.sentence).toMatch(/to the peer is unknown: the capture lacks a session description of one/)
  })

  it('of neither side is no such capture: an INVITE that nobody answers is one', () => {
    const report = capture().request(0, 'INVITE', { body: ours }).request(500, 'INVITE', { body: ours }).at(5000)
    expect(report.findings.map(({ rule }) => rule)).toEqual(['no-response'])
  })

  it('does not say that audio comes from elsewhere where the answer that moved it is missing', () => {
    const moved = { host: '203.0.113.9', port: 31_000 }
    const lacking = (answered: boolean) => {
      const call = capture()
        .answered()
        .rtp('sent', { fromMs: 1010, packets: 450 })
        .rtp('received', { fromMs: 1010, packets: 200 })
        .request(5000, 'INVITE', { cseq: 2, toTag: ';tag=b', body: ours })
      if (answered) call.response(5010, '200 OK', { cseq: 2, body: theirs })
      return call
        .request(5012, 'ACK', { cseq: 2, toTag: ';tag=b' })
        .rtp('received', { fromMs: 5020, packets: 250, sequence: 200, source: moved })
        .at(10_020)
    }
    expect(accused(lacking(false))).toEqual([])
    expect(accused(lacking(true)).join()).toMatch(/RTP comes from 203\.0\.113\.9:31000/)
  })
})
