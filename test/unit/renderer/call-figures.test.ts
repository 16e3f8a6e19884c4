import { describe, expect, it } from 'vitest'
import { streamLines } from '../../../electron/cli/terminal.ts'
import { htmlReport } from '../../../electron/engine/report/html-report.ts'
import { comparedFacts } from '../../../renderer/features/call/compared.ts'
import { flowsOf, inShort, type Flow } from '../../../shared/shown/media-figures.ts'
import { figureTable } from '../../../shared/shown/stream-figures.ts'
import { ticketOf } from '../../../renderer/features/call/ticket.ts'
import { fromZero, join, levels, sparkPath } from '../../../shared/shown/chart-data.ts'
import { callReportSchema } from '../../../shared/contract/report.ts'
import { call, finding, inside, stream } from '../../harness/shown-calls.ts'

const figure = (flow: Flow, name: string) =>
  figureTable([flow], { live: false, holds: [], startedAt: null }).rows.find((row) => row.name === name)?.cells[0]
const escaped = (text: string) => text.replace(/[().]/g, '\\$&')

describe('figures of media', () => {
  const [flow] = flowsOf([stream({ maxDeltaMs: 13_382, lostPercent: 3.2 })], [])
  it('say of an estimate that nobody confirmed that it is of what was sent', () => {
    expect(inShort(flow!, false).mos).toMatchObject({ name: 'MOS, unconfirmed', value: '4.41', tone: 'unknown' })
    expect(inShort(flow!, false).lost.tone).toBe('fault')
    expect(inShort({ ...flow!, stream: { ...flow!.stream, mos: null } }, false).mos.value).toBe('unknown')
  })

  it.each([
    ['what was lost', { lost: 14, lostPercent: 4, judgedLost: 14 }, '14 (4.0 %)', 'fault'],
    ['a hold as left out', { lost: 150, lostPercent: 30, judgedLost: 0 }, '0 (0.0 %, 150 numbers left out)', 'plain'],
    ['both apart', { lost: 151, lostPercent: 30, judgedLost: 7 }, '7 (2.0 %, 144 numbers left out)', 'warning'],
    ['packets that came twice as no loss', { lost: -5, lostPercent: -1.4, judgedLost: 0 }, '0 (0.0 %)', 'plain'],
    ['those of no call', { lost: -5, lostPercent: -1.4 }, '0 (0.0 %)', 'plain'],
    ['a report that was kept before', { lost: 14, lostPercent: 4 }, '14 (4.0 %)', 'fault'],
  ])('count as lost what the estimate counts: %s', (_what, part, text, tone) => {
    const [one] = flowsOf([stream(part)], [])
    expect(figure(one!, 'lost')).toMatchObject({ value: text, tone })
    expect(inShort(one!, false).lost).toMatchObject({ value: /[\d.]+ %/.exec(text)![0], tone })
    expect(htmlReport([call({ streams: [one!.stream] })])).toMatch(
      new RegExp(`<td class="${tone}">(<span.*?/span> )?${escaped(text)}</td>`),
    )
    const report = call({ streams: [one!.stream] })
    expect(streamLines(report).join('\n')).toContain(text)
    expect(ticketOf(report, undefined)).toContain(`| ${text} |`)
    const loss = comparedFacts(report, report).find(({ name }) => name.startsWith('loss'))!
    expect(loss.left).toBe(/[\d.]+ %/.exec(text)![0])
  })

  it('say how many packets are in none of them', () => {
    const report = call({ streams: [flow!.stream], unfollowedPackets: 1234 })
    const said = '1,234 more RTP packets came in more streams than are followed'
    expect(streamLines(report).join('\n')).toContain(said)
    expect(htmlReport([report])).toContain(said)
  })

  it('have room above the highest value, and a scale of levels that follows them', () => {
    expect(fromZero(20)(0, 100)).toEqual([0, 125])
    expect(fromZero(20)(0, 1)).toEqual([0, 20])
    expect(levels(-30, -12)).toEqual([-40, 0])
    expect(levels(-70, -62)).toEqual([-80, -50])
    const [times, one, other] = join([
      {
        label: 'a',
        direction: 'to-peer',
        points: [
          [0, 1],
          [1, 2],
        ],
      },
      {
        label: 'b',
        direction: 'from-peer',
        points: [
          [1, null],
          [2, 3],
        ],
      },
    ])
    expect([times, one, other]).toEqual([
      [0, 1, 2],
      [1, 2, null],
      [null, null, 3],
    ])
    expect(sparkPath([1, null, 3], 10, 6)).toBe('M0.0 4.0M10.0 2.0')
    expect(sparkPath([null], 10, 6)).toBe('')
  })
})

describe('a call as a ticket', () => {
  it('says which call, what was wrong and why, what to do, the figures and the ladder; nothing of it is markup', () => {
    const text = ticketOf(
      call({
        from: 'sip:<img>@h',
        streams: [stream({})],
        messages: [{ ...inside('INVITE', 1, 0, null), startLine: 'INVITE sip:b``` SIP/2.0' }],
        findings: [finding({ evidence: [{ message: 0 }], sentence: 'The *address* is private.', next: 'Set it.' })],
      }),
      undefined,
    )
    expect(text).toContain('- Cause: The \\*address\\* is private. (message 1)\n- Next: Set it.')
    expect(text).toContain('sip:\\<img\\>@h')
    expect(text).toContain('4.41 (sent)')
    expect(text.match(/```/g)).toHaveLength(2)
  })
})

describe('two calls side by side', () => {
  it('differ where it matters: figures that are alike are the same', () => {
    const [a, b] = [
      call({ streams: [stream({})] }),
      call({ streams: [stream({ meanJitterMs: 1.9 })], transport: 'tls' }),
    ]
    const differing = comparedFacts(a, callReportSchema.parse(b)).filter(({ same }) => !same)
    expect(differing).toEqual([{ name: 'transport', left: 'UDP', right: 'TLS', same: false }])
  })
})
