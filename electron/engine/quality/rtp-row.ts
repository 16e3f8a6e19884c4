import type { Micros } from '../../../shared/base/time.ts'
import type { RtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { Content } from './content.ts'
import { silenceDbfs, type Level, type Meter } from './level.ts'
import { Talk, speechDbfs } from './talk.ts'
import { SharedRows } from './shared-rows.ts'

/** What a payload type means on a stream; clock rate 0 keeps it out of the jitter (telephone-event, unknown types). */
export interface PayloadMeaning {
  readonly codec: string
  readonly clockRateHz: number
  /** What reads the level of its payloads; null where that cannot be read. */
  readonly meter: Meter | null
}

const comfortNoise = 13
const comfortNoiseOld = 19
/** How far back a repeated sequence number is recognised. */
const recent = 64
/**
 * Jitter in milliseconds is counted in whole timestamp units of a millisecond, as Wireshark does: slower clocks have
 * none.
 */
const slowestClockHz = 1000
/** In each slot a number that has another. */
const unseen = Uint16Array.from({ length: recent }, (_, slot) => slot ^ 1)
const recents = new SharedRows(recent, (length) => new Uint16Array(length))
/** Of the packet that is being counted. */
const level: Level = { squares: 0, samples: 0, peak: 0 }
/** What looksCiphered goes by, of G.711: the bytes of 10 ms, and the level that random bytes have in it. */
const packetStep = 80
const meanSquareOf = (dbfs: number) => 32768 * 32768 * 10 ** (dbfs / 10)
const [noiseFrom, noiseTo] = [meanSquareOf(-12), meanSquareOf(-8.5)]
const speechMeanSquare = meanSquareOf(speechDbfs)
const silentMeanSquare = 32768 * 32768 * 10 ** (silenceDbfs / 10)

// Where the figures of a stream stand in its row; what is null as long as nothing is known of it is NaN there.
export const PACKETS = 0
export const BYTES = 1
export const FIRST_AT = 2
export const LAST_AT = 3
export const OUT_OF_ORDER = 4
export const DUPLICATES = 5
export const MAX_DELTA = 6
export const MIN_DELTA = 7
export const MEAN_DELTA = 8
export const MAX_JITTER = 9
export const MIN_JITTER = 10
export const MEAN_JITTER = 11
export const JITTER = 12
/** Of the last packet that counts for delta and jitter. */
const PREVIOUS_AT = 13
export const PREVIOUS_TYPE = 14
const FIRST_TIMESTAMP = 15
/** Of the last packet that has a clock: telephone-events stand still and do not count. */
const CLOCKED_TIMESTAMP = 16
export const START_SEQUENCE = 17
export const LAST_SEQUENCE = 18
const HIGHEST_SEQUENCE = 19
export const CYCLES = 20
const UNDER = 21
/** Packets since the last change of the payload type. */
export const RUN = 22
export const RUN_TYPE = 23
export const SQUARES = 24
export const SAMPLES = 25
export const PEAK = 26
export const LEVEL_PACKETS = 27
export const NOISE_PACKETS = 28
export const FIRST_ENERGY_AT = 29
export const LAST_ENERGY_AT = 30
const figures = new SharedRows(31, (length) => new Float64Array(length))

/** Counts the packets of a stream: the arithmetic of RtpStreamStats, in a row of numbers. */
export class RtpRow {
  readonly ssrc: number
  payloadType = -1
  codec = ''
  clockRateHz = 0
  /** When it speaks; null where it never did. */
  talk: Talk | null = null
  /** What it says then; null where it never speaks. */
  content: Content | null = null
  protected readonly row: Float64Array
  protected readonly from: number
  /** The last numbers, from a place on. */
  readonly #recent: Uint16Array
  readonly #recentFrom: number
  /** Packets by payload type, of those before the last change of it; most streams have one. */
  protected types: Map<number, number> | null = null
  /** What the payload type of the last packet means, its clock rate, and that in units of a millisecond. */
  #meaning: PayloadMeaning | null = null
  #clockHz = 0
  #unitsOfMs = 0
  /** What reads the levels; of a codec that goes by what came before, its own. Null where they cannot be read now. */
  #meter: Meter | null = null
  #lastMeter: Meter | null = null
  #lastCodecMeter: Meter | null = null

  constructor(ssrc: number) {
    this.ssrc = ssrc
    const { rows, from } = figures.take()
    this.row = rows
    this.from = from
    rows[from + MIN_DELTA] = rows[from + MIN_JITTER] = NaN
    rows[from + FIRST_ENERGY_AT] = rows[from + LAST_ENERGY_AT] = NaN
    rows[from + RUN_TYPE] = rows[from + PREVIOUS_TYPE] = -1
    const seen = recents.take()
    this.#recent = seen.rows
    this.#recentFrom = seen.from
    seen.rows.set(unseen, seen.from)
  }

  /** `size`: bytes of the UDP payload. `packet` is read for its level where there is a meter. */
  update(at: Micros, header: RtpHeader, meaning: PayloadMeaning, size: number, packet: Uint8Array): void {
    const { row, from } = this
    row[from + BYTES]! += size + 28
    if (header.payloadType !== row[from + RUN_TYPE]) this.#change(header.payloadType)
    row[from + RUN]!++
    if (meaning !== this.#meaning) this.#learn(meaning, header.payloadType)
    if (this.#meter && header.payloadLength > 0) this.#measure(at, packet, header, this.#meter)
    this.#order(header.sequence)
    row[from + LAST_AT] = at
    if (row[from + PACKETS] === 0) return this.#first(at, header)
    this.#count(at, header)
    row[from + PACKETS]!++
  }

  /** Another payload type than that of the packet before. */
  #change(payloadType: number): void {
    const { row, from } = this
    const [run, type] = [row[from + RUN]!, row[from + RUN_TYPE]!]
    if (run > 0) (this.types ??= new Map()).set(type, (this.types?.get(type) ?? 0) + run)
    row[from + RUN_TYPE] = payloadType
    row[from + RUN] = 0
  }

  #learn(meaning: PayloadMeaning, payloadType: number): void {
    const clockRateHz = usable(meaning.clockRateHz)
    this.#meaning = meaning
    this.#clockHz = clockRateHz
    this.#unitsOfMs = Math.floor(clockRateHz / 1000)
    if (this.payloadType < 0 || (this.clockRateHz === 0 && clockRateHz > 0)) {
      this.payloadType = payloadType
      this.codec = meaning.codec
      this.clockRateHz = clockRateHz
    }
    if (meaning.meter && meaning.meter !== this.#lastCodecMeter) {
      this.#lastCodecMeter = meaning.meter
      this.#lastMeter = meaning.meter.begin?.() ?? meaning.meter
    }
    this.#meter = meaning.meter && this.#lastMeter
  }

  #first(at: Micros, { sequence, timestamp, payloadType }: RtpHeader): void {
    const { row, from } = this
    row[from + PACKETS] = 1
    row[from + FIRST_AT] = row[from + PREVIOUS_AT] = at
    row[from + START_SEQUENCE] = row[from + LAST_SEQUENCE] = sequence
    row[from + FIRST_TIMESTAMP] = row[from + CLOCKED_TIMESTAMP] = timestamp
    row[from + PREVIOUS_TYPE] = payloadType
  }

  #count(at: Micros, header: RtpHeader): void {
    const { row, from } = this
    const { sequence, payloadType, timestamp } = header
    // Not before the first packet, within half the range of timestamps.
    if (((timestamp - row[from + FIRST_TIMESTAMP]!) | 0) >= 0) {
      this.#wrap(sequence)
      const deltaMs = (at - row[from + PREVIOUS_AT]!) / 1000
      if (this.#clockHz > 0) {
        const step = (timestamp - row[from + CLOCKED_TIMESTAMP]!) | 0
        const differenceMs = Math.abs(deltaMs - step / this.#unitsOfMs)
        row[from + JITTER] = (15 * row[from + JITTER]! + differenceMs) / 16
        row[from + CLOCKED_TIMESTAMP] = timestamp
      }
      const noise = isComfortNoise(payloadType) || isComfortNoise(row[from + PREVIOUS_TYPE]!)
      if (!header.marker && !noise) this.#spread(deltaMs)
      row[from + PREVIOUS_AT] = at
    }
    row[from + PREVIOUS_TYPE] = payloadType
    row[from + LAST_SEQUENCE] = sequence
  }

  /** Counts how often the sequence numbers began anew. */
  #wrap(sequence: number): void {
    const { row, from } = this
    const start = row[from + START_SEQUENCE]!
    if (row[from + UNDER] === 0) {
      if (sequence >= start && !(sequence === 0 && row[from + LAST_SEQUENCE] === 65535)) return
      row[from + CYCLES]!++
      row[from + UNDER] = 1
    } else if (sequence > start) row[from + UNDER] = 0
  }

  #spread(deltaMs: number): void {
    const { row, from } = this
    const packets = row[from + PACKETS]!
    if (deltaMs > row[from + MAX_DELTA]!) row[from + MAX_DELTA] = deltaMs
    // What is not known yet is not below it either.
    if (!(deltaMs >= row[from + MIN_DELTA]!)) row[from + MIN_DELTA] = deltaMs
    row[from + MEAN_DELTA] = (row[from + MEAN_DELTA]! * (packets - 1) + deltaMs) / packets
    if (this.#clockHz === 0) return
    const jitterMs = row[from + JITTER]!
    if (jitterMs > row[from + MAX_JITTER]!) row[from + MAX_JITTER] = jitterMs
    if (!(jitterMs >= row[from + MIN_JITTER]!)) row[from + MIN_JITTER] = jitterMs
    row[from + MEAN_JITTER] = (row[from + MEAN_JITTER]! * (packets - 1) + jitterMs) / packets
  }

  #order(sequence: number): void {
    const { row, from } = this
    const slot = this.#recentFrom + (sequence % recent)
    const isFirst = row[from + PACKETS] === 0
    const isBehind = ((sequence - row[from + HIGHEST_SEQUENCE]!) & 0xffff) >= 0x8000
    if (!isFirst) {
      if (this.#recent[slot] === sequence) row[from + DUPLICATES]!++
      else if (isBehind) row[from + OUT_OF_ORDER]!++
    }
    if (isFirst || !isBehind) row[from + HIGHEST_SEQUENCE] = sequence
    this.#recent[slot] = sequence
  }

  #measure(at: Micros, packet: Uint8Array, header: RtpHeader, meter: Meter): void {
    const { row, from } = this
    const { payloadOffset, payloadLength } = header
    meter.measure(packet, payloadOffset, payloadLength, level)
    const { squares, samples, peak } = level
    if (samples === 0) return
    row[from + SQUARES]! += squares
    row[from + SAMPLES]! += samples
    if (peak > row[from + PEAK]!) row[from + PEAK] = peak
    row[from + LEVEL_PACKETS]!++
    const tag = payloadLength % packetStep
    if (meter.tellsCipher && (tag === 4 || tag === 10))
      if (squares / samples > noiseFrom && squares / samples < noiseTo) row[from + NOISE_PACKETS]!++
    if (squares / samples >= speechMeanSquare) {
      ;(this.talk ??= new Talk()).note(at)
      ;(this.content ??= new Content()).note(at, packet, header, meter, squares / samples)
    }
    if (squares / samples >= silentMeanSquare) {
      if (Number.isNaN(row[from + FIRST_ENERGY_AT]!)) row[from + FIRST_ENERGY_AT] = at
      row[from + LAST_ENERGY_AT] = at
    }
  }
}

/** A clock rate that figures can be made with; 0 for one that is announced and cannot be. */
export function usable(clockRateHz: number): number {
  return Number.isSafeInteger(clockRateHz) && clockRateHz >= slowestClockHz ? clockRateHz : 0
}

function isComfortNoise(payloadType: number): boolean {
  return payloadType === comfortNoise || payloadType === comfortNoiseOld
}
