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

/** The processor's time for this thread: what else the machine does meanwhile is no part of it. */
function timeMs(work: () => unknown, runs: number): number {
  const from = process.threadCpuUsage()
  for (let i = 0; i < runs; i++) work()
  const { user, system } = process.threadCpuUsage(from)
  return (user + system) / 1000
}

/**
 * Runs `work` on 1, 8 and 64 KB; null when it is linear. The small one runs eight times as often, so that both make as
 * much garbage. A pair that looks otherwise is measured again, each time over more runs, before it is taken as not
 * linear.
 */
export function tooFast(work: (size: number) => () => unknown): Growth | null {
  work(1024)()
  const whole = work(large)
  if (timeMs(whole, 1) < unmeasurableMs) return null
  const part = work(small)
  let least: Growth = { factor: Infinity, largeMs: 0 }
  for (let tries = 0; tries < mostTries; tries++) {
    const runs = 1 + Math.floor(tries / 3)
    const smallMs = Math.min(timeMs(part, times * runs), timeMs(part, times * runs))
    const largeMs = Math.min(timeMs(whole, runs), timeMs(whole, runs))
    const factor = (largeMs / smallMs) * times
    if (largeMs / runs < unmeasurableMs || factor < mostGrowth) return null
    if (factor < least.factor) least = { factor, largeMs: largeMs / runs }
    // Noise does not last.
    if (tries > 2 && least.factor > mostGrowth * 2) break
  }
  return least
}
