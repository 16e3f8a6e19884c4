import type { Micros } from '../../../shared/base/time.ts'
import { toDbfs } from './level.ts'
import {
  PACKETS,
  BYTES,
  FIRST_AT,
  LAST_AT,
  OUT_OF_ORDER,
  DUPLICATES,
  MAX_DELTA,
  MIN_DELTA,
  MEAN_DELTA,
  MAX_JITTER,
  MIN_JITTER,
  MEAN_JITTER,
  JITTER,
  PREVIOUS_TYPE,
  START_SEQUENCE,
  LAST_SEQUENCE,
  CYCLES,
  RUN,
  RUN_TYPE,
  SQUARES,
  SAMPLES,
  PEAK,
  LEVEL_PACKETS,
  NOISE_PACKETS,
  FIRST_ENERGY_AT,
  LAST_ENERGY_AT,
  RtpRow,
} from './rtp-row.ts'

/** What looksCiphered goes by: fewer packets tell nothing. */
const fewestToTell = 25

/**
 * The figures of one RTP stream (one source, destination and SSRC), packet by packet, with the arithmetic of
 * Wireshark's RTP stream analysis, so that both show the same numbers: lost = expected - received over the sequence
 * numbers from the first to the last packet; delta and jitter (RFC 3550 A.8, in ms) over packets without marker, in
 * timestamp order, comfort noise left out. Updated in place; allocates nothing per packet.
 */
export class RtpStreamStats extends RtpRow {
  get packets(): number {
    return this.row[this.from + PACKETS]!
  }

  get bytes(): number {
    return this.row[this.from + BYTES]!
  }

  get firstAt(): Micros {
    return this.row[this.from + FIRST_AT]!
  }

  get lastAt(): Micros {
    return this.row[this.from + LAST_AT]!
  }

  get outOfOrder(): number {
    return this.row[this.from + OUT_OF_ORDER]!
  }

  get duplicates(): number {
    return this.row[this.from + DUPLICATES]!
  }

  get maxDeltaMs(): number {
    return this.row[this.from + MAX_DELTA]!
  }

  get minDeltaMs(): number | null {
    return this.#known(MIN_DELTA)
  }

  get meanDeltaMs(): number {
    return this.row[this.from + MEAN_DELTA]!
  }

  get maxJitterMs(): number {
    return this.row[this.from + MAX_JITTER]!
  }

  get minJitterMs(): number | null {
    return this.#known(MIN_JITTER)
  }

  get meanJitterMs(): number {
    return this.row[this.from + MEAN_JITTER]!
  }

  /**
   * When audio above the silence threshold was first and last seen; null while none was, or the codec's level cannot be
   * read.
   */
  get firstEnergyAt(): Micros | null {
    return this.#known(FIRST_ENERGY_AT)
  }

  get lastEnergyAt(): Micros | null {
    return this.#known(LAST_ENERGY_AT)
  }

  /** Packets whose level could be read. */
  get levelPackets(): number {
    return this.row[this.from + LEVEL_PACKETS]!
  }

  /** Payload types seen, with their number of packets. */
  get payloadTypes(): ReadonlyMap<number, number> {
    const types = new Map(this.types)
    const [run, type] = [this.row[this.from + RUN]!, this.row[this.from + RUN_TYPE]!]
    if (run > 0) types.set(type, (types.get(type) ?? 0) + run)
    return types
  }

  get expected(): number {
    const { row, from } = this
    return row[from + PACKETS] === 0
      ? 0
      : row[from + LAST_SEQUENCE]! + row[from + CYCLES]! * 65536 - row[from + START_SEQUENCE]! + 1
  }

  get lost(): number {
    return this.expected - this.packets
  }

  /** Of the last packet; -1 before the first. */
  get lastPayloadType(): number {
    return this.row[this.from + PREVIOUS_TYPE]!
  }

  /**
   * Whether nearly all packets sound like noise of one level and have the size of SRTP: what a cipher makes of G.711
   * (RFC 3711 4.2: a tag of 4 or 10 bytes behind the payload).
   */
  get looksCiphered(): boolean {
    return this.levelPackets >= fewestToTell && this.row[this.from + NOISE_PACKETS]! * 10 >= this.levelPackets * 9
  }

  /** Jitter as of the last packet (RFC 3550 A.8). */
  get jitterMs(): number {
    return this.row[this.from + JITTER]!
  }

  /** The sum of the squares of `samples` linear samples: what the level is made of. */
  get squares(): number {
    return this.row[this.from + SQUARES]!
  }

  get samples(): number {
    return this.row[this.from + SAMPLES]!
  }

  get meanDbfs(): number | null {
    return this.samples === 0 ? null : toDbfs(this.squares / this.samples)
  }

  get peakDbfs(): number | null {
    const peak = this.row[this.from + PEAK]!
    return this.samples === 0 ? null : toDbfs(peak * peak)
  }

  /**
   * kbit/s with RTP, UDP and IPv4 headers, over the life of the stream without its pauses; null for fewer than two
   * packets.
   */
  bitrateKbps(pausedUs: number): number | null {
    const spanUs = this.lastAt - this.firstAt - pausedUs
    return spanUs <= 0 ? null : Math.round(((this.bytes * 8) / spanUs) * 1e4) / 10
  }

  #known(place: number): number | null {
    const value = this.row[this.from + place]!
    return Number.isNaN(value) ? null : value
  }
}
