import { describe, expect, it } from 'vitest'
import { htmlReport } from '../../../electron/engine/report/html-report.ts'
import { callReportSchema } from '../../../shared/contract/report.ts'
import { flowsOf } from '../../../shared/shown/media-figures.ts'
import type { Around } from '../../../shared/shown/figure-cells.ts'
import { figureTable } from '../../../shared/shown/stream-figures.ts'
import { at, call, stream } from '../../harness/shown-calls.ts'

const timing = {
  jitterBufferMs: 41,
  late: 1301,
  latePercent: 2.3,
  gmin: 16,
  bursts: 3,
  burstDensityPercent: 54.6,
  meanBurstMs: 187,
  gapDensityPercent: 0.7,
  meanGapMs: 5388,
  longestGapMs: 81.25,
  clockSkew: { ppm: -31.5, uncertaintyPpm: 4.2, overMs: 125_000 },
  pacing: { packetMs: 23, togetherPercent: 12.9, mostTogether: 7, mostInSecond: 67, aheadMs: 211.3, talkSpurts: 9 },
}
const voip = {
  lossPercent: 6.1,
  discardPercent: 1.7,
  burstDensityPercent: 71.9,
  gapDensityPercent: 0.3,
  burstMs: 83,
  gapMs: 911,
  roundTripMs: 37,
  endSystemDelayMs: 62,
  signalDbm: -21,
  noiseDbm: -68,
  echoReturnLossDb: 55,
  gmin: 17,
  r: 79,
  externalR: 76,
  mosLq: 3.9,
  mosCq: 3.8,
  jitterBufferMs: 45,
  jitterBufferMostMs: 85,
  jitterBufferLongestMs: 165,
}
const whole = stream({
  packets: 4321,
  expected: 4360,
  lost: 39,
  lostPercent: 0.9,
  outOfOrder: 6,
  duplicates: 2,
  minDeltaMs: 0.12,
  meanDeltaMs: 20.34,
  maxDeltaMs: 91.56,
  minJitterMs: 0.08,
  meanJitterMs: 2.46,
  maxJitterMs: 19.57,
  bitrateKbps: 80.3,
  level: { meanDbfs: -16.4, peakDbfs: -3.1 },
  mos: {
    value: 4.27,
    r: 88.6,
    model: 'ITU-T G.107',
    assumptions: ['60 ms for packetisation and jitter buffer', 'nobody confirmed that it arrived'],
    confirmed: false,
  },
  timing,
  voip,
  srtp: { opened: 4319, refused: 8 },
  rtcp: { reportedLost: 33, reportedJitterMs: 5.25, roundTripMs: 48.4 },
})

const none: Around = { live: false, holds: [], startedAt: at(0) }
const tableOf = (streams: readonly ReturnType<typeof stream>[], around: Partial<Around> = {}) =>
  figureTable(flowsOf(streams, []), { ...none, ...around })
const valueOf = (part: object, name: string, around: Partial<Around> = {}) =>
  tableOf([stream(part)], around).rows.find((row) => row.name === name)?.cells[0]?.value

/** Every number of a structure, however deep. */
const numbersOf = (value: unknown): number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(numbersOf)
      : []

/** Written in another form. */
const otherwise = new Map([
  [125_000, '2 min 05 s'],
  [8000, 'PCMU/8000'],
])
const written = (value: number) => otherwise.get(value) ?? Math.abs(value).toLocaleString('en')

describe('the table of figures', () => {
  it.each([
    [
      'in the window',
      () =>
        tableOf([whole])
          .rows.map(({ name, cells }) => `${name}: ${cells[0]!.value}`)
          .join('\n'),
    ],
    ['in the HTML report', () => htmlReport([callReportSchema.parse(call({ streams: [whole] }))])],
  ])('says every number that the report has of a stream, %s', (_where, text) => {
    const said = text()
    for (const value of numbersOf(whole)) expect(said, `${value}`).toContain(written(value))
  })

  it('says no figure twice, and each with what it means', () => {
    const { rows } = tableOf([whole])
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
    expect(rows.filter(({ meaning }) => meaning.length < 20)).toEqual([])
    const [page, names] = [htmlReport([call({ streams: [whole] })]), rows.map(({ name }) => `>${name}</th>`)]
    for (const name of names) expect(page.split(name).length, name).toBe(2)
  })

  it('has a row of what only one stream has, and none of what no stream has', () => {
    const xr = ({ rows }: ReturnType<typeof tableOf>) => rows.find(({ name }) => name === 'XR quality')?.cells
    expect(xr(tableOf([whole, stream({ toPeer: false })]))!.map(({ value }) => value)).toEqual([
      'R 79, external R 76, MOS-LQ 3.9, MOS-CQ 3.8',
      'none',
    ])
    expect(xr(tableOf([stream({})]))).toBeUndefined()
    const unknown = { ...voip, r: null, externalR: null, mosLq: null, mosCq: null }
    expect(xr(tableOf([stream({ voip: unknown })]))![0]).toEqual({ value: 'unknown to its receiver', tone: 'unknown' })
  })

  it('has what the estimates of all streams rest on once, and beside each what is of it alone', () => {
    const mos = (confirmed: boolean, ...own: string[]) => ({
      mos: { value: 4.4, r: 93, model: 'G.107', assumptions: ['60 ms buffered', ...own], confirmed },
    })
    const both = [mos(false, 'no round trip', 'nobody confirmed it'), mos(true, 'half of 20 ms')]
    const { rows, assumptions } = tableOf([stream(both[0]!), stream({ ...both[1], toPeer: false })])
    expect(assumptions).toEqual(['60 ms buffered'])
    expect(rows[0]!.cells.map(({ notes }) => notes)).toEqual([
      ['no round trip', 'nobody confirmed it'],
      ['half of 20 ms'],
    ])
    // What nobody confirms stands beside its figure, however many have it in common.
    const same = tableOf([stream(both[0]!), stream({ ...both[0], toPeer: false })])
    expect(same.assumptions).toEqual(['60 ms buffered', 'no round trip'])
    expect(same.rows[0]!.cells.map(({ notes }) => notes)).toEqual([['nobody confirmed it'], ['nobody confirmed it']])
    // Of one alone there is nothing in common.
    expect(tableOf([stream(both[1]!)]).rows[0]!.cells[0]!.notes).toEqual(['60 ms buffered', 'half of 20 ms'])
  })

  it('has held time as held: no gap', () => {
    const part = { minDeltaMs: 19, maxDeltaMs: 13_382, timing: { ...timing, longestGapMs: 21.5 } }
    expect(valueOf(part, 'delta', { holds: [{ from: 4, to: 17 }] })).toBe(
      'mean 20.00, min 19.00, max 13,382.00 ms, which is the hold of 13 s; longest gap 21.50 ms',
    )
    expect(valueOf({ maxDeltaMs: 13_382 }, 'delta')).toBe('mean 20.00, min 20.00, max 13,382.00 ms')
  })

  it.each([
    ['late', { timing }, '1,301 (2.3 %) for a buffer of 41 ms'],
    ['bursts', { timing: { ...timing, bursts: 0 } }, 'none (Gmin 16)'],
    ['clock skew', { timing }, '−31.5 ± 4.2 ppm, over 2 min 05 s'],
    ['clock skew', { timing: { ...timing, clockSkew: null } }, 'unknown: it takes a minute of even arrivals'],
    ['order', { outOfOrder: 1, duplicates: 1 }, '1 out of order, 1 duplicate'],
    ['late', {}, 'unknown: this report was kept by an older Ringback'],
    ['level', { level: null }, 'unknown: not decoded, or encrypted'],
    ['bit rate', { bitrateKbps: null }, 'unknown: too few packets'],
    ['MOS', { mos: null, mosUnknown: 'loss of G722 is not modelled' }, 'unknown: loss of G722 is not modelled'],
    ['round trip', { rtcp: null }, 'unknown: no receiver report'],
  ])('writes %s as the field does', (name, part, value) => {
    expect(valueOf(part, name)).toBe(value)
  })
})
