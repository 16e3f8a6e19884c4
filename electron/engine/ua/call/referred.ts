import { printable } from '../../../../shared/base/text.ts'
import { header, makeHeader } from '../../../../shared/wire/sip/message.ts'
import { isUnreported, referTarget, type ReferTarget } from '../../../../shared/wire/sip/refer.ts'
import { overload } from '../../sip/refusal.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import { bye } from './bye.ts'
import type { Call } from './call.ts'
import { contactHeader, sequenceOf } from './headers.ts'
import { inDialog } from './in-dialog.ts'

/** A REFER of the peer's that was accepted: whoever owns the call places a new one and says what becomes of it. */
export interface Referred extends ReferTarget {
  /** The peer, as it names itself; null where it does not. */
  readonly by: string | null
  /** Tells the peer where the new call stands; a final status is the last. */
  report(status: number, reason: string): void
  /** The new call is over, or never came to be. */
  ended(): void
}

/** For how long the peer is told at most (RFC 3515 2.4.4 leaves it to us). */
const expiresS = 180

/** Accepts a REFER (RFC 3515 2.4.2) where the owner of calls follows them, and refuses it where nobody does. */
export function receiveRefer(call: Call, transaction: ServerTransaction): void {
  const { request } = transaction
  const { deps } = call
  if (!deps.followsRefer) return call.refuseMethod(transaction)
  const target = referTarget(request)
  if ('fault' in target) {
    deps.observe('action-failed', `a REFER of the peer's was refused with 400: ${target.fault}`)
    return call.reply(transaction, 400, { reason: 'Bad Refer-To' })
  }
  if (!call.is('answered')) return call.reply(transaction, 603)
  const { budgets } = deps
  const source = transaction.flow.remote.host
  if (!budgets.allows('callsAtOnce') || !budgets.allows('referredCalls', source))
    return call.reply(transaction, overload.status, { headers: overload.headers ?? [] })
  const silent = isUnreported(request)
  call.reply(transaction, 202, {
    headers: [
      contactHeader(call.contactUser, transaction.flow, call.secure),
      ...(silent ? [makeHeader('Refer-Sub', 'false')] : []),
    ],
  })
  deps.observe('transfer', `the peer asks to call ${printable(target.uri)} instead (REFER)`)
  if (deps.wrong.includes('refer-then-bye')) return bye(call, { by: 'us', reason: 'bye' })
  const event = makeHeader('Event', `refer;id=${sequenceOf(request)}`)
  // The new call, and each NOTIFY about it that is not answered: one that is held against the peer as long as any is.
  let open = 1
  budgets.take('callsAtOnce')
  budgets.take('referredCalls', source)
  const closed = () => {
    open--
    if (open > 0) return
    budgets.release('callsAtOnce')
    budgets.release('referredCalls', source)
  }
  let over = silent
  const report = (status: number, reason: string) => {
    if (over) return
    over = status >= 200
    open++
    const state = over ? 'terminated;reason=noresource' : `active;expires=${expiresS}`
    inDialog(call, {
      method: 'NOTIFY',
      headers: [
        event,
        makeHeader('Subscription-State', state),
        makeHeader('Content-Type', 'message/sipfrag;version=2.0'),
      ],
      body: `SIP/2.0 ${status} ${reason}\r\n`,
      done: closed,
    })
  }
  report(100, 'Trying')
  call.events.emit('referred', { ...target, by: header(request, 'referred-by') ?? null, report, ended: closed })
}
