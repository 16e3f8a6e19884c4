import type { Micros } from '../../../../shared/base/time.ts'
import { middleNtp, toNtp, writeRtcp, type RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { ReceiverStream } from './receiver-report.ts'
import type { RtpSender } from './sender.ts'

/** The RTCP of one call (RFC 3550 6): what was received becomes report blocks, what was sent a sender report. */
export class Reports {
  readonly #cname: string
  #stream: ReceiverStream | null = null

  constructor(cname: string) {
    this.#cname = cname
  }

  /** A packet of the peer's; events keep out of the jitter. */
  received(header: RtpHeader, clockHz: number, isEvent: boolean, nowMs: number): void {
    if (this.#stream?.ssrc !== header.ssrc || this.#stream.clockRateHz !== clockHz)
      this.#stream = new ReceiverStream(header.ssrc, header.sequence, clockHz)
    this.#stream.received(header, nowMs, !isEvent)
  }

  /** A compound of the peer's. */
  take(packets: readonly RtcpPacket[], nowMs: number): void {
    for (const packet of packets)
      if (packet.type === 'sr' && this.#stream?.ssrc === packet.ssrc)
        this.#stream.senderReport(middleNtp(packet.ntpSeconds, packet.ntpFraction), nowMs)
  }

  /** Our compound; null while there is nothing to report. */
  compound(sender: RtpSender, at: Micros, nowMs: number, goodbye: boolean): Uint8Array | null {
    const { ssrc, packets, octets } = sender
    if (packets === 0 && !this.#stream) return null
    const reports = this.#stream ? [this.#stream.report(nowMs)] : []
    const { seconds: ntpSeconds, fraction: ntpFraction } = toNtp(at)
    return writeRtcp([
      packets > 0
        ? { type: 'sr', ssrc, ntpSeconds, ntpFraction, rtpTimestamp: sender.timestamp, packets, octets, reports }
        : { type: 'rr', ssrc, reports },
      { type: 'sdes', chunks: [{ ssrc, cname: this.#cname }] },
      ...(goodbye ? [{ type: 'bye' as const, ssrcs: [ssrc], reason: null }] : []),
    ])
  }
}
