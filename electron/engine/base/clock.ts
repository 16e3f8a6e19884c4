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

/** So far ahead the wall clock means that the computer slept, whose monotonic clock then stands still, or was set. */
const leapMs = 2000

/**
 * Wall time that goes on evenly: figures of RTP must not see the clock being corrected by milliseconds. It is set
 * forward only where the wall clock has leapt ahead, and never back.
 */
export function steadyWallUs(
  wallMs: () => number,
  monotonicMs: () => number,
  offsetMs = wallMs() - monotonicMs(),
): () => Micros {
  return () => {
    const steadyMs = monotonicMs() + offsetMs
    const aheadMs = wallMs() - steadyMs
    if (aheadMs < leapMs) return Math.round(steadyMs * 1000)
    offsetMs += aheadMs
    return Math.round((steadyMs + aheadMs) * 1000)
  }
}

const monotonicMs = () => performance.now()

export const systemClock: Clock = {
  nowUs: steadyWallUs(Date.now, monotonicMs, performance.timeOrigin),
  monotonicMs,
  after: (delayMs, run) => new SystemTimer(delayMs, run),
}

/** A timer of Node's that keeps nothing alive once it has fired or was cancelled: its owner may keep it for hours. */
class SystemTimer implements Timer {
  #timeout: NodeJS.Timeout | null
  #run: (() => void) | null

  constructor(delayMs: number, run: () => void) {
    this.#run = run
    this.#timeout = setTimeout(fire, Math.min(Math.max(0, delayMs), longestTimerMs), this)
  }

  cancel(): void {
    if (this.#timeout) clearTimeout(this.#timeout)
    this.#timeout = this.#run = null
  }

  fire(): void {
    const run = this.#run
    this.#timeout = this.#run = null
    run?.()
  }
}

const fire = (timer: SystemTimer): void => timer.fire()
