import { describe, expect, it } from 'vitest'
import type { EndCause } from '../../../shared/model/end-cause.ts'
import type { CallState } from '../../../electron/engine/ua/call/state.ts'
import { transition, type CallEvent } from '../../../electron/engine/ua/call/transition.ts'

const since = 100
const at = 300
const first: EndCause = { by: 'us', reason: 'bye' }
const later: EndCause = { by: 'peer', reason: 'refused', status: 486 }

const states: Record<CallState['kind'] | 'early', CallState> = {
  calling: { kind: 'calling', since },
  ringing: { kind: 'ringing', since, early: false },
  early: { kind: 'ringing', since, early: true },
  answered: { kind: 'answered', since, at },
  ending: { kind: 'ending', since, answeredAt: at, cause: first },
  ended: { kind: 'ended', since, answeredAt: at, cause: first },
}
const events: Record<CallEvent['kind'], CallEvent> = {
  'provisional': { kind: 'provisional' },
  'early-media': { kind: 'early-media' },
  'success': { kind: 'success', at },
  'bye': { kind: 'bye', cause: first },
  'end': { kind: 'end', cause: later },
}
const unanswered: CallState = { kind: 'ended', since, answeredAt: null, cause: later }

/** Every state with every event: what comes of it, or null where the event is refused. */
const table: readonly (readonly [
  from: keyof typeof states,
  after: Readonly<Record<CallEvent['kind'], CallState | null>>,
])[] = [
  [
    'calling',
    { 'provisional': states.ringing, 'early-media': null, 'success': states.answered, 'bye': null, 'end': unanswered },
  ],
  [
    'ringing',
    { 'provisional': null, 'early-media': states.early, 'success': states.answered, 'bye': null, 'end': unanswered },
  ],
  [
    'early',
    { 'provisional': null, 'early-media': states.early, 'success': states.answered, 'bye': null, 'end': unanswered },
  ],
  [
    'answered',
    {
      'provisional': null,
      'early-media': null,
      'success': null,
      'bye': states.ending,
      'end': { kind: 'ended', since, answeredAt: at, cause: later },
    },
  ],
  // The first cause stays.
  ['ending', { 'provisional': null, 'early-media': null, 'success': null, 'bye': null, 'end': states.ended }],
  ['ended', { 'provisional': null, 'early-media': null, 'success': null, 'bye': null, 'end': null }],
]

describe('the life of a call', () => {
  it('has every state in the table', () => {
    expect(table.map(([from]) => from)).toEqual(Object.keys(states))
  })

  it.each(
    table.flatMap(([from, after]) =>
      (Object.keys(events) as CallEvent['kind'][]).map((event) => [from, event, after[event]] as const),
    ),
  )('%s with %s', (from, event, after) => {
    expect(transition(states[from], events[event])).toEqual(after)
  })
})
