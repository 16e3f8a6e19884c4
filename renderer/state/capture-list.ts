import { create } from 'zustand'
import type { CaptureLine } from '../../shared/contract/captures.ts'
import { fitsFields, parseCallQuery, type CallQuery } from '../../shared/model/call-query.ts'
import { execute, useEngine } from './engine.ts'
import { useHistory } from './history.ts'

const pageSize = 200
/** Lines of a capture that a filter looks at: its thread draws each for it. */
export const mostSearched = 10_000
/** However fast a person types, or a capture grows while it is read. */
const soonMs = 200

/** A line with the id that it is looked at by. */
export interface Listed {
  readonly id: string
  readonly line: CaptureLine
}

interface List {
  readonly total: number
  /** The filter looked at the first of them only. */
  readonly cut: boolean
  readonly pages: ReadonlyMap<number, readonly Listed[]>
}

/** What of the open captures fits the filter of the calls, by capture; pages come as they are looked at. */
export const useCaptureLists = create<{ readonly lists: ReadonlyMap<string, List> }>(() => ({ lists: new Map() }))

let generation = 0
let asked = new Set<string>()

/** What stands at a place of a capture's list; undefined until its page is here. */
export function listedAt(list: List | undefined, index: number): Listed | undefined {
  return list?.pages.get(Math.floor(index / pageSize))?.[index % pageSize]
}

export function loadCapturePage(capture: string, index: number): void {
  void load(capture, Math.floor(index / pageSize))
}

async function load(capture: string, page: number): Promise<void> {
  const of = generation
  const key = `${capture} ${page}`
  const view = useEngine.getState().captures.get(capture)
  if (asked.has(key) || !view) return
  asked.add(key)
  const { calls, registrations, dialogs, unmatchedStreams } = view
  const all = calls + registrations + dialogs + unmatchedStreams
  const query = parseCallQuery(useHistory.getState().query)
  const whole = query.fields.length + query.words.length === 0
  // While it is filtered all of it is one page.
  const [offset, limit] = whole ? [page * pageSize, pageSize] : [0, mostSearched]
  try {
    const lines = await execute('capture.list', { id: capture, offset, limit, legs: true })
    if (of !== generation) return
    const before = {
      call: 0,
      registration: calls,
      dialog: calls + registrations,
      stream: calls + registrations + dialogs,
    }
    const found = lines
      .map((line, i) => ({
        id:
          line.type === 'call' ? `${capture}.${line.id}` : `${capture}.${line.type}.${offset + i - before[line.type]}`,
        line,
      }))
      .filter(({ line }) => whole || fits(line, query))
    const chunks = whole ? [[page, found] as const] : chunked(found)
    useCaptureLists.setState(({ lists }) => ({
      lists: new Map([
        ...lists,
        [
          capture,
          {
            total: whole ? all : found.length,
            cut: !whole && all > mostSearched,
            pages: new Map([...(whole ? (lists.get(capture)?.pages ?? []) : []), ...chunks]),
          },
        ],
      ]),
    }))
  } catch {
    // It was closed meanwhile: the state says so too.
  }
}

const chunked = (found: readonly Listed[]): (readonly [number, readonly Listed[]])[] =>
  Array.from({ length: Math.ceil(found.length / pageSize) }, (_, page) => [
    page,
    found.slice(page * pageSize, (page + 1) * pageSize),
  ])

/** Whether a line has the fields as they are asked for, and every word somewhere in what it says. */
export function fits(line: CaptureLine, { fields, words }: CallQuery): boolean {
  const { type, from, to, callId, method, codec, status, verdict, finding, outcome } = line
  const refused = status !== null && status.code >= 300 ? 'refused' : 'answered'
  const text = [type, from, to, callId, method, codec, status?.reason, verdict?.sentence, finding?.sentence].join(' ')
  return (
    fitsFields(
      {
        direction: 'observed',
        from,
        to,
        trunk: null,
        outcome: outcome ?? (status === null ? '' : refused),
        kind: verdict?.kind ?? '',
        status: status?.code ?? null,
      },
      fields,
    ) && words.every((word) => text.toLowerCase().includes(word.toLowerCase()))
  )
}

let timer: ReturnType<typeof setTimeout> | null = null

/** Forgets what is listed and asks anew for what is open. */
function reloadSoon(): void {
  timer ??= setTimeout(() => {
    timer = null
    generation++
    asked = new Set()
    const open = [...useEngine.getState().captures.keys()]
    useCaptureLists.setState(({ lists }) => ({ lists: new Map([...lists].filter(([id]) => open.includes(id))) }))
    for (const capture of open) void load(capture, 0)
  }, soonMs)
}

useEngine.subscribe((state, before) => {
  if (state.captures !== before.captures) reloadSoon()
})
useHistory.subscribe((state, before) => {
  if (state.query !== before.query) reloadSoon()
})
