import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { middleNtp, type ReportBlock, type RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { TracedStream } from './traced-stream.ts'

/** An address that sends RTCP reports; `sent` as for streams. */
export interface Reporter {
  readonly address: Address
  readonly sent: boolean | null
  reports: number
  /** When its first report came, and its last. */
  readonly since: Micros
  at: Micros
  /** Packets of RTP that it says to have sent, in its last sender report; null where it never sent one. */
  sentPackets: number | null
}

/** Packets of a compound RTCP packet that are looked at. */
const mostInCompound = 32
const mostReporters = 200
/** Report blocks speak of the last sender report, rarely of the one before. */
const keptSenderReports = 12
/** A stream that was sent this short a time ago is still being sent. */
const stillUs = 1_000_000

/** The last sender reports of a call: SSRC, the middle of the NTP time, and when it passed here, number by number. */
class SenderReports {
  #numbers: number[] = []

  add(ssrc: number, middle: number, at: Micros): void {
    const numbers = this.#numbers
    if (this.at(ssrc, middle) !== null) return
    if (numbers.length >= 3 * keptSenderReports) numbers.splice(0, 3)
    numbers.push(ssrc, middle, at)
  }

  at(ssrc: number, middle: number): Micros | null {
    const numbers = this.#numbers
    for (let i = numbers.length - 3; i >= 0; i -= 3)
      if (numbers[i] === ssrc && numbers[i + 1] === middle) return numbers[i + 2]!
    return null
  }

  clear(): void {
    this.#numbers = []
  }
}

/** What RTCP says of streams. */
export class ReceptionReports {
  readonly reporters: Reporter[] = []
  /** When sender reports passed here, the oldest first: the base of round trips. */
  readonly #senderReports = new SenderReports()

  /** `streams`: all that the packets may speak of. */
  rtcp(
    at: Micros,
    source: Address,
    sent: boolean | null,
    packets: readonly RtcpPacket[],
    streams: readonly TracedStream[],
  ): void {
    for (const packet of packets.slice(0, mostInCompound)) {
      if (packet.type === 'xr')
        for (const metrics of packet.voip) {
          const stream = streamOf(metrics.ssrc, source, streams)
          if (stream) stream.voip = metrics
        }
      if (packet.type !== 'sr' && packet.type !== 'rr') continue
      const reporter = this.#reporter(at, source, sent)
      this.#listen(at, source, reporter?.at ?? null, packet.reports, streams)
      if (packet.type === 'sr')
        this.#senderReports.add(packet.ssrc, middleNtp(packet.ntpSeconds, packet.ntpFraction), at)
      if (!reporter) continue
      reporter.reports++
      reporter.at = at
      if (packet.type === 'sr') reporter.sentPackets = packet.packets
    }
  }

  close(): void {
    this.#senderReports.clear()
  }

  #reporter(at: Micros, source: Address, sent: boolean | null): Reporter | null {
    let known = this.reporters.find(({ address }) => address.host === source.host && address.port === source.port)
    if (!known) {
      if (this.reporters.length >= mostReporters) return null
      this.reporters.push((known = { address: source, sent, reports: 0, since: at, at, sentPackets: null }))
    }
    return known
  }

  /** `before`: when the same receiver reported last. */
  #listen(
    at: Micros,
    source: Address,
    before: Micros | null,
    blocks: readonly ReportBlock[],
    streams: readonly TracedStream[],
  ): void {
    for (const block of blocks) {
      const stream = streamOf(block.ssrc, source, streams)
      if (!stream) continue
      const last = stream.report
      // The same number as before: nothing came since.
      if (last && last.highestSequence === block.highestSequence && wentOn(stream, last.at, at)) stream.unheard++
      else {
        stream.unheard = 0
        stream.heardUntil = at
      }
      stream.report = {
        at,
        lost: block.cumulativeLost,
        jitter: block.jitter,
        highestSequence: block.highestSequence,
        roundTripMs: this.#roundTrip(at, block) ?? last?.roundTripMs ?? null,
        firstLost: last?.firstLost ?? block.cumulativeLost,
        firstHighestSequence: last?.firstHighestSequence ?? block.highestSequence,
      }
    }
    // A report about nobody, from who named a stream before that went on since (RFC 3550 6.4.1). One about somebody
    // else shows that something is heard.
    if (blocks.length > 0 || before === null) return
    for (const stream of streams)
      if (stream.report && goesTo(stream, source) && wentOn(stream, before, at)) stream.unheard++
  }

  #roundTrip(at: Micros, { ssrc, lastSr, delaySinceLastSr }: ReportBlock): number | null {
    const sentAt = lastSr === 0 ? null : this.#senderReports.at(ssrc, lastSr)
    if (sentAt === null) return null
    const ms = (at - sentAt) / 1000 - (delaySinceLastSr * 1000) / 65536
    return ms >= 0 ? Math.round(ms * 1000) / 1000 : null
  }
}

/** The stream of that SSRC that a receiver speaks of. */
function streamOf(ssrc: number, receiver: Address, streams: readonly TracedStream[]): TracedStream | undefined {
  const named = streams.filter(({ stats }) => stats.ssrc === ssrc)
  return named.findLast((candidate) => goesTo(candidate, receiver)) ?? named.at(-1)
}

/** RTCP comes from the address of the RTP, or the port above. */
function goesTo({ destination }: TracedStream, receiver: Address): boolean {
  return (
    destination.host === receiver.host && (destination.port === receiver.port || destination.port === receiver.port - 1)
  )
}

/** Whether packets were sent all along between two instants, which are not one. */
function wentOn({ runs }: TracedStream, from: Micros, to: Micros): boolean {
  const run = runs.last
  return run !== undefined && to - from >= stillUs && run.firstAt <= from && run.lastAt >= to - stillUs
}
