import type { Micros } from '../../../shared/base/time.ts'
import type { RtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { silenceDbfs, toDbfs, type Level, type Meter } from './level.ts'

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
/** So many streams share one array for them: an array of its own takes three times as much. */
const streamsOfArray = 64
let shared = new Uint16Array(0)
let used = 0
/** Of the packet that is being counted. */
const level: Level = { squares: 0, samples: 0, peak: 0 }
/** What looksCiphered goes by, of G.711: the bytes of 10 ms, and the level that random bytes have in it. */
const fewestToTell = 25
const packetStep = 80
const meanSquareOf = (dbfs: number) => 32768 * 32768 * 10 ** (dbfs / 10)
const [noiseFrom, noiseTo] = [meanSquareOf(-12), meanSquareOf(-8.5)]
const silentMeanSquare = 32768 * 32768 * 10 ** (silenceDbfs / 10)

/**
 * The figures of one RTP stream (one source, destination and SSRC), packet by packet, with the arithmetic of
 * Wireshark's RTP stream analysis, so that both show the same numbers: lost = expected - received over the sequence
 * numbers from the first to the last packet; delta and jitter (RFC 3550 A.8, in ms) over packets without marker, in
 * timestamp order, comfort noise left out. Updated in place; allocates nothing per packet.
 */
export class RtpStreamStats {
  readonly ssrc: number
  payloadType = -1
  codec = ''
  clockRateHz = 0
  packets = 0
  firstAt: Micros = 0
  lastAt: Micros = 0
  outOfOrder = 0
  duplicates = 0
  maxDeltaMs = 0
  minDeltaMs: number | null = null
  meanDeltaMs = 0
  maxJitterMs = 0
  minJitterMs: number | null = null
  meanJitterMs = 0
  bytes = 0
  /**
   * When audio above the silence threshold was first and last seen; null while none was, or the codec's level cannot be
   * read.
   */
  firstEnergyAt: Micros | null = null
  lastEnergyAt: Micros | null = null
  /** Packets whose level could be read. */
  levelPackets = 0
  /** Payload types seen, with their number of packets. */
  get payloadTypes(): ReadonlyMap<number, number> {
    const types = new Map(this.#types)
    if (this.#run > 0) types.set(this.#runType, (types.get(this.#runType) ?? 0) + this.#run)
    return types
  }

  /** Of those before the last change of the type; most streams have one. */
  #types: Map<number, number> | null = null
  #runType = -1
  #run = 0
  #startSequence = 0
  #lastSequence = 0
  #highestSequence = 0
  #cycles = 0
  #under = false
  #jitterMs = 0
  #firstTimestamp = 0
  /** The timestamp of the last packet that has a clock: telephone-events stand still and do not count. */
  #clockedTimestamp = 0
  #previousAt: Micros = 0
  #previousType = -1
  #squares = 0
  #samples = 0
  #noisePackets = 0
  #peak = 0
  /** The last numbers, from a place on. */
  readonly #recent: Uint16Array
  readonly #from: number
  /** What reads the levels now, and the codec's that it is of. */
  #meter: Meter | null = null
  #codecMeter: Meter | null = null

  constructor(ssrc: number) {
    this.ssrc = ssrc
    if (used === shared.length) {
      shared = new Uint16Array(recent * streamsOfArray)
      used = 0
    }
    this.#recent = shared
    this.#from = used
    shared.set(unseen, used)
    used += recent
  }

  get expected(): number {
    return this.packets === 0 ? 0 : this.#lastSequence + this.#cycles * 65536 - this.#startSequence + 1
  }

  get lost(): number {
    return this.expected - this.packets
  }

  /** Of the last packet; -1 before the first. */
  get lastPayloadType(): number {
    return this.#previousType
  }

  /**
   * Whether nearly all packets sound like noise of one level and have the size of SRTP: what a cipher makes of G.711
   * (RFC 3711 4.2: a tag of 4 or 10 bytes behind the payload).
   */
  get looksCiphered(): boolean {
    return this.levelPackets >= fewestToTell && this.#noisePackets * 10 >= this.levelPackets * 9
  }

  /** Jitter as of the last packet (RFC 3550 A.8). */
  get jitterMs(): number {
    return this.#jitterMs
  }

  /** The sum of the squares of `samples` linear samples: what the level is made of. */
  get squares(): number {
    return this.#squares
  }

  get samples(): number {
    return this.#samples
  }

  get meanDbfs(): number | null {
    return this.#samples === 0 ? null : toDbfs(this.#squares / this.#samples)
  }

  get peakDbfs(): number | null {
    return this.#samples === 0 ? null : toDbfs(this.#peak * this.#peak)
  }

  /**
   * kbit/s with RTP, UDP and IPv4 headers, over the life of the stream without its pauses; null for fewer than two
   * packets.
   */
  bitrateKbps(pausedUs: number): number | null {
    const spanUs = this.lastAt - this.firstAt - pausedUs
    return spanUs <= 0 ? null : Math.round(((this.bytes * 8) / spanUs) * 1e4) / 10
  }

  /** `size`: bytes of the UDP payload. `packet` is read for its level where there is a meter. */
  update(at: Micros, header: RtpHeader, meaning: PayloadMeaning, size: number, packet: Uint8Array): void {
    this.bytes += size + 28
    const { payloadType } = header
    const clockRateHz = usable(meaning.clockRateHz)
    if (payloadType !== this.#runType) {
      if (this.#run > 0)
        (this.#types ??= new Map()).set(this.#runType, (this.#types?.get(this.#runType) ?? 0) + this.#run)
      this.#runType = payloadType
      this.#run = 0
    }
    this.#run++
    if (this.payloadType < 0 || (this.clockRateHz === 0 && clockRateHz > 0)) {
      this.payloadType = payloadType
      this.codec = meaning.codec
      this.clockRateHz = clockRateHz
    }
    if (meaning.meter) this.#measure(at, packet, header, this.#meterOf(meaning.meter))
    this.#order(header.sequence)
    this.lastAt = at
    if (this.packets === 0) return this.#first(at, header)
    this.#figures(at, header, clockRateHz)
    this.packets++
  }

  #first(at: Micros, header: RtpHeader): void {
    this.packets = 1
    this.firstAt = at
    this.#startSequence = this.#lastSequence = header.sequence
    this.#firstTimestamp = this.#clockedTimestamp = header.timestamp
    this.#previousAt = at
    this.#previousType = header.payloadType
  }

  #figures(at: Micros, header: RtpHeader, clockRateHz: number): void {
    const { sequence, payloadType, timestamp } = header
    const step = (timestamp - this.#clockedTimestamp) | 0
    // Not before the first packet, within half the range of timestamps.
    const inOrder = ((timestamp - this.#firstTimestamp) | 0) >= 0

    if (
      inOrder &&
      !this.#under &&
      (sequence < this.#startSequence || (sequence === 0 && this.#lastSequence === 65535))
    ) {
      this.#cycles++
      this.#under = true
    } else if (inOrder && this.#under && sequence > this.#startSequence) this.#under = false

    if (inOrder) {
      const deltaMs = (at - this.#previousAt) / 1000
      if (clockRateHz > 0) {
        const differenceMs = Math.abs(deltaMs - step / Math.floor(clockRateHz / 1000))
        this.#jitterMs = (15 * this.#jitterMs + differenceMs) / 16
        this.#clockedTimestamp = timestamp
      }
      const noise = isComfortNoise(payloadType) || isComfortNoise(this.#previousType)
      if (!header.marker && !noise) this.#count(deltaMs, clockRateHz)
      this.#previousAt = at
    }
    this.#previousType = payloadType
    this.#lastSequence = sequence
  }

  #count(deltaMs: number, clockRateHz: number): void {
    if (deltaMs > this.maxDeltaMs) this.maxDeltaMs = deltaMs
    if (this.minDeltaMs === null || deltaMs < this.minDeltaMs) this.minDeltaMs = deltaMs
    this.meanDeltaMs = (this.meanDeltaMs * (this.packets - 1) + deltaMs) / this.packets
    if (clockRateHz === 0) return
    if (this.#jitterMs > this.maxJitterMs) this.maxJitterMs = this.#jitterMs
    if (this.minJitterMs === null || this.#jitterMs < this.minJitterMs) this.minJitterMs = this.#jitterMs
    this.meanJitterMs = (this.meanJitterMs * (this.packets - 1) + this.#jitterMs) / this.packets
  }

  #order(sequence: number): void {
    const slot = this.#from + (sequence % recent)
    if (this.packets > 0) {
      if (this.#recent[slot] === sequence) this.duplicates++
      else if (((sequence - this.#highestSequence) & 0xffff) >= 0x8000) this.outOfOrder++
    }
    if (this.packets === 0 || ((sequence - this.#highestSequence) & 0xffff) < 0x8000) this.#highestSequence = sequence
    this.#recent[slot] = sequence
  }

  /** A codec that goes by what came before has a meter for each stream. */
  #meterOf(codecMeter: Meter): Meter {
    if (this.#codecMeter !== codecMeter) {
      this.#codecMeter = codecMeter
      this.#meter = codecMeter.begin?.() ?? codecMeter
    }
    return this.#meter!
  }

  #measure(at: Micros, packet: Uint8Array, { payloadOffset, payloadLength }: RtpHeader, meter: Meter): void {
    if (payloadLength === 0) return
    meter.measure(packet, payloadOffset, payloadLength, level)
    const { squares, samples, peak } = level
    if (samples === 0) return
    this.#squares += squares
    this.#samples += samples
    if (peak > this.#peak) this.#peak = peak
    this.levelPackets++
    const tag = payloadLength % packetStep
    if (meter.tellsCipher && (tag === 4 || tag === 10))
      if (squares / samples > noiseFrom && squares / samples < noiseTo) this.#noisePackets++
    if (squares / samples >= silentMeanSquare) {
      this.firstEnergyAt ??= at
      this.lastEnergyAt = at
    }
  }
}

/** A clock rate that figures can be made with; 0 for one that is announced and cannot be. */
function usable(clockRateHz: number): number {
  return Number.isSafeInteger(clockRateHz) && clockRateHz >= slowestClockHz ? clockRateHz : 0
}

function isComfortNoise(payloadType: number): boolean {
  return payloadType === comfortNoise || payloadType === comfortNoiseOld
}
