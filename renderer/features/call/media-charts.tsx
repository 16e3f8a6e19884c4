import { useMemo } from 'react'
import { chartMarksOf, coursesOf } from '../../../shared/shown/courses.ts'
import type { Flow } from '../../../shared/shown/media-figures.ts'
import type { CallTimes } from '../../../shared/shown/time-marks.ts'
import { Chart } from '../../ui/chart.tsx'

/** How jitter, level and loss went over the time of the call. */
export function Charts({ flows, startedAt, times }: { flows: readonly Flow[]; startedAt: string; times: CallTimes }) {
  const courses = useMemo(() => coursesOf(flows, startedAt), [flows, startedAt])
  const marks = useMemo(() => chartMarksOf(times), [times])
  if (courses.length === 0)
    return <p className="muted">No course of the figures: less than half a second came, or it was not kept.</p>
  return (
    <div className="media-charts">
      {courses.map((course) => (
        <Chart key={course.title} {...course} marks={marks} />
      ))}
      <p className="media-key">
        <span className="to-peer">── to peer</span> <span className="from-peer">╌╌ from peer</span>
      </p>
    </div>
  )
}
