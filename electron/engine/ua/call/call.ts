import { formatAddress } from '../../../../shared/base/address.ts'
import type { CallerWrong, Wrong } from '../../../../shared/model/wrong.ts'
import type { ObservationKind } from '../../../../shared/model/wire.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { headerList, makeHeader, type SipMessage, type SipRequest } from '../../../../shared/wire/sip/message.ts'
import type { Budgets } from '../../base/budgets.ts'
import type { Clock } from '../../base/clock.ts'
import { Emitter } from '../../base/emitter.ts'
import type { Random } from '../../base/random.ts'
import type { DigestClient } from '../../sip/digest/client.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import { responseTo, type ResponseExtras } from '../../sip/transaction/response.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import type { Dialog } from '../dialog.ts'
import type { DtmfMode } from '../../../../shared/model/dtmf.ts'
import type { CallMedia } from '../media.ts'
import { receiveAck } from './ack.ts'
import type { CallParts } from './call-parts.ts'
import { byeForSilence, receiveBye } from './bye.ts'
import { allowed, reasons } from './headers.ts'
import { InfoDigits, receiveInfo } from './info.ts'
import { receiveRefer, type Referred } from './referred.ts'
import { Transfer, type TransferOutcome } from './transfer.ts'
import { Negotiation } from './negotiation.ts'
import { hold, receiveOffer, reoffer } from './reinvite.ts'
import { Reliable2xx } from './reliable-2xx.ts'
import { SessionTimer } from './session-timer.ts'
import type { EndCause } from '../../../../shared/model/end-cause.ts'
import type { CallState } from './state.ts'
import { transition, type CallEvent } from './transition.ts'

export interface CallEvents {
  /** It is in a state of another kind. */
  state: CallState
  /** The ACK of a 2xx of ours came. */
  acknowledged: null
  /** The peer asks to call somebody else instead, and was told that this is done. */
  referred: Referred
  /** The caller cancelled, and is answered all the same, on purpose. */
  overdue: null
}

export interface CallDeps {
  readonly endpoint: SipEndpoint
  readonly clock: Clock
  readonly budgets: Budgets
  readonly random: Random
  readonly userAgent: string
  /** Whether a REFER of the peer's is followed. */
  readonly followsRefer: boolean
  /** What it does wrong on purpose. */
  readonly wrong: readonly (Wrong | CallerWrong)[]
  observe(kind: ObservationKind, text: string): void
  /** Runs work that may wait; what it throws ends the call. */
  run(place: string, work: () => unknown): void
}

/** A call, either way: its state and what its verbs work with. Each verb is a file beside this one. */
export abstract class Call {
  readonly events = new Emitter<CallEvents>()
  readonly callId: string
  readonly localTag: string
  readonly contactUser: string | null
  readonly secure: boolean
  readonly deps: CallDeps
  readonly digest: DigestClient
  readonly negotiation = new Negotiation()
  readonly reliable: Reliable2xx
  readonly timer: SessionTimer
  #info: InfoDigits | null = null
  #transfer: Transfer | null = null
  dialog: Dialog | null = null
  /** A re-INVITE or UPDATE of the peer's whose answer is being made. */
  unanswered: ServerTransaction | null = null
  /** As its last Allow says, each between commas; empty where it has sent none. */
  #peerAllows = ''
  #state: CallState
  #media: CallMedia | null = null

  constructor(deps: CallDeps, { callId, localTag, digest, contactUser, secure, state }: CallParts) {
    this.deps = deps
    this.callId = callId
    this.localTag = localTag
    this.digest = digest
    this.contactUser = contactUser
    this.secure = secure
    this.#state = state
    this.reliable = new Reliable2xx(deps.clock)
    this.timer = new SessionTimer(this)
  }

  get state(): CallState {
    return this.#state
  }

  is(kind: CallState['kind']): boolean {
    return this.#state.kind === kind
  }

  get media(): CallMedia | null {
    return this.#media
  }

  /** The flows that the call's messages come and go over. */
  get flows(): readonly Flow[] {
    return this.dialog ? [this.dialog.flow] : []
  }

  /** Whether a request with that From tag is of this call's peer. */
  hasPeer(tag: string | null): boolean {
    return this.dialogWith(tag ?? '') !== null
  }

  uses(flow: Flow): boolean {
    return this.flows.includes(flow)
  }

  /** A connection is closed. What the peer must hear goes over another one, where it can be reached. */
  lost(flow: Flow, why: string): void {
    if (!this.is('answered') || !this.uses(flow)) return
    const { transport, remote } = flow
    this.deps.observe(
      'connection-lost',
      `the ${transport} connection to ${formatAddress(remote)} was lost while the call went on: ${why}`,
    )
  }

  /**
   * Ends the call in the way its state asks for: CANCEL, a refusal, or BYE. `reason`: a Reason header value (RFC 3326);
   * `cause`: what is kept, where it is not a person's wish.
   */
  abstract hangUp(reason?: string, cause?: EndCause): void

  /** Something of our own failed in the middle of it: it is ended as well as can be. */
  abort(): void {
    const cause = { by: 'us', reason: 'internal' } as const
    try {
      this.hangUp(reasons.internal, cause)
    } catch {
      this.step({ kind: 'end', cause })
    }
  }

  /** Asks the peer to be on hold, or no longer. Calls back with null, or why it did not agree. */
  hold(on: boolean, done: (fault: string | null) => void): void {
    this.#ask('hold', () => hold(this, on), done)
  }

  /** Offers the media again. Calls back with null, or why the peer did not agree. */
  reoffer(done: (fault: string | null) => void): void {
    this.#ask('re-INVITE', () => reoffer(this), done)
  }

  /** The same by UPDATE, where the peer's Allow names it (RFC 3311). */
  update(done: (fault: string | null) => void): void {
    if (!this.peerAllows('UPDATE')) return done('the peer does not allow UPDATE')
    this.#ask('UPDATE', () => reoffer(this, 'UPDATE'), done)
  }

  /** Asks the peer to call `target` instead, a Refer-To value (RFC 3515). Calls back with what came of it. */
  transfer(target: string, done: (outcome: TransferOutcome) => void): void {
    this.#transfers.ask(target, done)
  }

  /** Returns why the digits cannot be sent, or null. */
  sendDigits(digits: string, mode: DtmfMode): string | null {
    if (!this.is('answered')) return 'the call is not answered'
    if (mode !== 'info') return this.#media?.sendDigits(digits, mode) ?? null
    this.#info ??= new InfoDigits(this)
    this.#info.send(digits)
    return null
  }

  /** A request of the peer's inside the dialog, or inside an early one. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction
    const dialog = this.dialogWith(messageIds(request).fromTag ?? '')
    // The called side must not send BYE before its answer (RFC 3261 15).
    if (!dialog || (request.method === 'BYE' && !this.dialog)) return this.reply(transaction, 481)
    this.hearAllow(request)
    if (!dialog.inOrder(request)) return this.reply(transaction, 500, { reason: 'Request Out Of Order' })
    switch (request.method) {
      case 'BYE':
        return receiveBye(this, transaction)
      case 'INVITE':
      case 'UPDATE':
        return receiveOffer(this, dialog, transaction, request.method)
      case 'INFO':
        return receiveInfo(this, transaction)
      case 'PRACK':
        return this.prack(transaction)
      case 'OPTIONS':
        return this.reply(transaction, 200, { headers: [allowed(this.deps), makeHeader('Accept', 'application/sdp')] })
      case 'NOTIFY':
        return this.#transfers.notified(transaction)
      case 'REFER':
        return receiveRefer(this, transaction)
      default:
        return this.refuseMethod(transaction)
    }
  }

  refuseMethod(transaction: ServerTransaction): void {
    const { method } = transaction.request
    this.deps.observe('method-refused', `${method} of the peer was refused with 405: it is not spoken here`)
    this.reply(transaction, 405, { headers: [allowed(this.deps)] })
  }

  /** The ACK of a 2xx of ours. */
  acknowledged(request: SipRequest): void {
    receiveAck(this, request)
  }

  /** Answers a request of the peer's inside the dialog. */
  reply(transaction: ServerTransaction, status: number, extras: ResponseExtras = {}): void {
    transaction.respond(responseTo(transaction.request, status, this.localTag, extras))
  }

  /** Takes in which methods the peer understands, where a message says so. */
  hearAllow(message: SipMessage): void {
    const methods = headerList(message, 'allow')
    if (methods.length > 0) this.#peerAllows = `,${methods.join(',').toUpperCase()},`
  }

  peerAllows(method: string): boolean {
    return this.#peerAllows.includes(`,${method},`)
  }

  /** The media of the call; none before, and none where `null` takes back what could not be used. */
  attach(media: CallMedia | null): void {
    this.#media = media
    media?.whenSilent(() => byeForSilence(this))
    if (this.is('ended')) media?.close()
  }

  /** Moves the call on; false where the event does not belong into its state. */
  step(event: CallEvent): boolean {
    const before = this.#state
    const next = transition(before, event)
    if (!next) return false
    this.#state = next
    if (next.kind === before.kind) return true
    if (next.kind === 'ending' || next.kind === 'ended') this.#leave()
    if (next.kind === 'answered') this.established()
    if (next.kind === 'ended') {
      this.timer.stop()
      this.reliable.stop()
      this.released(next.cause)
    }
    this.events.emit('state', next)
    return true
  }

  /** The dialog with the peer of that tag. */
  protected dialogWith(tag: string): Dialog | null {
    return this.dialog?.remoteTag === tag ? this.dialog : null
  }

  protected prack(transaction: ServerTransaction): void {
    this.reply(transaction, 481)
  }

  /** It is answered: what only leads there is let go of, since a call may last for hours. */
  protected established(): void {}

  /** The call is over: what waits for something is stopped. */
  protected abstract released(cause: EndCause): void

  /**
   * RFC 3261 15.1: the session ends with the BYE, not with its answer; what waits for an answer of ours gets 487
   * (15.1.2).
   */
  #leave(): void {
    this.#media?.close()
    if (this.unanswered) this.reply(this.unanswered, 487)
    this.unanswered = null
  }

  /** Made for the few calls that have one. */
  get #transfers(): Transfer {
    return (this.#transfer ??= new Transfer(this))
  }

  #ask(place: string, work: () => Promise<string | null>, done: (fault: string | null) => void): void {
    this.deps.run(place, async () => {
      let fault: string | null = 'a fault of this program'
      try {
        fault = await work()
      } finally {
        done(fault)
      }
    })
  }
}
