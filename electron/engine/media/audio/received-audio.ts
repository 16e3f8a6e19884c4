import type { ObservationKind } from '../../../../shared/model/wire.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { eventToDigit, readTelephoneEvent } from '../../../../shared/wire/rtp/telephone-event.ts'
import type { Clock } from '../../base/clock.ts'
import type { Codec, Decoder } from '../codec/codec.ts'
import { staticCodec } from '../codec/index.ts'
import { MarkerDetector } from './marker-detector.ts'
import { Playout } from './playout.ts'
import { markerPeriodMs } from './tones.ts'

/** How much later than its time a packet may come and still be played. */
const playoutMarginMs = 20

/** Markers beyond these prove nothing new. */
const markersObserved = 3

/** What packets mean, as agreed. */
export interface HearFormat {
  readonly codec: Codec
  readonly payloadType: number
  readonly telephoneEvent: number | null
  readonly ptimeMs: number
}

/** What is heard in received packets: audio for echo and recording, our marker coming back, digits. */
export class ReceivedAudio {
  readonly #clock: Clock
  readonly #observe: (kind: ObservationKind, text: string, value?: string) => void
  #keep: boolean
  readonly #listen: boolean
  #format: HearFormat | null = null
  #playout: Playout | null = null
  #detector: MarkerDetector | null = null
  readonly #decoders = new Map<Codec, Decoder>()
  #markerSentMs = 0
  #markersHeard = 0
  #lastEvent = -1

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
    this.#playout = null
    if (this.#keep) this.#play()
    if (this.#listen && before?.codec !== format.codec)
      this.#detector = new MarkerDetector(format.codec.descriptor.sampleRateHz)
  }

  /** The audio will be pulled from now on. */
  keep(): void {
    this.#keep = true
    if (!this.#playout) this.#play()
  }

  /** A marker begins to leave now. */
  markerSent(): void {
    this.#markerSentMs = this.#clock.monotonicMs()
  }

  /** The frame of so many samples that is due for echo or recording; null where none came. */
  pull(samples: number): Int16Array | null {
    return this.#playout?.pull(samples) ?? null
  }

  /** A packet in clear, with its header. */
  take(header: RtpHeader, clear: Uint8Array): void {
    const format = this.#format
    if (!format) return
    if (header.payloadType === format.telephoneEvent) return this.#digit(header, clear)
    if (!this.#playout && !this.#detector) return
    const codec = header.payloadType === format.payloadType ? format.codec : staticCodec(header.payloadType)
    if (codec?.descriptor.sampleRateHz !== format.codec.descriptor.sampleRateHz) return
    const samples = this.#decoder(codec).decode(clear, header.payloadOffset, header.payloadLength)
    this.#playout?.push(header.timestamp, samples)
    if (this.#detector) this.#detect(this.#detector, samples)
  }

  #decoder(codec: Codec): Decoder {
    let decoder = this.#decoders.get(codec)
    if (!decoder) this.#decoders.set(codec, (decoder = codec.decoder()))
    return decoder
  }

  #play(): void {
    const { codec, ptimeMs } = this.#format ?? {}
    if (!codec || !ptimeMs) return
    const { sampleRateHz, rtpClockHz } = codec.descriptor
    this.#playout = new Playout(sampleRateHz, rtpClockHz, ptimeMs + playoutMarginMs)
  }

  #digit(header: RtpHeader, clear: Uint8Array): void {
    const event = readTelephoneEvent(clear.subarray(header.payloadOffset, header.payloadOffset + header.payloadLength))
    if (!event || header.timestamp === this.#lastEvent) return
    this.#lastEvent = header.timestamp
    const digit = eventToDigit(event.event)
    this.#observe(
      'digit-received',
      `${digit === null ? `event ${event.event}` : `digit ${digit}`} received as telephone-event`,
      digit ?? undefined,
    )
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
