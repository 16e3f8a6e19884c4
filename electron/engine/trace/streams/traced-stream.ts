import type { Address } from '../../../../shared/base/address.ts'
import type { FigureSeries } from '../../quality/figure-series.ts'
import type { RtpStreamStats } from '../../quality/rtp-stats.ts'

/** What a receiver said of a stream in its last report block (RFC 3550 6.4.1). */
export interface ReceiverReport {
  readonly lost: number
  readonly jitter: number
  readonly highestSequence: number
  readonly roundTripMs: number | null
}

export interface TracedStream {
  readonly source: Address
  readonly destination: Address
  /** True when the recording endpoint sent it; null for captures. */
  readonly sent: boolean | null
  readonly stats: RtpStreamStats
  readonly series: FigureSeries | null
  report: ReceiverReport | null
}
