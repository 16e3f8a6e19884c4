import { microsOf } from '../base/time.ts'
import type { Sample } from '../contract/state.ts'
import { fromZero, levels, type ChartMark, type Line, type Threshold } from './chart-data.ts'
import { jitterLimits, type Flow } from './media-figures.ts'
import type { CallTimes, Mark } from './time-marks.ts'

/** One figure of all streams of a call over its time, as a chart draws it. */
export interface Course {
  readonly title: string
  readonly unit: string
  readonly lines: readonly Line[]
  /** The scale for the lowest and the highest value. */
  readonly range: (low: number, high: number) => readonly [number, number]
  readonly thresholds: readonly Threshold[]
  /** Said in place of a chart when all is well, or nothing is known. */
  readonly none: string | null
}

const jitterScale = fromZero(jitterLimits[0] * 1.1)
const lossScale = fromZero(4)
const marked = new Set<Mark['kind']>(['hold', 'change', 'digit', 'note'])

/**
 * Jitter, level and loss against the time of the call, in whole half seconds so that both directions share points; none
 * where nothing of their course is kept.
 */
export function coursesOf(flows: readonly Flow[], startedAt: string): Course[] {
  const begin = microsOf(startedAt)
  const line = (pick: (sample: Sample, before: Sample | undefined) => number | null): Line[] =>
    flows
      .filter(({ samples }) => samples.length > 0)
      .map(({ stream, direction, samples, n }) => {
        const offsetS = (microsOf(stream.startedAt) - begin) / 1e6
        return {
          label: `stream ${n + 1}`,
          direction: direction ?? 'to-peer',
          points: samples.map(
            (sample, i) => [Math.round((offsetS + sample[0] / 1000) * 2) / 2, pick(sample, samples[i - 1])] as const,
          ),
        }
      })
  const jitter = line((sample) => sample[1])
  if (jitter.length === 0) return []
  const level = line((sample) => sample[3])
  const lost = line((sample, before) => Math.max(0, sample[2] - (before?.[2] ?? 0)))
  const all = (lines: readonly Line[], value: number | null) =>
    lines.every(({ points }) => points.every(([, one]) => one === value))
  return [
    {
      title: 'Jitter',
      unit: 'ms',
      lines: jitter,
      range: jitterScale,
      thresholds: [{ value: jitterLimits[0], label: `${jitterLimits[0]} ms` }],
      none: null,
    },
    {
      title: 'Level',
      unit: 'dBFS',
      lines: level,
      range: levels,
      thresholds: [],
      none: all(level, null) ? 'Unknown: this codec is not decoded, or the audio is encrypted.' : null,
    },
    {
      title: 'Lost',
      unit: 'packets',
      lines: lost,
      range: lossScale,
      thresholds: [],
      none: all(lost, 0) ? 'No packet was lost.' : null,
    },
  ]
}

/** What happened in a call that explains a course: holds, changes, digits, what was muted. */
export const chartMarksOf = ({ marks }: CallTimes): ChartMark[] => marks.filter(({ kind }) => marked.has(kind))
