import { listHas, type SipHeader } from '../../../../shared/wire/sip/message.ts'
import { responseTo, type ResponseExtras } from '../../sip/transaction/response.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { CallMedia } from '../media.ts'
import { takeAnswer } from './ack.ts'
import { byeUnproven } from './bye.ts'
import type { Call } from './call.ts'
import { allowed, contactHeader, sdpOf, sdpType, sequenceOf, supported, warning } from './headers.ts'
import { userAgent } from './in-dialog.ts'
import { ReliableProvisional } from './prack.ts'
import { offerInside } from './reinvite.ts'
import type { EndCause } from '../../../../shared/model/end-cause.ts'

/** How late a 200 is that follows a CANCEL on purpose. */
const overdueMs = 3000

/** Our session description, and whether it is the offer. */
interface Described {
  readonly sdp: string
  readonly offers: boolean
}

/** The INVITE that a call came in with, to our final response (RFC 3261 13.3). */
export class Answer {
  readonly #call: Call
  readonly #invite: ServerTransaction
  readonly #provisional: ReliableProvisional
  /** What a 183 has said already. */
  #described: Described | null = null
  /** The 200, where it waits for the PRACK of the 180. */
  #ready: (() => void) | null = null

  constructor(call: Call, invite: ServerTransaction) {
    this.#call = call
    this.#invite = invite
    this.#provisional = new ReliableProvisional(call.deps.clock, 1 + (call.deps.random.uint32() % 100_000))
    if (sdpOf(invite.request) !== null) call.negotiation.step('offer-received')
    invite.user = {
      cancelled: () => this.#cancelled(),
      failed: (why) => why === 'transport' && call.step({ kind: 'end', cause: { by: 'nobody', reason: 'transport' } }),
    }
  }

  /**
   * 180, reliably where the caller requires it (RFC 3262 3). Where it also leaves the offer to us, there is none: the
   * first reliable response would have to have it (RFC 3261 13.2.1).
   */
  ring(): void {
    if (!this.#call.is('ringing') || this.#provisional.waiting || this.#described) return
    const headers = [this.#contact(), allowed(this.#call.deps)]
    if (!listHas(this.#invite.request, 'require', '100rel')) return this.#respond(180, { headers })
    if (sdpOf(this.#invite.request) !== null) this.#reliably(180, { headers })
  }

  async progress(media: CallMedia): Promise<string | null> {
    const call = this.#call
    const { request, flow } = this.#invite
    const reliably = (['supported', 'require'] as const).some((key) => listHas(request, key, '100rel'))
    if (sdpOf(request) === null && !reliably) return 'the caller offers no media before the answer'
    if (this.#provisional.waiting) return 'an earlier response waits for its PRACK'
    const described = await this.#describe(media)
    if (typeof described === 'string') return described
    this.#described = described
    if (call.deps.endpoint.isProven(flow)) media.confirm()
    const extras = { headers: [this.#contact(), allowed(call.deps), sdpType], body: described.sdp }
    if (!reliably) this.#respond(183, extras)
    else {
      call.negotiation.step(described.offers ? 'offer-sent' : 'answer-sent')
      this.#reliably(183, extras)
    }
    return null
  }

  async accept(media: CallMedia, headers: readonly SipHeader[]): Promise<string | null> {
    const described = this.#described ?? (await this.#describe(media))
    if (typeof described === 'string') return described
    if (!this.#call.is('ringing')) return 'the call is over'
    const send = () => this.#success(described, headers)
    // RFC 3262 3: the 2xx waits for the PRACK of a reliable provisional response.
    if (this.#provisional.waiting) this.#ready = send
    else send()
    return null
  }

  /** Our side of the media: the answer to the caller's offer, or an offer where it has none; a string: why not. */
  async #describe(media: CallMedia): Promise<Described | string> {
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
    if (!('refusal' in made)) return { sdp: made.sdp, offers: offer === null }
    call.deps.observe('refused-by-us', made.text)
    this.refuse(488, { by: 'us', reason: 'refused', status: 488 }, undefined, [warning(made.text)])
    return made.text
  }

  refuse(status: number, cause: EndCause, reason?: string, headers: readonly SipHeader[] = []): void {
    const call = this.#call
    if (!call.is('ringing')) return
    this.#respond(status, { ...(reason === undefined ? {} : { reason }), headers: [...headers, userAgent(call)] })
    call.step({ kind: 'end', cause })
  }

  /** PRACK may have the answer to the offer of our reliable response, or after its answer an offer (RFC 3262 5). */
  prack(transaction: ServerTransaction): void {
    const call = this.#call
    const { request } = transaction
    if (!this.#provisional.acknowledged(request, sequenceOf(this.#invite.request))) return call.reply(transaction, 481)
    call.media?.confirm()
    const sdp = sdpOf(request)
    if (sdp !== null && call.media && call.negotiation.state === 'stable')
      offerInside(call, call.media, transaction, sdp)
    else call.reply(transaction, 200)
    if (call.negotiation.state === 'local-offer') call.deps.run('PRACK', () => takeAnswer(call, sdp, 'the PRACK'))
    const ready = this.#ready
    this.#ready = null
    ready?.()
  }

  #cancelled(): void {
    const { wrong, clock } = this.#call.deps
    if (wrong.includes('late-200')) clock.after(overdueMs, () => this.#call.events.emit('overdue', null))
    else this.#call.step({ kind: 'end', cause: { by: 'peer', reason: 'cancel' } })
  }

  stop({ by }: EndCause): void {
    this.#provisional.stop()
    this.#ready = null
    if (this.#invite.state !== 'proceeding') return
    // The peer's CANCEL (RFC 3261 9.2) or BYE (15.1.2) ends the INVITE too; otherwise nobody will answer it any more.
    if (by === 'peer') this.#respond(487)
    else this.#invite.abandon()
  }

  #success({ sdp, offers }: Described, more: readonly SipHeader[]): void {
    const call = this.#call
    const { request, flow } = this.#invite
    // What a reliable response has said is not said again (RFC 6337 3.1.1).
    const agreed = call.negotiation.agreed
    const headers = [
      this.#contact(),
      allowed(call.deps),
      supported,
      userAgent(call),
      ...call.timer.accept(request),
      ...more,
      ...(agreed ? [] : [sdpType]),
    ]
    if (!agreed) call.negotiation.step(offers ? 'offer-sent' : 'answer-sent')
    call.reliable.answer(this.#invite, call.localTag, { headers, ...(agreed ? {} : { body: sdp }) }, () => {
      call.deps.observe('not-acknowledged', 'the 200 OK was never acknowledged: the call is ended')
      byeUnproven(call, flow, { by: 'nobody', reason: 'not-acknowledged' })
    })
    call.step({ kind: 'success', at: call.deps.clock.nowUs() })
  }

  #reliably(status: number, extras: ResponseExtras): void {
    this.#provisional.send(
      extras.headers ?? [],
      (reliable) => this.#respond(status, { ...extras, ...reliable }),
      () => this.refuse(504, { by: 'nobody', reason: 'timeout' }, 'PRACK never came'),
    )
  }

  #contact(): SipHeader {
    return contactHeader(this.#call.contactUser, this.#invite.flow, this.#call.secure)
  }

  #respond(status: number, extras: ResponseExtras = {}): void {
    const { request } = this.#invite
    this.#invite.respond(responseTo(request, status, this.#call.localTag, extras))
  }
}
