import { printable } from '../../../shared/base/text.ts'
import { referToDialog } from '../../../shared/wire/sip/refer.ts'
import type { Boundary } from '../base/boundary.ts'
import { explainError, RingbackError, usage } from '../base/errors.ts'
import type { Call, Referred, TransferOutcome } from '../ua/index.ts'
import type { CallRecord } from './call-record.ts'

/** The status that the peer reports of the call that it placed; null where it does not tell. */
export interface TransferResult {
  readonly status: number | null
}

/** The call that a REFER asked for. */
export interface PlacedFor {
  readonly record: CallRecord
  readonly call: Call
}

/** Follows the REFERs of a call's peer: each places a call, and the peer is told what becomes of that (RFC 3515). */
export function followRefers(
  boundary: Boundary,
  record: CallRecord,
  call: Call,
  place: (referred: Referred) => Promise<PlacedFor>,
): void {
  call.events.on(
    'referred',
    boundary.guard('REFER', async (referred) => {
      try {
        reportProgress(record, referred, await place(referred))
      } catch (error) {
        record.observe('action-failed', `the call that the peer asked for was not placed: ${explainError(error)}`)
        referred.report(503, 'Service Unavailable')
        referred.ended()
      }
    }),
  )
}

function reportProgress(record: CallRecord, referred: Referred, placed: PlacedFor): void {
  record.observe('transfer', 'the call that the peer asked for is placed', placed.record.id)
  placed.record.observe('transfer', 'placed because the peer of another call asked for it (REFER)', record.id)
  placed.call.events.on('state', (state) => {
    if (state.kind === 'ringing') return referred.report(180, 'Ringing')
    if (state.kind === 'answered') {
      record.observe('transfer', 'the call that the peer asked for was answered', placed.record.id)
      return referred.report(200, 'OK')
    }
    if (state.kind !== 'ended' || state.answeredAt !== null) return
    const status = state.cause.reason === 'refused' ? state.cause.status : 503
    record.observe('transfer', `the call that the peer asked for failed with ${status}`, placed.record.id)
    referred.report(status, status === 503 ? 'Service Unavailable' : 'Refused')
  })
  placed.call.events.on('state', (state) => state.kind === 'ended' && referred.ended())
}

/** A Refer-To that sends the peer of one call into the place of ours in another. Throws RingbackError (usage). */
export function referToCall(other: CallRecord): string {
  const { call } = other
  const dialog = call?.is('answered') ? call.dialog : null
  if (!call || !dialog) throw usage(`call "${other.id}" is not answered: there is nobody to transfer to`)
  const { remoteTarget, remoteTag, localTag, callId } = dialog
  return referToDialog(remoteTarget, { callId, toTag: remoteTag, fromTag: localTag })
}

/** Asks the peer of the call to call `target` (a Refer-To value). Rejects with RingbackError (peer) where it fails. */
export function transfer(record: CallRecord, call: Call, target: string): Promise<TransferResult> {
  record.observe('transfer', `the peer is asked to call ${printable(target)} (REFER)`)
  return new Promise((resolve, reject) =>
    call.transfer(target, (outcome: TransferOutcome) => {
      if (outcome.kind === 'failed') {
        record.observe('transfer', `the transfer failed: ${printable(outcome.why)}`)
        return reject(new RingbackError('peer', `transfer failed: ${outcome.why}`))
      }
      const { status } = outcome
      record.observe(
        'transfer',
        status === null
          ? 'the peer accepted the transfer and does not tell what became of it'
          : `the transfer succeeded: the peer reports ${status}`,
      )
      resolve({ status })
    }),
  )
}
