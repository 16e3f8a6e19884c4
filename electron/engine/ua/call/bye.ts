import { makeHeader } from '../../../../shared/wire/sip/message.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Call } from './call.ts'
import { inDialog, userAgent, type Outcome } from './in-dialog.ts'
import type { EndCause } from './state.ts'

/** How long the end of a call may wait for the answer to its BYE. */
const byePatienceMs = 5000

/** Ends an answered call with BYE (RFC 3261 15.1.1); `reason`: a Reason header value (RFC 3326). */
export function bye(call: Call, cause: EndCause, reason?: string): void {
  if (!call.step({ kind: 'bye', cause })) return
  const end = () => void call.step({ kind: 'end', cause })
  const timer = call.deps.clock.after(byePatienceMs, end)
  call.events.on('state', () => timer.cancel())
  inDialog(call, {
    method: 'BYE',
    headers: reason === undefined ? [] : [makeHeader('Reason', reason)],
    done: end,
  })
}

/**
 * BYE; where nothing has shown that the caller's address is the caller's, once and to where the INVITE came from, not
 * to its Contact.
 */
export function byeUnproven(call: Call, flow: Flow, cause: EndCause): void {
  const { dialog, deps } = call
  if (!dialog || deps.endpoint.isProven(flow)) return bye(call, cause)
  deps.endpoint.sendOnce(dialog.request('BYE', dialog.nextSequence(), [userAgent(call)]), flow)
  call.step({ kind: 'end', cause })
}

/** Ends a call whose dialog the peer does not know any more: BYE all the same (RFC 3261 12.2.1.2 and 15.1.1). */
export function byeToGone(call: Call, outcome: Outcome): void {
  bye(
    call,
    outcome.kind === 'response'
      ? { by: 'peer', reason: 'refused', status: outcome.response.status }
      : { by: 'nobody', reason: 'timeout' },
  )
}

/** A BYE of the peer's; requests that still wait for their answer get 487 (RFC 3261 15.1.2). */
export function receiveBye(call: Call, transaction: ServerTransaction): void {
  call.reply(transaction, 200)
  call.step({ kind: 'end', cause: { by: 'peer', reason: 'bye' } })
}
