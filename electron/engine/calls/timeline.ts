import type { Action, TimedAction } from '../../../shared/contract/actions.ts'
import type { Clock, Timer } from '../base/clock.ts'
import { explainError } from '../base/errors.ts'
import type { Call } from '../ua/index.ts'
import type { CallRecord } from './call-record.ts'

/** Asks the peer to call somebody else instead: a URI, or a number at the trunk. */
export type Refer = (to: string) => Promise<unknown>

/** Does to a call what was asked for, each at its time after the answer; what cannot be done is said in the call. */
export function runTimeline(
  clock: Clock,
  record: CallRecord,
  call: Call,
  actions: readonly TimedAction[],
  refer: Refer,
): void {
  if (actions.length === 0) return
  const timers: Timer[] = []
  call.events.on('state', (state) => {
    if (state.kind === 'ended') for (const timer of timers) timer.cancel()
    if (state.kind !== 'answered') return
    for (const action of actions) timers.push(clock.after(action.atMs, () => void act(record, call, action, refer)))
  })
}

async function act(record: CallRecord, call: Call, action: TimedAction, refer: Refer): Promise<void> {
  try {
    await perform(record, call, action, refer)
  } catch (error) {
    record.observe('action-failed', `${action.kind} at ${action.atMs / 1000} s: ${explainError(error)}`)
  }
}

/** Does something to a call. Throws, or rejects with, why it cannot be done. */
export function perform(record: CallRecord, call: Call, action: Action, refer: Refer): Promise<unknown> | void {
  switch (action.kind) {
    case 'hold':
    case 'resume':
      return record.hold(action.kind === 'hold')
    case 'mute':
    case 'unmute':
      return record.mute(action.kind === 'mute')
    case 'dtmf':
      return record.sendDigits(action.digits, action.mode)
    case 'record':
      return record.record(action.file)
    case 'reinvite':
      return agreed((done) => call.reoffer(done))
    case 'update':
      return agreed((done) => call.update(done))
    case 'refer':
      return refer(action.to)
    case 'hangup':
      return record.hangUp()
  }
}

function agreed(ask: (done: (fault: string | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => ask((fault) => (fault === null ? resolve() : reject(new Error(fault)))))
}
