import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { findSession } from '../../../../shared/wire/sdp/find.ts'
import { Course } from '../../quality/course.ts'
import { FigureSeries } from '../../quality/figure-series.ts'
import { usable } from '../../quality/rtp-row.ts'
import type { Projection, TracedMessage } from '../journal/events.ts'
import { PayloadMeanings, type MeterOf } from './payload-meanings.ts'
import { ReceptionReports, type Reporter } from './reception-reports.ts'
import { TracedStream } from './traced-stream.ts'

const mostStreams = 200

/** The RTP streams of a call with their figures, and what RTCP says of them. */
export class CallStreams implements Projection {
  all: readonly TracedStream[] = []
  /** Streams of no known call between the hosts of this one. */
  readonly strays: TracedStream[] = []
  /** Packets of more streams than are followed. */
  unfollowedPackets = 0
  readonly #meanings: PayloadMeanings
  readonly #reports = new ReceptionReports()
  readonly #series: boolean
  #last: TracedStream | null = null

  /** `series`: the figures of the last two minutes of each stream are kept, and the course of the whole of it. */
  constructor(meterOf: MeterOf, series = false) {
    this.#meanings = new PayloadMeanings(meterOf)
    this.#series = series
  }

  /** Who sent RTCP sender and receiver reports. */
  get reporters(): Reporter[] {
    return this.#reports.reporters
  }

  message({ event, retransmissionOf }: TracedMessage): void {
    const { message } = event
    const session = retransmissionOf === null && message.kind !== 'unreadable' ? findSession(message)?.session : null
    if (session) this.#meanings.learn(session)
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
    stream.series?.update(at, stream.stats)
    stream.course?.update(at, stream.stats)
    const meaning = this.#meanings.of(stream, header.payloadType)
    stream.stats.update(at, header, meaning, bytes.length, clear)
    stream.runs.update(at, header.sequence)
    stream.timing.update(at, header, usable(meaning.clockRateHz))
  }

  rtcp(at: Micros, source: Address, sent: boolean | null, packets: readonly RtcpPacket[]): void {
    this.#reports.rtcp(at, source, sent, packets, this.all)
  }

  close(): void {
    this.#reports.close()
  }

  #stream(source: Address, destination: Address, ssrc: number, sent: boolean | null): TracedStream | null {
    if (this.#last?.is(source, destination, ssrc)) return this.#last
    let stream = this.all.find((candidate) => candidate.is(source, destination, ssrc))
    if (!stream) {
      // What one side sends does not take the place of what the other does.
      if (this.all.filter((other) => other.sent === sent).length >= mostStreams) return null
      const [series, course] = this.#series ? [new FigureSeries(), new Course()] : [null, null]
      stream = new TracedStream(source, destination, sent, ssrc, series, course)
      this.all = this.all.concat([stream])
    }
    return (this.#last = stream)
  }
}
