import { readUint32, rtpHeaderBytes, writeRtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import type { Random } from '../../base/random.ts'
import type { Coded, Codec, Encoder } from '../codec/codec.ts'
import { DtmfSender, type EventForm } from './dtmf.ts'
import { NoiseSender } from './noise.ts'

/** How a stream is sent: as agreed, and with what. */
export interface SendFormat {
  readonly codec: Codec
  readonly payloadType: number
  /** What the receiver asks of who codes for it (a=fmtp). */
  readonly parameters?: string | null
  readonly telephoneEvent: number | null
  /** Of comfort noise: silence is sent so, and not as audio. Null or left out where that was not agreed. */
  readonly comfortNoise?: number | null
  readonly ptimeMs: number
}

/** The numbers of the stream that we send (RFC 3550 5.1): what each packet interval becomes. It knows no socket. */
export class RtpSender {
  ssrc: number
  /** What the system took of this SSRC. */
  packets = 0
  octets = 0
  readonly #random: Random
  #sequence: number
  #timestamp: number
  #begun = false
  #format: SendFormat | null = null
  #encoder: Encoder | null = null
  #ticks = 0
  #payloadBytes = 0
  /** Nothing was sent of the interval before: the next packet begins a talkspurt (RFC 3551 4.1). */
  #paused = false
  readonly #pauses = new NoiseSender()
  readonly #dtmf: DtmfSender

  /** `digitBegan` hears of each digit that begins to leave as a telephone event. */
  constructor(random: Random, digitBegan: (digit: string) => void, form?: EventForm) {
    this.#random = random
    this.ssrc = random.uint32()
    this.#sequence = firstSequence(random)
    this.#timestamp = random.uint32()
    this.#dtmf = new DtmfSender(digitBegan, form)
  }

  /** Of the next packet. */
  get timestamp(): number {
    return this.#timestamp
  }

  /** Whether a packet has left. */
  get hasBegun(): boolean {
    return this.#begun
  }

  /** The most bytes of the packet of one interval. */
  get packetBytes(): number {
    return rtpHeaderBytes + this.#payloadBytes
  }

  use(format: SendFormat): void {
    if (format.codec !== this.#format?.codec || format.parameters !== this.#format.parameters) {
      this.#encoder?.close?.()
      this.#encoder = format.codec.encoder(format.parameters)
    }
    this.#format = format
    const { rtpClockHz, sampleRateHz } = format.codec.descriptor
    this.#ticks = (format.ptimeMs * rtpClockHz) / 1000
    this.#payloadBytes = format.codec.payloadBytes((format.ptimeMs * sampleRateHz) / 1000)
  }

  /** Another SSRC from the next packet on; `anew`: its numbers begin anew. */
  renew(anew: boolean): void {
    this.ssrc = this.#random.uint32()
    this.packets = this.octets = 0
    if (!anew) return
    this.#sequence = firstSequence(this.#random)
    this.#timestamp = this.#random.uint32()
  }

  /** Digits to be sent as telephone events in place of the audio. */
  queue(digits: string): void {
    this.#dtmf.queue(digits)
  }

  /**
   * The packets of an interval: the frame, or an event in its place. `coded`: what the frame came as, which leaves so
   * where the receiver takes that. `pass` ends the interval.
   */
  next(frame: Int16Array, send: (packet: Uint8Array) => void, coded: Coded | null = null): void {
    const { codec, payloadType, telephoneEvent, comfortNoise, ptimeMs } = this.#format!
    const event =
      telephoneEvent === null ? null : this.#dtmf.next(this.#timestamp, this.#ticks, codec.descriptor.rtpClockHz)
    if (event) {
      for (let i = 0; i < event.times; i++) {
        const packet = Buffer.allocUnsafe(rtpHeaderBytes + event.payload.length)
        packet.set(event.payload, rtpHeaderBytes)
        send(this.#headed(packet, telephoneEvent!, event.first, event.timestamp))
      }
    } else {
      const packet = Buffer.allocUnsafe(rtpHeaderBytes + this.#payloadBytes)
      const noise = comfortNoise == null ? null : this.#pauses.next(frame, ptimeMs)
      if (noise) packet[rtpHeaderBytes] = noise.level
      const bytes = noise ? noise.bytes : this.#code(frame, packet, coded)
      if (bytes > 0) {
        const begins = !this.#begun || (this.#paused && !noise)
        this.#headed(packet, noise ? comfortNoise! : payloadType, begins, this.#timestamp)
        send(bytes === this.#payloadBytes ? packet : packet.subarray(0, rtpHeaderBytes + bytes))
      }
      this.#paused = bytes === 0 || noise !== null
    }
    this.#begun = true
  }

  #code(frame: Int16Array, packet: Uint8Array, coded: Coded | null): number {
    const { codec, parameters = null } = this.#format!
    const fits = coded?.codec === codec && coded.bytes.length <= this.#payloadBytes
    if (!fits || codec.takesAny?.(parameters) === false) return this.#encoder!.encode(frame, packet, rtpHeaderBytes)
    packet.set(coded.bytes, rtpHeaderBytes)
    return coded.bytes.length
  }

  /** One packet interval of the stream's time is over, whether anything left or not. */
  pass(): void {
    this.#timestamp = (this.#timestamp + this.#ticks) >>> 0
  }

  close(): void {
    this.#encoder?.close?.()
  }

  /** The system took a packet. */
  took(packet: Uint8Array): void {
    // It may have waited while the SSRC changed.
    if (readUint32(packet, 8) !== this.ssrc) return
    this.packets++
    this.octets += packet.length - rtpHeaderBytes
  }

  #headed(packet: Uint8Array, payloadType: number, marker: boolean, timestamp: number): Uint8Array {
    writeRtpHeader(packet, payloadType, marker, this.#sequence, timestamp, this.ssrc)
    this.#sequence = (this.#sequence + 1) & 0xffff
    return packet
  }
}

const firstSequence = (random: Random): number => random.uint32() & 0x7fff
