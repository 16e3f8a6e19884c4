import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { ObservationKind } from '../../../../shared/model/wire.ts'
import type { Clock } from '../../base/clock.ts'
import { explainError } from '../../base/errors.ts'
import type { ReceivedAudio } from '../audio/received-audio.ts'
import type { PortWatch } from '../stream/port-watch.ts'
import type { RtpReceiver } from '../stream/receiver.ts'
import type { Reports } from '../stream/reports.ts'
import type { RtpSender } from '../stream/sender.ts'
import type { Silence } from '../stream/silence.ts'
import type { Refusals } from '../transport/refusals.ts'
import type { Arrival, MediaTransport, TransportEvents, Unusable } from '../transport/transport.ts'
import type { Negotiated } from './negotiate.ts'
import type { Sending } from './sending.ts'
import { SentTap, type MediaTap } from './tap.ts'

export interface ArrivalParts {
  readonly tap: MediaTap
  readonly transport: MediaTransport
  readonly receiver: RtpReceiver
  readonly sender: RtpSender
  readonly reports: Reports
  readonly sending: Sending
  readonly audio: ReceivedAudio
  readonly refusals: Refusals
  readonly silence: Silence
  readonly portWatch: PortWatch
  readonly clock: Clock
}

/** What the transport of a call reports, to each part that it concerns. */
export class Arrivals implements TransportEvents {
  readonly #parts: ArrivalParts
  readonly #sent: SentTap
  #negotiated: Negotiated | null = null
  #closed = false
  /** Where the transport found the peer, whatever the descriptions say; null where it does not look. */
  #path: Address | null = null

  constructor(parts: ArrivalParts) {
    this.#parts = parts
    this.#sent = new SentTap(parts.tap, parts.transport)
  }

  /** What payload types mean from now on; nothing is handed over before. */
  agree(negotiated: Negotiated): void {
    this.#negotiated = negotiated
    if (!negotiated.dtls) this.#path = null
  }

  get reached(): Address | null {
    return this.#path
  }

  close(): void {
    this.#closed = true
  }

  rtp(clear: Uint8Array, arrival: Arrival): void {
    const { portWatch, receiver, transport, silence, reports, audio } = this.#parts
    portWatch.heard()
    const negotiated = this.#negotiated!
    const header = receiver.rtp(clear, arrival, negotiated, transport.isAuthentic)
    if (!header) return
    silence.heard(arrival.atMs)
    const isEvent = header.payloadType === negotiated.telephoneEvent
    reports.received(header, negotiated.codec.rtpClockHz, isEvent, arrival.atMs)
    audio.take(header, clear)
  }

  rtcp(clear: Uint8Array, arrival: Arrival): void {
    const { portWatch, receiver, transport, silence, reports, sender } = this.#parts
    portWatch.heard()
    const packets = receiver.rtcp(clear, arrival, transport.isAuthentic)
    if (!packets) return
    reports.take(packets, sender.ssrc, arrival.at, arrival.atMs)
    silence.heard(arrival.atMs)
  }

  unusable(arrival: Arrival, why: Unusable, text: string): void {
    this.#parts.portWatch.heard()
    this.#parts.receiver.unusable(arrival, why, text)
  }

  unclaimed(arrival: Arrival): void {
    this.#parts.receiver.ignore(arrival)
  }

  abandoned(arrival: Arrival): void {
    this.#parts.receiver.abandon(arrival)
  }

  rtpSent(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void {
    const { sender, portWatch, sending } = this.#parts
    sender.took(clear)
    portWatch.sent()
    try {
      this.#sent.rtp(at, destination, wire, clear)
    } catch (fault) {
      sending.failed(fault)
    }
  }

  rtcpSent(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void {
    if (!this.#closed) this.lastSent(at, destination, wire, clear)
  }

  /** The last report of a call: nobody is there any more to hear whether the system took it. */
  lastSent(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void {
    this.#sent.rtcp(at, destination, wire, clear)
  }

  notSent(destination: Address, error: Error): void {
    this.#parts.refusals.note(destination, error)
  }

  undeliverable(destination: Address, error: Error): void {
    this.#parts.refusals.undeliverable(destination, error)
  }

  failed(port: 'RTP' | 'RTCP', error: Error): void {
    this.#parts.tap.observe('note', `the ${port} port: ${explainError(error)}`)
  }

  path(to: Address): void {
    const { receiver, clock } = this.#parts
    this.#path = to
    receiver.expectBoth(to, clock.monotonicMs())
  }

  told(kind: ObservationKind, text: string): void {
    this.#parts.tap.observe(kind, text)
  }

  run(place: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => this.told('media-failed', `${place}: ${explainError(error)}`))
  }
}
