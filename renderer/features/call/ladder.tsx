import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { LadderMessage } from '../../../shared/contract/report.ts'
import { visible } from '../../../shared/base/text.ts'
import { copyText } from '../../bridge.ts'
import { say, useActions } from '../../state/actions.ts'
import { remember, type Place } from '../../state/ui.ts'
import { Button, Foreign, Icon, saveFile } from '../../ui/controls.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { LadderSource } from '../../../shared/shown/ladder-columns.ts'
import { ladderSvg, ladderText } from '../../../shared/shown/ladder-drawing.ts'
import { LadderRow, columnStyle, leastColumnPx, verticals } from './ladder-row.tsx'
import { ladderOf } from '../../../shared/shown/ladder-rows.ts'
import { ladderPng } from './ladder-png.ts'
import './ladder.css'

const heights = [22, 26, 34] as const
/** Rows that are drawn beyond each edge of the view. */
const overscan = 12

/** The ladder: who said what to whom and when, RTP as lanes in between. `name`: of files that it is saved as. */
export function Ladder({
  source,
  name,
  live,
  selection,
  onSelect,
}: {
  source: LadderSource
  name: string
  live: boolean
  selection: Place | null
  onSelect: (selection: Place) => void
}) {
  const [folded, setFolded] = useState(true)
  const [filter, setFilter] = useState('')
  const [zoom, setZoom] = useState(() => remember.number('ladder.zoom', 1))
  const ladder = useMemo(() => {
    const wanted = filter.trim().toLowerCase()
    return ladderOf(
      source,
      folded,
      wanted === '' ? () => true : ({ raw }: LadderMessage) => raw.toLowerCase().includes(wanted),
    )
  }, [source, folded, filter])
  const { columns, rows, shown } = ladder
  const height = heights[zoom] ?? heights[1]
  const scroller = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan,
  })
  useEffect(() => list.measure(), [height, list])
  const kind = selection?.kind === 'stream' ? 'media' : selection?.kind
  const at = rows.findIndex((row) => row.kind !== 'silence' && row.kind === kind && row.n === selection?.n)
  const viewPx = list.scrollRect?.height ?? 0
  // By the figures that are known: to ask the page for them would have it laid out once more.
  const show = (index: number) => {
    const [top, from] = [index * height, list.scrollOffset ?? 0]
    if (top < from) scroller.current?.scrollTo(0, top)
    else if (top + height > from + viewPx) scroller.current?.scrollTo(0, top + height - viewPx)
  }
  useEffect(() => {
    if (at >= 0) show(at)
  }, [at, height])
  // A live ladder stays at its end while the end is in view.
  const atEnd = useRef(true)
  useEffect(() => {
    if (atEnd.current && rows.length > 0 && live) show(rows.length - 1)
  }, [rows.length, live])

  const choose = (row: (typeof rows)[number]): void => {
    if (row.kind !== 'silence') onSelect({ kind: row.kind === 'media' ? 'stream' : 'message', n: row.n })
  }
  /** The first that can be chosen, from there on. */
  const chooseFrom = (from: number, way: number) => {
    for (let i = from; i >= 0 && i < rows.length; i += way) if (rows[i]!.kind !== 'silence') return choose(rows[i]!)
  }
  const step = (by: number) => chooseFrom(at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by, Math.sign(by))
  const keyed = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key]
    if (by !== undefined) step(by)
    else if (event.key === 'Home') chooseFrom(0, 1)
    else if (event.key === 'End') chooseFrom(rows.length - 1, -1)
    else return
    event.preventDefault()
  }
  const saved = (ending: string, type: string, base64: string) => saveFile(`${name}-ladder.${ending}`, type, base64)
  const copies = [
    {
      name: 'Copy as text',
      run: async () => {
        await copyText(ladderText(ladder, source))
        say('The ladder is copied as text.')
      },
    },
    { name: 'Save as SVG', run: () => saved('svg', 'image/svg+xml', base64Of(ladderSvg(ladder, source))) },
    { name: 'Save as PNG', run: () => saved('png', 'image/png', ladderPng(ladder, source)) },
  ]
  useActions([
    { id: 'ladder.next', group: 'Ladder', name: 'Next message', run: () => step(1) },
    { id: 'ladder.previous', group: 'Ladder', name: 'Previous message', run: () => step(-1) },
    ...copies.map(({ name: what, run }) => ({ id: `ladder.${what}`, group: 'Ladder', name: `Ladder: ${what}`, run })),
  ])
  const resize = () => {
    const to = (zoom + 1) % heights.length
    setZoom(to)
    remember.set('ladder.zoom', String(to))
  }
  const startUs = rows[0]?.at ?? 0
  const ground = verticals(columns.length)
  const slots = Math.ceil(viewPx / height) + 2 * overscan + 2
  const hidden = source.messages.filter(({ retransmissionOf }) => retransmissionOf !== null).length
  const total = `${source.messages.length} message${source.messages.length === 1 ? '' : 's'}`
  return (
    <section className="ladder" aria-label="Ladder">
      <div className="ladder-tools">
        <input
          type="search"
          aria-label="Filter messages"
          placeholder="Filter messages"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
        />
        <span className="muted numbers" role="status">
          {filter.trim() === '' ? total : `${shown} of ${total}`}
        </span>
        {hidden > 0 && (
          <Button kind="quiet" aria-pressed={!folded} onClick={() => setFolded(!folded)}>
            {folded ? `Show ${hidden} repeated` : 'Fold repeated'}
          </Button>
        )}
        <span className="ladder-right">
          <Button kind="quiet" aria-label="Row height" title="Row height" onClick={resize}>
            <Icon name="rows" />
          </Button>
          <Menu label="Copy the ladder" items={copies}>
            Copy <Icon name="down" />
          </Menu>
        </span>
      </div>
      {source.droppedMessages > 0 && (
        <p className="fault">
          {source.droppedMessages.toLocaleString('en')} later messages are not kept here; a capture file has them.
        </p>
      )}
      <div className="ladder-wide">
        <div className="ladder-inner" style={{ minWidth: 150 + columns.length * leastColumnPx }}>
          <div className="ladder-head" aria-hidden="true">
            <span>#</span>
            <span>time</span>
            <span className="ladder-delta">delta</span>
            <div className="ladder-columns">
              {columns.map(({ key, name: who, addresses }, i) => (
                <span
                  key={key}
                  style={columnStyle(i, columns.length)}
                  title={visible([who, ...addresses].filter(Boolean).join(', '))}
                >
                  {who !== '' && (
                    <b className="elide">
                      <Foreign text={who} />
                    </b>
                  )}
                  <span className="elide mono">
                    {/* Where there are many the port has no room; it stands in the title. */}
                    <Foreign text={addresses.length === 1 && columns.length < 3 ? addresses[0]! : key} />
                  </span>
                </span>
              ))}
            </div>
          </div>
          {shown === 0 && filter.trim() !== '' && (
            <p className="ladder-none">
              No message has “{visible(filter.trim())}” in it.{' '}
              <Button onClick={() => setFilter('')}>Clear the filter</Button>
            </p>
          )}
          <div
            ref={scroller}
            className="ladder-rows"
            role="listbox"
            tabIndex={0}
            aria-label={
              `${rows.length} messages and streams between ` + visible(columns.map(({ key }) => key).join(' and '))
            }
            aria-activedescendant={at >= 0 ? `ladder-${at}` : undefined}
            onKeyDown={keyed}
            onClick={({ target }) => {
              const index = (target as Element).closest<HTMLElement>('.ladder-slot')?.dataset['index']
              if (index !== undefined) choose(rows[Number(index)]!)
            }}
            onScroll={() =>
              void (atEnd.current = (list.scrollOffset ?? 0) + viewPx >= list.getTotalSize() - 2 * height)
            }
          >
            <div
              role="presentation"
              className="ladder-all"
              style={{ height: list.getTotalSize(), lineHeight: `${height}px` }}
            >
              {list.getVirtualItems().map(({ index, start }) => (
                <div
                  // A row that leaves the view is the one that enters it: no element is made while it is scrolled.
                  key={index % slots}
                  data-index={index}
                  role="presentation"
                  className="ladder-slot"
                  style={{ height, top: start }}
                >
                  <LadderRow
                    id={`ladder-${index}`}
                    row={rows[index]!}
                    source={source}
                    columns={columns.length}
                    ground={ground}
                    startUs={startUs}
                    selected={index === at}
                  />
                </div>
              ))}
            </div>
          </div>
        </div>
      </div>
    </section>
  )
}

const base64Of = (text: string) =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
