import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react'
import type { HistoryEntry } from '../../../shared/contract/commands.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { elide, visible } from '../../../shared/base/text.ts'
import { useEngine } from '../../state/engine.ts'
import { loadPage, pageSize, search, useHistory } from '../../state/history.ts'
import { select, show, useUi } from '../../state/ui.ts'
import { Act, Button, Empty, Foreign, Icon, useNow } from '../../ui/controls.tsx'
import { duration, party, secondsBetween, timeOf } from '../../ui/format.ts'
import { useKeys } from '../../ui/keys.ts'
import { signOf, type Sign } from '../../ui/verdict.ts'
import './calls.css'

const rowHeight = 44
/** Longer ones lose their middle; the whole stands in the call and on hover. */
const longestPeer = 60

/** Live calls, newest first, then past ones; those that fit the filter. */
function useLiveCalls(): CallView[] {
  const calls = useEngine((state) => state.calls)
  const { live, settled } = useHistory()
  return useMemo(
    () =>
      [...calls.values()]
        .filter(
          ({ id, state, capture }) =>
            capture === null && !settled.has(id) && (live === null || state === 'ended' || live.has(id)),
        )
        .toReversed(),
    [calls, live, settled],
  )
}

/** All calls in one list, with the filter above it. */
export function Calls({ place }: { place: () => Promise<void> }) {
  const rows = useLiveCalls()
  const { query, total, pages, fault, loading, unreadable } = useHistory()
  const damaged = [...unreadable.values()].reduce((sum, count) => sum + count, 0)
  const selected = useUi((state) => state.call)
  const scroller = useRef<HTMLDivElement>(null)
  const filter = useRef<HTMLInputElement>(null)
  const count = rows.length + total
  const list = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const items = list.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    const first = Math.max(0, (items[0]?.index ?? 0) - rows.length)
    for (
      let page = Math.floor(first / pageSize);
      page <= Math.floor(Math.max(0, last - rows.length) / pageSize) && page * pageSize < total;
      page++
    )
      loadPage(page)
  }, [items, last, rows.length, total])
  useKeys({ '/': () => filter.current?.focus() })

  const idAt = (index: number) => rows[index]?.id ?? entryAt(pages, index - rows.length)?.id
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -count, End: count }[event.key]
    if (!step) return
    event.preventDefault()
    const known = Array.from({ length: count }, (_, i) => i).find((i) => idAt(i) === selected) ?? -1
    const next = Math.max(0, Math.min(count - 1, known + step))
    const id = idAt(next)
    list.scrollToIndex(next)
    if (id) select(id)
  }

  return (
    <section className="calls" aria-label="Calls">
      <div className="calls-filter">
        <input
          ref={filter}
          type="search"
          aria-label="Filter calls"
          placeholder="Filter: number, header, verdict  /"
          value={query}
          onChange={(event) => search(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && (search(''), filter.current?.blur())}
        />
        <span className="muted numbers" role="status">
          {count === 1 ? '1 call' : `${count.toLocaleString('en')} calls`}
          {loading && query !== '' ? ' …' : ''}
        </span>
      </div>
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
      {count === 0 &&
        !loading &&
        (query !== '' ? (
          <Empty
            title="No call fits"
            action={
              <button type="button" className="button plain" onClick={() => search('')}>
                Clear the filter
              </button>
            }
          >
            Nothing with all of these words in it: addresses, headers, verdicts and every message are searched.
          </Empty>
        ) : (
          <Empty
            title="No calls yet"
            action={
              <Act kind="primary" run={place}>
                Place a test call
              </Act>
            }
          >
            Calls that you place and that come in are listed here and kept. The test call goes to the built-in agent on
            this computer and needs no configuration.
          </Empty>
        ))}
      <div
        ref={scroller}
        className="calls-rows"
        role="listbox"
        aria-label="Live and past calls"
        tabIndex={count > 0 ? 0 : -1}
        aria-activedescendant={
          selected && items.some(({ index }) => idAt(index) === selected) ? `call-${selected}` : undefined
        }
        onKeyDown={move}
      >
        <div style={{ height: list.getTotalSize(), position: 'relative' }} role="presentation">
          {items.map(({ index, start }) => {
            const live = rows[index]
            const entry = live ? undefined : entryAt(pages, index - rows.length)
            return (
              <div
                key={live?.id ?? entry?.id ?? index}
                role="presentation"
                className="calls-slot"
                style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              >
                {live ? (
                  <LiveRow call={live} selected={live.id === selected} />
                ) : entry ? (
                  <PastRow entry={entry} selected={entry.id === selected} />
                ) : (
                  <div className="calls-row muted" role="option" aria-selected="false">
                    …
                  </div>
                )}
              </div>
            )
          })}
        </div>
      </div>
    </section>
  )
}

function entryAt(pages: ReadonlyMap<number, readonly HistoryEntry[]>, index: number): HistoryEntry | undefined {
  return index < 0 ? undefined : pages.get(Math.floor(index / pageSize))?.[index % pageSize]
}

const liveWords: Readonly<Record<CallView['state'], string>> = {
  calling: 'calling',
  ringing: 'ringing',
  answered: 'answered',
  ending: 'ending',
  ended: 'ended',
}

function LiveRow({ call, selected }: { call: CallView; selected: boolean }) {
  const {
    id,
    direction,
    from,
    to,
    displayName,
    trunk,
    state,
    waiting,
    startedAt,
    answeredAt,
    endedAt,
    outcome,
    verdict,
    status,
  } = call
  const live = state !== 'ended'
  const now = useNow(500, live && answeredAt !== null)
  const judged = signOf(outcome, verdict.kind, status?.code ?? null)
  const sign: Sign =
    !live || (state === 'answered' && verdict.kind !== 'unknown')
      ? judged
      : { icon: 'live', tone: 'live', word: waiting ? 'ringing here' : liveWords[state] }
  const seconds =
    answeredAt === null
      ? null
      : endedAt === null
        ? now / 1000 - Date.parse(answeredAt) / 1000
        : secondsBetween(answeredAt, endedAt)
  const peer = direction === 'outbound' ? to : from
  return (
    <Row
      id={id}
      selected={selected}
      direction={direction}
      name={direction === 'inbound' ? displayName : ''}
      peer={party(peer)}
      trunk={trunk ?? (call.agent ? 'agent' : null)}
      at={startedAt}
      seconds={seconds}
      sign={sign}
      live={live}
    />
  )
}

function PastRow({ entry, selected }: { entry: HistoryEntry; selected: boolean }) {
  const { id, direction, from, to, trunk, startedAt, durationMs, outcome, kind, status } = entry
  // Without an end: the engine died in it.
  const interrupted = durationMs === null && (outcome === 'in-progress' || outcome === 'answered')
  const sign: Sign = interrupted
    ? { icon: 'warning', tone: 'warning', word: 'interrupted' }
    : signOf(outcome, kind, status)
  return (
    <Row
      id={id}
      selected={selected}
      direction={direction}
      name=""
      peer={party(direction === 'outbound' ? to : from)}
      trunk={trunk}
      at={startedAt}
      seconds={durationMs === null ? null : durationMs / 1000}
      sign={sign}
      live={false}
    />
  )
}

function Row({
  id,
  selected,
  direction,
  name,
  peer,
  trunk,
  at,
  seconds,
  sign,
  live,
}: {
  id: string
  selected: boolean
  direction: CallView['direction']
  name: string
  peer: string
  trunk: string | null
  at: string
  seconds: number | null
  sign: Sign
  live: boolean
}) {
  const word = direction === 'outbound' ? 'out' : 'in'
  return (
    <div
      id={`call-${id}`}
      role="option"
      aria-selected={selected}
      className={`calls-row${live ? ' live' : ''}`}
      onClick={() => select(id)}
    >
      <span
        className={`calls-direction ${direction === 'outbound' ? 'to-peer' : 'from-peer'}`}
        title={direction === 'outbound' ? 'placed here' : 'came in'}
      >
        <Icon name={word} />
        <span className="hidden">{word}</span>
      </span>
      <span className="elide calls-peer" title={visible(`${name} ${peer}`.trim())}>
        {name !== '' && (
          <>
            <Foreign text={elide(name, longestPeer)} />{' '}
          </>
        )}
        {peer === '' && name === '' ? '(nobody)' : <Foreign text={elide(peer, longestPeer)} />}
      </span>
      <span className="numbers mono">{seconds === null ? '' : duration(seconds)}</span>
      <span className={`elide tone-${sign.tone}`}>
        <Icon name={sign.icon} /> {sign.word}
      </span>
      <span className="muted elide calls-when" title={at}>
        {trunk ? (
          <>
            <Foreign text={trunk} /> ·{' '}
          </>
        ) : (
          ''
        )}
        {timeOf(at)}
      </span>
    </div>
  )
}
