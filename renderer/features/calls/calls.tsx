import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { parseCallQuery } from '../../../shared/model/call-query.ts'
import type { HistoryEntry } from '../../../shared/contract/lists.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { elide } from '../../../shared/base/text.ts'
import { useActions } from '../../state/actions.ts'
import { listedAt, loadCapturePage, useCaptureLists } from '../../state/capture-list.ts'
import { useEngine } from '../../state/engine.ts'
import { loadPage, pageSize, search, useHistory } from '../../state/history.ts'
import { select, show, useUi } from '../../state/ui.ts'
import { drawAtOnce } from '../../ui/at-once.ts'
import { Button, Empty, Foreign, Icon } from '../../ui/controls.tsx'
import { Loading } from '../../ui/loading.tsx'
import { useWidth } from '../../ui/use-width.ts'
import { Filter } from './filter.tsx'
import { CaptureRow, ItemRow } from './item-row.tsx'
import { LiveRow, PastRow, type RowLook } from './row.tsx'
import { fitsLive, isLegOf, sectionsOf, type Captured, type ListRow } from './sections.ts'
import './calls.css'

const rowHeight = 44
/** A digit of the list's monospace, and what of a row is no number. */
const digitPx = 7.3
const besidesPx = 96

/** A word with an @ stands in the user and in the host. */
const halvesOf = (word: string) => word.split(/(?=@)/)

/** Live calls, newest first; those that fit the filter. */
function useLiveCalls(): CallView[] {
  const calls = useEngine((state) => state.calls)
  const { live, settled, query } = useHistory()
  return useMemo(() => {
    const { fields } = parseCallQuery(query)
    return [...calls.values()]
      .filter(
        (call) =>
          call.capture === null &&
          !settled.has(call.id) &&
          (live === null || call.state === 'ended' || live.has(call.id)) &&
          fitsLive(call, fields),
      )
      .sort(newestFirst)
  }, [calls, live, settled, query])
}

/** Of two that begin at once the one that was placed stands first. */
function newestFirst(a: CallView, b: CallView): number {
  const apart = Date.parse(b.startedAt) - Date.parse(a.startedAt)
  return Math.abs(apart) < 500 && a.direction !== b.direction ? (a.direction === 'outbound' ? -1 : 1) : apart
}

/** What is in the open captures, newest capture first; while it is `filtered`, those in which something fits. */
function useCaptured(closed: ReadonlySet<string>, filtered: boolean): Captured[] {
  const captures = useEngine((state) => state.captures)
  const lists = useCaptureLists((state) => state.lists)
  return useMemo(
    () =>
      [...captures.values()]
        .toReversed()
        .map((capture): Captured => {
          const list = lists.get(capture.id)
          return {
            capture,
            open: !closed.has(capture.id),
            total: list?.total ?? 0,
            cut: list?.cut ?? false,
            listed: (index) => listedAt(list, index),
          }
        })
        .filter(({ total, cut }) => !filtered || total > 0 || cut),
    [captures, lists, closed, filtered],
  )
}

/** All calls in one list, with the filter above it. `onFilter`: the list must be seen; `onChosen`: it need not be. */
export function Calls({ onFilter, onChosen }: { onFilter: () => void; onChosen: () => void }) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const live = useLiveCalls()
  const { query, total, pages, fault, loading, unreadable } = useHistory()
  const captured = useCaptured(closed, query.trim() !== '')
  const damaged = [...unreadable.values()].reduce((sum, count) => sum + count, 0)
  const selected = useUi((state) => state.call)
  const scroller = useRef<HTMLDivElement>(null)
  const filter = useRef<HTMLInputElement>(null)
  const width = useWidth(scroller)
  const { count, at } = useMemo(
    () => sectionsOf(live, captured, { total, entry: (index) => entryAt(pages, index) }),
    [live, captured, total, pages],
  )
  const words = useMemo(() => parseCallQuery(query).words.flatMap(halvesOf), [query])
  const listed = live.length + total + captured.reduce((sum, { total: found }) => sum + found, 0)
  const list = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const items = list.getVirtualItems()
  useEffect(() => {
    for (const { index } of items) {
      const row = at(index)
      if (row.kind === 'past' && row.entry === undefined) loadPage(Math.floor(row.index / pageSize))
      if (row.kind === 'item' && row.line === undefined) loadCapturePage(row.capture, row.index)
    }
  }, [items, at])
  const focusFilter = () => {
    drawAtOnce(onFilter)
    filter.current?.focus()
  }

  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -count, End: count }[event.key]
    if (!step) return
    event.preventDefault()
    const known =
      Array.from({ length: count }, (_, i) => i).find((i) => at(i).id === selected && selected !== null) ?? -1
    const way = step < 0 ? -1 : 1
    let next = Math.max(0, Math.min(count - 1, known + step))
    // Headings are passed over.
    while (at(next).id === null && next + way >= 0 && next + way < count) next += way
    const { id } = at(next)
    list.scrollToIndex(next)
    if (id) select(id)
  }
  const toggle = (id: string) =>
    setClosed((was) => (was.has(id) ? new Set([...was].filter((other) => other !== id)) : new Set([...was, id])))
  useActions([
    { id: 'calls.filter', group: 'Calls', name: 'Filter calls', run: focusFilter },
    ...captured.map(({ capture: { id, files }, open }) => ({
      id: `calls.fold.${id}`,
      group: 'Calls',
      name: `${open ? 'Fold' : 'Unfold'} ${elide(files.join(', '), 40)}`,
      run: () => toggle(id),
    })),
  ])
  const lookOf = (row: ListRow, index: number): RowLook => ({
    selected: row.id !== null && row.id === selected,
    leg: index > 0 && isLegOf(row, at(index - 1)),
    room: Math.max(14, Math.floor((width - besidesPx) / digitPx)),
    words,
    onSelect: (id) => {
      select(id)
      onChosen()
    },
  })

  return (
    <section className="calls" aria-label="Calls">
      <Filter input={filter} count={listed} loading={loading} />
      {fault && (
        <p className="fault">
          <Foreign text={fault} />
        </p>
      )}
      {damaged > 0 && (
        <div className="calls-damaged" role="status">
          <Icon name="warning" />
          <span>
            {damaged === 1 ? '1 call' : `${damaged.toLocaleString('en')} calls`} of the history cannot be read: what is
            stored is damaged. It goes with the oldest calls.
          </span>
          <Button onClick={() => show('settings')}>Settings</Button>
        </div>
      )}
      {listed === 0 && loading && <Loading what="the calls" />}
      {listed === 0 && !loading && <Nothing filtered={query !== ''} />}
      <div
        ref={scroller}
        className="calls-rows"
        role="listbox"
        aria-label="Live and past calls"
        tabIndex={count > 0 ? 0 : -1}
        aria-activedescendant={
          selected && items.some(({ index }) => at(index).id === selected) ? `call-${selected}` : undefined
        }
        onKeyDown={move}
      >
        <div style={{ height: list.getTotalSize(), position: 'relative' }} role="presentation">
          {items.map(({ index, start }) => {
            const row = at(index)
            return (
              <div
                key={row.id ?? `row ${index}`}
                role="presentation"
                className="calls-slot"
                style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              >
                <AnyRow row={row} look={lookOf(row, index)} onToggle={toggle} />
              </div>
            )
          })}
        </div>
      </div>
    </section>
  )
}

function AnyRow({ row, look, onToggle }: { row: ListRow; look: RowLook; onToggle: (id: string) => void }) {
  if (row.kind === 'live') return <LiveRow call={row.call} look={look} />
  if (row.kind === 'past' && row.entry) return <PastRow entry={row.entry} look={look} />
  if (row.kind === 'item' && row.line) return <ItemRow line={row.line} id={row.id!} look={look} />
  if (row.kind === 'capture') return <CaptureRow {...row} onToggle={() => onToggle(row.capture.id)} />
  return (
    <div
      className={row.kind === 'heading' ? 'calls-heading' : 'calls-row muted'}
      role="option"
      aria-selected="false"
      aria-disabled="true"
    >
      {row.kind === 'heading' ? row.text : '…'}
    </div>
  )
}

function Nothing({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <Empty title="No call fits" action={<Button onClick={() => search('')}>Clear the filter</Button>}>
      Nothing has all of these words in it: addresses, headers, verdicts and every message are searched.
    </Empty>
  ) : (
    <Empty title="No calls yet">Calls that you place and that come in are listed here and kept.</Empty>
  )
}

function entryAt(pages: ReadonlyMap<number, readonly HistoryEntry[]>, index: number): HistoryEntry | undefined {
  return pages.get(Math.floor(index / pageSize))?.[index % pageSize]
}
