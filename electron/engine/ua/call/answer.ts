import { listHas, makeHeader, type SipHeader } from '../../../../shared/wire/sip/message.ts'
import { responseTo, type ResponseExtras } from '../../sip/transaction/response.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { CallMedia } from '../media.ts'
import { byeUnproven } from './bye.ts'
import type { Call } from './call.ts'
import { allow, contactHeader, sdpOf, sdpType, sequenceOf, warning } from './headers.ts'
import { userAgent } from './in-dialog.ts'
import { ReliableProvisional } from './prack.ts'
import type { EndCause } from './state.ts'

/** The INVITE that a call came in with, to our final response (RFC 3261 13.3). */
export class Answer {
  readonly #call: Call
  readonly #invite: ServerTransaction
  readonly #provisional: ReliableProvisional
  /** The 200, where it waits for the PRACK of the 180. */
  #ready: (() => void) | null = null

  constructor(call: Call, invite: ServerTransaction) {
    this.#call = call
    this.#invite = invite
    this.#provisional = new ReliableProvisional(call.deps.clock, 1 + (call.deps.random.uint32() % 100_000))
    if (sdpOf(invite.request) !== null) call.negotiation.step('offer-received')
    invite.user = {
      cancelled: () => void call.step({ kind: 'end', cause: { by: 'peer', reason: 'cancel' } }),
      failed: (why) => why === 'transport' && call.step({ kind: 'end', cause: { by: 'nobody', reason: 'transport' } }),
    }
  }

  /** 180, reliably where the caller requires it (RFC 3262 3). */
  ring(): void {
    if (!this.#call.is('ringing') || this.#provisional.waiting) return
    const headers = [this.#contact(), allow]
    if (!listHas(this.#invite.request, 'require', '100rel')) return this.#respond(180, { headers })
    this.#provisional.send(
      headers,
      (extras) => this.#respond(180, extras),
      () => this.refuse(504, { by: 'nobody', reason: 'timeout' }, 'PRACK never came'),
    )
  }

  async accept(media: CallMedia): Promise<string | null> {
    const call = this.#call
    if (!call.is('ringing')) return 'the call is over'
    if (call.media) return 'the call is being answered already'
    call.attach(media)
    const offer = sdpOf(this.#invite.request)
    let made: Awaited<ReturnType<CallMedia['answer']>>
    try {
      if (offer === null) {
        call.negotiation.step('make-offer')
        made = { sdp: await call.negotiation.waitFor(media.offer()) }
      } else made = await media.answer(offer)
    } catch (error) {
      call.attach(null)
      throw error
    }
    if (!call.is('ringing')) return 'the call is over'
    if ('refusal' in made) {
      call.deps.observe('refused-by-us', made.text)
      this.refuse(488, { by: 'us', reason: 'refused', status: 488 }, undefined, [warning(made.text)])
      return made.text
    }
    const { sdp } = made
    const send = () => this.#success(sdp, offer === null)
    // RFC 3262 3: the 2xx waits for the PRACK of a reliable provisional response.
    if (this.#provisional.waiting) this.#ready = send
    else send()
    return null
  }

  refuse(status: number, cause: EndCause, reason?: string, headers: readonly SipHeader[] = []): void {
    const call = this.#call
    if (!call.is('ringing')) return
    this.#respond(status, { ...(reason === undefined ? {} : { reason }), headers: [...headers, userAgent(call)] })
    call.step({ kind: 'end', cause })
  }

  prack(transaction: ServerTransaction): void {
    const call = this.#call
    if (!this.#provisional.acknowledged(transaction.request, sequenceOf(this.#invite.request)))
      return call.reply(transaction, 481)
    call.media?.confirm()
    call.reply(transaction, 200)
    const ready = this.#ready
    this.#ready = null
    ready?.()
  }

  stop({ by }: EndCause): void {
    this.#provisional.stop()
    this.#ready = null
    if (this.#invite.state !== 'proceeding') return
    // The peer's CANCEL (RFC 3261 9.2) or BYE (15.1.2) ends the INVITE too; otherwise nobody will answer it any more.
    if (by === 'peer') this.#respond(487)
    else this.#invite.abandon()
  }

  #success(sdp: string, offers: boolean): void {
    const call = this.#call
    const { request, flow } = this.#invite
    const headers = [
      this.#contact(),
      allow,
      makeHeader('Supported', '100rel, timer'),
      userAgent(call),
      ...call.timer.accept(request),
      sdpType,
    ]
    call.negotiation.step(offers ? 'offer-sent' : 'answer-sent')
    call.reliable.answer(this.#invite, call.localTag, { headers, body: sdp }, () => {
      call.deps.observe('not-acknowledged', 'the 200 OK was never acknowledged: the call is ended')
      byeUnproven(call, flow, { by: 'nobody', reason: 'not-acknowledged' })
    })
    call.step({ kind: 'success', at: call.deps.clock.nowUs() })
  }

  #contact(): SipHeader {
    return contactHeader(this.#call.contactUser, this.#invite.flow)
  }

  #respond(status: number, extras: ResponseExtras = {}): void {
    const { request } = this.#invite
    this.#invite.respond(responseTo(request, status, this.#call.localTag, extras))
  }
}
