import { useUi, type Place, type Screen } from './ui.ts'

// Everything that is looked at has an address in the fragment: `#/calls/ID/message/3`. A reload and a second window
// show the same.

const screens: readonly Screen[] = ['calls', 'trunks', 'agent', 'files', 'settings']
const stepMs = 100
const kinds = ['message', 'stream', 'finding'] as const

export interface Address {
  readonly screen: Screen
  /** What of another screen than the calls is open. */
  readonly part: string | null
  readonly call: string | null
  /** The call that it is compared with. */
  readonly beside: string | null
  readonly place: Place | null
}

/** The fragment of what is looked at; empty for the first screen with nothing chosen. */
export function fragmentOf({ screen, part, call, beside, place }: Address): string {
  if (screen !== 'calls') return `#/${screen}${part === null ? '' : `/${encodeURIComponent(part)}`}`
  if (call === null) return ''
  const parts = [
    'calls',
    call,
    ...(beside !== null ? ['with', beside] : place ? [place.kind, String(place.n + 1)] : []),
  ]
  return `#/${parts.map(encodeURIComponent).join('/')}`
}

/** What a fragment leads to; the first screen for one that is none of ours. */
export function addressOf(fragment: string): Address {
  const [screen = 'calls', call, kind, which] = parts(fragment)
  const nothing = { part: null, call: null, beside: null, place: null }
  if (!screens.includes(screen as Screen)) return { ...nothing, screen: 'calls' }
  if (screen !== 'calls') return { ...nothing, screen: screen as Screen, part: call ?? null }
  if (!call) return { ...nothing, screen }
  const n = Number(which) - 1
  const placed = kinds.find((name) => name === kind)
  return {
    screen,
    part: null,
    call,
    beside: kind === 'with' && which ? which : null,
    place: placed && Number.isInteger(n) && n >= 0 ? { kind: placed, n } : null,
  }
}

function parts(fragment: string): string[] {
  try {
    return fragment.replace(/^#\/?/, '').split('/').map(decodeURIComponent).filter(Boolean)
  } catch {
    return []
  }
}

/** Keeps the address of the page and what is looked at the same. To be called once. */
export function followAddress(): void {
  const apply = () => {
    const { screen, part, call, beside, place } = addressOf(location.hash)
    const now = useUi.getState()
    useUi.setState({ screen, part, beside, place, call: screen === 'calls' ? call : now.call })
  }
  apply()
  addEventListener('popstate', apply)
  let soon: ReturnType<typeof setTimeout> | null = null
  useUi.subscribe((state, before) => {
    const [next, was] = [fragmentOf(state), fragmentOf(before)]
    if (next === was) return
    if (soon) clearTimeout(soon)
    soon = null
    if (next === location.hash) return
    const url = location.pathname + next
    const moved =
      state.call !== before.call ||
      state.screen !== before.screen ||
      state.part !== before.part ||
      state.beside !== before.beside
    if (moved) return history.pushState(null, '', url)
    // A step through messages is no step back, and a browser takes no more than some steps a second.
    soon = setTimeout(() => history.replaceState(null, '', url), stepMs)
  })
}
