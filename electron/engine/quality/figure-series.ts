import type { Sample } from '../../../shared/contract/report.ts'
import { ByInterval, hundredths, shortestUs, type IntervalFigures } from './by-interval.ts'
import { toDbfs } from './level.ts'

/** Two minutes. */
const kept = 240
const fields = 5
const unreadable = 1

/**
 * The figures of a stream as they went: one sample for each half second in which packets came, the newest two minutes.
 */
export class FigureSeries extends ByInterval {
  /** Samples so far, those that had to make room included. */
  count = 0
  #values: Float32Array | null = null

  /** The samples from number `from` on that are still kept. */
  since(from: number): Sample[] {
    const samples: Sample[] = []
    for (let n = Math.max(from, this.count - kept); n < this.count; n++) samples.push(this.#at(n))
    return samples
  }

  protected take({ interval, jitterMs, lost, squares, samples, gapMs }: IntervalFigures): void {
    const values = (this.#values ??= new Float32Array(kept * fields))
    const level = samples > 0 ? toDbfs(squares / samples) : unreadable
    values.set([interval, jitterMs, lost, level, gapMs], (this.count % kept) * fields)
    this.count++
  }

  #at(n: number): Sample {
    const at = (n % kept) * fields
    const [interval, jitter, lost, level, gap] = this.#values!.subarray(at, at + fields)
    return [
      (interval! * shortestUs) / 1000,
      hundredths(jitter!),
      lost!,
      level === unreadable ? null : hundredths(level!),
      hundredths(gap!),
    ]
  }
}
