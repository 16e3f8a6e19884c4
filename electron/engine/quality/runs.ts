import type { Micros } from '../../../shared/base/time.ts'

/** Packets of a stream without a pause between them. */
export interface Run {
  readonly firstAt: Micros
  lastAt: Micros
  packets: number
  /** Numbers between the first and the last packet that never came: never below 0. */
  lost: number
  /** Numbers that were passed over in the pause before it: 0 where the sender paused, or restarted its numbering. */
  readonly skipped: number
}

/** A pause: longer than jitter, shorter than a person's breath. */
const pauseUs = 500_000
/** Numbers further ahead than this, or further behind, are a new beginning (RFC 3550 A.1). */
const mostAhead = 3000
const mostBehind = 100
/** More pauses than these are not told apart any more. */
const mostRuns = 256
/** How far back a number that comes twice is recognised: a bit for each, in words of 32. Beyond `mostBehind`. */
const words = 4

/**
 * When packets of a stream came and which were missing then, apart from the figures of the whole stream: a pause, a
 * hold or a sender that restarts its numbering is no loss.
 */
export class Runs {
  all: readonly Run[] = []
  /** The first number of the last run, the highest of it (counted on over the wrap), and how many came of them. */
  #first = 0
  #highest = 0
  #came = 0
  /** Bit 0 of the first word is the highest number, bit 1 the one before it. */
  readonly #seen = [0, 0, 0, 0]

  update(at: Micros, sequence: number): void {
    const run = this.all.at(-1)
    const step = run ? ((sequence - this.#highest) << 16) >> 16 : 0
    if (!run || step > mostAhead || step < -mostBehind) return this.#begin(at, sequence, 0)
    if (at - run.lastAt > pauseUs && this.all.length < mostRuns) return this.#begin(at, sequence, Math.max(0, step - 1))
    run.packets++
    run.lastAt = Math.max(run.lastAt, at)
    if (step > 0) {
      this.#shift(step)
      this.#highest += step
    }
    if (this.#isRepeated(Math.max(0, -step))) return
    this.#came++
    run.lost = Math.max(0, this.#highest - this.#first + 1 - this.#came)
  }

  #begin(at: Micros, sequence: number, skipped: number): void {
    if (this.all.length >= mostRuns) {
      const last = this.all.at(-1)!
      last.packets++
      last.lastAt = Math.max(last.lastAt, at)
    } else this.all = this.all.concat({ firstAt: at, lastAt: at, packets: 1, lost: 0, skipped })
    this.#first = this.#highest = sequence
    this.#came = 1
    this.#seen.fill(0)
    this.#seen[0] = 1
  }

  #shift(step: number): void {
    const seen = this.#seen
    const [whole, rest] = [step >> 5, step & 31]
    for (let word = words - 1; word >= 0; word--) {
      const from = word - whole
      const above = rest > 0 && from > 0 ? seen[from - 1]! >>> (32 - rest) : 0
      seen[word] = from < 0 ? 0 : (seen[from]! << rest) | above
    }
  }

  /** `behind`: how far behind the highest. */
  #isRepeated(behind: number): boolean {
    const [word, bit] = [behind >> 5, 1 << (behind & 31)]
    if ((this.#seen[word]! & bit) !== 0) return true
    this.#seen[word]! |= bit
    return false
  }
}
