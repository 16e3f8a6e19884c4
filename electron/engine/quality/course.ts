import type { Micros } from '../../../shared/base/time.ts'
import type { Sample } from '../../../shared/contract/report.ts'
import { toDbfs } from './level.ts'
import type { RtpStreamStats } from './rtp-stats.ts'

const shortestUs = 500_000
/** So many samples at most: whenever there are more, each two become one. */
const most = 120

interface Bucket {
  /** Of `shortestUs`, since the first packet. */
  readonly interval: number
  readonly jitterMs: number
  readonly lost: number
  readonly squares: number
  readonly samples: number
  readonly gapMs: number
}

/**
 * How a stream went from its first packet to its last, in at most 120 samples: half a second each at first, twice as
 * long whenever there are too many.
 */
export class Course {
  #buckets: Bucket[] = []
  /** Half seconds that a sample stands for. */
  #width = 1
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
    if (interval >= this.#interval + this.#width) {
      this.#close(stats)
      this.#interval = interval - (interval % this.#width)
    }
    this.#gapMs = Math.max(this.#gapMs, (at - this.#previousAt) / 1000)
    this.#previousAt = at
  }

  /** Oldest first; the half second that is not complete is not among them. */
  samples(): Sample[] {
    return this.#buckets.map(({ interval, jitterMs, lost, squares, samples, gapMs }) => [
      (interval * shortestUs) / 1000,
      hundredths(jitterMs),
      lost,
      samples > 0 ? hundredths(toDbfs(squares / samples)) : null,
      hundredths(gapMs),
    ])
  }

  #close(stats: RtpStreamStats): void {
    const bucket: Bucket = {
      interval: this.#interval,
      jitterMs: stats.jitterMs,
      lost: stats.lost,
      squares: stats.squares - this.#squares,
      samples: stats.samples - this.#samples,
      gapMs: this.#gapMs,
    }
    const last = this.#buckets.at(-1)
    // One that was put together with nothing behind it has room for this one.
    if (last?.interval === bucket.interval) this.#buckets[this.#buckets.length - 1] = together(last, bucket)
    else this.#buckets.push(bucket)
    this.#squares = stats.squares
    this.#samples = stats.samples
    this.#gapMs = 0
    if (this.#buckets.length <= most) return
    this.#width *= 2
    const merged = new Map<number, Bucket>()
    for (const bucket of this.#buckets) {
      const interval = bucket.interval - (bucket.interval % this.#width)
      const before = merged.get(interval)
      merged.set(interval, before ? together(before, bucket) : { ...bucket, interval })
    }
    this.#buckets = [...merged.values()]
  }
}

const together = (a: Bucket, b: Bucket): Bucket => ({
  interval: a.interval,
  jitterMs: Math.max(a.jitterMs, b.jitterMs),
  lost: b.lost,
  squares: a.squares + b.squares,
  samples: a.samples + b.samples,
  gapMs: Math.max(a.gapMs, b.gapMs),
})

const hundredths = (value: number) => Math.round(value * 100) / 100
