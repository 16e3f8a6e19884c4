import { bracketHost } from '../../../../shared/base/address.ts'
import {
  listHas,
  makeHeader,
  makeRequest,
  headerList,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import { messageIds, quote, uriOf } from '../../../../shared/wire/sip/grammar.ts'
import { minSeOf, rseqOf } from '../../../../shared/wire/sip/numbers.ts'
import type { Timer } from '../../base/clock.ts'
import type { MediaSession } from '../../media/session/session.ts'
import { cancelReason } from './reasons.ts'
import type { DigestClient } from '../../sip/digest/client.ts'
import type { NextHop, PendingRequest, RequestFailure } from '../../sip/pending.ts'
import type { ResponseExtras } from '../../sip/transaction/response.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import { Dialog } from '../dialog.ts'
import { requestWithDigest } from '../request.ts'
import { Reliable2xx } from './reliable-2xx.ts'
import { Call, allowedMethods, contactHeader, sdpOf, sdpType, sequenceOf, type CallDeps } from './call.ts'

export interface OutboundOptions {
  /** As typed: it becomes the request URI byte for byte. */
  readonly uri: string
  readonly hop: NextHop
  /** A URI; null takes `fromUser` at our own address. */
  readonly fromUri: string | null
  readonly fromUser: string
  readonly displayName: string | null
  /** Custom headers, already checked, in the order in which they go out. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly digest: DigestClient
  readonly ringTimeoutMs: number
}

interface EarlyDialog {
  readonly dialog: Dialog
  /** The last reliable provisional response taken in (RFC 3262 4). */
  rseq: number | null
  sdp: string | null
}

const cancelPatienceMs = 4000

/** A call that we place. */
export class OutboundCall extends Call {
  readonly #options: OutboundOptions
  readonly #localTag: string
  readonly #early = new Map<string, EarlyDialog>()
  readonly #acked = new Map<string, number>()
  readonly #reinvites = new Reliable2xx()
  #pending: PendingRequest | null = null
  #sequence: number
  #ringTimer: Timer | null = null
  #cancelled: string | null = null
  #provisional = false
  #minimumS: number | null = null
  #media!: MediaSession

  constructor(deps: CallDeps, options: OutboundOptions, callId: string) {
    super(deps, callId, options.digest, { kind: 'calling' })
    this.#options = options
    this.#localTag = deps.random.token(12)
    this.#sequence = 1 + (deps.random.uint32() % 10_000)
    this.contactUser = options.fromUser
  }

  /** Sends the INVITE. */
  start(media: MediaSession): void {
    this.#media = media
    this.attach(media)
    this.#ringTimer = this.deps.clock.after(this.#options.ringTimeoutMs, () => {
      this.deps.observe('ring-timeout', `no answer in ${this.#options.ringTimeoutMs / 1000} s: the call is cancelled`)
      this.#cancel(cancelReason.timeout)
    })
    this.#invite(this.#options.hop)
  }

  override get localTag(): string {
    return this.#localTag
  }

  override hangUp(reason?: string): void {
    if (this.state.kind === 'answered') {
      this.deps.observe('ended-by-user', 'the call was ended here')
      this.bye(reason)
    } else if (this.state.kind === 'calling' || this.state.kind === 'ringing') {
      this.deps.observe('cancelled-by-user', 'the call was cancelled here')
      this.#cancel(reason ?? cancelReason.user)
    }
  }

  #invite(hop: NextHop): void {
    const offer = this.#media.offer()
    this.#pending = requestWithDigest(this.deps.endpoint, hop, this.digest, {
      method: 'INVITE',
      uri: this.#options.uri,
      nextSequence: () => ++this.#sequence,
      build: (flow, sequence, credentials) => this.#request(flow, sequence, credentials, offer),
      response: (response, flow, request) => this.#response(response, flow, request),
      failed: (failure) => this.#failed(failure),
      observe: (kind, text) => this.deps.observe(kind, text),
    })
  }

  #request(flow: Flow, sequence: number, credentials: readonly SipHeader[], offer: string): SipRequest {
    const { uri, fromUri, fromUser, displayName, headers } = this.#options
    const from = fromUri ?? `sip:${fromUser}@${bracketHost(flow.contact.host)}`
    const timer =
      this.#minimumS === null
        ? []
        : [makeHeader('Session-Expires', String(this.#minimumS)), makeHeader('Min-SE', String(this.#minimumS))]
    return makeRequest(
      'INVITE',
      uri,
      [
        makeHeader('Max-Forwards', '70'),
        makeHeader('From', `${displayName === null ? '' : `${quote(displayName)} `}<${from}>;tag=${this.#localTag}`),
        makeHeader('To', `<${uri}>`),
        makeHeader('Call-ID', this.callId),
        makeHeader('CSeq', `${sequence} INVITE`),
        contactHeader(this.contactUser, flow),
        ...credentials,
        makeHeader('Allow', allowedMethods),
        makeHeader('Supported', '100rel, timer'),
        ...timer,
        ...this.extraHeaders(),
        ...headers.map(({ name, value }) => makeHeader(name, value)),
        sdpType,
      ],
      offer,
    )
  }

  #failed(failure: RequestFailure): void {
    this.#ringTimer?.cancel()
    if (failure.kind === 'timeout') this.deps.observe('no-answer', failure.text)
    else if (failure.kind === 'unresolved') this.deps.observe('unresolved', failure.text)
    else if (failure.kind === 'transport') this.deps.observe('not-sent', failure.text)
    this.move({ kind: 'ended' })
  }

  #response(response: SipResponse, flow: Flow, request: SipRequest): void {
    const { status } = response
    if (status < 200) this.#provisionalResponse(response, flow, request)
    else if (status < 300) this.#success(response, flow, request)
    else this.#refused(response)
  }

  #provisionalResponse(response: SipResponse, flow: Flow, request: SipRequest): void {
    if (!this.#provisional) {
      this.#provisional = true
      if (this.#cancelled !== null) this.#pending?.cancel(this.#cancelled)
    }
    const tag = messageIds(response).toTag
    if (response.status === 100 || tag === null) return
    let early = this.#early.get(tag)
    if (!early)
      this.#early.set(tag, (early = { dialog: Dialog.ofCaller(request, response, flow), rseq: null, sdp: null }))
    if (!this.#acknowledge(response, early, request)) return
    const sdp = sdpOf(response)
    if (sdp !== null && early.sdp !== sdp) {
      early.sdp = sdp
      this.#media.confirm(flow.remote.host)
      const refused = this.#media.answered(sdp)
      if (refused) this.deps.observe('note', `early media cannot be used: ${refused.text}`)
    }
    if (this.state.kind === 'calling') this.move({ kind: 'ringing' })
  }

  /** PRACK for a reliable provisional response (RFC 3262 4); false for one that was seen before or comes out of order. */
  #acknowledge(response: SipResponse, early: EarlyDialog, invite: SipRequest): boolean {
    const rseq = rseqOf(response)
    if (rseq === null || !listHas(response, 'require', '100rel')) return true
    if (early.rseq !== null && rseq !== early.rseq + 1) return false
    early.rseq = rseq
    const { dialog } = early
    const rack = makeHeader('RAck', `${rseq} ${sequenceOf(invite)} INVITE`)
    requestWithDigest(this.deps.endpoint, dialog.hop() ?? { kind: 'flow', flow: dialog.flow }, this.digest, {
      method: 'PRACK',
      uri: dialog.remoteTarget,
      nextSequence: () => {
        dialog.countFrom(this.#sequence)
        return (this.#sequence = dialog.nextSequence())
      },
      build: (_flow, sequence, credentials) =>
        dialog.request('PRACK', sequence, [...credentials, ...this.extraHeaders(), rack]),
      response: () => {},
      failed: (failure) => this.deps.observe('note', `PRACK was not answered: ${failure.text}`),
      observe: () => {},
    })
    return true
  }

  #success(response: SipResponse, flow: Flow, request: SipRequest): void {
    const tag = messageIds(response).toTag ?? ''
    const known = this.#acked.get(tag)
    if (known !== undefined) {
      if (tag === this.dialog?.remoteTag) this.ack(known)
      return
    }
    this.#ringTimer?.cancel()
    this.#acked.set(tag, sequenceOf(request))
    const dialog = Dialog.ofCaller(request, response, flow)
    dialog.countFrom(this.#sequence)
    if (this.dialog) return this.#endFork(dialog, request)
    this.dialog = dialog
    this.ack(sequenceOf(request))
    this.followTimerAnswer(response)
    this.#media.confirm(flow.remote.host)
    const fault = this.#takeAnswer(response, tag)
    this.#early.clear()
    this.#pending = null
    this.move({ kind: 'answered' })
    if (this.#cancelled !== null) this.bye(this.#cancelled)
    else if (fault !== null) {
      this.deps.observe('media-failed', fault)
      this.bye('SIP;cause=488;text="Media cannot be used"')
    }
  }

  #takeAnswer(response: SipResponse, tag: string): string | null {
    const early = this.#early.get(tag)
    const sdp = sdpOf(response) ?? early?.sdp ?? null
    if (sdp === null) return 'the 200 OK has no session description, and no earlier response had one'
    return this.#media.answered(sdp)?.text ?? null
  }

  /** Another branch of a forked INVITE answered too: it is acknowledged and ended (RFC 3261 13.2.2.4). */
  #endFork(dialog: Dialog, request: SipRequest): void {
    this.deps.observe('note', 'a second branch of the forked call answered: it is ended')
    const hop = dialog.hop() ?? { kind: 'flow' as const, flow: dialog.flow }
    this.deps.endpoint.sendAck(hop, dialog.flow, () => dialog.request('ACK', sequenceOf(request), []))
    requestWithDigest(this.deps.endpoint, hop, this.digest, {
      method: 'BYE',
      uri: dialog.remoteTarget,
      nextSequence: () => dialog.nextSequence(),
      build: (_flow, sequence, credentials) =>
        dialog.request('BYE', sequence, [...credentials, ...this.extraHeaders()]),
      response: () => {},
      failed: () => {},
      observe: () => {},
    })
  }

  #refused(response: SipResponse): void {
    const minimum = minSeOf(response)
    if (response.status === 422 && minimum !== null && this.#minimumS === null && this.#cancelled === null) {
      this.#minimumS = minimum
      return this.#invite(this.#options.hop)
    }
    this.#ringTimer?.cancel()
    if (response.status >= 300 && response.status < 400) {
      this.deps.observe(
        'note',
        `redirected to ${headerList(response, 'contact').map(uriOf).join(', ') || 'nowhere'}: redirections are shown and not followed`,
      )
    }
    this.move({ kind: 'ended' })
  }

  #cancel(reason: string): void {
    if (this.#cancelled !== null) return
    this.#cancelled = reason
    this.#ringTimer?.cancel()
    if (this.#provisional) this.#pending?.cancel(reason)
    // Without a provisional response CANCEL must wait (RFC 3261 9.1); a peer that never answers is not waited for.
    this.deps.clock.after(this.#provisional ? cancelPatienceMs : 1000, () => {
      if (this.state.kind !== 'calling' && this.state.kind !== 'ringing') return
      this.#pending?.abandon()
      this.move({ kind: 'ended' })
    })
  }

  override acknowledged(request: SipRequest): void {
    const sdp = sdpOf(request)
    if (this.#reinvites.acknowledged(sequenceOf(request)) && sdp !== null) this.media?.answered(sdp)
  }

  protected override prack(transaction: ServerTransaction): void {
    this.reply(transaction, 481)
  }

  protected override answerReinvite(transaction: ServerTransaction, extras: ResponseExtras): void {
    this.#reinvites.answer(transaction, this.localTag, extras, this.deps.clock, () => {
      this.deps.observe('not-acknowledged', 'the 200 to a re-INVITE was never acknowledged')
      this.bye()
    })
  }

  protected override move(state: Parameters<Call['move']>[0]): void {
    if (state.kind === 'ended') {
      this.#ringTimer?.cancel()
      this.#reinvites.stop()
    }
    super.move(state)
  }
}
