import { describe, expect, it } from 'vitest'
import { faultsOf, sizeFaults } from '../../../build/sizes.ts'

const lines = (count: number) => 'x\n'.repeat(count)

describe('the check of sizes', () => {
  it('names the line that is wider than 120 columns', () => {
    expect(faultsOf('a.ts', `x\n${'x'.repeat(121)}\n${'x'.repeat(120)}\n`, new Set())).toEqual([
      'a.ts:2: 121 columns, 120 at most: wrap it',
    ])
  })

  it('asks for a reason of a file with more than 300 lines', () => {
    expect(faultsOf('a.ts', lines(300), new Set())).toEqual([])
    expect(faultsOf('a.ts', lines(301), new Set())).toEqual([expect.stringMatching(/^a\.ts: 301 lines, 300 at most/)])
    expect(faultsOf('a.ts', lines(301), new Set(['a.ts']))).toEqual([])
  })

  it('finds a reason that nothing needs any more', () => {
    expect(faultsOf('a.ts', lines(300), new Set(['a.ts']))).toEqual([expect.stringMatching(/needs no reason$/)])
  })

  it('finds nothing here', () => {
    expect(sizeFaults()).toEqual([])
  })
})
