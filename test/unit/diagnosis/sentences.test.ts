import { describe, expect, it } from 'vitest'
import { explainError } from '../../../electron/engine/base/errors.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { Vantage } from '../../../shared/model/facts.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'
import { furtherCases } from './further-cases.ts'
import { mediaCases } from './media-cases.ts'
import { signallingCases } from './signalling-cases.ts'

const challenge = { extra: 'WWW-Authenticate: Digest realm="trunk", nonce="n"\n' }
const refused = (vantage: Vantage, status: string, extra = '') =>
  new TraceBuilder(vantage).request(0, 'INVITE').response(50, status, { extra }).at(60)
const failed = (kind: 'unresolved' | 'tls-failed' | 'connection-refused' | 'machine-fault', text: string) =>
  new TraceBuilder().observe(0, kind, text).at(10, true)
const first = ({ findings }: CallReport) => findings[0]!

describe('what a finding says', () => {
  it.each<[string, CallReport, RegExp, RegExp]>([
    ['a refused address', refused('outbound', '403 No'), /the address that it came from, 10\.0\.0\.5,/, /this machine/],
    ['one in a capture', refused('observed', '403 No'), /^The called party refused/, /public address of the caller/],
    ['one of ours', refused('inbound', '403 No'), /^This endpoint refused/, /add the address of its caller/],
    [
      'no response over a connection',
      new TraceBuilder('outbound', 'tls').request(0, 'INVITE').at(5000),
      /: the connection stands and nothing comes over it/,
      /the port is the one for SIP/,
    ],
    ['credentials of ours', refused('outbound', '401 No', challenge.extra), /realm "trunk"/, /password of the trunk/],
    ['those of a capture', refused('observed', '401 No', challenge.extra), /realm "trunk"/, /at the calling side/],
    ['our own limits', refused('inbound', '503 No'), /^This endpoint cannot take the call/, /limits of calls at this/],
    [
      'a number of ours',
      refused('inbound', '404 No'),
      /^This endpoint does not know/,
      /identifiers this endpoint takes/,
    ],
  ])('speaks of the side that it is about: %s', (_name, report, sentence, next) => {
    expect(first(report).sentence).toMatch(sentence)
    expect(first(report).next).toMatch(next)
  })

  it.each<[Parameters<typeof failed>[0], string, RegExp, string | undefined]>([
    ['unresolved', 'x.example does not resolve', /spelled.*name server/, undefined],
    ['connection-refused', 'tcp 192.0.2.1:5060: connection refused', /host and the port/, 'choose-transport'],
    ['tls-failed', 'tls 192.0.2.1:5061: its certificate is self-signed', /Mend the certificate/, 'trust-certificate'],
    ['tls-failed', 'tls h: the peer demands a certificate of this side', /Give this side a certificate/, undefined],
    ['tls-failed', 'tls h: the peer does not speak TLS on that port', /Check the port/, 'choose-transport'],
    [
      'tls-failed',
      `tls h: ${explainError({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })}`,
      /Check the port.*or call over TCP/,
      'choose-transport',
    ],
    ['tls-failed', 'tls h: the peer does not speak TLS 1.2 or later', /versions/, undefined],
    ['machine-fault', 'no RTP port is free', /at this computer/, undefined],
  ])('names the step that follows from what failed: %s, %s', (kind, text, next, code) => {
    expect(first(failed(kind, text)).next).toMatch(next)
    expect(first(failed(kind, text)).remedy?.code).toBe(code)
  })

  it.each<[string, (trace: TraceBuilder) => TraceBuilder, RegExp]>([
    [
      'a receiver report: that it has sent nothing',
      (trace) => trace.report(3000, 'nothing'),
      /after the answer; 1 RTCP report came, of a peer that says to have sent no audio\.$/,
    ],
    [
      'a sender report of no packet: the same',
      (trace) => trace.senderReport(3000, 0),
      /after the answer; its RTCP says that it has sent none\.$/,
    ],
    [
      'a sender report of packets: that they are lost',
      (trace) => trace.report(2000, 'nothing').senderReport(3000, 120),
      /; its RTCP says that it has sent 120 packets, so they are lost on the way or the RTP port is closed\.$/,
    ],
    ['nothing where no report came', (trace) => trace, /after the answer\.$/],
  ])('says of audio that never comes what the RTCP of the peer tells: %s', (_name, reported, sentence) => {
    const { rule, sentence: said } = first(
      reported(new TraceBuilder().answered().rtp('sent', { fromMs: 1000, packets: 150 })).at(4000),
    )
    expect(rule).toBe('nothing-arrives')
    expect(said).toMatch(sentence)
  })

  it('speaks of the caller where the call came in: that may be a load generator and no agent', () => {
    const silent = (vantage: Vantage) =>
      new TraceBuilder(vantage)
        .answered()
        .rtp('sent', { fromMs: 1000, packets: 150 })
        .rtp('received', { fromMs: 1000, packets: 150, fill: 0xff })
    const mute = (vantage: Vantage) =>
      new TraceBuilder(vantage)
        .answered({ offer: sdp('198.51.100.5', 20_000) })
        .rtp('sent', { fromMs: 1000, packets: 150 })
    for (const make of [silent, mute]) {
      const [outbound, inbound] = [make('outbound').at(4000), make('inbound').at(4000)].map((call) => first(call).next)
      expect(outbound).toMatch(/the called party or its agent/)
      expect(inbound).toMatch(/the caller/)
      expect(inbound).not.toMatch(/agent/)
    }
  })

  it('names the size of a request that may be lost in fragments', () => {
    const large = new TraceBuilder().request(0, 'INVITE', { extra: `X-Fill: ${'x'.repeat(1500)}\n` }).at(5000)
    expect(first(large).sentence).toMatch(/each has 1\d{3} bytes, and fragments/)
    expect(first(large).next).toMatch(/over TCP, where size does not matter/)
  })

  it('rests on each thing once', () => {
    for (const [make] of Object.values({ ...signallingCases, ...mediaCases, ...furtherCases }).flatMap(
      ({ speaks }) => speaks,
    ))
      for (const { rule, evidence } of make().findings)
        expect(new Set(evidence.map((item) => JSON.stringify(item))).size, rule).toBe(evidence.length)
  })
})
