import { describe, expect, it } from 'vitest'
import { ladderText } from '../../../shared/shown/ladder-drawing.ts'
import { labelOf } from '../../../shared/shown/ladder-label.ts'
import { ladderOf, wayOf } from '../../../shared/shown/ladder-rows.ts'
import { elide } from '../../../shared/base/text.ts'
import { microsOf } from '../../../shared/base/time.ts'
import { duration, offset, party, span } from '../../../shared/shown/format.ts'
import type { CallReport, LadderMessage } from '../../../shared/contract/report.ts'

const at = (ms: number) => `2026-01-01T00:00:00.${String(ms).padStart(3, '0')}000Z`
const message = (
  ms: number,
  source: string,
  destination: string,
  startLine: string,
  retransmissionOf: number | null = null,
  raw = startLine,
  cseq = '1 INVITE',
): LadderMessage => ({
  at: at(ms),
  source,
  destination,
  transport: 'udp',
  startLine,
  cseq,
  retransmissionOf,
  problems: [],
  raw,
})
const report = (part: Partial<CallReport>): CallReport =>
  ({
    direction: 'outbound',
    messages: [],
    streams: [],
    media: [],
    timeline: { answeredAt: null },
    verdict: { kind: 'unknown' },
    placed: null,
    droppedMessages: 0,
    ...part,
  }) as CallReport
const all = () => true

describe('the rows of a ladder', () => {
  it('stand on one vertical an address where both sides share a host, ours first', () => {
    const { columns, rows } = ladderOf(
      report({
        direction: 'inbound',
        messages: [
          message(0, '127.0.0.1:5080', '127.0.0.1:5070', 'INVITE'),
          message(5, '127.0.0.1:5070', '127.0.0.1:5080', 'SIP/2.0 180'),
        ],
      }),
      true,
      all,
    )
    expect(columns.map(({ key }) => key)).toEqual(['127.0.0.1:5070', '127.0.0.1:5080'])
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  it('stand on one vertical a host where there are several, whatever ports a connection has', () => {
    const { columns, rows } = ladderOf(
      report({
        messages: [
          message(0, '192.0.2.1:40001', '198.51.100.2:5060', 'INVITE'),
          message(9, '198.51.100.2:40002', '192.0.2.1:5060', 'BYE'),
        ],
      }),
      true,
      all,
    )
    expect(columns.map(({ key, addresses }) => [key, addresses.length])).toEqual([
      ['192.0.2.1', 2],
      ['198.51.100.2', 2],
    ])
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 0],
    ])
  })

  it('fold retransmissions into the message they repeat, and unfold them', () => {
    const messages = [
      message(0, 'a:1', 'b:1', 'INVITE'),
      message(500, 'a:1', 'b:1', 'INVITE', 0),
      message(900, 'a:1', 'b:1', 'INVITE', 0),
    ]
    expect(ladderOf(report({ messages }), true, all).rows).toMatchObject([{ n: 0, repeats: 2 }])
    expect(ladderOf(report({ messages }), false, all).rows).toMatchObject([
      { n: 0 },
      { n: 1, deltaUs: 500_000 },
      { n: 2, deltaUs: 400_000 },
    ])
  })

  it('have a lane for a direction that was agreed and carried nothing, none while that is not known', () => {
    const stream = {
      source: '10.0.0.1:4000',
      destination: '10.0.0.2:5000',
      toPeer: true,
      startedAt: at(20),
    } as CallReport['streams'][number]
    const call = report({
      messages: [message(0, '10.0.0.1:5060', '10.0.0.2:5060', 'INVITE')],
      streams: [stream],
      media: [{ direction: 'sendrecv', remote: '10.0.0.2:5000', local: '10.0.0.1:4000' }] as CallReport['media'],
      timeline: { answeredAt: at(10) } as CallReport['timeline'],
      verdict: { kind: 'one-way-audio' } as CallReport['verdict'],
    })
    expect(ladderOf(call, true, all).rows.map(({ kind, from }) => [kind, from])).toEqual([
      ['message', 0],
      ['silence', 1],
      ['media', 0],
    ])
    expect(
      ladderOf({ ...call, verdict: { ...call.verdict, kind: 'unknown' } }, true, all).rows.map(({ kind }) => kind),
    ).toEqual(['message', 'media'])
  })

  it('are drawn for a call without any message', () => {
    expect(ladderOf(report({}), true, all)).toEqual({ columns: [], rows: [], shown: 0 })
  })

  it('have columns of their own for hosts that only media passes, each beside the side whose it is', () => {
    const rtp = (source: string, destination: string, toPeer: boolean) =>
      ({
        source,
        destination,
        toPeer,
        startedAt: at(20),
        codec: 'PCMU',
        packets: 3,
        lost: 0,
      }) as CallReport['streams'][number]
    const { columns, rows } = ladderOf(
      report({
        direction: 'observed',
        messages: [
          message(0, '10.0.0.1:5060', '10.0.0.2:5060', 'INVITE sip:b SIP/2.0'),
          message(1, '10.0.0.2:5060', '10.0.0.3:5060', 'INVITE sip:b SIP/2.0'),
        ],
        streams: [rtp('10.0.0.9:4000', '10.0.0.8:5000', true), rtp('10.0.0.8:5000', '10.0.0.9:4000', false)],
      }),
      true,
      all,
    )
    expect(columns.map(({ key, name }) => [key, name])).toEqual([
      ['10.0.0.1', 'caller'],
      ['10.0.0.9', 'media of caller'],
      ['10.0.0.2', 'proxy'],
      ['10.0.0.3', 'called party'],
      ['10.0.0.8', 'media of called party'],
    ])
    expect(rows.slice(2).map(({ from, to }) => [from, to])).toEqual([
      [1, 4],
      [4, 1],
    ])
  })

  it('are coloured by the way of the request, whatever host they pass', () => {
    const invite = (tag: string) =>
      `INVITE sip:b SIP/2.0\r\nFrom: <sip:a>;tag=${tag}\r\nTo: <sip:b>\r\nCSeq: 1 INVITE\r\n\r\n`
    const bye = `BYE sip:a SIP/2.0\r\nFrom: <sip:b>;tag=callee\r\nTo: <sip:a>;tag=caller\r\nCSeq: 1 BYE\r\n\r\n`
    const ok = `SIP/2.0 200 OK\r\nFrom: <sip:a>;tag=caller\r\nTo: <sip:b>;tag=callee\r\nCSeq: 1 INVITE\r\n\r\n`
    const source = report({
      direction: 'observed',
      messages: [
        message(0, '10.0.0.1:5060', '10.0.0.2:5060', 'INVITE sip:b SIP/2.0', null, invite('caller')),
        message(1, '10.0.0.2:5060', '10.0.0.3:5060', 'INVITE sip:b SIP/2.0', null, invite('caller')),
        message(2, '10.0.0.3:5060', '10.0.0.2:5060', 'SIP/2.0 200 OK', null, ok),
        message(3, '10.0.0.3:5060', '10.0.0.2:5060', 'BYE sip:a SIP/2.0', null, bye, '1 BYE'),
      ],
    })
    const ways = (of: CallReport) => ladderOf(of, true, all).rows.map((row) => wayOf(row, of))
    expect(ways(source)).toEqual(['to-peer', 'to-peer', 'from-peer', 'from-peer'])
    // To whoever is called, what the caller sends comes from the peer.
    expect(ways({ ...source, direction: 'inbound' })).toEqual(['from-peer', 'from-peer', 'to-peer', 'to-peer'])
  })

  it('show a challenge that was answered as no refusal, and the last one as one', () => {
    const source = report({
      messages: [
        message(0, '10.0.0.1:5060', '10.0.0.2:5060', 'INVITE sip:b SIP/2.0'),
        message(1, '10.0.0.2:5060', '10.0.0.1:5060', 'SIP/2.0 407 Proxy Authentication Required'),
        message(2, '10.0.0.1:5060', '10.0.0.2:5060', 'INVITE sip:b SIP/2.0', null, '', '2 INVITE'),
        message(3, '10.0.0.2:5060', '10.0.0.1:5060', 'SIP/2.0 407 Proxy Authentication Required', null, '', '2 INVITE'),
      ],
    })
    expect(ladderOf(source, true, all).rows.map((row) => labelOf(row, source).tone)).toEqual([
      'plain',
      'plain',
      'plain',
      'fault',
    ])
  })

  it('name a re-INVITE, the hold that it asks for, and the digit of an INFO; sessions stand in short', () => {
    const within = (start: string, cseq: string, body: string, type: string) =>
      `${start}\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\nCSeq: ${cseq}\r\nContent-Type: ${type}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`
    const sdp = (way: string) =>
      `v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\n` +
      `a=rtpmap:101 telephone-event/8000\r\na=${way}\r\n`
    const source = report({
      messages: [
        message(
          0,
          'a:1',
          'b:1',
          'INVITE sip:b SIP/2.0',
          null,
          within('INVITE sip:b SIP/2.0', '2 INVITE', sdp('sendonly'), 'application/sdp'),
          '2 INVITE',
        ),
        message(
          1,
          'a:1',
          'b:1',
          'INVITE sip:b SIP/2.0',
          null,
          within('INVITE sip:b SIP/2.0', '3 INVITE', sdp('sendrecv'), 'application/sdp'),
          '3 INVITE',
        ),
        message(
          2,
          'a:1',
          'b:1',
          'INFO sip:b SIP/2.0',
          null,
          within('INFO sip:b SIP/2.0', '4 INFO', 'Signal=5\r\n', 'application/dtmf-relay'),
          '4 INFO',
        ),
      ],
    })
    const ladder = ladderOf(source, true, all)
    expect(ladder.rows.map((row) => labelOf(row, source)).map(({ text, more }) => `${text} | ${more}`)).toEqual([
      're-INVITE hold | PCMU PCMA sendonly',
      're-INVITE | PCMU PCMA',
      'INFO digit 5 | ',
    ])
    expect(ladderText(ladder, source)).toMatch(/^ +1 +\+0\.000 {2}a → b {2}re-INVITE hold PCMU PCMA sendonly$/m)
  })

  it('tell how many messages a filter leaves', () => {
    const messages = [message(0, 'a:1', 'b:1', 'INVITE'), message(9, 'a:1', 'b:1', 'BYE')]
    const { shown, rows } = ladderOf(report({ messages }), true, ({ raw }) => raw === 'BYE')
    expect([shown, rows.length]).toEqual([1, 1])
  })
})

describe('figures as the window writes them', () => {
  it.each([
    [0.0004, '0 ms'],
    [0.021, '21 ms'],
    [0.18, '0.18 s'],
    [1.94, '1.9 s'],
    [12.9, '12 s'],
    [184, '3 min 04 s'],
    [3700, '1 h 01 min'],
  ])('%s s is %s', (seconds, text) => {
    expect(span(seconds)).toBe(text)
  })

  it('times keep their microseconds, durations run like a clock, offsets have a sign', () => {
    expect(microsOf('2026-01-01T00:00:00.123456Z') % 1e6).toBe(123_456)
    expect(microsOf('2026-01-01T00:00:00Z') % 1e6).toBe(0)
    expect([duration(0), duration(67), duration(3723)]).toEqual(['0:00', '1:07', '1:02:03'])
    expect([offset(0.0214), offset(-1), offset(259_200)]).toEqual(['+0.021', '−1.000', '+72:00:00'])
    expect(party('sip:+1555@h;transport=tcp')).toBe('+1555@h')
    expect(elide('x'.repeat(10) + 'y'.repeat(10), 9)).toBe('xxxx…yyyy')
  })
})
