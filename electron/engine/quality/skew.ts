import type { Micros } from '../../../shared/base/time.ts'

/** How fast the clock of a sender runs beside ours. */
export interface Skew {
  /** Parts in a million; above 0 the sender's is the faster one. */
  readonly ppm: number
  /** In 19 of 20 cases the true value lies within so much of it. */
  readonly uncertaintyPpm: number
  readonly overUs: number
}

/** The fastest packet of each such while stands for it: what waits in the network only comes later. */
const shortestUs = 2_000_000
/** So many whiles at most: then each two become one. */
const most = 64
/** A transit that changes by more than this is of another path or another beginning of the clock. */
const jumpUs = 100_000
/** Below these there is nothing to be said: a clock of a computer is wrong by less than 100 ppm. */
const leastUs = 60_000_000
const fewest = 12
const mostUncertainPpm = 50

/** Measures the clock of a stream against ours, by the least transit of each while. */
export class ClockSkew {
  #widthUs = shortestUs
  /** The least transits in µs, and when they were seen, since `#beganAt`; the last one is not complete. */
  #least: number[] = []
  #times: number[] = []
  #beganAt: Micros = 0
  #until: Micros = 0
  /** What was measured before the last jump, where that was longer. */
  #before: Skew | null = null

  /** A packet came; `transitUs`: its arrival less its own time, from any zero. */
  note(at: Micros, transitUs: number): void {
    const last = this.#least.length - 1
    if (last < 0 || this.#least[last]! - transitUs > jumpUs) return this.#begin(at, transitUs)
    if (transitUs - this.#least[last]! > jumpUs) {
      // One that is late was sent by the same clock; where all are, another began.
      if (at >= this.#until + this.#widthUs) this.#begin(at, transitUs)
      return
    }
    if (at >= this.#until) this.#next(at, transitUs)
    else if (transitUs < this.#least[last]!) {
      this.#least[last] = transitUs
      this.#times[last] = at - this.#beganAt
    }
  }

  /** Null where the stream is too short for it, or too uneven. */
  get measured(): Skew | null {
    const now = lineOf(this.#times.slice(0, -1), this.#least.slice(0, -1))
    const before = this.#before
    return now && (!before || now.overUs >= before.overUs) ? now : before
  }

  #begin(at: Micros, transitUs: number): void {
    this.#before = this.measured
    this.#least = [transitUs]
    this.#times = [0]
    this.#widthUs = shortestUs
    this.#beganAt = at
    this.#until = at + this.#widthUs
  }

  #next(at: Micros, transitUs: number): void {
    if (this.#least.length >= most) this.#halve()
    this.#least.push(transitUs)
    this.#times.push(at - this.#beganAt)
    this.#until = at + this.#widthUs
  }

  #halve(): void {
    const [least, times]: [number[], number[]] = [[], []]
    for (let i = 0; i < this.#least.length; i += 2) {
      const better = i + 1 < this.#least.length && this.#least[i + 1]! < this.#least[i]! ? i + 1 : i
      least.push(this.#least[better]!)
      times.push(this.#times[better]!)
    }
    this.#least = least
    this.#times = times
    this.#widthUs *= 2
  }
}

/** The line through the points, as a skew; null where it says too little. */
function lineOf(times: readonly number[], transits: readonly number[]): Skew | null {
  const overUs = (times.at(-1) ?? 0) - (times[0] ?? 0)
  if (times.length < fewest || overUs < leastUs) return null
  const whole = slopeOf(times, transits)
  // A path that changes its delay bends the line: then its parts do not agree.
  const third = Math.floor(times.length / 3)
  const parts = [0, 1, 2].map((n) => {
    const [from, to] = [n * third, n === 2 ? times.length : (n + 1) * third]
    return slopeOf(times.slice(from, to), transits.slice(from, to)).slope
  })
  const bend = (Math.max(...parts) - Math.min(...parts)) / 4
  const uncertaintyPpm = tenths(Math.max(2.2 * whole.error, bend) * 1e6)
  return uncertaintyPpm > mostUncertainPpm ? null : { ppm: tenths(-whole.slope * 1e6), uncertaintyPpm, overUs }
}

/** Least squares: the slope and its standard error. */
function slopeOf(xs: readonly number[], ys: readonly number[]): { readonly slope: number; readonly error: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(xs), mean(ys)]
  const sxx = xs.reduce((sum, x) => sum + (x - mx) ** 2, 0)
  const slope = xs.reduce((sum, x, i) => sum + (x - mx) * (ys[i]! - my), 0) / sxx
  const left = xs.reduce((sum, x, i) => sum + (ys[i]! - my - slope * (x - mx)) ** 2, 0)
  return { slope, error: Math.sqrt(left / (xs.length - 2) / sxx) }
}

/** Never -0. */
const tenths = (value: number) => Math.round(value * 10) / 10 + 0
