import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../harness/virtual-clock.ts'
import { allOff } from '../../../electron/engine/calls/call-phase.ts'
import { CallViews, type ShownCall } from '../../../electron/engine/calls/call-view.ts'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { htmlReport } from '../../../electron/engine/report/html-report.ts'
import { registrationReportOf, reportOf } from '../../../electron/engine/report/report.ts'
import { CallProjection } from '../../../electron/engine/trace/facts/call-projection.ts'
import { CallTrace } from '../../../electron/engine/trace/journal/call-trace.ts'
import { placeCallSchema } from '../../../shared/contract/place-call.ts'
import { callReportSchema, registrationReportSchema } from '../../../shared/contract/report.ts'
import type { Vantage } from '../../../shared/model/facts.ts'
import { writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { crlf, request, sdp } from '../../harness/messages.ts'
import { headerOf } from '../../harness/traces.ts'

const us = { host: '192.0.2.1', port: 5060 }
const peer = { host: '192.0.2.99', port: 5060 }
const startUs = 1_700_000_000_000_000
const endUs = startUs + 40_000_000

function callOf(texts: readonly string[], vantage: Vantage = 'inbound'): CallProjection {
  const trace = new CallTrace('1', 'call-1', vantage)
  const call = new CallProjection(trace, meterOf)
  texts.forEach((text, i) => {
    const bytes = crlf(text)
    const sent = text.startsWith('SIP/2.0') === (vantage === 'inbound')
    trace.sip({
      at: startUs + i * 1000,
      transport: 'udp',
      source: sent ? us : peer,
      destination: sent ? peer : us,
      direction: sent ? 'sent' : 'received',
      bytes,
      message: parseSip(bytes),
    })
  })
  return call
}

const response = (line: string, { extra = '', body = '', method = 'INVITE' } = {}) =>
  `SIP/2.0 ${line}\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bKaaa\n` +
  'From: <sip:peer@192.0.2.99>;tag=peer\nTo: <sip:agent@192.0.2.1>;tag=b\nCall-ID: call-1\n' +
  `CSeq: 1 ${method}\n${extra}${body ? 'Content-Type: application/sdp\n' : ''}\n${body}`

/** Reads the calls's report through its schema, as the store and the window do. */
const reported = (call: CallProjection) =>
  callReportSchema.parse(JSON.parse(JSON.stringify(reportOf(call, endUs, endUs))))

describe('a call with a session description that looks like numbers', () => {
  const described = (...lines: string[]) => `v=0\no=1 1 1 IN IP4 1\ns=1\nc=IN IP4 1\nt=0 0\n${lines.join('\n')}\n`
  it.each([
    ['m=audio 1 1 0'],
    ['m=1 1 1 1'],
    ['m=audio 4000 RTP/AVP 101', 'a=rtpmap:101 4'],
    ['m=audio 4000 RTP/AVP 0', 'c=IN IP4 1'],
    ['m=audio 4000 RTP/AVP 0', 'a=rtpmap:0 1/1/1'],
    ['m=audio 4000 RTP/AVP 96', 'a=rtpmap:96 1/999999999999999999999'],
    ['m=audio 4000 RTP/SAVP 0', 'a=crypto:1 constructor inline:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH'],
    ['m=audio 4000 RTP/AVP 0', 'a=ptime:1e9', 'a=rtcp:1e9'],
    ['m=constructor 1 __proto__ 0'],
  ])('has a report: %s %s', (...lines) => {
    const body = described(...lines)
    expect(reported(callOf([request({ body }), response('200 OK', { body })])).messages).toHaveLength(2)
  })

  it('has figures that are numbers, whatever the clock rate', () => {
    for (const rate of ['1', '8', '999', '384000', '0', 'x']) {
      const call = callOf([request({ body: described('m=audio 4000 RTP/AVP 96', `a=rtpmap:96 slow/${rate}`) })])
      const packet = new Uint8Array(172)
      for (let i = 0; i < 20; i++) {
        writeRtpHeader(packet, 96, false, i, i * 160, 7)
        call.trace.rtp(
          startUs + i * 20_000,
          { host: peer.host, port: 4000 },
          { host: us.host, port: 20_000 },
          packet,
          packet,
          false,
          headerOf(packet),
        )
      }
      expect(reported(call).streams[0]).toMatchObject({
        packets: 20,
        meanJitterMs: expect.any(Number),
        maxJitterMs: expect.any(Number),
      })
    }
  })
})

it('a status code that is none leaves a report that can be read again', () => {
  for (const code of ['999999999999999999999999', '0', '1e3', '-1', '700'])
    expect(reported(callOf([request({ body: sdp() }), response(`${code} OK`)])).status).toBeNull()
})

describe('the ways out of a call', () => {
  const secret = (n: number) => `GEHEIM${n}`
  const inbound = [
    request({
      uri: `sip:agent:${secret(1)}@192.0.2.1;token=${secret(2)}`,
      body: sdp(
        '192.0.2.99',
        30_000,
        `a=crypto:1 X inline:${secret(3)};inline:${secret(4)}\nk=clear:${secret(5)}\na=ice-pwd:${secret(6)}\n`,
      ),
      extra:
        `X-Auth-Token: ${secret(7)}\nX-Api-Key: a\n ${secret(8)}\nCookie: ${secret(9)}\n` +
        `Authorization: Bearer ${secret(10)}\nVia: broken x:password=${secret(11)}\n` +
        `Max-Forwards: token=${secret(12)}\n`,
    })
      .replace('From: <sip:peer@', `From: "password=${secret(13)}" <sip:peer:${secret(14)}@`)
      .replace('To: <sip:agent@', `To: <sip:agent:${secret(15)}@`)
      .replace('Contact: <sip:peer@', `Contact: <sip:peer:${secret(16)}@`),
    response(`486 Busy password=${secret(17)}`, { extra: `Warning: 399 h "token=${secret(18)}"\n` }),
    `no SIP at all, but Authorization: Basic ${secret(19)}\n\n`,
  ]

  it('show none of its secrets: report, list, page', () => {
    const call = callOf(inbound)
    call.trace.observe({ at: startUs, kind: 'note', text: `the peer said X-Api-Key: ${secret(20)}` })
    const record: ShownCall = {
      projection: call,
      asked: { placed: null, secrets: [] },
      agent: null,
      call: null,
      waiting: false,
      switches: allOff,
      voiceOf: null,
      recordingTo: null,
      recording: null,
      endedAt: endUs,
    }
    const report = reportOf(call, endUs, endUs)
    const shown = [
      JSON.stringify(report),
      JSON.stringify(new CallViews(new VirtualClock()).of(record)),
      htmlReport([report]),
    ]
    for (const text of shown) expect(text).not.toContain('GEHEIM')
    expect(report.messages).toHaveLength(3)
    expect(report.requestUri).toMatch(/^sip:agent:x+@192/)
  })

  it('show none of the secrets that a call was placed with', () => {
    const call = new CallProjection(new CallTrace('1', 'call-1', 'outbound'), meterOf)
    const { password: _, ...placed } = placeCallSchema.parse({
      uri: `sip:a:${secret(1)}@h;token=${secret(2)}`,
      from: `sip:me:${secret(3)}@h`,
      headers: [
        { name: 'X-Api-Key', value: secret(4) },
        { name: 'X-Custom', value: `Bearer ${secret(5)}` },
      ],
    })
    const text = JSON.stringify(reportOf(call, endUs, endUs, { placed, secrets: [] }))
    expect(text).not.toContain('GEHEIM')
    expect(text).toContain('X-Api-Key')
  })

  it('show none of the secrets of a registration', () => {
    const { trace } = callOf([
      request({ method: 'REGISTER', uri: `sip:r;token=${secret(1)}` })
        .replace('To: <sip:agent@', `To: <sip:agent:${secret(2)}@`)
        .replace('Contact: <sip:peer@', `Contact: <sip:peer:${secret(3)}@`),
      response(`403 token=${secret(4)}`, { method: 'REGISTER' }),
    ])
    const text = JSON.stringify(registrationReportSchema.parse(registrationReportOf(trace, endUs)))
    expect(text).not.toContain('GEHEIM')
  })
})
