import type { Micros } from '../../../../shared/base/time.ts'
import { middleNtp, roundTripOf, toNtp, writeRtcp, type RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { ExtendedReport } from './extended-report.ts'
import { ReceiverStream } from './receiver-report.ts'
import type { RtpSender } from './sender.ts'

/** The RTCP of one call (RFC 3550 6): what was received becomes report blocks, what was sent a sender report. */
export class Reports {
  readonly #cname: string
  #stream: ReceiverStream | null = null
  /** The codec whose streams are told of in extended reports too; null: in none. */
  #extendedFor: string | null = null
  #extended: ExtendedReport | null = null
  #roundTripMs: number | null = null

  constructor(cname: string) {
    this.#cname = cname
  }

  /** VoIP metrics go along from now on, of audio in that codec; null: no longer. */
  extend(codec: string | null): void {
    this.#extendedFor = codec
  }

  /** A packet of the peer's; events keep out of the jitter. */
  received(header: RtpHeader, clockHz: number, isEvent: boolean, nowMs: number): void {
    if (this.#stream?.ssrc !== header.ssrc || this.#stream.clockRateHz !== clockHz)
      this.#stream = new ReceiverStream(header.ssrc, header.sequence, clockHz)
    this.#stream.received(header, nowMs, !isEvent)
    if (this.#extendedFor === null) return
    if (this.#extended?.ssrc !== header.ssrc) this.#extended = new ExtendedReport(header.ssrc)
    this.#extended.received(header, isEvent ? 0 : clockHz, nowMs)
  }

  /** A compound of the peer's, about the stream `ssrc` of ours among others. */
  take(packets: readonly RtcpPacket[], ssrc: number, at: Micros, nowMs: number): void {
    for (const packet of packets) {
      if (packet.type === 'sr' && this.#stream?.ssrc === packet.ssrc)
        this.#stream.senderReport(middleNtp(packet.ntpSeconds, packet.ntpFraction), nowMs)
      if (packet.type !== 'sr' && packet.type !== 'rr') continue
      const about = packet.reports.find((block) => block.ssrc === ssrc)
      if (about) this.#roundTripMs = roundTripOf(about, at) ?? this.#roundTripMs
    }
  }

  /** Our compound; null while there is nothing to report. */
  compound(sender: RtpSender, at: Micros, nowMs: number, goodbye: boolean): Uint8Array | null {
    const { ssrc, packets, octets } = sender
    if (packets === 0 && !this.#stream) return null
    const reports = this.#stream ? [this.#stream.report(nowMs)] : []
    const { seconds: ntpSeconds, fraction: ntpFraction } = toNtp(at)
    const voip =
      this.#extendedFor !== null && this.#extended ? [this.#extended.metrics(this.#extendedFor, this.#roundTripMs)] : []
    return writeRtcp([
      packets > 0
        ? { type: 'sr', ssrc, ntpSeconds, ntpFraction, rtpTimestamp: sender.timestamp, packets, octets, reports }
        : { type: 'rr', ssrc, reports },
      { type: 'sdes', chunks: [{ ssrc, cname: this.#cname }] },
      ...(voip.length > 0 ? [{ type: 'xr' as const, ssrc, voip }] : []),
      ...(goodbye ? [{ type: 'bye' as const, ssrcs: [ssrc], reason: null }] : []),
    ])
  }
}
