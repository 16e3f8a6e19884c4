import { visible } from '../../../shared/base/text.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { Place } from '../../state/ui.ts'
import { sparkPath } from '../../../shared/shown/chart-data.ts'
import { Button, Foreign, Icon } from '../../ui/controls.tsx'
import { inShort, mainOf, type Direction, type Figure, type Flow } from '../../../shared/shown/media-figures.ts'
import { lackText } from '../../../shared/shown/time-marks.ts'
import './media.css'

const sparkWidth = 160
const sparkHeight = 18
const titles = [
  ['to-peer', '→', 'to peer', 'to callee'],
  ['from-peer', '←', 'from peer', 'to caller'],
] as const

/** Media in two lines, one a direction: what the figures say, and how loud it was. Opens to all of them. */
export function Media({
  report,
  flows,
  live,
  open,
  onToggle,
  listens,
  onListen,
  onSelect,
}: {
  report: CallReport
  flows: readonly Flow[]
  live: boolean
  open: boolean
  onToggle: () => void
  /** Whether the player is open. */
  listens: boolean
  /** Null where there is nothing to listen to yet. */
  onListen: (() => void) | null
  onSelect: (place: Place) => void
}) {
  const observed = report.direction === 'observed'
  const unknown = flows.filter(({ direction }) => direction === null)
  if (flows.length === 0 && report.timeline.answeredAt === null)
    return (
      <section className="media-strip" aria-label="Media">
        <p className="muted">No media: {nothingBecause(report)}.</p>
      </section>
    )
  return (
    <section className="media-strip" aria-label="Media">
      <table className="numbers">
        <thead className="hidden">
          <tr>
            <th>direction</th>
            <th>packets</th>
            <th>lost</th>
            <th>jitter</th>
            <th>level</th>
            <th>quality</th>
            <th>course of the level</th>
          </tr>
        </thead>
        <tbody>
          {titles.map(([direction, arrow, title, seen]) => (
            <tr key={direction}>
              <th className={direction}>
                <span aria-hidden="true">{arrow}</span> {observed ? seen : title}
              </th>
              <Line
                flow={mainOf(flows, direction)}
                others={flows.filter((flow) => flow.direction === direction).length - 1}
                direction={direction}
                report={report}
                live={live}
                onSelect={onSelect}
              />
            </tr>
          ))}
        </tbody>
      </table>
      {unknown.length > 0 && (
        <Button kind="quiet" onClick={() => onSelect({ kind: 'stream', n: unknown[0]!.n })}>
          {unknown.length} of unknown direction
        </Button>
      )}
      {flows.length > 0 && onListen && (
        <Button kind="quiet" aria-expanded={listens} onClick={onListen}>
          Listen
        </Button>
      )}
      {flows.length > 0 && (
        <Button
          kind="quiet"
          className="media-toggle"
          aria-label="Charts and figures"
          title="Charts and figures (G)"
          aria-expanded={open}
          onClick={onToggle}
        >
          <Icon name={open ? 'down' : 'up'} /> <span>Charts</span>
        </Button>
      )}
    </section>
  )
}

const nothingBecause = ({ outcome, timeline }: CallReport) =>
  outcome === 'in-progress' && timeline.endedAt === null
    ? 'the call is not answered yet'
    : outcome === 'refused'
      ? 'the call was refused before an answer'
      : 'the call was not answered'

function Line({
  flow,
  others,
  direction,
  report,
  live,
  onSelect,
}: {
  flow: Flow | null
  others: number
  direction: Direction
  report: CallReport
  live: boolean
  onSelect: (place: Place) => void
}) {
  if (!flow)
    return (
      <td colSpan={6}>
        <Lacking report={report} direction={direction} />
      </td>
    )
  const { packets, lost, jitter, level, mos } = inShort(flow, live)
  return (
    <>
      <td title="RTP packets that were seen">
        <button type="button" onClick={() => onSelect({ kind: 'stream', n: flow.n })}>
          {packets} <span className="muted">packets</span>
        </button>
      </td>
      <Cell figure={lost} />
      <Cell figure={jitter} />
      <Cell figure={level} bare={level.tone !== 'unknown'} />
      <Cell figure={mos} className="media-mos" />
      <td className="media-spark">
        <div>
          <svg
            viewBox={`0 0 ${sparkWidth} ${sparkHeight}`}
            preserveAspectRatio="none"
            className={direction}
            role="img"
            aria-label="Level over time"
          >
            <path
              d={sparkPath(
                flow.samples.map((sample) => sample[3]),
                sparkWidth,
                sparkHeight,
              )}
            />
          </svg>
          {others > 0 && <span className="muted">+{others} more</span>}
        </div>
      </td>
    </>
  )
}

function Cell({
  figure: { name, value, tone, meaning },
  bare = false,
  className = '',
}: {
  figure: Figure
  bare?: boolean
  className?: string
}) {
  return (
    <td className={`tone-${tone} ${className}`} title={visible(meaning)}>
      {(tone === 'warning' || tone === 'fault') && <Icon name="warning" />} {value}
      {!bare && <span className="muted"> {name}</span>}
    </td>
  )
}

function Lacking({ report, direction }: { report: CallReport; direction: Direction }) {
  const { text, certain } = lackText(report, direction)
  return (
    <span className={certain ? 'tone-fault' : 'muted'}>
      {certain && <Icon name="fault" />} <Foreign text={text} />
    </span>
  )
}
