import { header, listHas, makeHeader, type SipRequest } from '../../../../shared/wire/sip/message.ts'
import { parseNameAddr, parseUri, uriOf } from '../../../../shared/wire/sip/grammar.ts'
import { rackOf } from '../../../../shared/wire/sip/numbers.ts'
import type { Timer } from '../../base/clock.ts'
import type { MediaSession } from '../../media/session/session.ts'
import type { DigestClient } from '../../sip/digest/client.ts'
import { responseTo, type ResponseExtras } from '../../sip/transaction/response.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import { T1, sixtyFourT1 } from '../../sip/transaction/timers.ts'
import { Dialog } from '../dialog.ts'
import { Call, allowedMethods, contactHeader, sdpOf, sdpType, sequenceOf, warning, type CallDeps } from './call.ts'
import { Reliable2xx } from './reliable-2xx.ts'

/** A provisional response on its way to its PRACK (RFC 3262 3). */
interface Unacknowledged {
  readonly rseq: number
  stop(): void
}

/** A call that comes in. It rings nowhere and answers nothing by itself: its owner decides. */
export class InboundCall extends Call {
  readonly request: SipRequest
  readonly #transaction: ServerTransaction
  readonly #localTag: string
  readonly #two = new Reliable2xx()
  #rseq: number
  #unacknowledged: Unacknowledged | null = null
  #waiting: (() => void) | null = null

  constructor(deps: CallDeps, transaction: ServerTransaction, digest: DigestClient) {
    const { request, flow } = transaction
    super(deps, header(request, 'call-id')!, digest, { kind: 'ringing' })
    this.request = request
    this.#transaction = transaction
    this.#localTag = deps.random.token(12)
    this.#rseq = 1 + (deps.random.uint32() % 100_000)
    this.contactUser = this.dialled
    this.dialog = Dialog.ofCallee(request, this.#localTag, flow)
    transaction.user = {
      cancelled: () => {
        this.#respond(487)
        this.move({ kind: 'ended' })
      },
      failed: (why) => why === 'transport' && this.move({ kind: 'ended' }),
    }
  }

  override get localTag(): string {
    return this.#localTag
  }

  /** The user part of the request URI. */
  get dialled(): string | null {
    return parseUri(this.request.uri)?.user ?? null
  }

  /** The caller's URI, from From. */
  get caller(): string {
    return parseNameAddr(header(this.request, 'from') ?? '')?.uri ?? uriOf(header(this.request, 'from') ?? '')
  }

  get source(): { readonly host: string; readonly port: number } {
    return this.#transaction.flow.remote
  }

  /** Sends 180, reliably where the caller requires it. */
  ring(): void {
    if (this.state.kind !== 'ringing') return
    const headers = [contactHeader(this.contactUser, this.#transaction.flow), makeHeader('Allow', allowedMethods)]
    if (!listHas(this.request, 'require', '100rel')) return this.#respond(180, { headers })
    if (this.#unacknowledged) return
    const rseq = this.#rseq++
    const extras = { headers: [...headers, makeHeader('Require', '100rel'), makeHeader('RSeq', String(rseq))] }
    let timer: Timer | null = null
    const repeat = (delayMs: number) => {
      timer = this.deps.clock.after(delayMs, () => {
        if (delayMs >= sixtyFourT1) return this.reject(504, 'PRACK never came')
        this.#respond(180, extras)
        repeat(delayMs * 2)
      })
    }
    this.#unacknowledged = { rseq, stop: () => timer?.cancel() }
    this.#respond(180, extras)
    repeat(T1)
  }

  /**
   * Answers with 200; media follows the caller's offer, or ours where the INVITE has none.
   * Returns why it was refused instead (with 488), or null.
   */
  answer(media: MediaSession): string | null {
    if (this.state.kind !== 'ringing') return 'the call is over'
    this.attach(media)
    const offer = sdpOf(this.request)
    const answer = offer === null ? { sdp: media.offer() } : media.answer(offer)
    if ('refusal' in answer) {
      this.deps.observe('refused-by-us', answer.text)
      this.reject(488, undefined, [warning(answer.text)])
      return answer.text
    }
    const send = () => {
      const headers = [
        contactHeader(this.contactUser, this.#transaction.flow),
        makeHeader('Allow', allowedMethods),
        makeHeader('Supported', '100rel, timer'),
        ...this.extraHeaders(),
        ...this.followTimer(this.request),
        sdpType,
      ]
      this.#two.answer(this.#transaction, this.#localTag, { headers, body: answer.sdp }, this.deps.clock, () => {
        this.deps.observe('not-acknowledged', 'the 200 OK was never acknowledged: the call is ended')
        this.#endUnproven()
      })
      this.move({ kind: 'answered' })
    }
    // RFC 3262 3: the 2xx waits for the PRACK of a reliable provisional response.
    if (this.#unacknowledged) this.#waiting = send
    else send()
    return null
  }

  reject(status: number, reason?: string, headers: ResponseExtras['headers'] = []): void {
    if (this.state.kind !== 'ringing') return
    this.#respond(status, {
      ...(reason === undefined ? {} : { reason }),
      headers: [...headers, ...this.extraHeaders()],
    })
    this.move({ kind: 'ended' })
  }

  override hangUp(reason?: string): void {
    if (this.state.kind === 'ringing') return this.reject(480)
    if (this.state.kind === 'answered') this.deps.observe('ended-by-user', 'the call was ended here')
    this.bye(reason)
  }

  /** BYE; where nothing has shown that the caller's address is the caller's, once and to where the INVITE came from, not to its Contact. */
  #endUnproven(): void {
    const { dialog } = this
    const { flow } = this.#transaction
    if (!dialog || this.deps.endpoint.isProven(flow)) return this.bye()
    this.deps.endpoint.sendOnce(dialog.request('BYE', dialog.nextSequence(), this.extraHeaders()), flow)
    this.move({ kind: 'ended' })
  }

  override acknowledged(request: SipRequest): void {
    const first = sequenceOf(request) === sequenceOf(this.request)
    if (!this.#two.acknowledged(sequenceOf(request))) return
    this.media?.confirm()
    if (first) this.events.emit('acknowledged', null)
    const sdp = sdpOf(request)
    const late = first ? sdpOf(this.request) === null : sdp !== null
    if (!late) return
    const fault = sdp === null ? 'the ACK has no answer to our offer' : this.media?.answered(sdp)?.text
    if (fault) {
      this.deps.observe('media-failed', fault)
      this.bye('SIP;cause=488;text="Media cannot be used"')
    }
  }

  protected override prack(transaction: ServerTransaction): void {
    const rack = rackOf(transaction.request)
    if (
      !rack ||
      rack.rseq !== this.#unacknowledged?.rseq ||
      rack.sequence !== sequenceOf(this.request) ||
      rack.method !== 'INVITE'
    )
      return this.reply(transaction, 481)
    this.#unacknowledged.stop()
    this.#unacknowledged = null
    this.media?.confirm()
    this.reply(transaction, 200)
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.()
  }

  protected override answerReinvite(transaction: ServerTransaction, extras: ResponseExtras): void {
    this.#two.answer(transaction, this.#localTag, extras, this.deps.clock, () => {
      this.deps.observe('not-acknowledged', 'the 200 to a re-INVITE was never acknowledged')
      this.bye()
    })
  }

  protected override peerEnded(): void {
    // A BYE before our final response ends the INVITE too (RFC 3261 15.1.2).
    if (this.state.kind === 'ringing') this.#respond(487)
    this.move({ kind: 'ended' })
  }

  protected override move(state: Parameters<Call['move']>[0]): void {
    if (state.kind === 'ended') {
      this.#two.stop()
      this.#unacknowledged?.stop()
      this.#unacknowledged = null
      // Nobody will answer it any more.
      if (this.#transaction.state === 'proceeding') this.#transaction.abandon()
    }
    super.move(state)
  }

  #respond(status: number, extras: ResponseExtras = {}): void {
    this.#transaction.respond(responseTo(this.request, status, this.#localTag, extras))
  }
}
