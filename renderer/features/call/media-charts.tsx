import { useMemo } from 'react'
import type { Sample } from '../../../shared/contract/state.ts'
import { Chart } from '../../ui/chart.tsx'
import { fromZero, levels, type Line } from '../../ui/chart-data.ts'
import { microsOf } from '../../../shared/base/time.ts'
import { jitterLimits, type Flow } from './media-figures.ts'
import type { CallTimes, Mark } from './time-marks.ts'

const jitterScale = fromZero(jitterLimits[0] * 1.1)
const lossScale = fromZero(4)
const marked = new Set<Mark['kind']>(['hold', 'change', 'digit', 'note'])
const jitterLimit = [{ value: jitterLimits[0], label: `${jitterLimits[0]} ms` }]

/** Against the time of the call, in whole half seconds so that both directions share points. */
export function Charts({ flows, startedAt, times }: { flows: readonly Flow[]; startedAt: string; times: CallTimes }) {
  const [jitter, level, lost] = useMemo(() => {
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
    return [
      line((sample) => sample[1]),
      line((sample) => sample[3]),
      line((sample, before) => Math.max(0, sample[2] - (before?.[2] ?? 0))),
    ] as const
  }, [flows, startedAt])
  const marks = useMemo(() => times.marks.filter(({ kind }) => marked.has(kind)), [times])
  if (jitter.length === 0)
    return <p className="muted">No course of the figures: less than half a second came, or it was not kept.</p>
  const noneLost = lost.every(({ points }) => points.every(([, value]) => value === 0))
  const noLevel = level.every(({ points }) => points.every(([, value]) => value === null))
  return (
    <div className="media-charts">
      <Chart title="Jitter" unit="ms" lines={jitter} range={jitterScale} thresholds={jitterLimit} marks={marks} />
      <Chart
        title="Level"
        unit="dBFS"
        lines={level}
        range={levels}
        marks={marks}
        none={noLevel ? 'Unknown: this codec is not decoded, or the audio is encrypted.' : null}
      />
      <Chart
        title="Lost"
        unit="packets"
        lines={lost}
        range={lossScale}
        marks={marks}
        none={noneLost ? 'No packet was lost.' : null}
      />
      <p className="media-key">
        <span className="to-peer">── to peer</span> <span className="from-peer">╌╌ from peer</span>
      </p>
    </div>
  )
}
