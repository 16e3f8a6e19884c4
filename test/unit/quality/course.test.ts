import { describe, expect, it } from 'vitest'
import { Course } from '../../../electron/engine/quality/course.ts'

/** A course of packets, with the jitter and the loss as of each of them. */
function courseOf(packets: Iterable<readonly [at: number, jitterMs?: number, lost?: number]>): Course {
  const course = new Course()
  let before = { lastAt: 0, jitterMs: 0, lost: 0, squares: 0, samples: 0 }
  for (const [at, jitterMs = 0, lost = 0] of packets) {
    course.update(at, before)
    before = { ...before, lastAt: at, jitterMs, lost }
  }
  return course
}

/** A packet each 20 ms for so many seconds; jitter is the second. */
function* steady(seconds: number) {
  for (let us = 0; us <= seconds * 1e6; us += 20_000) yield [1e12 + us, Math.floor(us / 1e6), us / 20_000] as const
}

describe('the course of a stream', () => {
  it('has a sample each half second of a short one, each with its time and its longest gap', () => {
    const samples = courseOf(steady(3)).samples()
    expect(samples.map(([ms]) => ms)).toEqual([0, 500, 1000, 1500, 2000, 2500])
    expect(samples.every(([, , , level, gap]) => level === null && gap === 20)).toBe(true)
  })

  it.each([61, 600, 7200])('has at most 120 samples of %s seconds, from its beginning to its end', (seconds) => {
    const samples = courseOf(steady(seconds)).samples()
    expect(samples.length).toBeLessThanOrEqual(120)
    expect(samples.length).toBeGreaterThan(55)
    expect(samples[0]![0]).toBe(0)
    expect(samples.at(-1)![0]).toBeGreaterThan(seconds * 1000 * 0.95)
    const times = samples.map(([ms]) => ms)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(new Set(times).size).toBe(times.length)
  })

  it('leaves gaps where nothing came, and tells what was wrong when it was, not in the half second before', () => {
    const course = courseOf([[1], [20_001], [30_020_001, 7, 3], [31_020_001, 1, 3]])
    expect(course.samples().map(([ms, jitter, lost, , gap]) => [ms, jitter, lost, gap])).toEqual([
      [0, 0, 0, 20],
      [30_000, 7, 3, 30_000],
    ])
  })

  it('has none of a stream of one packet', () => {
    expect(courseOf([[5]]).samples()).toEqual([])
  })
})
