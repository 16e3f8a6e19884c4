import { minSeOf } from '../../../../shared/wire/sip/numbers.ts'
import { byeToGone } from './bye.ts'
import type { Call } from './call.ts'
import { inDialog, isGone } from './in-dialog.ts'
import { unanswered } from './reinvite.ts'

/**
 * Refreshes the session (RFC 4028 10): by UPDATE without an offer where the peer's Allow names it (RFC 3311 4), else by
 * re-INVITE. A refusal that does not end the call is tried again.
 */
export function refresh(call: Call): void {
  if (!call.peerAllows('UPDATE')) return refreshByInvite(call)
  inDialog(call, {
    method: 'UPDATE',
    headers: call.timer.headers(),
    done(outcome) {
      if (isGone(outcome)) return byeToGone(call, outcome)
      if (outcome.kind === 'failed') return call.timer.refused(outcome.failure.text)
      const { response } = outcome
      if (response.status < 300) return call.timer.granted(response)
      if (response.status === 405 || response.status === 501) return refreshByInvite(call)
      call.timer.refused(`UPDATE was answered ${response.status} ${response.reason}`, minSeOf(response))
    },
  })
}

/** Tells the peer where it finds us, once its answer has shown that our INVITE said something else (RFC 3311 5.1). */
export function correctContact(call: Call): void {
  const fault = (why: string) => call.deps.observe('note', `the peer still has our former Contact: ${why}`)
  if (!call.peerAllows('UPDATE')) return fault('it does not allow UPDATE')
  inDialog(call, {
    method: 'UPDATE',
    headers: call.timer.headers(),
    done(outcome) {
      if (outcome.kind === 'failed') return fault(`UPDATE was not answered: ${outcome.failure.text}`)
      const { status, reason } = outcome.response
      if (status >= 300) fault(`UPDATE was answered ${status} ${reason}`)
      else call.timer.granted(outcome.response)
    },
  })
}

function refreshByInvite(call: Call): void {
  call.reoffer((fault) => {
    if (fault !== null && fault !== unanswered && call.is('answered')) call.timer.refused(fault)
  })
}
