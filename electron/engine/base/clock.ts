import type { Micros } from '../../../shared/base/time.ts'

export interface Timer {
  cancel(): void
}

/** Where the engine gets its time from. Tests pass a virtual one. */
export interface Clock {
  /** Wall time in microseconds since 1970; never runs backwards. */
  nowUs(): Micros
  /** Milliseconds from an arbitrary start, for intervals. */
  monotonicMs(): number
  after(delayMs: number, run: () => void): Timer
}

/** The longest that a timer of Node can wait, 24.8 days: it fires at once where it is asked for more. */
const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  nowUs: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, longestTimerMs))
    return { cancel: () => clearTimeout(timer) }
  },
}
