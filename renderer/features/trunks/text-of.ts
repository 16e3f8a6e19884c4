import type { StoredTrunk } from '../../../shared/contract/commands.ts'

type TextName = 'user' | 'from' | 'displayName' | 'proxy' | 'tlsCa' | 'webSocketResource'

/** What a text field of the settings needs; an empty one is not set. */
export const textOf = (settings: StoredTrunk, set: (change: Partial<StoredTrunk>) => void) => (name: TextName) => ({
  value: settings[name] ?? '',
  spellCheck: false,
  onChange: (event: { target: { value: string } }) =>
    set({ [name]: event.target.value === '' ? undefined : event.target.value }),
})
