import { create } from 'zustand'
import type { HistoryEntry } from '../../shared/contract/lists.ts'
import type { SortKey } from '../../shared/model/call-query.ts'
import { execute, useEngine } from './engine.ts'
import { remember } from './ui.ts'

export const pageSize = 200

interface HistoryState {
  readonly query: string
  readonly sort: SortKey
  readonly descending: boolean
  /** Past calls that fit the query; pages of them come as they are looked at. */
  readonly total: number
  readonly pages: ReadonlyMap<number, readonly HistoryEntry[]>
  /** Calls under way that fit the query; null: all. */
  readonly live: ReadonlySet<string> | null
  /** Calls that are among the pages now, whatever this window has heard of their end yet. */
  readonly settled: ReadonlySet<string>
  /** Calls of each page that are damaged and left out. */
  readonly unreadable: ReadonlyMap<number, number>
  readonly loading: boolean
  /** Why the history cannot be read. */
  readonly fault: string | null
}

export const useHistory = create<HistoryState>(() => ({
  query: '',
  sort: (remember.get('sort') as SortKey | null) ?? 'start',
  descending: remember.get('ascending') !== 'yes',
  total: 0,
  pages: new Map(),
  live: null,
  settled: new Set(),
  unreadable: new Map(),
  loading: false,
  fault: null,
}))

let until: number | null = null
let generation = 0
/** Pages of this generation that are there or on their way. */
let asked = new Set<number>()
let timer: ReturnType<typeof setTimeout> | null = null
/** However fast a person types or calls end. */
const soonMs = 150

export function search(query: string): void {
  useHistory.setState({ query })
  reloadSoon()
}

/** Orders the list by something else, or the other way round. */
export function sortBy(sort: SortKey, descending: boolean): void {
  remember.set('sort', sort)
  remember.set('ascending', descending ? 'no' : 'yes')
  useHistory.setState({ sort, descending })
  reloadSoon()
}

export function loadPage(page: number): void {
  if (asked.has(page)) return
  asked.add(page)
  void load(page, generation)
}

function reloadSoon(): void {
  timer ??= setTimeout(() => {
    timer = null
    until = null
    asked = new Set([0])
    void load(0, ++generation)
  }, soonMs)
}

async function load(page: number, of: number): Promise<void> {
  const { query, sort, descending } = useHistory.getState()
  const ended = [...useEngine.getState().calls.values()].filter(({ state }) => state === 'ended').map(({ id }) => id)
  useHistory.setState({ loading: true })
  try {
    const found = await execute('history.list', {
      query: query.trim(),
      limit: pageSize,
      offset: page * pageSize,
      until,
      sort,
      descending,
    })
    if (of !== generation) return
    until ??= found.newest
    useHistory.setState(({ pages, unreadable }) => ({
      total: found.total,
      pages: page === 0 ? new Map([[0, found.entries]]) : new Map([...pages, [page, found.entries]]),
      unreadable: new Map([...(page === 0 ? [] : unreadable), [page, found.unreadable]]),
      live: query.trim() === '' ? null : new Set(found.live),
      loading: false,
      fault: null,
      ...(page === 0 ? { settled: new Set([...ended, ...found.entries.map(({ id }) => id)]) } : {}),
    }))
  } catch (error) {
    if (of === generation) useHistory.setState({ loading: false, fault: (error as Error).message })
  }
}

// The pages are read again when an engine comes, and when calls end.
useEngine.subscribe((state, before) => {
  const came = state.connection === 'open' && before.connection !== 'open'
  const ended =
    state.calls !== before.calls &&
    [...state.calls.values()].some(
      (call) =>
        call.state === 'ended' &&
        call.capture === null &&
        before.calls.get(call.id)?.state !== 'ended' &&
        !useHistory.getState().settled.has(call.id),
    )
  if (came || ended) reloadSoon()
})
