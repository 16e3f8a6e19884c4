import type { ObservationKind } from '../../../../shared/model/wire.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { eventToDigit, readTelephoneEvent, type TelephoneEvent } from '../../../../shared/wire/rtp/telephone-event.ts'
import type { Clock } from '../../base/clock.ts'
import type { Coded, Codec, Decoder } from '../codec/codec.ts'
import { staticCodec } from '../codec/index.ts'
import { EventCheck } from '../stream/event-check.ts'
import type { Heard, Tap } from './heard.ts'
import { MarkerDetector } from './marker-detector.ts'
import { Noise, comfortNoiseType } from './noise.ts'
import { Playout } from './playout.ts'
import { resample } from './resample.ts'
import { Taps } from './taps.ts'
import { markerPeriodMs } from './tones.ts'

/** How much later than its time a packet may come and still be played. */
const playoutMarginMs = 20
/** A person who talks waits for the answer: what is passed on is never further behind than a frame and this. */
const mostPassedOnMs = 60

/** More than that in one packet is not listened to: no packet time is so long. */
const longestDecodedMs = 200

/** Markers beyond these prove nothing new. */
const markersObserved = 3

/** What packets mean, as agreed. */
export interface HearFormat {
  readonly codec: Codec
  readonly payloadType: number
  readonly telephoneEvent: number | null
  readonly comfortNoise?: number | null
  readonly ptimeMs: number
}

/** What is heard in received packets: audio for echo and recording, our marker coming back, digits. */
export class ReceivedAudio implements Heard {
  readonly #clock: Clock
  readonly #observe: (kind: ObservationKind, text: string, value?: string) => void
  #keep: boolean
  readonly #listen: boolean
  #format: HearFormat | null = null
  #playout: Playout | null = null
  /** The same audio once more, for each who sends it elsewhere. */
  readonly #taps = new Taps(() => this.#newPlayout(), mostPassedOnMs)
  /** Whether our marker is looked for. */
  listens = true
  #detector: MarkerDetector | null = null
  #decoders: Map<Codec, Decoder> | null = null
  /** Stands for the silence of the peer since its last packet of comfort noise; null while it speaks. */
  #noise: Noise | null = null
  #lastSequence: number | null = null
  #markerSentMs = 0
  #markersHeard = 0
  #lastEvent: (TelephoneEvent & { readonly timestamp: number }) | null = null
  /** Of the digits that come; null before the first. */
  #events: EventCheck | null = null

  /** `keep`: the audio will be pulled; `listen`: for our marker. */
  constructor(
    clock: Clock,
    { keep, listen }: { readonly keep: boolean; readonly listen: boolean },
    observe: (kind: ObservationKind, text: string, value?: string) => void,
  ) {
    this.#clock = clock
    this.#observe = observe
    this.#keep = keep
    this.#listen = listen
  }

  /** What packets mean from now on. */
  use(format: HearFormat): void {
    const before = this.#format
    this.#format = format
    if (before?.ptimeMs === format.ptimeMs && before.codec === format.codec) return
    this.#playout = this.#keep ? this.#newPlayout() : null
    this.#taps.renew()
    if (this.#listen && before?.codec !== format.codec)
      this.#detector = new MarkerDetector(format.codec.descriptor.sampleRateHz)
  }

  /** The audio will be pulled from now on. */
  keep(): void {
    this.#keep = true
    this.#playout ??= this.#newPlayout()
  }

  tap(): Tap {
    return this.#taps.add((samples) => this.#noise?.next(samples) ?? null)
  }

  /** Of the samples; null before anything is agreed. */
  get rateHz(): number | null {
    return this.#format?.codec.descriptor.sampleRateHz ?? null
  }

  /** A marker begins to leave now. */
  markerSent(): void {
    this.#markerSentMs = this.#clock.monotonicMs()
  }

  /** The frame of so many samples that is due for echo or recording; null where none came. */
  pull(samples: number): Int16Array | null {
    return this.#playout?.pull(samples) ?? this.#noise?.next(samples) ?? null
  }

  close(): void {
    for (const decoder of this.#decoders?.values() ?? []) decoder.close?.()
    this.#decoders = null
  }

  /** A packet in clear, with its header. */
  take(header: RtpHeader, clear: Uint8Array): void {
    const format = this.#format
    if (!format) return
    const before = this.#lastSequence
    const isAfterLoss = this.#isAfterLoss(header.sequence)
    if (header.payloadType === format.telephoneEvent) return this.#digit(header, clear, before)
    this.#events?.other(header.sequence)
    if (!this.#playout && this.#taps.isEmpty && !this.#detector) return
    if (header.payloadType === (format.comfortNoise ?? comfortNoiseType)) {
      if (header.payloadLength > 0) this.#noise = new Noise(clear[header.payloadOffset]!)
      return
    }
    const codec = header.payloadType === format.payloadType ? format.codec : staticCodec(header.payloadType)
    if (!codec) return
    this.#noise = null
    const { sampleRateHz, rtpClockHz } = format.codec.descriptor
    const longest = codec.payloadBytes((longestDecodedMs * codec.descriptor.sampleRateHz) / 1000)
    const bytes = Math.min(header.payloadLength, longest)
    const decoder = this.#decoder(codec)
    const lost = isAfterLoss ? decoder.recover?.(clear, header.payloadOffset, bytes) : null
    const samples = decoder.decode(clear, header.payloadOffset, bytes)
    if (codec.descriptor.sampleRateHz !== sampleRateHz)
      return this.#heard(header.timestamp, resample(samples, codec.descriptor.sampleRateHz, sampleRateHz))
    if (lost) this.#heard((header.timestamp - (lost.length * rtpClockHz) / sampleRateHz) >>> 0, lost)
    const end = header.payloadOffset + bytes
    const coded = this.#taps.isEmpty ? null : { codec, bytes: clear.slice(header.payloadOffset, end) }
    this.#heard(header.timestamp, samples, coded)
  }

  #heard(timestamp: number, samples: Int16Array, coded: Coded | null = null): void {
    this.#playout?.push(timestamp, samples)
    this.#taps.push(timestamp, samples, coded)
    if (this.#detector && this.listens) this.#detect(this.#detector, samples)
  }

  /** Whether the packet before it is missing, and that one only. */
  #isAfterLoss(sequence: number): boolean {
    const last = this.#lastSequence
    this.#lastSequence = sequence
    return last !== null && ((sequence - last) & 0xffff) === 2
  }

  #decoder(codec: Codec): Decoder {
    const decoders = (this.#decoders ??= new Map())
    let decoder = decoders.get(codec)
    if (!decoder) decoders.set(codec, (decoder = codec.decoder()))
    return decoder
  }

  /** Null before anything is agreed. */
  #newPlayout(): Playout | null {
    const { codec, ptimeMs } = this.#format ?? {}
    if (!codec || !ptimeMs) return null
    const { sampleRateHz, rtpClockHz } = codec.descriptor
    return new Playout(sampleRateHz, rtpClockHz, ptimeMs + playoutMarginMs)
  }

  /** `before`: the sequence number of the packet before it; null where there was none. */
  #digit(header: RtpHeader, clear: Uint8Array, before: number | null): void {
    const event = readTelephoneEvent(clear.subarray(header.payloadOffset, header.payloadOffset + header.payloadLength))
    if (!event) return
    const digit = eventToDigit(event.event)
    const name = digit === null ? `event ${event.event}` : `digit ${digit}`
    this.#events ??= new EventCheck(before, (text) => this.#observe('digit-malformed', text))
    this.#events.event(header, event, name)
    const last = this.#lastEvent
    this.#lastEvent = { ...event, timestamp: header.timestamp }
    if (last && isSame(last, event, header)) return
    this.#observe('digit-received', `${name} received as telephone-event`, digit ?? undefined)
  }

  #detect(detector: MarkerDetector, samples: Int16Array): void {
    const heardMs = detector.push(samples, this.#clock.monotonicMs())
    if (heardMs === null || ++this.#markersHeard > markersObserved) return
    const delay = Math.round(heardMs - this.#markerSentMs)
    this.#observe(
      'marker-heard',
      `our marker came back after ${delay >= 0 ? delay : delay + markerPeriodMs} ms, or a multiple of ` +
        `${markerPeriodMs} ms more: audio makes the round trip`,
    )
  }
}

/** Packets of the end of a segment may be lost, ticks of the clock. */
const mostMissing = 1600

/** Whether a packet belongs to the event before it; a long one goes on in segments (RFC 4733 2.5.1.3). */
function isSame(
  last: TelephoneEvent & { readonly timestamp: number },
  { event }: TelephoneEvent,
  { timestamp, marker }: RtpHeader,
): boolean {
  if (timestamp === last.timestamp) return true
  const behind = (timestamp - last.timestamp - last.duration) | 0
  return !marker && !last.end && event === last.event && behind >= 0 && behind <= mostMissing
}
