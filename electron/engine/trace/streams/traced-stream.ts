import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { VoipMetrics } from '../../../../shared/wire/rtcp/xr.ts'
import type { Course } from '../../quality/course.ts'
import type { FigureSeries } from '../../quality/figure-series.ts'
import type { PayloadMeaning } from '../../quality/rtp-row.ts'
import { RtpStreamStats } from '../../quality/rtp-stats.ts'
import { Runs } from '../../quality/runs.ts'
import { Timing } from '../../quality/timing.ts'

/** What a receiver said of a stream in its last report block (RFC 3550 6.4.1). */
export interface ReceiverReport {
  readonly at: Micros
  readonly lost: number
  readonly jitter: number
  readonly highestSequence: number
  readonly roundTripMs: number | null
  /** What its first report said: that may count what was lost before. */
  readonly firstLost: number
  readonly firstHighestSequence: number
}

/** What became of the packets of an encrypted stream whose keys a capture has. */
export interface Opened {
  opened: number
  /** Those that no key opened. */
  refused: number
  /** Those of them that came after the last that was opened; null where none did. */
  refusedSince: { readonly at: Micros; packets: number } | null
  /**
   * All keys that its sender may use were known from its first packet on: what is refused here is refused by whoever it
   * is sent to.
   */
  isJudge: boolean
}

/** What the network said (ICMP) of datagrams that it could not deliver. */
export interface SentBack {
  readonly reason: string
  readonly firstAt: Micros
  lastAt: Micros
  times: number
}

/** RTP from one address to another with one SSRC. */
export class TracedStream {
  readonly source: Address
  readonly destination: Address
  /** True when the recording endpoint sent it; null for captures. */
  readonly sent: boolean | null
  readonly stats: RtpStreamStats
  readonly runs = new Runs()
  readonly timing = new Timing()
  readonly series: FigureSeries | null
  /** How it went from its first packet to its last, where that is kept. */
  readonly course: Course | null
  report: ReceiverReport | null = null
  /** The VoIP metrics that its receiver sent last (RFC 3611 4.7). */
  voip: VoipMetrics | null = null
  /** Null where it is not encrypted, or no key is known; a live call opens its packets by itself. */
  srtp: Opened | null = null
  /** Of a capture; null where it has no such word. */
  sentBack: SentBack | null = null
  /**
   * Reports of its receiver that name it no more, though it was sent all along since the report before, and the
   * receiver had named it.
   */
  unheard = 0
  /** When the receiver named it last before that. */
  heardUntil: Micros | null = null
  /** What the payload type of the last packet means, and of which state of the knowledge that is. */
  meaning: PayloadMeaning | null = null
  meaningOf = -1
  knowledge = -1

  constructor(
    source: Address,
    destination: Address,
    sent: boolean | null,
    ssrc: number,
    series: FigureSeries | null = null,
    course: Course | null = null,
  ) {
    this.source = source
    this.destination = destination
    this.sent = sent
    this.stats = new RtpStreamStats(ssrc)
    this.series = series
    this.course = course
  }

  is(source: Address, destination: Address, ssrc: number): boolean {
    return (
      this.stats.ssrc === ssrc &&
      this.source.port === source.port &&
      this.destination.port === destination.port &&
      this.source.host === source.host &&
      this.destination.host === destination.host
    )
  }
}
