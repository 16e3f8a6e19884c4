import { describe, expect, it } from 'vitest'
import type { CallReport } from '../../../shared/contract/report.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'

const ours = sdp('10.0.0.5', 20_000)
const refused = sdp('10.0.0.5', 0)
const capture = () => new TraceBuilder('observed')
const accused = ({ findings }: CallReport) =>
  findings.filter(({ severity }) => severity !== 'info').map(({ sentence }) => sentence)
const video = 'm=video 40000 RTP/AVP 96\na=rtpmap:96 H264/90000\n'

describe('a capture that cannot tell how the audio was says why', () => {
  it('no audio was agreed, only video', () => {
    const { verdict } = capture()
      .answered({ offer: `${ours}${video}`, answer: `${sdp('203.0.113.9', 0)}${video.replace('40000', '50000')}` })
      .request(9000, 'BYE', { cseq: 2 })
      .at(9000)
    expect(verdict).toMatchObject({ kind: 'unknown' })
    expect(verdict.sentence).toBe('The session descriptions agree on no audio, only on video.')
  })

  it('the media was inactive all along, so none is missed', () => {
    const held = (text: string) => `${text}a=inactive\n`
    const { verdict } = capture()
      .answered({ offer: held(ours), answer: held(sdp('203.0.113.9', 30_000)) })
      .request(9000, 'BYE', { cseq: 2 })
      .at(9000)
    expect(verdict.sentence).toMatch(/inactive.*no audio is due/)
  })

  it('it begins behind the answer', () => {
    const { verdict, outcome } = capture().request(9000, 'BYE', { cseq: 2 }).at(9100)
    expect(outcome).toBe('answered')
    expect(verdict.sentence).toMatch(/^Answered; the capture lacks the session descriptions of the call/)
  })

  it('it has only the BYE, so nobody knows who called', () => {
    const report = capture()
      .request(9000, 'BYE', { cseq: 2 })
      .response(9010, '481 Call Does Not Exist', { method: 'BYE', cseq: 2 })
      .at(9100)
    expect(accused(report)).toEqual([
      'The BYE of 10.0.0.5 was refused with 481 Call Does Not Exist: it went to 203.0.113.9, which does not know ' +
        'the call.',
    ])
  })

  it('its times do not: the call ends before it is answered', () => {
    const { verdict } = capture()
      .answered()
      .rtp('sent', { fromMs: 1010, packets: 100 })
      .rtp('received', { fromMs: 1010, packets: 100 })
      .request(500, 'BYE', { cseq: 2 })
      .at(3000)
    expect(verdict).toMatchObject({ kind: 'unknown' })
    expect(verdict.sentence).toMatch(/ended no later than it was answered/)
  })
})

describe('a capture of a healthy call accuses nobody', () => {
  it('whose audio was refused meanwhile: what is missing then was not sent', () => {
    const call = capture().answered()
    for (const way of ['sent', 'received'] as const)
      call.rtp(way, { fromMs: 1010, packets: 100 }).rtp(way, { fromMs: 6100, packets: 100, sequence: 200 })
    const report = call
      .request(3100, 'INVITE', { cseq: 2, toTag: ';tag=b', body: refused })
      .response(3110, '200 OK', { cseq: 2, body: sdp('203.0.113.9', 0) })
      .request(6000, 'INVITE', { cseq: 3, toTag: ';tag=b', body: ours })
      .response(6010, '200 OK', { cseq: 3, body: sdp('203.0.113.9', 30_000) })
      .request(8200, 'BYE', { cseq: 4 })
      .at(8300)
    expect(accused(report)).toEqual([])
    expect(report.verdict.kind).toBe('two-way-audio')
  })

  it('that was passed on, and whose media goes straight after a re-INVITE of the server', () => {
    const server = { host: '198.51.100.1', port: 6000 }
    const phone = { host: '192.0.2.7', port: 4000 }
    const report = capture()
      .answered()
      // Of the other leg: to the phone that this one names later.
      .rtp('received', { fromMs: 1010, packets: 100, source: server, target: phone })
      .rtp('sent', { fromMs: 1010, packets: 100 })
      .request(3000, 'INVITE', { cseq: 2, toTag: ';tag=b', body: sdp(phone.host, phone.port) })
      .response(3005, '200 OK', { cseq: 2, body: sdp('203.0.113.9', 30_000) })
      .rtp('received', { fromMs: 3020, packets: 200, sequence: 100, target: phone })
      .rtp('sent', { fromMs: 3020, packets: 200, sequence: 100, source: phone })
      .request(7100, 'BYE', { cseq: 3 })
      .at(7200)
    expect(report.findings.map(({ rule }) => rule)).not.toContain('arrives-elsewhere')
  })

  it('whose packets lie in another order than that of their times: their numbers tell nothing of loss', () => {
    const call = capture().answered()
    for (let block = 9; block >= 0; block--)
      for (const way of ['sent', 'received'] as const)
        call.rtp(way, { fromMs: 1010 + block * 800, packets: 40, sequence: block * 40 })
    expect(accused(call.request(9100, 'BYE', { cseq: 2 }).at(9200))).toEqual([])
  })
})
