import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { CallReport, LadderMessage } from '../../../shared/contract/report.ts'
import { visible } from '../../../shared/base/text.ts'
import { remember } from '../../state/ui.ts'
import { Button, Foreign, Icon } from '../../ui/controls.tsx'
import { offset, span, timeOf } from '../../ui/format.ts'
import { useKeys } from '../../ui/keys.ts'
import { ladderOf, type Row } from './ladder-rows.ts'
import './ladder.css'

/** What is selected in a call: a message or a stream, by its number in the report. */
export type Selection =
  | { readonly kind: 'message'; readonly n: number }
  | { readonly kind: 'media'; readonly n: number }

const heights = [22, 28, 38] as const

/** The ladder: who said what to whom and when, RTP as lanes in between. */
export function Ladder({
  report,
  selection,
  onSelect,
}: {
  report: CallReport
  selection: Selection | null
  onSelect: (selection: Selection) => void
}) {
  const [folded, setFolded] = useState(true)
  const [filter, setFilter] = useState('')
  const [zoom, setZoom] = useState(() => remember.number('ladder.zoom', 1))
  const { columns, rows } = useMemo(() => {
    const wanted = filter.trim().toLowerCase()
    return ladderOf(
      report,
      folded,
      wanted === '' ? () => true : ({ raw }: LadderMessage) => raw.toLowerCase().includes(wanted),
    )
  }, [report, folded, filter])
  const height = heights[zoom] ?? heights[1]
  const scroller = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
  })
  useEffect(() => list.measure(), [height, list])
  const at = rows.findIndex((row) => row.kind !== 'silence' && row.kind === selection?.kind && row.n === selection.n)
  useEffect(() => {
    if (at >= 0) list.scrollToIndex(at)
  }, [at, list])
  // A live ladder stays at its end while the end is in view.
  const atEnd = useRef(true)
  useEffect(() => {
    if (atEnd.current && rows.length > 0 && report.timeline.endedAt === null) list.scrollToIndex(rows.length - 1)
  }, [rows.length, report.timeline.endedAt, list])

  const step = (by: number) => {
    for (let i = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by; i >= 0 && i < rows.length; i += Math.sign(by)) {
      const row = rows[i]!
      if (row.kind !== 'silence') return onSelect({ kind: row.kind, n: row.n })
    }
  }
  const keyed = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key]
    if (by !== undefined) step(by)
    else if (event.key === 'Home' && rows.length > 0) step(-rows.length)
    else return
    event.preventDefault()
  }
  useKeys({ J: () => step(1), K: () => step(-1) })
  const resize = (to: number) => {
    setZoom(to)
    remember.set('ladder.zoom', String(to))
  }
  const startUs = rows[0]?.at ?? 0
  const hidden = report.messages.filter(({ retransmissionOf }) => retransmissionOf !== null).length
  return (
    <section className="ladder" aria-label="Ladder">
      <div className="ladder-tools">
        <input
          type="search"
          aria-label="Filter messages"
          placeholder="Filter messages"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <span className="muted numbers">
          {report.messages.length} message{report.messages.length === 1 ? '' : 's'}
        </span>
        {hidden > 0 && (
          <Button kind="quiet" aria-pressed={!folded} onClick={() => setFolded(!folded)}>
            {folded ? `Show ${hidden} retransmission${hidden === 1 ? '' : 's'}` : 'Fold retransmissions'}
          </Button>
        )}
        <span className="ladder-zoom">
          <Button kind="quiet" aria-label="Smaller rows" disabled={zoom === 0} onClick={() => resize(zoom - 1)}>
            −
          </Button>
          <Button
            kind="quiet"
            aria-label="Larger rows"
            disabled={zoom === heights.length - 1}
            onClick={() => resize(zoom + 1)}
          >
            +
          </Button>
        </span>
      </div>
      <div className="ladder-head" aria-hidden="true">
        <span>time</span>
        <span>delta</span>
        <div className="ladder-columns">
          {columns.map(({ key, title, addresses }, i) => (
            <span
              key={key}
              className="elide mono"
              style={columnStyle(i, columns.length)}
              title={visible(addresses.join(', '))}
            >
              <Foreign text={title} />
            </span>
          ))}
        </div>
      </div>
      {report.droppedMessages > 0 && (
        <p className="fault">
          {report.droppedMessages.toLocaleString('en')} later messages are not kept here; a capture file has them.
        </p>
      )}
      <div
        ref={scroller}
        className="ladder-rows"
        role="listbox"
        tabIndex={0}
        aria-label={
          `${rows.length} messages and streams between ` + visible(columns.map(({ title }) => title).join(' and '))
        }
        aria-activedescendant={at >= 0 ? `ladder-${at}` : undefined}
        onKeyDown={keyed}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          void (atEnd.current = scrollTop + clientHeight >= scrollHeight - 2 * height)
        }
      >
        <div role="presentation" style={{ height: list.getTotalSize(), position: 'relative' }}>
          {list.getVirtualItems().map(({ index, start }) => (
            <div
              key={index}
              role="presentation"
              className="ladder-slot"
              style={{ height, transform: `translateY(${start}px)` }}
            >
              <LadderRow
                id={`ladder-${index}`}
                row={rows[index]!}
                columns={columns.length}
                startUs={startUs}
                selected={index === at}
                onSelect={onSelect}
              />
            </div>
          ))}
        </div>
      </div>
    </section>
  )
}

/** Where a vertical stands, in percent: the outer ones near the edges. */
const columnAt = (i: number, count: number) => 14 + (i * 72) / Math.max(1, count - 1)
const columnStyle = (i: number, count: number) => ({ left: `${columnAt(i, count)}%` })

function LadderRow({
  id,
  row,
  columns,
  startUs,
  selected,
  onSelect,
}: {
  id: string
  row: Row
  columns: number
  startUs: number
  selected: boolean
  onSelect: (selection: Selection) => void
}) {
  const [left, right] = [Math.min(row.from, row.to), Math.max(row.from, row.to)]
  const self = left === right
  const style = {
    left: `${columnAt(left, columns)}%`,
    width: self ? '60px' : `${columnAt(right, columns) - columnAt(left, columns)}%`,
  }
  const rightwards = row.to >= row.from
  const direction = (row.kind === 'media' ? row.stream.toPeer !== false : row.from === 0) ? 'to-peer' : 'from-peer'
  const { label, spoken, title, state } = describe(row)
  return (
    <div
      id={id}
      role="option"
      aria-selected={selected}
      className={`ladder-row is-${row.kind}${state}`}
      title={title.split('\n').map(visible).join('\n')}
      onClick={() => row.kind !== 'silence' && onSelect({ kind: row.kind, n: row.n })}
    >
      <span className="mono muted">{offset((row.at - startUs) / 1e6)}</span>
      <span className="mono muted">
        {row.kind === 'message' && row.deltaUs !== null ? span(row.deltaUs / 1e6) : ''}
      </span>
      <div className="ladder-lanes">
        {Array.from({ length: columns }, (_, i) => (
          <i key={i} style={columnStyle(i, columns)} />
        ))}
        <div className={`ladder-arrow ${direction} ${rightwards ? 'right' : 'left'}`} style={style}>
          <span className="mono elide">
            {label}
            <span className="hidden">
              {' '}
              <Foreign text={spoken} />
            </span>
          </span>
        </div>
      </div>
    </div>
  )
}

function describe(row: Row) {
  switch (row.kind) {
    case 'message': {
      const { startLine, cseq, problems, retransmissionOf, at } = row.message
      const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(startLine)
      const label = response ? `${response[1]} ${response[2]}` : (startLine.split(' ')[0] ?? startLine)
      const method = response ? (cseq?.split(' ')[1] ?? '') : ''
      const bad = problems.length > 0
      const refused = response !== null && Number(response[1]) >= 400
      return {
        label: (
          <>
            {bad && <Icon name="warning" />} {refused && <Icon name="fault" />} <Foreign text={label} />
            {method !== '' && (
              <span className="muted">
                {' '}
                <Foreign text={method} />
              </span>
            )}
            {retransmissionOf !== null && <span className="muted"> again</span>}
            {row.repeats > 0 && <span className="muted"> ↻ {row.repeats}</span>}
          </>
        ),
        spoken:
          `${row.from === 0 ? 'sent' : 'received'}` +
          `${row.repeats > 0 ? `, repeated ${row.repeats} times` : ''}${bad ? `, ${problems.join(', ')}` : ''}`,
        title: `${timeOf(at)} ${at}${bad ? `\n${problems.join('\n')}` : ''}`,
        state: `${refused ? ' refused' : ''}${retransmissionOf !== null ? ' again' : ''}`,
      }
    }
    case 'media': {
      const { codec, packets, lost, source, destination } = row.stream
      const label =
        `RTP ${codec} ${packets.toLocaleString('en')} ` +
        `packet${packets === 1 ? '' : 's'}${lost > 0 ? `, ${lost} lost` : ''}`
      return {
        label: <Foreign text={label} />,
        spoken: row.stream.toPeer === false ? 'from the peer' : 'to the peer',
        title: `${source} → ${destination}`,
        state: '',
      }
    }
    case 'silence':
      return {
        label: (
          <>
            <Icon name="fault" /> <Foreign text={row.text} />
          </>
        ),
        spoken: '',
        title: 'Agreed, and not one packet seen',
        state: '',
      }
  }
}
