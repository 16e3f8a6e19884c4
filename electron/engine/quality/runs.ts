import type { Micros } from '../../../shared/base/time.ts'
import { SharedRows } from './shared-rows.ts'

/** Packets of a stream without a pause between them. */
export interface Run {
  readonly firstAt: Micros
  readonly lastAt: Micros
  readonly packets: number
  /** Numbers between the first and the last packet that never came: never below 0. */
  readonly lost: number
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

// Where the last run stands in the row of a stream.
const FIRST_AT = 0
const LAST_AT = 1
const PACKETS = 2
const LOST = 3
const SKIPPED = 4
/** Its first number, the highest of it (counted on over the wrap), and how many came of them. */
const FIRST = 5
const HIGHEST = 6
const CAME = 7
/** How many came one after the other since the words below were written. */
const STRAIGHT = 8
/** Which numbers came: bit 0 of the first word is the highest number, bit 1 the one before it. */
const SEEN = 9
const rows = new SharedRows(SEEN + words, (length) => new Float64Array(length))

/**
 * When packets of a stream came and which were missing then, apart from the figures of the whole stream: a pause, a
 * hold or a sender that restarts its numbering is no loss.
 */
export class Runs {
  /** Those before the last. */
  #before: readonly Run[] = []
  /** A packet came whose time lies far before that of another: its capture is not in the order of its times. */
  goesBack = false
  readonly #row: Float64Array
  readonly #from: number

  constructor() {
    const { rows: row, from } = rows.take()
    this.#row = row
    this.#from = from
  }

  get all(): readonly Run[] {
    const { last } = this
    return last ? [...this.#before, last] : []
  }

  /** Undefined before the first packet. */
  get last(): Run | undefined {
    const row = this.#row
    const from = this.#from
    if (row[from + PACKETS] === 0) return undefined
    return {
      firstAt: row[from + FIRST_AT]!,
      lastAt: row[from + LAST_AT]!,
      packets: row[from + PACKETS]!,
      lost: row[from + LOST]!,
      skipped: row[from + SKIPPED]!,
    }
  }

  update(at: Micros, sequence: number): void {
    const row = this.#row
    const from = this.#from
    const isFirst = row[from + PACKETS] === 0
    const isBack = row[from + LAST_AT]! - at > pauseUs
    if (isBack) this.goesBack = true
    const step = isFirst ? 0 : ((sequence - row[from + HIGHEST]!) << 16) >> 16
    if (isFirst || isBack || step > mostAhead || step < -mostBehind) return this.#begin(at, sequence, 0)
    if (at - row[from + LAST_AT]! > pauseUs && this.#before.length + 1 < mostRuns)
      return this.#begin(at, sequence, Math.max(0, step - 1))
    row[from + PACKETS]!++
    if (at > row[from + LAST_AT]!) row[from + LAST_AT] = at
    if (step === 1) {
      row[from + HIGHEST]!++
      row[from + STRAIGHT]!++
    } else {
      this.#write()
      if (step > 0) {
        this.#shift(step)
        row[from + HIGHEST]! += step
      }
      if (this.#isRepeated(Math.max(0, -step))) return
    }
    row[from + CAME]!++
    row[from + LOST] = Math.max(0, row[from + HIGHEST]! - row[from + FIRST]! + 1 - row[from + CAME]!)
  }

  #begin(at: Micros, sequence: number, skipped: number): void {
    const row = this.#row
    const from = this.#from
    if (this.#before.length + 1 >= mostRuns) {
      row[from + PACKETS]!++
      row[from + LAST_AT] = Math.max(row[from + LAST_AT]!, at)
    } else {
      this.#before = this.all
      row[from + FIRST_AT] = row[from + LAST_AT] = at
      row[from + PACKETS] = 1
      row[from + LOST] = 0
      row[from + SKIPPED] = skipped
    }
    row[from + FIRST] = row[from + HIGHEST] = sequence
    row[from + CAME] = 1
    row[from + STRAIGHT] = 0
    row.fill(0, from + SEEN, from + SEEN + words)
    row[from + SEEN] = 1
  }

  /** The numbers that came one after the other into the words. */
  #write(): void {
    const row = this.#row
    const from = this.#from
    const straight = Math.min(row[from + STRAIGHT]!, words * 32)
    if (straight === 0) return
    this.#shift(straight)
    for (let bit = 0; bit < straight; bit++) row[from + SEEN + (bit >> 5)]! |= 1 << (bit & 31)
    row[from + STRAIGHT] = 0
  }

  #shift(step: number): void {
    const row = this.#row
    const seen = this.#from + SEEN
    const [whole, rest] = [step >> 5, step & 31]
    for (let word = words - 1; word >= 0; word--) {
      const from = word - whole
      const above = rest > 0 && from > 0 ? row[seen + from - 1]! >>> (32 - rest) : 0
      row[seen + word] = from < 0 ? 0 : (row[seen + from]! << rest) | above
    }
  }

  /** `behind`: how far behind the highest. */
  #isRepeated(behind: number): boolean {
    const place = this.#from + SEEN + (behind >> 5)
    const bit = 1 << (behind & 31)
    if ((this.#row[place]! & bit) !== 0) return true
    this.#row[place]! |= bit
    return false
  }
}
