import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { FigureSeries } from '../../quality/figure-series.ts'
import { RtpStreamStats } from '../../quality/rtp-stats.ts'
import type { Projection, TracedMessage } from '../journal/events.ts'
import { PayloadMeanings, type MeterOf } from './payload-meanings.ts'
import { ReceptionReports, type Reporter } from './reception-reports.ts'
import type { TracedStream } from './traced-stream.ts'

const mostStreams = 200

/** The RTP streams of a call with their figures, and what RTCP says of them. */
export class CallStreams implements Projection {
  readonly all: TracedStream[] = []
  /** Packets of more streams than are followed. */
  unfollowedPackets = 0
  readonly #meanings: PayloadMeanings
  readonly #reports = new ReceptionReports()
  readonly #series: boolean
  #last: TracedStream | null = null

  /** `series`: the figures of the last two minutes of each stream are kept. */
  constructor(meterOf: MeterOf, series = false) {
    this.#meanings = new PayloadMeanings(meterOf)
    this.#series = series
  }

  /** Who sent RTCP sender and receiver reports. */
  get reporters(): readonly Reporter[] {
    return this.#reports.reporters
  }

  message({ event, retransmissionOf }: TracedMessage): void {
    const { message } = event
    if (retransmissionOf === null && message.kind !== 'unreadable') this.#meanings.learn(message)
  }

  rtp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    clear: Uint8Array,
    sent: boolean | null,
    header: RtpHeader,
  ): void {
    const stream = this.#stream(source, destination, header.ssrc, sent)
    if (!stream) return void this.unfollowedPackets++
    const meaning = this.#meanings.of(header.payloadType, sent !== null)
    stream.stats.update(at, header, meaning, bytes.length, clear)
    stream.series?.update(at, stream.stats)
  }

  rtcp(at: Micros, source: Address, sent: boolean | null, packets: readonly RtcpPacket[]): void {
    this.#reports.rtcp(at, source, sent, packets, this.all)
  }

  close(): void {
    this.#reports.close()
  }

  #stream(source: Address, destination: Address, ssrc: number, sent: boolean | null): TracedStream | null {
    const last = this.#last
    if (last && isStream(last, source, destination, ssrc)) return last
    let stream = this.all.find((candidate) => isStream(candidate, source, destination, ssrc))
    if (!stream) {
      // What one side sends does not take the place of what the other does.
      if (this.all.filter((other) => other.sent === sent).length >= mostStreams) return null
      stream = {
        source,
        destination,
        sent,
        stats: new RtpStreamStats(ssrc),
        series: this.#series ? new FigureSeries() : null,
        report: null,
      }
      this.all.push(stream)
    }
    return (this.#last = stream)
  }
}

function isStream(stream: TracedStream, source: Address, destination: Address, ssrc: number): boolean {
  return (
    stream.stats.ssrc === ssrc &&
    stream.source.port === source.port &&
    stream.destination.port === destination.port &&
    stream.source.host === source.host &&
    stream.destination.host === destination.host
  )
}
