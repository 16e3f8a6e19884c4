import type { Action, TimedAction } from '../../../shared/contract/actions.ts'
import type { Clock, Timer } from '../base/clock.ts'
import { explainError } from '../base/errors.ts'
import type { MusicAt } from '../media/audio/source.ts'
import type { MediaOpener } from '../stations/media-opener.ts'
import type { Call } from '../ua/index.ts'
import type { CallRecord } from './call-record.ts'

/** Asks the peer to call somebody else instead: a URI, or a number at the trunk. */
export type Refer = (to: string) => Promise<unknown>

/** An action with what the peer hears of it. */
export interface PreparedAction {
  readonly action: TimedAction
  readonly music: MusicAt | null
}

/** The music of a timeline, before anything is sent. Throws RingbackError for a file that cannot be played. */
export async function prepareTimeline(
  opener: Pick<MediaOpener, 'music'>,
  actions: readonly TimedAction[],
  codecs: readonly string[],
): Promise<PreparedAction[]> {
  const prepared: PreparedAction[] = []
  for (const action of actions)
    prepared.push({ action, music: action.kind === 'hold' ? await opener.music(action.music, codecs) : null })
  return prepared
}

/** What is done so long after the answer. */
export interface Timed {
  readonly atMs: number
  act(): void
}

/** `answered` hears of the answer of a call, `ended` of its end. */
export function whileAnswered(call: Call, answered: () => void, ended: () => void): void {
  call.events.on('state', ({ kind }) => {
    if (kind === 'answered') answered()
    if (kind === 'ended') ended()
  })
}

/** Does each at its time after the answer, unless the call is over before it. */
export function atTimes(clock: Clock, call: Call, all: readonly Timed[]): void {
  if (all.length === 0) return
  const timers: Timer[] = []
  whileAnswered(
    call,
    () => timers.push(...all.map(({ atMs, act }) => clock.after(atMs, act))),
    () => timers.forEach((timer) => timer.cancel()),
  )
}

/** What is done to a call, each at its time; what cannot be done is said in the call. */
export function timelineOf(record: CallRecord, call: Call, actions: readonly PreparedAction[], refer: Refer): Timed[] {
  return actions.map(({ action, music }) => ({
    atMs: action.atMs,
    act: () => void actOn(record, call, { action, music }, refer),
  }))
}

async function actOn(record: CallRecord, call: Call, { action, music }: PreparedAction, refer: Refer): Promise<void> {
  try {
    // The answer is taken in a moment after it came.
    if (action.kind !== 'hangup') await call.negotiation.settled()
    await perform(record, call, action, refer, music)
  } catch (error) {
    record.observe('action-failed', `${action.kind} at ${action.atMs / 1000} s: ${explainError(error)}`)
  }
}

/** Does something to a call. Throws, or rejects with, why it cannot be done. */
export function perform(
  record: CallRecord,
  call: Call,
  action: Action,
  refer: Refer,
  music: MusicAt | null,
): Promise<unknown> | void {
  switch (action.kind) {
    case 'hold':
    case 'resume':
      return record.hold(action.kind === 'hold', music)
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
