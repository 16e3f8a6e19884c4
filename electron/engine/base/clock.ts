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

export const systemClock: Clock = {
  nowUs: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}
