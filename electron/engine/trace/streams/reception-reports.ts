import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { middleNtp, type RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { TracedStream } from './traced-stream.ts'

/** An address that sends RTCP reports; `sent` as for streams, `blind` the reports that miss a stream towards it. */
export interface Reporter {
  readonly address: Address
  readonly sent: boolean | null
  reports: number
  blind: number
}

/** Packets of a compound RTCP packet that are looked at. */
const mostInCompound = 32
const mostReporters = 200
const enoughToReport = 50
/** Report blocks speak of the last sender report, rarely of the one before. */
const keptSenderReports = 12

/** What the RTCP of a call says of its streams. */
export class ReceptionReports {
  readonly reporters: Reporter[] = []
  /** When sender reports passed here, by SSRC and the middle of their NTP time: the base of round trips. */
  #senderReports: Map<string, Micros> | null = null

  rtcp(
    at: Micros,
    source: Address,
    sent: boolean | null,
    packets: readonly RtcpPacket[],
    streams: readonly TracedStream[],
  ): void {
    for (const packet of packets.slice(0, mostInCompound)) {
      if (packet.type !== 'sr' && packet.type !== 'rr') continue
      this.#count(source, sent, packet.reports, streams)
      if (packet.type === 'sr') {
        const known = (this.#senderReports ??= new Map())
        if (known.size >= keptSenderReports) known.delete(known.keys().next().value!)
        known.set(`${packet.ssrc} ${middleNtp(packet.ntpSeconds, packet.ntpFraction)}`, at)
      }
      for (const block of packet.reports) {
        const stream = streams.findLast((candidate) => candidate.stats.ssrc === block.ssrc)
        if (!stream) continue
        const sentAt = this.#senderReports?.get(`${block.ssrc} ${block.lastSr}`)
        const roundTripMs =
          sentAt === undefined || block.lastSr === 0
            ? null
            : (at - sentAt) / 1000 - (block.delaySinceLastSr * 1000) / 65536
        stream.report = {
          lost: block.cumulativeLost,
          jitter: block.jitter,
          highestSequence: block.highestSequence,
          roundTripMs:
            roundTripMs !== null && roundTripMs >= 0
              ? Math.round(roundTripMs * 1000) / 1000
              : (stream.report?.roundTripMs ?? null),
        }
      }
    }
  }

  close(): void {
    this.#senderReports = null
  }

  /** A report is blind when a stream has been running towards its sender for a second and no block speaks of it. */
  #count(
    source: Address,
    sent: boolean | null,
    blocks: readonly { readonly ssrc: number }[],
    streams: readonly TracedStream[],
  ): void {
    let known = this.reporters.find(({ address }) => address.host === source.host && address.port === source.port)
    if (!known) {
      if (this.reporters.length >= mostReporters) return
      this.reporters.push((known = { address: source, sent, reports: 0, blind: 0 }))
    }
    known.reports++
    const towards = streams.filter(
      ({ destination, stats }) =>
        destination.host === source.host &&
        (destination.port === source.port || destination.port === source.port - 1) &&
        stats.packets >= enoughToReport,
    )
    if (towards.length > 0 && !towards.some(({ stats }) => blocks.some(({ ssrc }) => ssrc === stats.ssrc)))
      known.blind++
  }
}
