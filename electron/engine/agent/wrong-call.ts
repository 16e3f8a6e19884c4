import type { Wrong } from '../../../shared/model/wrong.ts'
import { reasons, type InboundCall } from '../ua/index.ts'

/** What an answered call does by itself, and when after its answer. */
const doings: Partial<Readonly<Record<Wrong, { readonly afterMs: number; begin(call: InboundCall): void }>>> = {
  'reinvite-storm': { afterMs: 500, begin: storm },
  'dtmf-no-marker': { afterMs: 1000, begin: (call) => void call.sendDigits('123', 'rfc4733') },
  'media-timeout': {
    afterMs: 2000,
    begin: (call) => call.hangUp(reasons.mediaTimeout, { by: 'us', reason: 'media-timeout' }),
  },
  'bye-wrong-place': { afterMs: 2000, begin: (call) => call.hangUp() },
  'no-bye': { afterMs: 2000, begin: (call) => call.hangUp() },
  'slow-bye': { afterMs: 2000, begin: (call) => call.hangUp() },
}

const stormMs = 250

/** A re-INVITE that changes nothing, again and again. */
function storm(call: InboundCall): void {
  call.reoffer(() => {
    if (call.is('answered')) later(call, stormMs, storm)
  })
}

/** Has a call do what it is to do wrong by itself, once it is answered. */
export function doWrong(call: InboundCall, asked: readonly Wrong[]): void {
  call.events.on('state', ({ kind }) => {
    if (kind !== 'answered') return
    for (const name of asked) {
      const doing = doings[name]
      if (doing) later(call, doing.afterMs, doing.begin)
    }
  })
}

/** Where the call is still answered then. */
function later(call: InboundCall, ms: number, work: (call: InboundCall) => void): void {
  const timer = call.deps.clock.after(ms, () => work(call))
  const stop = call.events.on('state', ({ kind }) => {
    if (kind === 'answered') return
    timer.cancel()
    stop()
  })
}
