import type { Boundary } from '../base/boundary.ts'
import { checkTrunk } from '../calls/softphone.ts'
import type { Feed } from '../feed.ts'
import type { Profile } from '../store/profile.ts'
import type { Registrations } from '../trunks/registrations.ts'
import type { TrunkChecks } from '../trunks/trunk-checks.ts'
import type { Handlers } from './handlers.ts'

interface TrunkHandlerDeps {
  readonly profile: Profile
  readonly checks: TrunkChecks
  readonly registrations: Registrations
  readonly boundary: Boundary
  readonly feed: Feed
}

export function trunkHandlers({ profile, checks, registrations, boundary, feed }: TrunkHandlerDeps): Handlers<'trunk'> {
  return {
    'trunk.list': () => profile.store.trunks(),
    'trunk.save': ({ trunk, replace, ...secrets }) => {
      checkTrunk(trunk)
      profile.store.saveTrunk(trunk, secrets, replace)
      feed.change({ kind: 'trunk', id: trunk.name })
      return {}
    },
    'trunk.remove': ({ name }) => {
      profile.store.removeTrunk(name)
      checks.forget(name)
      boundary.run('registration', () => registrations.leave(name))
      feed.change({ kind: 'trunk', id: name })
      return {}
    },
    'trunk.check': ({ name, ...asked }) => checks.run(profile.store.trunk(name), asked),
  }
}
