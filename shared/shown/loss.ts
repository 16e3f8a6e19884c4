import type { Stream } from '../contract/report.ts'

/** The loss of a stream as it is judged. */
export interface Loss {
  readonly lost: number
  /** Of the packets that were due. */
  readonly percent: number
  /** `3 lost`'s figure with its share: `3 (0.8 %)`, `0 (150 numbers left out)`. */
  readonly text: string
}

/**
 * What was lost of a stream for a person. The figures of the stream are tshark's, which count a hold, another address
 * and a new beginning of the numbers as lost, and a packet that comes twice as one less (decision 002); what was judged
 * leaves those out.
 */
export function lossOf({ lost, lostPercent, judgedLost, packets }: Stream): Loss {
  const judged = judgedLost ?? Math.max(0, lost)
  const left = Math.max(0, lost) - judged
  const percent = judgedLost === undefined || judged === lost ? Math.max(0, lostPercent) : shareOf(judged, packets)
  const share = `${percent.toFixed(1)} %`
  const word = left > 0 ? `, ${left.toLocaleString('en')} ${left === 1 ? 'number' : 'numbers'} left out` : ''
  return { lost: judged, percent, text: `${judged.toLocaleString('en')} (${share}${word})` }
}

const shareOf = (lost: number, packets: number) => (lost > 0 ? (100 * lost) / (lost + packets) : 0)
