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
  #interval = 0
  /** When the next one begins. */
  #until: Micros = 0
  #gapUs = 0
  /** Of the whole stream when the interval began. */
  #squares = 0
  #samples = 0

  /** To be called before each packet is counted in the figures. */
  update(at: Micros, stats: Counted): void {
    const previousAt = stats.lastAt
    if (previousAt === 0) {
      this.#firstAt = at
      this.#until = at + (this.#interval + this.width) * shortestUs
      return
    }
    if (at >= this.#until) this.#close(at, stats)
    if (at - previousAt > this.#gapUs) this.#gapUs = at - previousAt
  }

  /** An interval that is over. */
  protected abstract take(figures: IntervalFigures): void

  /** The first packet of an interval is no part of the one before it. */
  #close(at: Micros, { jitterMs, lost, squares, samples }: Counted): void {
    this.take({
      interval: this.#interval,
      jitterMs,
      lost,
      squares: squares - this.#squares,
      samples: samples - this.#samples,
      gapMs: this.#gapUs / 1000,
    })
    this.#squares = squares
    this.#samples = samples
    this.#gapUs = 0
    const interval = Math.floor((at - this.#firstAt) / shortestUs)
    this.#interval = interval - (interval % this.width)
    this.#until = this.#firstAt + (this.#interval + this.width) * shortestUs
  }
}

/** What is looked at of a stream. */
export type Counted = Pick<RtpStreamStats, 'lastAt' | 'jitterMs' | 'lost' | 'squares' | 'samples'>

export const hundredths = (value: number): number => Math.round(value * 100) / 100
