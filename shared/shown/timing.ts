import type { Stream } from '../contract/report.ts'

/** Packets in heaps, from so many in a hundred on. */
const muchTogether = 20
const farAheadMs = 200

/** The estimate of the quality of one direction, with what it rests on; null where there is nothing to say. */
export function qualityText({ mos, mosUnknown }: Stream): string | null {
  if (mos === null) return mosUnknown === undefined ? null : `MOS is unknown: ${mosUnknown}`
  return `MOS ${mos.value.toFixed(2)} by ${mos.model}: ${mos.assumptions.join('; ')}`
}

/** What is uneven in how the packets of a stream lay in time; null where nothing is. */
export function timingText({ timing }: Stream): string | null {
  if (!timing) return null
  const { late, latePercent, jitterBufferMs, bursts, clockSkew } = timing
  const parts = [
    late > 0 && `${late} late (${latePercent.toFixed(1)} %) for a jitter buffer of ${jitterBufferMs} ms`,
    bursts > 0 &&
      `${bursts} ${bursts === 1 ? 'burst' : 'bursts'} of lost or late packets (RFC 3611), ` +
        `${timing.meanBurstMs.toFixed(0)} ms long, ${timing.burstDensityPercent.toFixed(0)} % of them missing; ` +
        `${timing.gapDensityPercent.toFixed(1)} % missing elsewhere`,
    clockSkew !== null &&
      Math.abs(clockSkew.ppm) > clockSkew.uncertaintyPpm &&
      `the clock of its sender is ${Math.abs(clockSkew.ppm).toFixed(1)} ± ${clockSkew.uncertaintyPpm.toFixed(1)} ppm ` +
        `${clockSkew.ppm > 0 ? 'faster' : 'slower'} than the one here`,
    ...pacingTexts(timing.pacing),
  ].filter((part) => part !== false)
  return parts.length === 0 ? null : parts.join('; ')
}

/** How the packets were spaced, where that is not evenly. */
function pacingTexts(pacing: NonNullable<Stream['timing']>['pacing']): (string | false)[] {
  const { togetherPercent, mostTogether, aheadMs, mostInSecond, talkSpurts } = pacing
  return [
    togetherPercent >= muchTogether &&
      `packets come in heaps: ${togetherPercent.toFixed(0)} % at once with the one before, ` +
        `up to ${mostTogether} in one`,
    aheadMs >= farAheadMs &&
      `audio is sent ahead of its time, by up to ${aheadMs.toFixed(0)} ms, ${mostInSecond} packets in one second`,
    talkSpurts > 1 && `sent in ${talkSpurts} talkspurts, with pauses of half a second and more between them`,
  ]
}

/** What the receiver of a stream says of it by RTCP XR; null where it says nothing. */
export function voipText({ voip }: Stream): string | null {
  if (!voip) return null
  const { lossPercent, discardPercent, r, mosLq, mosCq } = voip
  const known = (name: string, value: number | null) => (value === null ? [] : [`${name} ${value.toFixed(1)}`])
  const quality = [...known('R', r), ...known('MOS-LQ', mosLq), ...known('MOS-CQ', mosCq)]
  return (
    `its receiver says (RTCP XR): ${lossPercent.toFixed(1)} % lost, ${discardPercent.toFixed(1)} % discarded` +
    quality.map((text) => `, ${text}`).join('')
  )
}
