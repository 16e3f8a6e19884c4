import { describe, expect, it } from 'vitest'
import { Talk } from '../../../electron/engine/quality/talk.ts'

const talk = (...atMs: readonly number[]) => {
  const made = new Talk()
  for (const at of atMs) made.note(at * 1000)
  return made
}
const spurts = (made: Talk) => made.spurts.map(({ from, to }) => [from / 1000, to / 1000])

describe('when a stream speaks', () => {
  it('is told by its packets with energy, a pause of more than 200 ms between two spurts', () => {
    expect(spurts(talk(0, 20, 40, 240, 441, 461))).toEqual([
      [0, 240],
      [441, 461],
    ])
    expect(talk(0, 20, 441).last).toEqual({ from: 441_000, to: 441_000 })
    expect(talk().last).toBeNull()
  })

  it('does not go back for a packet that came out of order, and is bounded', () => {
    expect(spurts(talk(0, 40, 20))).toEqual([[0, 40]])
    const long = talk(...Array.from({ length: 5000 }, (_, i) => i * 1000))
    expect(long.spurts).toHaveLength(2000)
    expect(long.last).toEqual({ from: 1_999_000_000, to: 4_999_000_000 })
  })
})
