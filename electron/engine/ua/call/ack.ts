import type { SipRequest } from '../../../../shared/wire/sip/message.ts'
import type { Dialog } from '../dialog.ts'
import { bye } from './bye.ts'
import type { Call } from './call.ts'
import { reasons, sdpOf, sequenceOf } from './headers.ts'
import { hopOf } from './in-dialog.ts'

/** ACK of a 2xx, to the route set and remote target of the dialog (RFC 3261 13.2.2.4). */
export function sendAck(call: Call, dialog: Dialog, sequence: number): void {
  if (call.deps.wrong.includes('no-ack')) return
  call.deps.endpoint.sendAck(hopOf(dialog), dialog.flow, () => dialog.request('ACK', sequence, []))
}

/** The ACK of a 2xx of ours; where the 2xx had our offer, the ACK has the answer (RFC 3261 13.2.1). */
export function receiveAck(call: Call, request: SipRequest): void {
  if (!call.reliable.acknowledged(sequenceOf(request))) return
  call.media?.confirm()
  call.events.emit('acknowledged', null)
  if (call.negotiation.state === 'local-offer') call.deps.run('ACK', () => takeAnswer(call, sdpOf(request), 'the ACK'))
}

/** The answer to an offer of ours that a response had; `where`: in which request it must be. */
export async function takeAnswer(call: Call, sdp: string | null, where: 'the ACK' | 'the PRACK'): Promise<void> {
  const { media, negotiation } = call
  if (sdp === null || !media) {
    negotiation.step('rolled-back')
    // A re-INVITE that comes to nothing changes nothing.
    if (!negotiation.agreed) endForMedia(call, `${where} has no answer to our offer`)
    return
  }
  negotiation.step('answer-received')
  const refused = await negotiation.waitFor(media.answered(sdp))
  negotiation.step(refused ? 'rolled-back' : 'settled')
  if (refused) endForMedia(call, refused.text)
}

/** Ends an answered call whose media cannot flow. */
export function endForMedia(call: Call, fault: string): void {
  if (!call.is('answered') && !call.is('ringing')) return
  call.deps.observe('media-failed', fault)
  if (call.is('ringing')) return call.hangUp(reasons.mediaUnusable, { by: 'us', reason: 'media' })
  bye(call, { by: 'us', reason: 'media' }, reasons.mediaUnusable)
}
