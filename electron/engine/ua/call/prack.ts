import { listHas, makeHeader, type SipRequest, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import { rackOf, rseqOf } from '../../../../shared/wire/sip/numbers.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { ResponseExtras } from '../../sip/transaction/response.ts'
import { T1, sixtyFourT1 } from '../../sip/transaction/timers.ts'
import type { Dialog } from '../dialog.ts'
import { requestWithDigest } from '../request.ts'
import type { Call } from './call.ts'
import { hopOf, userAgent } from './in-dialog.ts'

export interface EarlyDialog {
  readonly dialog: Dialog
  /** The last reliable provisional response taken in (RFC 3262 4). */
  rseq: number | null
  /** PRACKs that wait for their answer. */
  waiting: number
  sdp: string | null
  /** The round of offer and answer that a reliable response of it has ended; null: none has. */
  answered: number | null
}

/** Responses of one branch that are acknowledged while it answers none of the PRACKs: it sends a further one again. */
const mostWaiting = 4

/** Whether a provisional response is sent until its PRACK comes, so that a session description in it is the answer. */
export const isReliable = (response: SipResponse): boolean =>
  rseqOf(response) !== null && listHas(response, 'require', '100rel')

/**
 * PRACK for a reliable provisional response (RFC 3262 4); false for one that was seen before or comes out of order.
 * `count` gives the next CSeq number of an early dialog.
 */
export function acknowledgeProvisional(
  call: Call,
  response: SipResponse,
  early: EarlyDialog,
  invite: number,
  count: (dialog: Dialog) => number,
): boolean {
  const rseq = rseqOf(response)
  if (rseq === null || !isReliable(response)) return true
  if ((early.rseq !== null && rseq !== early.rseq + 1) || early.waiting >= mostWaiting) return false
  early.rseq = rseq
  early.waiting++
  const { dialog } = early
  const rack = makeHeader('RAck', `${rseq} ${invite} INVITE`)
  requestWithDigest(call.deps.endpoint, hopOf(dialog), call.digest, {
    method: 'PRACK',
    uri: dialog.remoteTarget,
    nextSequence: () => count(dialog),
    build: (_flow, sequence, credentials) => dialog.request('PRACK', sequence, [...credentials, userAgent(call), rack]),
    response: ({ status }) => {
      if (status >= 200) early.waiting--
    },
    failed: (failure) => {
      early.waiting--
      call.deps.observe('note', `PRACK was not answered: ${failure.text}`)
    },
    observe: () => {},
  })
  return true
}

/** A provisional response of ours that is repeated until its PRACK comes (RFC 3262 3). */
export class ReliableProvisional {
  readonly #clock: Clock
  #rseq: number
  #timer: Timer | null = null

  /** `rseq`: the number of the first. */
  constructor(clock: Clock, rseq: number) {
    this.#clock = clock
    this.#rseq = rseq
  }

  /** One is on its way. */
  get waiting(): boolean {
    return this.#timer !== null
  }

  send(
    headers: NonNullable<ResponseExtras['headers']>,
    respond: (extras: ResponseExtras) => void,
    never: () => void,
  ): void {
    const extras = {
      headers: [...headers, makeHeader('Require', '100rel'), makeHeader('RSeq', String(this.#rseq))],
    }
    const repeat = (delayMs: number) => {
      this.#timer = this.#clock.after(delayMs, () => {
        if (delayMs >= sixtyFourT1) return never()
        respond(extras)
        repeat(delayMs * 2)
      })
    }
    respond(extras)
    repeat(T1)
  }

  /**
   * Whether a PRACK belongs to the response that waits for it, which is done then; `invite`: the CSeq number of the
   * INVITE.
   */
  acknowledged(prack: SipRequest, invite: number): boolean {
    const rack = rackOf(prack)
    if (!this.waiting || rack?.rseq !== this.#rseq || rack.sequence !== invite || rack.method !== 'INVITE') return false
    this.stop()
    this.#rseq++
    return true
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
