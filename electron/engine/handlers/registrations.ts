import type { Registrations } from '../trunks/registrations.ts'
import type { Handlers } from './handlers.ts'

export function registrationHandlers(registrations: Registrations): Handlers<'registration'> {
  return {
    'registration.start': (args) => registrations.start(args),
    'registration.stop': ({ id }) => {
      registrations.stop(id)
      return {}
    },
  }
}
