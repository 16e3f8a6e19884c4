import type { Micros } from '../../../shared/base/time.ts'
import type { RtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { Bursts, type BurstsAndGaps } from './bursts.ts'
import { SharedRows } from './shared-rows.ts'
import { ClockSkew, type Skew } from './skew.ts'

/** The jitter buffer of a receiver that hears the stream as it comes: what the E-model counts with too. */
export const jitterBufferMs = 40

const bufferUs = jitterBufferMs * 1000
/** As for runs: a pause, and what is another beginning of the numbers. */
const pauseUs = 500_000
const mostAhead = 3000
const mostBehind = 100
/** The fastest packet of five to ten seconds is what the others are measured by: clocks drift. */
const windowUs = 5_000_000
/** Another beginning of the timestamps. */
const jumpUs = 1_000_000
/** Packets that are so far ahead were sent early: no network makes them come before their time. */
const fastestUs = 100_000
/** So many late packets in a row, and the jitter buffer begins anew with the next: the path has become longer. */
const mostLateInRow = 25
/** A marker begins a talkspurt where nothing came for so long before it. */
const spurtUs = 40_000
const secondUs = 1_000_000
/** Shorter streams show no skew. */
const fewestForSkew = 250
/** No packet time is longer. */
const longestPacketUs = 200_000

// Where the figures stand in the row of a stream.
const PACKETS = 0
const LAST_AT = 1
/** The highest number, counted on over the wrap, since the numbers began; and the places before that. */
const HIGHEST = 2
const FIRST = 3
const PLACES = 4
const LAST_TIMESTAMP = 5
/** The time of the last packet by its own clock, in µs. */
const MEDIA_US = 6
/** The least transit of this window and the one before it, and when this one ends. */
const LEAST = 7
const LEAST_BEFORE = 8
const WINDOW_UNTIL = 9
const LATE = 10
const LONGEST_US = 11
const PACKET_US = 12
/** Packets that came at once with the one before them, those of the last heap, and of the largest. */
const TOGETHER = 13
const HEAP = 14
const MOST_TOGETHER = 15
const SECOND_UNTIL = 16
const IN_SECOND = 17
const MOST_IN_SECOND = 18
const AHEAD_US = 19
const CLOCK = 20
/** Packets in a row that were late. */
const LATE_NOW = 21
/** How far its own clock ran ahead of ours since the last pause: now, at most, and what counts as none. */
const LEAD_NOW = 22
const LEAD_US = 23
const LEAD_FROM = 24
const rows = new SharedRows(25, (length) => new Float64Array(length))

/**
 * How the packets of a stream lie in time, beside their own timestamps: what a jitter buffer of that length makes of
 * them, how the sender paces them, and how its clock runs. Nothing of it blames anybody. Updated in place; allocates
 * nothing for a packet that comes in order and in time.
 */
export class Timing {
  readonly #row: Float64Array
  readonly #from: number
  #bursts: Bursts | null = null
  #skew: ClockSkew | null = null

  constructor() {
    const { rows: row, from } = rows.take()
    this.#row = row
    this.#from = from
  }

  /** `clockHz` is 0 for what does not count in time, like telephone-events. */
  update(at: Micros, { sequence, timestamp, marker }: RtpHeader, clockHz: number): void {
    const [row, from] = [this.#row, this.#from]
    const sinceUs = row[from + PACKETS] === 0 ? 0 : at - row[from + LAST_AT]!
    const step = ((sequence - row[from + HIGHEST]!) << 16) >> 16
    const isNew = row[from + PACKETS] === 0 || sinceUs < -pauseUs || step > mostAhead || step < -mostBehind
    const isFirst = isNew || sinceUs > pauseUs
    row[from + PACKETS]!++
    if (isFirst) this.#anew(isNew ? sequence : row[from + HIGHEST]! + step)
    else if (sinceUs > row[from + LONGEST_US]!) row[from + LONGEST_US] = sinceUs
    const begins = isFirst || (marker && sinceUs > spurtUs)
    const isLate = clockHz > 0 && this.#isLate(at, timestamp, clockHz, begins, step === 1 && !marker)
    if (clockHz > 0) this.#lead(at, isFirst)
    if (!isFirst) this.#place(step, isLate)
    this.#pace(at, sinceUs)
    if (at > row[from + LAST_AT]!) row[from + LAST_AT] = at
  }

  /** Packets that came behind the time at which the jitter buffer plays them. */
  get late(): number {
    return this.#row[this.#from + LATE]!
  }

  /** The longest time between two packets, in µs, of what is no pause (see quality/runs). */
  get longestUs(): number {
    return this.#row[this.#from + LONGEST_US]!
  }

  /** Of a packet, in µs, by the timestamps of two that followed one another; 0 where that is not known. */
  get packetUs(): number {
    return this.#row[this.#from + PACKET_US]!
  }

  /** Packets that came at once with the one before them, and the most of them in one heap. */
  get together(): { readonly packets: number; readonly most: number } {
    return { packets: this.#row[this.#from + TOGETHER]!, most: this.#row[this.#from + MOST_TOGETHER]! }
  }

  get mostInSecond(): number {
    return Math.max(this.#row[this.#from + MOST_IN_SECOND]!, this.#row[this.#from + IN_SECOND]!)
  }

  /** How far the packets ran ahead of their own clock within ten seconds, at most, in µs. */
  get aheadUs(): number {
    return this.#row[this.#from + AHEAD_US]!
  }

  /** How much more audio than time came between two pauses, at most, by its timestamps, in µs. */
  get leadUs(): number {
    return this.#row[this.#from + LEAD_US]!
  }

  /** Of packets that were lost, or late for the jitter buffer; pauses are in none of it. */
  get burstsAndGaps(): BurstsAndGaps {
    const [row, from] = [this.#row, this.#from]
    const packets = row[from + PACKETS] === 0 ? 0 : row[from + PLACES]! + row[from + HIGHEST]! - row[from + FIRST]! + 1
    return (this.#bursts ?? new Bursts()).of(packets)
  }

  get skew(): Skew | null {
    return this.#skew?.measured ?? null
  }

  /** After a pause, or where the numbers begin anew. */
  #anew(place: number): void {
    const [row, from] = [this.#row, this.#from]
    if (row[from + PACKETS]! > 1) row[from + PLACES]! += row[from + HIGHEST]! - row[from + FIRST]! + 1
    this.#bursts?.close()
    row[from + HIGHEST] = row[from + FIRST] = place
  }

  /** What becomes of the place of a packet that is so far from the highest. */
  #place(step: number, isLate: boolean): void {
    const [row, from] = [this.#row, this.#from]
    const highest = row[from + HIGHEST]!
    if (step <= 0) {
      // One that came before is neither late nor missed.
      if (isLate && this.#bursts?.lacks(highest + step)) row[from + LATE]!++
      if (!isLate) this.#bursts?.came(highest + step)
      return
    }
    row[from + HIGHEST] = highest + step
    if (isLate) row[from + LATE]!++
    const until = highest + step - (isLate ? 0 : 1)
    if (until > highest) (this.#bursts ??= new Bursts()).missing(highest + 1, until)
  }

  /** Whether the jitter buffer has played on. `isNext`: nothing of a pause is between it and the one before. */
  #isLate(at: Micros, timestamp: number, clockHz: number, begins: boolean, isNext: boolean): boolean {
    const [row, from] = [this.#row, this.#from]
    const stepUs = (((timestamp - row[from + LAST_TIMESTAMP]!) | 0) * 1e6) / clockHz
    const isOther = row[from + CLOCK] !== clockHz
    row[from + LAST_TIMESTAMP] = timestamp
    if (isOther) {
      row[from + CLOCK] = clockHz
      row[from + MEDIA_US] = 0
      this.#skew = null
    } else {
      row[from + MEDIA_US]! += stepUs
      if (isNext && stepUs > 0 && stepUs <= longestPacketUs) row[from + PACKET_US] = stepUs
    }
    const transitUs = at - row[from + MEDIA_US]!
    if (row[from + PACKETS]! >= fewestForSkew) (this.#skew ??= new ClockSkew()).note(at, transitUs)
    const least = Math.min(row[from + LEAST]!, row[from + LEAST_BEFORE]!)
    if (begins || isOther || Math.abs(transitUs - least) > jumpUs || row[from + LATE_NOW]! >= mostLateInRow) {
      row[from + LATE_NOW] = 0
      row[from + LEAST] = row[from + LEAST_BEFORE] = transitUs
      row[from + WINDOW_UNTIL] = at + windowUs
      return false
    }
    if (at >= row[from + WINDOW_UNTIL]!) {
      // Where all packets of a window ran ahead it is their path that changed.
      row[from + LEAST_BEFORE] = row[from + LEAST] === Infinity ? transitUs : row[from + LEAST]!
      row[from + LEAST] = Infinity
      row[from + WINDOW_UNTIL] = at + windowUs
    }
    const aheadUs = row[from + LEAST_BEFORE]! - transitUs
    if (aheadUs > row[from + AHEAD_US]!) row[from + AHEAD_US] = aheadUs
    if (aheadUs <= fastestUs && transitUs < row[from + LEAST]!) row[from + LEAST] = transitUs
    const isLate = transitUs - least > bufferUs
    row[from + LATE_NOW] = isLate ? row[from + LATE_NOW]! + 1 : 0
    return isLate
  }

  /** Timestamps that jump begin anew. */
  #lead(at: Micros, isFirst: boolean): void {
    const [row, from] = [this.#row, this.#from]
    const mediaUs = row[from + MEDIA_US]! - at
    const leadUs = mediaUs - row[from + LEAD_FROM]!
    if (isFirst || Math.abs(leadUs - row[from + LEAD_NOW]!) > jumpUs) {
      row[from + LEAD_FROM] = mediaUs
      row[from + LEAD_NOW] = 0
      return
    }
    row[from + LEAD_NOW] = leadUs
    if (leadUs > row[from + LEAD_US]!) row[from + LEAD_US] = leadUs
  }

  #pace(at: Micros, sinceUs: number): void {
    const [row, from] = [this.#row, this.#from]
    const isTogether = row[from + PACKETS]! > 1 && sinceUs >= 0 && sinceUs * 4 < row[from + PACKET_US]!
    if (isTogether) row[from + TOGETHER]!++
    row[from + HEAP] = isTogether ? row[from + HEAP]! + 1 : 1
    if (row[from + HEAP]! > row[from + MOST_TOGETHER]!) row[from + MOST_TOGETHER] = row[from + HEAP]!
    if (at >= row[from + SECOND_UNTIL]!) {
      row[from + MOST_IN_SECOND] = this.mostInSecond
      row[from + SECOND_UNTIL] = at + secondUs
      row[from + IN_SECOND] = 0
    }
    row[from + IN_SECOND]!++
  }
}
