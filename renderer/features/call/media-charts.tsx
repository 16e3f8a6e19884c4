import { useMemo } from 'react'
import type { Stream } from '../../../shared/contract/report.ts'
import type { Sample } from '../../../shared/contract/state.ts'
import { Chart, type Line } from '../../ui/chart.tsx'
import { microsOf } from '../../ui/format.ts'

export type Direction = 'to-peer' | 'from-peer'

/** A stream with its samples, two a second; `n` is its place in the report. */
export interface Flow {
  readonly n: number
  readonly stream: Stream
  readonly direction: Direction
  readonly samples: readonly Sample[]
}

/** Against the time of the call, in whole half seconds so that both directions share points. */
export function Charts({ flows, startedAt }: { flows: readonly Flow[]; startedAt: string }) {
  const [jitter, level, lost] = useMemo(() => {
    const begin = microsOf(startedAt)
    const line = (pick: (sample: Sample, before: Sample | undefined) => number | null): Line[] =>
      flows
        .filter(({ samples }) => samples.length > 0)
        .map(({ stream, direction, samples, n }) => {
          const offsetS = (microsOf(stream.startedAt) - begin) / 1e6
          return {
            label: `${direction} ${n}`,
            direction,
            points: samples.map(
              (sample, i) => [Math.round((offsetS + sample[0] / 1000) * 2) / 2, pick(sample, samples[i - 1])] as const,
            ),
          }
        })
    return [
      line((sample) => sample[1]),
      line((sample) => sample[3]),
      line((sample, before) => sample[2] - (before?.[2] ?? 0)),
    ] as const
  }, [flows, startedAt])
  return (
    <div className="media-charts">
      <Chart title="Jitter" unit="ms" lines={jitter} />
      <Chart title="Level" unit="dBFS" lines={level} floor={-96} />
      <Chart title="Lost" unit="packets in half a second" lines={lost} />
      <p className="media-key">
        <span className="to-peer">── to peer</span> <span className="from-peer">╌╌ from peer</span>
      </p>
    </div>
  )
}
