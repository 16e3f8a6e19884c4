import { byeToGone } from './bye.ts'
import type { Call } from './call.ts'
import { inDialog, isGone } from './in-dialog.ts'

/** Refreshes the session (RFC 4028 10) by UPDATE without an offer, by re-INVITE where the peer has no UPDATE. */
export function refresh(call: Call): void {
  inDialog(call, {
    method: 'UPDATE',
    headers: call.timer.headers(),
    done(outcome) {
      if (isGone(outcome)) return byeToGone(call, outcome)
      if (outcome.kind === 'failed') return
      const { status } = outcome.response
      if (status < 300) call.timer.granted(outcome.response)
      else if (status === 405 || status === 501) call.reoffer(() => {})
    },
  })
}
