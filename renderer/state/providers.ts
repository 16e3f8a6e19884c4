import { create } from 'zustand'
import { builtIn, setOwnProviders } from '../../shared/providers/index.ts'
import type { Provider } from '../../shared/providers/provider.ts'
import { execute, useEngine } from './engine.ts'

interface ProviderState {
  /** By name. */
  readonly all: readonly Provider[]
  /** What is wrong with files of the person's own, each a sentence. */
  readonly problems: readonly string[]
}

const byName = (list: readonly Provider[]) => list.toSorted((a, b) => a.name.localeCompare(b.name))

export const useProviders = create<ProviderState>(() => ({ all: byName(builtIn), problems: [] }))

useEngine.subscribe((now, before) => {
  if (now.connection === 'open' && before.connection !== 'open') void readProviders().catch(() => {})
})

/** Those of the profile folder too, as its files are now. */
export async function readProviders(): Promise<void> {
  const { providers, problems } = await execute('provider.list', {})
  setOwnProviders(providers.filter(({ yours }) => yours))
  useProviders.setState({ all: byName(providers), problems })
}
