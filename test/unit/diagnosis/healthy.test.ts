import { describe, expect, it } from 'vitest'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { Vantage } from '../../../shared/model/facts.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'

const ours = (extra = '', formats = '0 8 101') => sdp('10.0.0.5', 20_000, extra, formats)
const theirs = (extra = '', formats = '0 8 101') => sdp('203.0.113.9', 30_000, extra, formats)
const talk = (call: TraceBuilder, fromMs: number, ms: number, sequence = 0) =>
  call
    .rtp('sent', { fromMs, packets: ms / 20, sequence })
    .rtp('received', { fromMs: fromMs + 1, packets: ms / 20, sequence })
const end = (call: TraceBuilder, atMs: number) =>
  call
    .request(atMs, 'BYE', { cseq: 9 })
    .response(atMs + 20, '200 OK', { method: 'BYE', cseq: 9 })
    .at(atMs + 30, true)
/** A re-INVITE of ours, or of the peer's, and its answer. */
const reinvite = (
  call: TraceBuilder,
  atMs: number,
  cseq: number,
  [offer, answer]: readonly [string, string],
  by = 'us',
) =>
  by === 'us'
    ? call
        .request(atMs, 'INVITE', { cseq, toTag: ';tag=b', body: offer })
        .response(atMs + 10, '200 OK', { cseq, body: answer })
        .request(atMs + 12, 'ACK', { cseq, toTag: ';tag=b' })
    : call
        .request(atMs, 'INVITE', { cseq, sent: false, toTag: ';tag=b', body: offer })
        .response(atMs + 10, '200 OK', { cseq, sent: true, back: true, body: answer })
        .request(atMs + 12, 'ACK', { cseq, sent: false, toTag: ';tag=b' })

const sipfrag = 'Event: refer\nContent-Type: message/sipfrag\n'

/** Kinds of calls with which nothing is wrong. */
const calls: Readonly<Record<string, (call: TraceBuilder) => CallReport>> = {
  'hold by us, with music': (call) => {
    talk(call.answered(), 1000, 4000)
    reinvite(call, 5000, 2, [ours('a=sendonly\n'), theirs('a=recvonly\n')])
    call.rtp('sent', { fromMs: 5020, packets: 250, sequence: 200 })
    reinvite(call, 10_020, 3, [ours(), theirs()])
    return end(talk(call, 10_040, 5000, 450), 15_050)
  },
  'hold by us, without a packet': (call) => {
    talk(call.answered(), 1000, 4000)
    reinvite(call, 5000, 2, [ours('a=inactive\n'), theirs('a=inactive\n')])
    reinvite(call, 10_020, 3, [ours(), theirs()])
    return end(talk(call, 10_040, 5000, 450), 15_050)
  },
  'held by the peer until the end': (call) => {
    talk(call.answered(), 1000, 4000)
    reinvite(call, 5000, 1, [theirs('a=sendonly\n'), ours('a=recvonly\n')], 'peer')
    return end(call, 15_050)
  },
  'held by the peer with c=0.0.0.0': (call) => {
    talk(call.answered(), 1000, 4000)
    reinvite(call, 5000, 1, [sdp('0.0.0.0', 30_000), ours()], 'peer')
    call.rtp('received', { fromMs: 5020, packets: 100, sequence: 200 })
    reinvite(call, 10_020, 2, [theirs(), ours()], 'peer')
    return end(talk(call, 10_040, 5000, 450), 15_050)
  },
  'silence left out (DTX)': (call) => {
    call.answered().rtp('sent', { fromMs: 1000, packets: 700 })
    for (const [i, fromMs] of [1000, 4000, 9000].entries())
      call.rtp('received', { fromMs, packets: 50, sequence: i * 50 })
    return end(call, 15_000)
  },
  'comfort noise': (call) => {
    call
      .answered({ offer: ours('', '0 13 101'), answer: theirs('', '0 13 101') })
      .rtp('sent', { fromMs: 1000, packets: 700 })
      .rtp('received', { fromMs: 1000, packets: 100 })
      .rtp('received', { fromMs: 3000, packets: 30, everyMs: 200, payloadType: 13, sequence: 100 })
    return end(call, 15_000)
  },
  'early media, and other media after the answer': (call) => {
    call
      .request(0, 'INVITE', { body: ours() })
      .response(100, '183 Session Progress', { body: theirs() })
      .rtp('received', { fromMs: 120, packets: 190 })
      .response(4000, '200 OK', { body: theirs() })
      .request(4001, 'ACK', { toTag: ';tag=b' })
    return end(talk(call, 4010, 8000, 200), 12_020)
  },
  'transfer': (call) => {
    talk(call.answered(), 1000, 4000)
    call
      .request(5000, 'REFER', { cseq: 4, sent: false, toTag: ';tag=b' })
      .response(5010, '202 Accepted', { cseq: 4, method: 'REFER', sent: true, back: true })
      .request(5020, 'NOTIFY', { cseq: 4, toTag: ';tag=b' })
      .response(5030, '200 OK', { cseq: 4, method: 'NOTIFY' })
    return end(call, 13_000)
  },
  'long silence in both directions': (call) => {
    talk(call.answered(), 1000, 2000)
    for (const way of ['sent', 'received'] as const)
      call.rtp(way, { fromMs: 3000, packets: 3000, fill: 0xff, sequence: 100 })
    return end(call, 63_000)
  },
  'short': (call) => end(talk(call.answered(), 1000, 400), 1450),
  're-INVITE to another address of the peer': (call) => {
    talk(call.answered(), 1000, 4000)
    const moved = { host: '203.0.113.50', port: 40_000 }
    reinvite(call, 5000, 1, [sdp(moved.host, moved.port), ours()], 'peer')
    call
      .rtp('sent', { fromMs: 5020, packets: 250, sequence: 200, target: moved })
      .rtp('received', { fromMs: 5021, packets: 250, sequence: 200, source: moved })
    return end(call, 10_050)
  },
  're-INVITE with another codec': (call) => {
    talk(call.answered(), 1000, 4000)
    reinvite(call, 5000, 2, [ours('', '8 101'), theirs('', '8 101')])
    for (const way of ['sent', 'received'] as const)
      call.rtp(way, { fromMs: 5020, packets: 250, sequence: 200, payloadType: 8 })
    return end(call, 10_050)
  },
  'forked ringing with early media of both': (call) => {
    const other = { host: '203.0.113.31', port: 6000 }
    call
      .request(0, 'INVITE', { body: ours() })
      .response(100, '183 Session Progress', { tag: 'x', body: sdp(other.host, other.port) })
      .rtp('received', { fromMs: 120, packets: 150, source: other })
      .response(1000, '183 Session Progress', { body: theirs() })
      .rtp('received', { fromMs: 1020, packets: 150, payloadType: 0, sequence: 5000 })
      .response(4000, '200 OK', { body: theirs() })
      .request(4001, 'ACK', { toTag: ';tag=b' })
    return end(talk(call, 4020, 8000, 5150), 12_030)
  },
  'forked, answered twice': (call) => {
    call
      .request(0, 'INVITE', { body: ours() })
      .response(1000, '200 OK', { body: theirs() })
      .request(1001, 'ACK', { toTag: ';tag=b' })
      .response(1050, '200 OK', { tag: 'x', body: sdp('203.0.113.31', 6000) })
      .request(1051, 'ACK', { toTag: ';tag=x' })
      .request(1052, 'BYE', { cseq: 2, toTag: ';tag=x' })
      .response(1070, '200 OK', { method: 'BYE', cseq: 2, tag: 'x' })
    return end(talk(call, 1010, 6000), 7020)
  },
  'host names in its session descriptions': (call) => {
    call.answered({ offer: sdp('phone.example', 20_000), answer: sdp('pbx.example', 30_000) })
    return end(talk(call, 1000, 5000), 6010)
  },
  'fax after a while (T.38)': (call) => {
    talk(call.answered(), 1000, 4000)
    const fax = (text: string, port: number) => text.replace(/m=audio[^]*/, `m=image ${port} udptl t38\r\n`)
    reinvite(call, 5000, 2, [fax(ours(), 20_000), fax(theirs(), 30_000)])
    return end(call, 25_000)
  },
  'refreshed by its session timer': (call) => {
    const timer = (refresher: string) => ({ extra: `Session-Expires: 120;refresher=${refresher}\nMin-SE: 90\n` })
    call
      .request(0, 'INVITE', { body: ours(), ...timer('uac') })
      .response(1000, '200 OK', { body: theirs(), ...timer('uac') })
      .request(1001, 'ACK', { toTag: ';tag=b' })
    talk(call, 1000, 179_000)
    for (const [i, atMs] of [61_000, 121_000].entries())
      call
        .request(atMs, 'UPDATE', { cseq: 2 + i, toTag: ';tag=b', ...timer('uac') })
        .response(atMs + 10, '200 OK', { cseq: 2 + i, method: 'UPDATE', ...timer('uac') })
    return end(call, 180_020)
  },
  'digits by INFO and a transfer that succeeds': (call) => {
    talk(call.answered(), 1000, 4000)
    call
      .request(4000, 'INFO', { cseq: 4, extra: 'Content-Type: application/dtmf-relay\n', body: 'Signal=5\n' })
      .response(4010, '200 OK', { cseq: 4, method: 'INFO' })
      .request(5000, 'REFER', { cseq: 5, sent: false, extra: 'Refer-To: <sip:c@example.com>\n' })
      .response(5010, '202 Accepted', { cseq: 5, method: 'REFER', sent: true, back: true })
    for (const [i, line] of ['100 Trying', '200 OK'].entries())
      call
        .request(5020 + i * 900, 'NOTIFY', { cseq: 6 + i, extra: sipfrag, body: `SIP/2.0 ${line}\n` })
        .response(5030 + i * 900, '200 OK', { cseq: 6 + i, method: 'NOTIFY' })
    return end(call, 7000)
  },
  'the second codec of the answer': (call) => {
    call.answered({ answer: theirs('', '8 0 101') })
    return end(talk(call, 1000, 5000), 6010)
  },
}

const vantages: readonly Vantage[] = ['outbound', 'observed']

describe.each(Object.entries(calls))('a healthy call: %s', (name, make) => {
  it.each(vantages)('gives no finding above info, seen as %s', (vantage) => {
    const { findings, verdict } = make(new TraceBuilder(vantage))
    expect(findings.filter(({ severity }) => severity !== 'info').map(({ sentence }) => sentence)).toEqual([])
    expect(['two-way-audio', 'unknown'], verdict.sentence).toContain(verdict.kind)
    if (!/held|hold|transfer|short/.test(name)) expect(verdict.sentence).toMatch(/^Two-way audio/)
  })
})

it('the second answer of a fork is not the call, and its BYE does not end it', () => {
  const report = calls['forked, answered twice']!(new TraceBuilder('outbound'))
  expect(report.timeline.durationMs).toBe(6020)
  expect(report.media.map(({ remote }) => remote)).toEqual(['203.0.113.9:30000'])
})

it('a bit rate is that of the time in which packets were due: a hold is no part of it', () => {
  for (const name of ['hold by us, without a packet', 'hold by us, with music']) {
    const { streams } = calls[name]!(new TraceBuilder('outbound'))
    for (const { bitrateKbps, maxDeltaMs } of streams)
      expect([name, maxDeltaMs > 1000, Math.round(bitrateKbps!)]).toEqual([name, expect.any(Boolean), 80])
  }
})

it('an estimate of quality counts no hold as loss, and says where nobody confirmed it', () => {
  const held = calls['hold by us, without a packet']!(new TraceBuilder('outbound'))
  const [sent, received] = held.streams
  expect(received).toMatchObject({ toPeer: false, lost: 250 })
  expect(received!.mos!.value).toBeGreaterThan(4)
  expect(received!.mos!.assumptions.join()).not.toMatch(/nobody confirmed/)
  expect(sent!.mos!.assumptions.join()).toMatch(/what left this computer: nobody confirmed/)
  const heard = talk(new TraceBuilder('outbound').answered(), 1000, 4000).report(4500, 'us').at(5000)
  expect(heard.streams[0]!.mos!.assumptions.join()).not.toMatch(/nobody confirmed/)
})
