import type { VoipMetrics } from '../../../../shared/wire/rtcp/xr.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { gmin } from '../../quality/bursts.ts'
import { estimateMos } from '../../quality/e-model.ts'
import { Timing, jitterBufferMs } from '../../quality/timing.ts'

/** No concealment (01), a jitter buffer that does not adapt (10). */
const receiverConfig = 0x60
const mostR = 100

/** What we say of a stream in VoIP metrics (RFC 3611 4.7), as a receiver with a fixed jitter buffer hears it. */
export class ExtendedReport {
  readonly ssrc: number
  readonly #timing = new Timing()

  constructor(ssrc: number) {
    this.ssrc = ssrc
  }

  /** A packet, at `nowMs` of a monotonic clock; events have the clock 0. */
  received(header: RtpHeader, clockHz: number, nowMs: number): void {
    this.#timing.update(nowMs * 1000, header, clockHz)
  }

  /** `codec`: its name; null for `roundTripMs` where it is not known. */
  metrics(codec: string, roundTripMs: number | null): VoipMetrics {
    const { late, burstsAndGaps, packetUs } = this.#timing
    const { bursts, burstPackets, burstMissing, gapPackets, gapMissing, runs } = burstsAndGaps
    const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
    const expected = burstPackets + gapPackets
    const missing = burstMissing + gapMissing
    const lostPercent = 100 * share(missing, expected)
    const heard = { codec, lostPercent, losses: { packets: expected, missing, runs } }
    const listening = estimateMos({ ...heard, roundTripMs: null })
    const conversation = estimateMos({ ...heard, roundTripMs })
    return {
      ssrc: this.ssrc,
      lossRate: share(Math.max(0, missing - late), expected),
      discardRate: share(late, expected),
      burstDensity: share(burstMissing, burstPackets),
      gapDensity: share(gapMissing, gapPackets),
      burstMs: share(burstPackets * packetUs, bursts * 1000),
      gapMs: (gapPackets * packetUs) / (bursts + 1) / 1000,
      roundTripMs: roundTripMs ?? 0,
      endSystemDelayMs: jitterBufferMs + packetUs / 1000,
      signalDbm: null,
      noiseDbm: null,
      echoReturnLossDb: null,
      gmin,
      // Of wideband it has a scale of its own, which has no place here.
      r: conversation && conversation.r <= mostR ? conversation.r : null,
      externalR: null,
      mosLq: listening?.value ?? null,
      mosCq: conversation?.value ?? null,
      receiverConfig,
      jitterBufferMs,
      jitterBufferMostMs: jitterBufferMs,
      jitterBufferLongestMs: jitterBufferMs,
    }
  }
}
