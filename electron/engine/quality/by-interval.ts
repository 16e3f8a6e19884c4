import type { Micros } from '../../../shared/base/time.ts'
import type { RtpStreamStats } from './rtp-stats.ts'

/** The shortest interval. */
export const shortestUs = 500_000

/** The figures of a stream over one interval, as of its last packet. */
export interface IntervalFigures {
  /** Its number, in shortest intervals since the first packet. */
  readonly interval: number
  readonly jitterMs: number
  /** Of the whole stream until then. */
  readonly lost: number
  /** What the level is made of: see RtpStreamStats. */
  readonly squares: number
  readonly samples: number
  /** The longest time between two packets. */
  readonly gapMs: number
}

/** Cuts a stream into intervals in which packets came. */
export abstract class ByInterval {
  /** Shortest intervals that are one; may grow as `take` likes. */
  protected width = 1
  #firstAt: Micros = 0
  #previousAt: Micros = 0
  #interval = 0
  #gapMs = 0
  #squares = 0
  #samples = 0

  /** To be called after each packet, with the figures that include it. */
  update(at: Micros, stats: RtpStreamStats): void {
    if (this.#previousAt === 0) {
      this.#firstAt = this.#previousAt = at
      return
    }
    const interval = Math.floor((at - this.#firstAt) / shortestUs)
    if (interval >= this.#interval + this.width) {
      this.#close(stats)
      this.#interval = interval - (interval % this.width)
    }
    this.#gapMs = Math.max(this.#gapMs, (at - this.#previousAt) / 1000)
    this.#previousAt = at
  }

  /** An interval that is over. */
  protected abstract take(figures: IntervalFigures): void

  #close({ jitterMs, lost, squares, samples }: RtpStreamStats): void {
    this.take({
      interval: this.#interval,
      jitterMs,
      lost,
      squares: squares - this.#squares,
      samples: samples - this.#samples,
      gapMs: this.#gapMs,
    })
    this.#squares = squares
    this.#samples = samples
    this.#gapMs = 0
  }
}

export const hundredths = (value: number): number => Math.round(value * 100) / 100
