import { describe, expect, it } from 'vitest'
import { conversationOf } from '../../../electron/engine/quality/turns.ts'
import type { Spurt } from '../../../electron/engine/quality/talk.ts'

const ms = (...pairs: readonly (readonly [number, number])[]): Spurt[] =>
  pairs.map(([from, to]) => ({ from: from * 1000, to: to * 1000 }))
const talk = (ours: readonly Spurt[], theirs: readonly Spurt[], to = 20_000) =>
  conversationOf({ 'to-peer': ours, 'from-peer': theirs }, 0, to * 1000)
const turnsOf = (...args: Parameters<typeof talk>) =>
  talk(...args).turns.map(({ by, from, to, gapUs }) => [
    by === 'to-peer' ? 'us' : 'them',
    ...[from / 1000, to / 1000, gapUs === null ? null : gapUs / 1000],
  ])

describe('turns of a conversation', () => {
  it('last until the other side speaks, and have the gap before them', () => {
    expect(turnsOf(ms([3000, 4000], [4300, 5000], [9000, 9500]), ms([1000, 2200], [5800, 6000], [6400, 8000]))).toEqual(
      [
        ['them', 1000, 2200, null],
        ['us', 3000, 5000, 800],
        ['them', 5800, 8000, 800],
        ['us', 9000, 9500, 1000],
      ],
    )
  })

  it('that begin while the other side speaks have no gap: that is a barge-in, which the other yields to or not', () => {
    const { bargeIns, bothUs, spokenUs } = talk(ms([2000, 4000], [7000, 7200]), ms([1000, 2240], [6000, 9000]))
    expect(bargeIns).toEqual([
      { by: 'to-peer', at: 2_000_000, saidUs: 2_000_000, yieldUs: 240_000 },
      { by: 'to-peer', at: 7_000_000, saidUs: 200_000, yieldUs: null },
    ])
    expect([bothUs, spokenUs]).toEqual([440_000, { 'to-peer': 2_200_000, 'from-peer': 4_240_000 }])
    expect(turnsOf(ms([2000, 4000], [7000, 7200]), ms([1000, 2240], [6000, 9000]))).toEqual([
      ['them', 1000, 2240, null],
      ['us', 2000, 4000, null],
      ['them', 6000, 9000, 2000],
      ['us', 7000, 7200, null],
    ])
  })

  it('of a side that only murmurs inside the other one go on behind it', () => {
    expect(turnsOf(ms([2000, 2300]), ms([1000, 3000], [3300, 4000]))).toEqual([
      ['them', 1000, 4000, null],
      ['us', 2000, 2300, null],
    ])
  })

  it('have no part outside the call, and streams of one side that speak at once are one', () => {
    expect(turnsOf(ms([-500, 500], [300, 900]), ms([1000, 9000]), 3000)).toEqual([
      ['us', 0, 900, null],
      ['them', 1000, 3000, 100],
    ])
  })

  it('are over one another where both speak, with who came in and for how long', () => {
    expect(talk(ms([2000, 4000], [7000, 7200], [9000, 9500]), ms([1000, 2240], [6000, 9300])).overlaps).toEqual([
      { by: 'to-peer', from: 2_000_000, to: 2_240_000 },
      { by: 'to-peer', from: 7_000_000, to: 7_200_000 },
      { by: 'to-peer', from: 9_000_000, to: 9_300_000 },
    ])
    expect(talk(ms([1000, 3000]), ms([2000, 4000])).overlaps).toEqual([
      { by: 'from-peer', from: 2_000_000, to: 3_000_000 },
    ])
  })

  it('are given up wrongly where one side stops for a few words of the other, and nobody speaks then', () => {
    const yields = (...args: Parameters<typeof talk>) => talk(...args).falseYields
    const stops = { by: 'from-peer', at: 2_400_000, wordsUs: 300_000 }
    // A word at 2 s: they stop, and go on after 2 s; never; or we go on.
    expect(yields(ms([2000, 2300]), ms([1000, 2400], [4400, 6000]))).toEqual([{ ...stops, resumesUs: 2_000_000 }])
    expect(yields(ms([2000, 2300]), ms([1000, 2400]))).toEqual([{ ...stops, resumesUs: null }])
    expect(yields(ms([2000, 2300], [2700, 5000]), ms([1000, 2400]))).toEqual([])
    expect(yields(ms([2000, 5000]), ms([1000, 2400]))).toEqual([])
    // They go on as if nothing had been said, or only breathe.
    expect(yields(ms([2000, 2300]), ms([1000, 5000]))).toEqual([])
    expect(yields(ms([2000, 2300]), ms([1000, 2400], [2800, 5000]))).toEqual([])
    // The call ends before it can be told.
    expect(yields(ms([2000, 2300]), ms([1000, 2400]), 2900)).toEqual([])
    expect(yields(ms([1000, 3000]), ms([2500, 2800]))).toEqual([
      { by: 'to-peer', at: 3_000_000, wordsUs: 300_000, resumesUs: null },
    ])
  })

  it('have neither silences nor gaps while somebody is on hold', () => {
    const sides = { 'to-peer': ms([1000, 2000], [12_500, 13_000]), 'from-peer': ms([12_000, 12_200]) }
    const { silences, turns } = conversationOf(sides, 0, 15_000_000, ms([2500, 11_000]))
    expect(silences).toEqual(ms([0, 1000], [2000, 2500], [11_000, 12_000], [12_200, 12_500], [13_000, 15_000]))
    expect(turns.map(({ gapUs }) => gapUs)).toEqual([null, null, 300_000])
  })

  it('leave silences between them, before the first and behind the last', () => {
    const { silences } = talk(ms([3000, 4000]), ms([3500, 5000]), 8000)
    expect(silences).toEqual(ms([0, 3000], [5000, 8000]))
    expect(talk([], [], 1000).silences).toEqual(ms([0, 1000]))
  })
})
