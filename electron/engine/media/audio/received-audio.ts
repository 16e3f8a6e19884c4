import type { ObservationKind } from '../../../../shared/model/wire.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { eventToDigit, readTelephoneEvent } from '../../../../shared/wire/rtp/telephone-event.ts'
import { MarkerDetector } from './marker-detector.ts'
import { Playout } from './playout.ts'
import { markerPeriodMs } from './source.ts'
import { pcma, pcmu } from '../codec/g711.ts'
import type { Clock } from '../../base/clock.ts'
import type { Negotiated } from '../session/negotiate.ts'

/** Markers beyond these prove nothing new. */
const markersTold = 3

/** What is heard in received packets: audio for echo and recording, our marker coming back, digits. */
export class ReceivedAudio {
  readonly #clock: Clock
  readonly #observe: (kind: ObservationKind, text: string) => void
  #playout: Playout | null
  readonly #detector: MarkerDetector | null
  #markerSentMs = 0
  #markersHeard = 0
  #lastEvent = -1

  /** `keep`: the audio will be pulled; `listen`: for our marker. */
  constructor(
    clock: Clock,
    { keep, listen }: { readonly keep: boolean; readonly listen: boolean },
    observe: (kind: ObservationKind, text: string) => void,
  ) {
    this.#clock = clock
    this.#observe = observe
    this.#playout = keep ? new Playout(160) : null
    this.#detector = listen ? new MarkerDetector() : null
  }

  /** The audio will be pulled from now on. */
  keep(): void {
    this.#playout ??= new Playout(160)
  }

  /** A marker begins to leave now. */
  markerSent(): void {
    this.#markerSentMs = this.#clock.monotonicMs()
  }

  /** The frame that is due for echo or recording; null where none came. */
  pull(): Int16Array | null {
    return this.#playout?.pull() ?? null
  }

  /** A packet in clear, with its header. */
  take(header: RtpHeader, clear: Uint8Array, negotiated: Negotiated): void {
    if (header.payloadType === negotiated.telephoneEvent) return this.#digit(header, clear)
    if (!this.#playout && !this.#detector) return
    const codec =
      header.payloadType === 0
        ? pcmu
        : header.payloadType === 8
          ? pcma
          : header.payloadType !== negotiated.payloadType
            ? null
            : negotiated.codec === 'PCMU'
              ? pcmu
              : pcma
    if (!codec) return
    const samples = codec.decode(clear, header.payloadOffset, header.payloadLength)
    this.#playout?.push(header.timestamp, samples)
    if (this.#detector) this.#detect(this.#detector, samples)
  }

  #digit(header: RtpHeader, clear: Uint8Array): void {
    const event = readTelephoneEvent(clear.subarray(header.payloadOffset, header.payloadOffset + header.payloadLength))
    if (!event || header.timestamp === this.#lastEvent) return
    this.#lastEvent = header.timestamp
    this.#observe(
      'digit-received',
      `digit ${eventToDigit(event.event) ?? `event ${event.event}`} received as telephone-event`,
    )
  }

  #detect(detector: MarkerDetector, samples: Int16Array): void {
    const heardMs = detector.push(samples, this.#clock.monotonicMs())
    if (heardMs === null || ++this.#markersHeard > markersTold) return
    const delay = Math.round(heardMs - this.#markerSentMs)
    this.#observe(
      'marker-heard',
      `our marker came back after ${delay >= 0 ? delay : delay + markerPeriodMs} ms (known to ${markerPeriodMs} ms): audio makes the round trip`,
    )
  }
}
