import type { Settings } from '../../../shared/contract/commands.ts'
import { agentSecret } from '../calls/agents.ts'
import type { Feed } from '../feed.ts'
import type { Files } from '../files.ts'
import type { Store } from '../store/store.ts'
import type { Handlers } from './handlers.ts'

interface SettingsHandlerDeps {
  /** Throws RingbackError (machine) where no profile folder is in use. */
  store(): Store
  save(settings: Settings): void
  readonly feed: Feed
}

export function settingsHandlers({ store, save, feed }: SettingsHandlerDeps): Handlers<'settings'> {
  return {
    'settings.save': ({ settings, agentPassword }) => {
      if (agentPassword !== undefined) store().saveSecret(agentSecret, agentPassword)
      save(settings)
      feed.change({ kind: 'settings', id: '' })
      return {}
    },
  }
}

export function fileHandlers(files: Files): Handlers<'file'> {
  return { 'file.put': ({ file, name, base64 }) => files.put(file, name, Buffer.from(base64, 'base64')) }
}
