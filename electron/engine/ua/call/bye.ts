import { makeHeader } from '../../../../shared/wire/sip/message.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Call } from './call.ts'
import { reasons } from './headers.ts'
import { inDialog, userAgent, type Outcome } from './in-dialog.ts'
import type { EndCause } from '../../../../shared/model/end-cause.ts'

/** How long the end of a call may wait for the answer to its BYE. */
const byePatienceMs = 5000
/** Of a BYE that is slow on purpose. */
const slowByeMs = 4000

/** Ends an answered call with BYE (RFC 3261 15.1.1); `reason`: a Reason header value (RFC 3326). */
export function bye(call: Call, cause: EndCause, reason?: string): void {
  if (!call.step({ kind: 'bye', cause })) return
  const { deps } = call
  const end = () => void call.step({ kind: 'end', cause })
  if (deps.wrong.includes('no-bye')) return end()
  if (!deps.wrong.includes('slow-bye')) return sendBye(call, end, reason)
  deps.observe('left', `the audio ends here, the BYE follows ${slowByeMs / 1000} s later, on purpose`)
  deps.clock.after(slowByeMs, () => sendBye(call, end, reason))
}

function sendBye(call: Call, end: () => void, reason: string | undefined): void {
  const { deps } = call
  const timer = deps.clock.after(byePatienceMs, () => {
    deps.observe('bye-unanswered', `BYE was not answered in ${byePatienceMs / 1000} s`)
    end()
  })
  call.events.on('state', () => timer.cancel())
  inDialog(call, {
    method: 'BYE',
    headers: reason === undefined ? [] : [makeHeader('Reason', reason)],
    astray: deps.wrong.includes('bye-wrong-place'),
    done(outcome) {
      if (call.is('ending')) observeOutcome(call, outcome)
      end()
    },
  })
}

/** What the answer to our BYE says of the peer: that it is gone, or knows nothing of the call. */
function observeOutcome({ deps }: Call, outcome: Outcome): void {
  if (outcome.kind === 'failed') return deps.observe('bye-unanswered', `BYE was not answered: ${outcome.failure.text}`)
  const { status, reason } = outcome.response
  if (status >= 300) deps.observe('bye-refused', `BYE was answered ${status} ${reason}`)
}

/** Ends a call whose peer sends nothing any more. */
export function byeForSilence(call: Call): void {
  bye(call, { by: 'us', reason: 'media-timeout' }, reasons.mediaTimeout)
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
