import type { Micros } from '../../../shared/base/time.ts'
import type { Sample } from '../../../shared/contract/state.ts'
import { toDbfs } from './level.ts'
import type { RtpStreamStats } from './rtp-stats.ts'

const intervalUs = 500_000
/** Two minutes. */
const kept = 240
const fields = 5
const unreadable = 1

/**
 * The figures of a stream as they went: one sample for each half second in which packets came, the newest two minutes.
 */
export class FigureSeries {
  /** Samples so far, those that had to make room included. */
  count = 0
  #values: Float32Array | null = null
  #firstAt: Micros = 0
  #interval = 0
  #previousAt: Micros = 0
  #gapMs = 0
  #squares = 0
  #samples = 0

  /** To be called after each packet, with the figures that include it. */
  update(at: Micros, stats: RtpStreamStats): void {
    if (this.#previousAt === 0) {
      this.#firstAt = this.#previousAt = at
      return
    }
    const interval = Math.floor((at - this.#firstAt) / intervalUs)
    if (interval > this.#interval) {
      this.#sample(stats)
      this.#interval = interval
      this.#gapMs = 0
    }
    this.#gapMs = Math.max(this.#gapMs, (at - this.#previousAt) / 1000)
    this.#previousAt = at
  }

  /** The samples from number `from` on that are still kept. */
  since(from: number): Sample[] {
    const samples: Sample[] = []
    for (let n = Math.max(from, this.count - kept); n < this.count; n++) samples.push(this.#at(n))
    return samples
  }

  #sample(stats: RtpStreamStats): void {
    const values = (this.#values ??= new Float32Array(kept * fields))
    const { squares, samples } = stats
    const fresh = samples - this.#samples
    values.set(
      [
        this.#interval,
        stats.jitterMs,
        stats.lost,
        fresh > 0 ? toDbfs((squares - this.#squares) / fresh) : unreadable,
        this.#gapMs,
      ],
      (this.count % kept) * fields,
    )
    this.#squares = squares
    this.#samples = samples
    this.count++
  }

  #at(n: number): Sample {
    const at = (n % kept) * fields
    const [interval, jitter, lost, level, gap] = this.#values!.subarray(at, at + fields)
    return [
      (interval! * intervalUs) / 1000,
      round(jitter!),
      lost!,
      level === unreadable ? null : round(level!),
      round(gap!),
    ]
  }
}

const round = (value: number) => Math.round(value * 100) / 100
