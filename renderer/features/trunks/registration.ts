import type { RegistrationView } from '../../../shared/contract/state.ts'
import { withPlace } from '../../ui/remedies.ts'
import { timeOf } from '../../ui/format.ts'

/** How a registration stands, for a person. */
export function registrationText(view: RegistrationView | undefined): {
  text: string
  tone: string
  icon: 'ok' | 'fault' | 'live' | 'unknown'
} {
  switch (view?.state) {
    case 'registered':
      return { text: `registered since ${timeOf(view.since)}, for ${view.expiresS} s`, tone: 'ok', icon: 'ok' }
    case 'failed':
      return {
        text: `not registered: ${withPlace(view.text ?? 'it failed', view.remedy)}`,
        tone: 'fault',
        icon: 'fault',
      }
    case 'registering':
      return { text: 'registering', tone: 'live', icon: 'live' }
    case 'removing':
      return { text: 'un-registering', tone: 'live', icon: 'live' }
    default:
      return { text: 'not registered', tone: 'unknown', icon: 'unknown' }
  }
}
