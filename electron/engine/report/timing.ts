import type { Stream } from '../../../shared/contract/report.ts'
import { gmin, type Losses } from '../quality/bursts.ts'
import { jitterBufferMs } from '../quality/timing.ts'
import type { TracedStream } from '../trace/streams/traced-stream.ts'
import type { Quality } from './quality-of.ts'

const thousandths = (value: number) => Math.round(value * 1000) / 1000
const percent = (part: number, whole: number) => (whole > 0 ? thousandths((100 * part) / whole) : 0)
const perMille = 1000

/** How the packets of a stream lay in time; what is on hold is no part of it. */
export function timingOf(
  { timing, stats, runs }: Pick<TracedStream, 'timing' | 'stats' | 'runs'>,
  quality: Quality | null,
): Pick<Stream, 'timing'> {
  const pauses = quality?.pauses ?? []
  const packetMs = timing.packetUs / perMille
  const whole = timing.burstsAndGaps
  // What is missing in a pause is a burst of its own.
  const outages = pauses.filter(({ skipped }) => skipped > 0)
  const gone = outages.reduce((sum, { skipped }) => sum + skipped, 0)
  const bursts = whole.bursts + outages.length
  const burstPackets = whole.burstPackets + gone
  const { skew, together } = timing
  return {
    timing: {
      jitterBufferMs,
      late: timing.late,
      latePercent: percent(timing.late, stats.packets),
      gmin,
      bursts,
      burstDensityPercent: percent(whole.burstMissing + gone, burstPackets),
      meanBurstMs: bursts === 0 ? 0 : thousandths((burstPackets * packetMs) / bursts),
      gapDensityPercent: percent(whole.gapMissing, whole.gapPackets),
      meanGapMs: thousandths((whole.gapPackets * packetMs) / (bursts + 1)),
      longestGapMs: thousandths(Math.max(timing.longestUs, ...pauses.map(({ us }) => us)) / perMille),
      clockSkew: skew && { ppm: skew.ppm, uncertaintyPpm: skew.uncertaintyPpm, overMs: skew.overUs / perMille },
      pacing: {
        packetMs: packetMs === 0 ? null : packetMs,
        togetherPercent: percent(together.packets, stats.packets),
        mostTogether: together.most,
        mostInSecond: timing.mostInSecond,
        aheadMs: thousandths(timing.aheadUs / perMille),
        talkSpurts: quality
          ? 1 + pauses.filter(({ skipped }) => skipped === 0).length
          : runs.all.filter(({ skipped }) => skipped === 0).length,
      },
    },
  }
}

/** How packets of a stream are missing; over a pause that nothing explains they are so in one run. */
export function lossesOf({ timing }: Pick<TracedStream, 'timing'>, quality: Quality | null): Losses {
  const { burstPackets, burstMissing, gapPackets, gapMissing, runs } = timing.burstsAndGaps
  const outages = (quality?.pauses ?? []).filter(({ skipped }) => skipped > 0)
  const gone = outages.reduce((sum, { skipped }) => sum + skipped, 0)
  return {
    packets: burstPackets + gapPackets + gone,
    missing: burstMissing + gapMissing + gone,
    runs: runs + outages.length,
  }
}

/** What the receiver of a stream says of it in extended reports (RFC 3611). */
export function voipOf({ voip }: Pick<TracedStream, 'voip'>): Pick<Stream, 'voip'> {
  if (!voip) return {}
  const { ssrc: _ssrc, lossRate, discardRate, burstDensity, gapDensity, receiverConfig: _bits, ...same } = voip
  const hundredths = (share: number) => Math.round(share * 10_000) / 100
  return {
    voip: {
      lossPercent: hundredths(lossRate),
      discardPercent: hundredths(discardRate),
      burstDensityPercent: hundredths(burstDensity),
      gapDensityPercent: hundredths(gapDensity),
      ...same,
    },
  }
}
