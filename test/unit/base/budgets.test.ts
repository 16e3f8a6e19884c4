import { describe, expect, it } from 'vitest'
import { usageOf } from '../../../electron/engine/base/budgets.ts'
import { openBoundary } from '../../harness/boundary.ts'

describe('budgets', () => {
  it('give each source a share of its own, and what was released again', () => {
    const { budgets } = openBoundary({ callsPerSource: 1 })
    budgets.take('callsPerSource', 'a')
    expect([budgets.allows('callsPerSource', 'a'), budgets.allows('callsPerSource', 'b')]).toEqual([false, true])
    budgets.release('callsPerSource', 'a')
    expect(budgets.allows('callsPerSource', 'a')).toBe(true)
  })

  it('say in a sentence that a limit was reached, and how often', () => {
    const { budgets } = openBoundary({ connections: 1 })
    budgets.take('connections')
    budgets.allows('connections')
    budgets.allows('connections')
    expect(budgets.usage().find(({ name }) => name === 'connections')).toEqual({
      name: 'connections',
      used: 1,
      refused: 2,
      text: 'as many connections as allowed are open: further ones are closed at once',
    })
    expect(budgets.usage().find(({ name }) => name === 'handshakes')!.text).toBeNull()
  })

  it('are shown together for several SIP elements', () => {
    const [one, two] = [openBoundary({ callsAtOnce: 1 }).budgets, openBoundary().budgets]
    one.take('callsAtOnce')
    two.take('callsAtOnce')
    one.allows('callsAtOnce')
    expect(usageOf([two, one]).find(({ name }) => name === 'callsAtOnce')).toMatchObject({
      used: 2,
      refused: 1,
      text: expect.stringContaining('503'),
    })
  })
})
