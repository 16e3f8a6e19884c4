import { memo, type CSSProperties } from 'react'
import { Icon } from '../../ui/controls.tsx'
import { offset, span } from '../../../shared/shown/format.ts'
import { timeOf } from '../../ui/format.ts'
import type { LadderSource } from '../../../shared/shown/ladder-columns.ts'
import { labelOf } from '../../../shared/shown/ladder-label.ts'
import type { Row } from '../../../shared/shown/ladder-rows.ts'

/** Below this a column's name cannot be read: the ladder scrolls sideways instead. */
export const leastColumnPx = 112

/** How far the outer verticals stand from the edges, in percent. */
const edge = (count: number) => (count <= 2 ? 16 : count === 3 ? 15.5 : 50 / count)

/** Where a vertical stands, in percent of the lanes. */
const columnAt = (i: number, count: number) =>
  count === 1 ? 50 : edge(count) + (i * (100 - 2 * edge(count))) / (count - 1)

/** A title is as wide as its vertical has room to both sides: none lies over another. */
export function columnStyle(i: number, count: number): CSSProperties {
  const room = count === 1 ? 90 : Math.min(2 * edge(count), (100 - 2 * edge(count)) / (count - 1))
  return { left: `${columnAt(i, count)}%`, width: `${room - 1}%` }
}

/** The verticals as the ground of every row, in the colour of its text: one pixel each. */
export const verticals = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) => `linear-gradient(currentColor, currentColor) ${columnAt(i, count)}% 0 / 1px 100% no-repeat`,
  ).join(', ')

/** One row: number, time, time since the row before, and the arrow between the verticals. Drawn when it changes. */
export const LadderRow = memo(function LadderRow({
  id,
  row,
  source,
  columns,
  ground,
  startUs,
  selected,
}: {
  id: string
  row: Row
  source: LadderSource
  columns: number
  /** The verticals of so many columns. */
  ground: string
  startUs: number
  selected: boolean
}) {
  const [left, right] = [Math.min(row.from, row.to), Math.max(row.from, row.to)]
  const style = {
    left: `${columnAt(left, columns)}%`,
    width: left === right ? '40px' : `${columnAt(right, columns) - columnAt(left, columns)}%`,
  }
  const { text, more, way, tone, problems, spoken, title } = labelOf(row, source)
  const towards = left === right ? 'right to-itself' : row.to > row.from ? 'right' : 'left'
  const again = row.kind === 'message' && row.message.retransmissionOf !== null
  const state = `${tone === 'fault' && row.kind === 'message' ? ' refused' : ''}${again ? ' again' : ''}`
  return (
    <div
      id={id}
      role="option"
      aria-selected={selected}
      className={`ladder-row is-${row.kind}${state}`}
      title={row.kind === 'message' ? `${title}\n${timeOf(row.message.at)} ${row.message.at}` : title}
    >
      <span className="mono muted">{row.kind === 'message' ? row.n + 1 : ''}</span>
      <span className="mono muted">{offset((row.at - startUs) / 1e6)}</span>
      <span className="mono muted ladder-delta">
        {row.kind === 'message' && row.deltaUs !== null ? span(row.deltaUs / 1e6) : ''}
      </span>
      <div className="ladder-lanes" style={{ background: ground }}>
        <div className={`ladder-arrow ${way} ${towards}`} style={style}>
          <span className="mono elide">
            {problems.length > 0 && <Icon name="warning" />}
            {tone === 'fault' && <Icon name="fault" />} <bdi>{text}</bdi>
            {more !== '' && (
              <span className="muted">
                {' '}
                <bdi>{more}</bdi>
              </span>
            )}
            <span className="hidden"> {spoken}</span>
          </span>
        </div>
      </div>
    </div>
  )
})
