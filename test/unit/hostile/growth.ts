/** How the work for a text grows with its length. */
export interface Growth {
  /** The time for 64 KB divided by that for 8 KB; 8 where it grows with the input. */
  readonly factor: number
  readonly largeMs: number
}

const small = 8 * 1024
const large = 64 * 1024
const times = large / small
/** Growth below 1.3 times linear. */
const mostGrowth = times * 1.3
/** What takes less is too short to be told from noise; what grows with the square of 64 KB takes many times as long. */
const unmeasurableMs = 5
const mostTries = 20

/** The text over and over, cut to that many characters. */
export const filled = (unit: string, size: number) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size)

function timeMs(work: () => unknown, runs: number): number {
  const from = performance.now()
  for (let i = 0; i < runs; i++) work()
  return performance.now() - from
}

/**
 * Runs `work` on 1, 8 and 64 KB; null when it is linear. The small one runs eight times in a row, so that both make as much garbage;
 * the fastest of each counts, and a pair is measured again some times before it is taken as not linear.
 */
export function tooFast(work: (size: number) => () => unknown): Growth | null {
  work(1024)()
  const whole = work(large)
  let largeMs = timeMs(whole, 1)
  if (largeMs < unmeasurableMs) return null
  const part = work(small)
  let smallMs = Infinity
  for (let tries = 0; tries < mostTries; tries++) {
    smallMs = Math.min(smallMs, timeMs(part, times))
    if (largeMs < unmeasurableMs || (largeMs / smallMs) * times < mostGrowth) return null
    largeMs = Math.min(largeMs, timeMs(whole, 1))
  }
  return { factor: (largeMs / smallMs) * times, largeMs }
}
