import type { PendingRequest } from '../../sip/pending.ts'
import { sixtyFourT1 } from '../../sip/transaction/timers.ts'
import type { Call } from './call.ts'
import type { EndCause } from '../../../../shared/model/end-cause.ts'

const cancelPatienceMs = 4000
/** A peer that has not even answered provisionally is not waited for as long. */
const silentPatienceMs = 1000

/** CANCEL of the INVITE of a call that we place (RFC 3261 9.1). */
export class Cancel {
  readonly #call: Call
  #invite: PendingRequest | null = null
  #provisional = false
  #asked: { readonly reason: string; readonly cause: EndCause } | null = null

  constructor(call: Call) {
    this.#call = call
  }

  /** What the call shall end with, as soon as it can; null while it shall go on. */
  get asked(): { readonly reason: string; readonly cause: EndCause } | null {
    return this.#asked
  }

  /** The INVITE that is under way now. */
  sent(invite: PendingRequest): void {
    this.#invite = invite
  }

  /** A provisional response came: CANCEL may go out. */
  provisional(): void {
    if (this.#provisional) return
    this.#provisional = true
    if (this.#asked) this.#invite?.cancel(this.#asked.reason)
  }

  /** Without a provisional response CANCEL must wait for one; without an INVITE there is nothing to cancel. */
  ask(reason: string, cause: EndCause): void {
    if (this.#asked) return
    this.#asked = { reason, cause }
    const call = this.#call
    const invite = this.#invite
    if (!invite) return void call.step({ kind: 'end', cause })
    const provisional = this.#provisional
    if (provisional) invite.cancel(reason)
    const { clock } = call.deps
    clock.after(provisional ? cancelPatienceMs : silentPatienceMs, () => {
      if (!call.is('calling') && !call.is('ringing')) return
      call.step({ kind: 'end', cause })
      // A 2xx may still come: it is acknowledged and ended (13.2.2.4).
      if (this.#provisional) clock.after(sixtyFourT1 - cancelPatienceMs, () => this.#invite?.abandon())
      else this.#invite?.abandon()
    })
  }
}
