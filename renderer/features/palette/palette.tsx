import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { elide } from '../../../shared/base/text.ts'
import { allActions, perform } from '../../state/actions.ts'
import { execute } from '../../state/engine.ts'
import { compareWith, select, useUi } from '../../state/ui.ts'
import { Foreign } from '../../ui/controls.tsx'
import { party } from '../../../shared/shown/format.ts'
import { timeOf } from '../../ui/format.ts'
import { keysOf } from '../../ui/keys.ts'
import { signOf } from '../../ui/verdict.ts'
import { ranked, type Entry } from './entries.ts'
import './palette.css'

const mostShown = 40
const mostCalls = 30
const none: readonly Entry[] = []
/** However fast a person types. */
const searchAfterMs = 80

/** Everything that can be done or opened, by a few letters: actions, trunks, calls, settings; or a call to compare. */
export function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const mode = useUi((state) => state.palette)
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const calls = useCalls(query, mode === 'compare')
  // Those of the moment in which it is opened: what changes meanwhile moves nothing.
  const [actions] = useState(actionEntries)
  const others = mode === 'compare' ? none : actions
  const shown = useMemo(() => [...ranked(others, query), ...calls].slice(0, mostShown), [others, calls, query])
  useEffect(() => dialog.current?.showModal(), [])
  useEffect(() => setAt(0), [query])
  const choose = (entry: Entry | undefined) => {
    if (!entry) return
    dialog.current?.close()
    entry.run()
  }
  const keyed = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key]
    if (event.key === 'Enter') choose(shown[at])
    else if (to === undefined) return
    else setAt(Math.max(0, Math.min(shown.length - 1, to)))
    event.preventDefault()
  }
  const chosen = shown[at] ? `palette-${at}` : undefined
  useEffect(() => {
    void document.getElementById(`palette-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label={mode === 'compare' ? 'Compare with' : 'Do or open'}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen}
        aria-label={mode === 'compare' ? 'Call to compare with' : 'Do or open'}
        placeholder={mode === 'compare' ? 'Compare with the call …' : 'An action, a trunk, a call, a setting'}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={keyed}
      />
      <ul id="palette-list" role="listbox" aria-label="What fits">
        {shown.map((entry, i) => (
          <li
            key={entry.id}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === at}
            onPointerMove={() => setAt(i)}
            onClick={() => choose(entry)}
          >
            <span className="muted">{entry.group}</span>
            <span className="elide">
              <Foreign text={entry.name} />
            </span>
            {entry.keys && <kbd>{entry.keys}</kbd>}
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="muted">Nothing has these letters in it.</p>}
    </dialog>
  )
}

const actionEntries = (): Entry[] =>
  allActions()
    .filter(({ id }) => id !== 'palette')
    .map((action) => ({
      id: action.id,
      group: action.group,
      name: action.name,
      keys: keysOf(action.id),
      run: () => void perform(action),
    }))

/** Calls that fit: those of this run and past ones, newest first. */
function useCalls(query: string, compare: boolean): readonly Entry[] {
  const [found, setFound] = useState<readonly Entry[]>([])
  const shown = useUi((state) => state.call)
  useEffect(() => {
    let current = true
    const timer = setTimeout(() => {
      execute('history.list', { query: query.trim(), limit: mostCalls }).then(
        ({ entries }) =>
          current &&
          setFound(
            entries
              .filter(({ id }) => id !== shown || !compare)
              .map(({ id, direction, from, to, startedAt, outcome, kind, status }) => ({
                id: `call.${id}`,
                group: 'Call',
                name:
                  `${elide(party(direction === 'inbound' ? from : to), 40)}, ` +
                  `${signOf(outcome, kind, status).word}, ${timeOf(startedAt)}`,
                run: () => (compare ? compareWith(id) : select(id)),
              })),
          ),
        () => current && setFound([]),
      )
    }, searchAfterMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [query, compare, shown])
  return found
}
