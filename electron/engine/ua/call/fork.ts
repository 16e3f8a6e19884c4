import type { Dialog } from '../dialog.ts'
import { requestWithDigest } from '../request.ts'
import { sendAck } from './ack.ts'
import type { Call } from './call.ts'
import { hopOf, userAgent } from './in-dialog.ts'

/** A branch that answered and is not wanted, or no more: it is acknowledged and ended (RFC 3261 13.2.2.4). */
export function endFork(call: Call, dialog: Dialog, sequence: number): void {
  sendAck(call, dialog, sequence)
  requestWithDigest(call.deps.endpoint, hopOf(dialog), call.digest, {
    method: 'BYE',
    uri: dialog.remoteTarget,
    nextSequence: () => dialog.nextSequence(),
    build: (_flow, number, credentials) => dialog.request('BYE', number, [...credentials, userAgent(call)]),
    response: () => {},
    failed: () => {},
    observe: () => {},
  })
}
