import { describe, expect, it } from 'vitest'
import { ladderOf } from '../../../renderer/features/call/ladder-rows.ts'
import { elide } from '../../../shared/base/text.ts'
import { duration, microsOf, offset, party, span } from '../../../renderer/ui/format.ts'
import type { CallReport, LadderMessage } from '../../../shared/contract/report.ts'

const at = (ms: number) => `2026-01-01T00:00:00.${String(ms).padStart(3, '0')}000Z`
const message = (
  ms: number,
  source: string,
  destination: string,
  startLine: string,
  retransmissionOf: number | null = null,
): LadderMessage => ({
  at: at(ms),
  source,
  destination,
  transport: 'udp',
  startLine,
  cseq: '1 INVITE',
  retransmissionOf,
  problems: [],
  raw: startLine,
})
const report = (part: Partial<CallReport>): CallReport =>
  ({
    direction: 'outbound',
    messages: [],
    streams: [],
    media: [],
    timeline: { answeredAt: null },
    verdict: { kind: 'unknown' },
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
    expect(ladderOf(report({}), true, all)).toEqual({ columns: [], rows: [] })
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
    expect([offset(0.0214), offset(-1)]).toEqual(['+0.021', '−1.000'])
    expect(party('sip:+1555@h;transport=tcp')).toBe('+1555@h')
    expect(elide('x'.repeat(10) + 'y'.repeat(10), 9)).toBe('xxxx…yyyy')
  })
})
