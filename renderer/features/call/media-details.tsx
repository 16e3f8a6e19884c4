import { useMemo } from 'react'
import { visible } from '../../../shared/base/text.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { Place } from '../../state/ui.ts'
import { Foreign, Icon } from '../../ui/controls.tsx'
import { Charts } from './media-charts.tsx'
import { agreedParts, unfollowedText, type Flow } from '../../../shared/shown/media-figures.ts'
import type { Around, Cell } from '../../../shared/shown/figure-cells.ts'
import { figureTable } from '../../../shared/shown/stream-figures.ts'
import type { CallTimes } from '../../../shared/shown/time-marks.ts'

/** All figures of every stream, and their course. */
export function MediaDetails({
  report,
  flows,
  times,
  live,
  selection,
  onSelect,
}: {
  report: CallReport
  flows: readonly Flow[]
  times: CallTimes
  live: boolean
  selection: Place | null
  onSelect: (place: Place) => void
}) {
  const agreed = report.media.at(-1)
  const [codec, ...agreedRest] = agreed ? agreedParts(agreed) : []
  const around = useMemo(
    () => ({ live, holds: times.holds, startedAt: report.timeline.startedAt }),
    [live, times, report.timeline.startedAt],
  )
  const unfollowed = unfollowedText(report.unfollowedPackets)
  return (
    <div className="media-details" tabIndex={0} role="group" aria-label="Figures and charts">
      <p>
        {agreed ? (
          <>
            <b>
              <Foreign text={codec!} />
            </b>{' '}
            <Foreign text={agreedRest.join(' · ')} />
          </>
        ) : (
          <span className="muted">
            No media is agreed
            {report.timeline.answeredAt === null ? ' before the answer' : ': the session descriptions do not meet'}.
          </span>
        )}
      </p>
      {agreed?.negotiation !== undefined && (
        <p className="muted">
          <Foreign text={agreed.negotiation} />
        </p>
      )}
      <div className="media-both">
        {flows.length > 0 && <Charts flows={flows} startedAt={report.timeline.startedAt} times={times} />}
        <Figures
          flows={flows}
          around={around}
          selected={selection?.kind === 'stream' ? selection.n : null}
          onSelect={(n) => onSelect({ kind: 'stream', n })}
        />
      </div>
      {unfollowed !== null && <p className="muted">{unfollowed}</p>}
    </div>
  )
}

/** Streams side by side: where each went, and every figure with what it means. */
export function Figures({
  flows,
  around,
  selected,
  onSelect,
}: {
  flows: readonly Flow[]
  around: Around
  /** The place of the stream that is selected. */
  selected: number | null
  onSelect?: (n: number) => void
}) {
  const { rows, assumptions } = useMemo(() => figureTable(flows, around), [flows, around])
  const groups = [...new Set(rows.map(({ group }) => group))]
  return (
    <div className="media-streams">
      <table className="numbers">
        <thead>
          <tr>
            <td />
            {flows.map(({ n, direction, stream: { source, destination } }) => (
              <th key={n} scope="col" className={selected === n ? 'selected' : ''}>
                <span className={direction ?? 'muted'}>
                  <span aria-hidden="true">{direction === null ? '?' : direction === 'to-peer' ? '→' : '←'}</span>{' '}
                  stream {n + 1}
                  {direction === null && ', its direction is unknown'}
                </span>
                {onSelect ? (
                  <button
                    type="button"
                    className="mono"
                    aria-pressed={selected === n}
                    onClick={() => onSelect(n)}
                    title={visible(`${source} → ${destination}`)}
                  >
                    <Foreign text={source} /> → <Foreign text={destination} />
                  </button>
                ) : (
                  <p className="mono">
                    <Foreign text={source} /> → <Foreign text={destination} />
                  </p>
                )}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group}>
            {rows
              .filter((row) => row.group === group)
              .map(({ name, meaning, cells }) => (
                <tr key={name}>
                  <th scope="row" title={meaning}>
                    <span>{name}</span>
                  </th>
                  {cells.map((cell, i) => (
                    <Value key={flows[i]!.n} cell={cell} selected={selected === flows[i]!.n} />
                  ))}
                </tr>
              ))}
          </tbody>
        ))}
      </table>
      {assumptions.length > 0 && (
        <p className="muted">
          All estimates rest on: <Foreign text={assumptions.join('; ')} />.
        </p>
      )}
    </div>
  )
}

function Value({ cell: { value, tone, exact, notes }, selected }: { cell: Cell; selected: boolean }) {
  const bad = tone === 'warning' || tone === 'fault'
  return (
    <td className={`tone-${tone}${selected ? ' selected' : ''}`} title={exact}>
      {bad && <Icon name="warning" />} <Foreign text={value} />
      {notes && notes.length > 0 && (
        <small className="muted">
          <Foreign text={notes.join('; ')} />
        </small>
      )}
    </td>
  )
}
