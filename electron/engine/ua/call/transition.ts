import type { Micros } from '../../../../shared/base/time.ts'
import type { EndCause } from '../../../../shared/model/end-cause.ts'
import type { CallState } from './state.ts'

/** What moves a call on. */
export type CallEvent =
  /** A response 101 to 199 came (outbound). */
  | { readonly kind: 'provisional' }
  /** A response before the answer carries a session description. */
  | { readonly kind: 'early-media' }
  /** A 2xx to the INVITE came or went out. */
  | { readonly kind: 'success'; readonly at: Micros }
  /** We send BYE. */
  | { readonly kind: 'bye'; readonly cause: EndCause }
  /** Nothing more is to come. */
  | { readonly kind: 'end'; readonly cause: EndCause }

/** The state after an event; null where the event does not belong into the state, which stays. */
export function transition(state: CallState, event: CallEvent): CallState | null {
  const { since } = state
  switch (event.kind) {
    case 'provisional':
      return state.kind === 'calling' ? { kind: 'ringing', since, early: false } : null
    case 'early-media':
      return state.kind === 'ringing' ? { ...state, early: true } : null
    case 'success':
      return state.kind === 'calling' || state.kind === 'ringing' ? { kind: 'answered', since, at: event.at } : null
    case 'bye':
      return state.kind === 'answered' ? { kind: 'ending', since, answeredAt: state.at, cause: event.cause } : null
    case 'end':
      switch (state.kind) {
        case 'calling':
        case 'ringing':
          return { kind: 'ended', since, answeredAt: null, cause: event.cause }
        case 'answered':
          return { kind: 'ended', since, answeredAt: state.at, cause: event.cause }
        case 'ending':
          return { ...state, kind: 'ended' }
        case 'ended':
          return null
      }
  }
}
