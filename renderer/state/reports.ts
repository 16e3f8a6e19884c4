import { useEffect, useState } from 'react'
import type { CallReport } from '../../shared/contract/report.ts'
import type { Sample } from '../../shared/contract/state.ts'
import type { CallView } from '../../shared/contract/views.ts'
import { execute, useEngine, watch } from './engine.ts'

/** How often each call is looked at in this window. */
const watched = new Map<string, number>()

function look(id: string, by: 1 | -1): void {
  const count = (watched.get(id) ?? 0) + by
  if (count > 0) watched.set(id, count)
  else watched.delete(id)
  watch([...watched.keys()])
}

const noSamples: readonly (readonly Sample[])[] = []

export interface Looked {
  /** Null until it is here. */
  readonly report: CallReport | null
  /** While the engine has it. */
  readonly view: CallView | undefined
  readonly samples: readonly (readonly Sample[])[]
  /** Why it cannot be shown. */
  readonly fault: string | null
}

/** A call by its id: from the engine as it goes on, of an open capture, or from the history. */
export function useReport(id: string): Looked {
  const view = useEngine((state) => state.calls.get(id) ?? state.legs.get(id))
  const live = useEngine((state) => state.reports.get(id))
  const samples = useEngine((state) => state.samples.get(id)) ?? noSamples
  const connection = useEngine((state) => state.connection)
  const captured = useEngine((state) => [...state.captures.keys()].some((capture) => id.startsWith(`${capture}.`)))
  const [past, setPast] = useState<{ readonly id: string; readonly found: CallReport | string } | null>(null)
  useEffect(() => {
    look(id, 1)
    return () => look(id, -1)
  }, [id])
  const known = view !== undefined || captured
  useEffect(() => {
    if (known || connection !== 'open') return
    let current = true
    execute('history.show', { id }).then(
      (found) => current && setPast({ id, found }),
      (error: Error) => current && setPast({ id, found: error.message }),
    )
    return () => void (current = false)
  }, [id, known, connection])
  const found = past?.id === id ? past.found : null
  return {
    report: live ?? (typeof found === 'object' ? found : null),
    view,
    samples,
    fault: !live && typeof found === 'string' ? found : null,
  }
}
