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
  /** Of the whole stream when the interval began. */
  #squares = 0
  #samples = 0
  /** As of the packet before: the first one of an interval is no part of the one before it. */
  #jitterMs = 0
  #lost = 0
  #squaresBefore = 0
  #samplesBefore = 0

  /** To be called after each packet, with the figures that include it. */
  update(at: Micros, stats: RtpStreamStats): void {
    if (this.#previousAt === 0) {
      this.#firstAt = this.#previousAt = at
      this.#remember(stats)
      return
    }
    const interval = Math.floor((at - this.#firstAt) / shortestUs)
    if (interval >= this.#interval + this.width) {
      this.#close()
      this.#interval = interval - (interval % this.width)
    }
    this.#gapMs = Math.max(this.#gapMs, (at - this.#previousAt) / 1000)
    this.#previousAt = at
    this.#remember(stats)
  }

  /** An interval that is over. */
  protected abstract take(figures: IntervalFigures): void

  #close(): void {
    this.take({
      interval: this.#interval,
      jitterMs: this.#jitterMs,
      lost: this.#lost,
      squares: this.#squaresBefore - this.#squares,
      samples: this.#samplesBefore - this.#samples,
      gapMs: this.#gapMs,
    })
    this.#squares = this.#squaresBefore
    this.#samples = this.#samplesBefore
    this.#gapMs = 0
  }

  #remember({ jitterMs, lost, squares, samples }: RtpStreamStats): void {
    this.#jitterMs = jitterMs
    this.#lost = lost
    this.#squaresBefore = squares
    this.#samplesBefore = samples
  }
}

export const hundredths = (value: number): number => Math.round(value * 100) / 100
