import { describe, expect, it } from 'vitest'
import { steadyWallUs } from '../../../electron/engine/base/clock.ts'

describe('the time of day', () => {
  let [wall, monotonic] = [1_000_000, 50]
  const nowUs = steadyWallUs(
    () => wall,
    () => monotonic,
  )
  const pass = (wallMs: number, monotonicMs: number) => {
    wall += wallMs
    monotonic += monotonicMs
    return nowUs() / 1000
  }

  it('goes on evenly while the clock is corrected, forward and back', () => {
    expect(pass(20, 20)).toBe(1_000_020)
    expect(pass(360, 20)).toBe(1_000_040)
    expect(pass(-5_000_000, 20)).toBe(1_000_060)
    expect(pass(5_000_000 - 340, 0)).toBe(1_000_060)
  })

  it('is right again after the computer slept, whose monotonic clock stood still', () => {
    expect(pass(8 * 3600_000, 20)).toBe(wall)
    expect(pass(20, 20)).toBe(wall)
  })
})
