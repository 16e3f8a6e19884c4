import { header, makeHeader } from '../../../../shared/wire/sip/message.ts'
import { isLastNotify, isUnreported, statusInside } from '../../../../shared/wire/sip/refer.ts'
import type { Timer } from '../../base/clock.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Call } from './call.ts'
import { inDialog } from './in-dialog.ts'

/** How a transfer ended: the status that the peer reports of its new call; null where nobody tells. */
export type TransferOutcome =
  | { readonly kind: 'done'; readonly status: number | null }
  | { readonly kind: 'failed'; readonly why: string }

/** As long as an INVITE of the peer's may ring and a little more. */
const patienceMs = 180_000
/** The first NOTIFY is due at once (RFC 3515 2.4.4). */
const firstNotifyMs = 32_000

/** A REFER of ours, from its sending to the last NOTIFY about it (RFC 3515). One at a time. */
export class Transfer {
  readonly #call: Call
  #done: ((outcome: TransferOutcome) => void) | null = null
  #timer: Timer | null = null

  constructor(call: Call) {
    this.#call = call
    call.events.on('state', (state) => {
      // Who accepts a REFER may end the call without a word of what became of it.
      if (state.kind === 'ended') this.#end({ kind: 'done', status: null })
    })
  }

  /**
   * Asks the peer to call `target`, a Refer-To value; the call is ended when the peer reports that this succeeded, or
   * that it will not report.
   */
  ask(target: string, done: (outcome: TransferOutcome) => void): void {
    const call = this.#call
    if (!call.is('answered') || !call.dialog) return done({ kind: 'failed', why: 'the call is not answered' })
    if (this.#done) return done({ kind: 'failed', why: 'a transfer is under way already' })
    this.#done = done
    inDialog(call, {
      method: 'REFER',
      headers: [makeHeader('Refer-To', target), makeHeader('Referred-By', `<${call.dialog.localUri}>`)],
      done: (outcome) => {
        if (outcome.kind === 'failed') return this.#end({ kind: 'failed', why: outcome.failure.text })
        const { status, reason } = outcome.response
        if (status >= 300) return this.#end({ kind: 'failed', why: `the peer refused REFER with ${status} ${reason}` })
        if (isUnreported(outcome.response)) return this.#succeeded(null)
        if (this.#done && !this.#timer) this.#wait(firstNotifyMs)
      },
    })
  }

  /** A NOTIFY of the peer's. */
  notified(transaction: ServerTransaction): void {
    const { request } = transaction
    const event = header(request, 'event')
    if (event === undefined) return this.#call.reply(transaction, 489)
    if (!this.#done || !/^\s*refer\s*(?:;|$)/i.test(event)) return this.#call.reply(transaction, 481)
    this.#call.reply(transaction, 200)
    this.#wait(patienceMs)
    const told = statusInside(request)
    if (told && told.status >= 300)
      return this.#end({ kind: 'failed', why: `the peer reports ${told.status} ${told.reason}` })
    if (told && told.status >= 200) return this.#succeeded(told.status)
    if (isLastNotify(request))
      this.#end({ kind: 'failed', why: 'the peer stopped to report before the transfer ended' })
  }

  #succeeded(status: number | null): void {
    this.#end({ kind: 'done', status })
    this.#call.hangUp()
  }

  #wait(ms: number): void {
    this.#timer?.cancel()
    this.#timer = this.#call.deps.clock.after(ms, () =>
      this.#end({ kind: 'failed', why: 'the peer never told what became of the transfer' }),
    )
  }

  #end(outcome: TransferOutcome): void {
    this.#timer?.cancel()
    this.#timer = null
    const done = this.#done
    this.#done = null
    done?.(outcome)
  }
}
