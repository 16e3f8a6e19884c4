import { agentSecret } from '../calls/agents.ts'
import type { Feed } from '../feed.ts'
import type { Files } from '../files.ts'
import type { Profile } from '../store/profile.ts'
import type { Handlers } from './handlers.ts'

export function settingsHandlers(profile: Profile, feed: Feed): Handlers<'settings'> {
  return {
    'settings.save': ({ settings, agentPassword, agentPersona }) => {
      if (agentPassword !== undefined) profile.store.saveSecret(agentSecret, agentPassword)
      if (agentPersona !== undefined) profile.savePlayed(agentPersona)
      profile.saveSettings(settings)
      feed.change({ kind: 'settings', id: '' })
      return {}
    },
  }
}

export function fileHandlers(files: Files): Handlers<'file'> {
  return { 'file.put': ({ file, name, base64 }) => files.put(file, name, Buffer.from(base64, 'base64')) }
}
