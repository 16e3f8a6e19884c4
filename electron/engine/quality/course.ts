import type { Sample } from '../../../shared/contract/report.ts'
import { ByInterval, hundredths, shortestUs, type IntervalFigures } from './by-interval.ts'
import { toDbfs } from './level.ts'

/** So many samples at most: whenever there are more, each two become one. */
const most = 120

/**
 * How a stream went from its first packet to its last, in at most 120 samples: half a second each at first, twice as
 * long whenever there are too many.
 */
export class Course extends ByInterval {
  #all: IntervalFigures[] = []

  /** Oldest first; the half second that is not complete is not among them. */
  samples(): Sample[] {
    return this.#all.map(({ interval, jitterMs, lost, squares, samples, gapMs }) => [
      (interval * shortestUs) / 1000,
      hundredths(jitterMs),
      lost,
      samples > 0 ? hundredths(toDbfs(squares / samples)) : null,
      hundredths(gapMs),
    ])
  }

  protected take(figures: IntervalFigures): void {
    const last = this.#all.at(-1)
    // One that was put together with nothing behind it has room for this one.
    if (last?.interval === figures.interval) this.#all[this.#all.length - 1] = together(last, figures)
    else this.#all.push(figures)
    if (this.#all.length <= most) return
    this.width *= 2
    const merged = new Map<number, IntervalFigures>()
    for (const one of this.#all) {
      const interval = one.interval - (one.interval % this.width)
      const before = merged.get(interval)
      merged.set(interval, before ? together(before, one) : { ...one, interval })
    }
    this.#all = [...merged.values()]
  }
}

const together = (a: IntervalFigures, b: IntervalFigures): IntervalFigures => ({
  interval: a.interval,
  jitterMs: Math.max(a.jitterMs, b.jitterMs),
  lost: b.lost,
  squares: a.squares + b.squares,
  samples: a.samples + b.samples,
  gapMs: Math.max(a.gapMs, b.gapMs),
})
