import type { ObservationKind } from '../../../../shared/model/wire.ts'
import { decodeText } from '../../../../shared/base/text.ts'
import { bracketHost } from '../../../../shared/base/address.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import {
  header,
  headerList,
  listHas,
  makeHeader,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import { dtmfOfInfo } from '../../../../shared/wire/sip/info.ts'
import { sessionExpiresOf } from '../../../../shared/wire/sip/numbers.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { Emitter } from '../../base/emitter.ts'
import type { Random } from '../../base/random.ts'
import type { DtmfMode, MediaSession } from '../../media/session/session.ts'
import type { DigestClient } from '../../sip/digest/client.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import type { NextHop } from '../../sip/pending.ts'
import { responseTo, type ResponseExtras } from '../../sip/transaction/response.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import type { Dialog } from '../dialog.ts'
import { requestWithDigest } from '../request.ts'
import { SessionTimer } from './session-timer.ts'

/**
 * The life of a call. Outbound: calling → ringing → answered → ending → ended; inbound the same from ringing.
 * Every state may go to ended.
 */
export type CallState =
  | { readonly kind: 'calling' }
  | { readonly kind: 'ringing' }
  | { readonly kind: 'answered' }
  | { readonly kind: 'ending' }
  | { readonly kind: 'ended' }

export interface CallEvents {
  state: CallState
  /** The ACK of our answer came. */
  acknowledged: null
}

export interface CallDeps {
  readonly endpoint: SipEndpoint
  readonly clock: Clock
  readonly random: Random
  readonly userAgent: string
  observe(kind: ObservationKind, text: string): void
}

export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, NOTIFY'
export const sdpType = makeHeader('Content-Type', 'application/sdp')

/** How long the end of a call may wait for the answer to its BYE. */
const byePatienceMs = 5000

export function contactHeader(user: string | null, { transport, contact }: Flow): SipHeader {
  const uri = `sip:${user ? `${user}@` : ''}${bracketHost(contact.host)}:${contact.port}${transport === 'udp' ? '' : `;transport=${transport}`}`
  return makeHeader('Contact', `<${uri}>`)
}

export function sdpOf(message: SipRequest | SipResponse): string | null {
  return message.body.length > 0 && /^application\/sdp\b/i.test(header(message, 'content-type') ?? '')
    ? decodeText(message.body)
    : null
}

/** What both sides of a call have in common once there is a dialog: hold, DTMF, re-negotiation, session timers, BYE. */
export abstract class Call {
  readonly events = new Emitter<CallEvents>()
  readonly callId: string
  protected readonly deps: CallDeps
  protected readonly digest: DigestClient
  protected dialog: Dialog | null = null
  protected contactUser: string | null = null
  #state: CallState
  #media: MediaSession | null = null
  #timer: SessionTimer | null = null
  #byeTimer: Timer | null = null
  /** An offer of ours is under way; another of the peer's meets 491 (RFC 3261 14.1). */
  #offering = false
  /** The peer agreed to be on hold. */
  #held = false

  constructor(deps: CallDeps, callId: string, digest: DigestClient, state: CallState) {
    this.deps = deps
    this.callId = callId
    this.digest = digest
    this.#state = state
  }

  get state(): CallState {
    return this.#state
  }

  get media(): MediaSession | null {
    return this.#media
  }

  get localTag(): string {
    return this.dialog?.localTag ?? ''
  }

  /** The flows that the call's messages come and go over. */
  get flows(): readonly Flow[] {
    return this.dialog ? [this.dialog.flow] : []
  }

  /** Whether a request with that From tag is of this call's peer. */
  hasPeer(tag: string | null): boolean {
    return this.dialog !== null && this.dialog.remoteTag === (tag ?? '')
  }

  uses(flow: Flow): boolean {
    return this.flows.includes(flow)
  }

  /** Something of our own failed in the middle of it: it is ended as well as can be. */
  abort(): void {
    try {
      this.hangUp('SIP;cause=500;text="Internal fault"')
    } catch {
      this.move({ kind: 'ended' })
    }
  }

  protected attach(media: MediaSession): void {
    this.#media = media
    if (this.#state.kind === 'ended') media.close()
  }

  /** Ends the call in the way its state asks for: CANCEL, a refusal, or BYE. `reason`: a Reason header value (RFC 3326). */
  abstract hangUp(reason?: string): void

  protected move(state: CallState): void {
    if (this.#state.kind === 'ended' || this.#state.kind === state.kind) return
    this.#state = state
    if (state.kind === 'ended') {
      this.#timer?.stop()
      this.#byeTimer?.cancel()
      this.#media?.close()
    }
    this.events.emit('state', state)
  }

  protected extraHeaders(): SipHeader[] {
    return [makeHeader('User-Agent', this.deps.userAgent)]
  }

  /** Sends a request inside the dialog, over the dialog's own flow where the remote target cannot be reached. */
  protected inDialog(
    method: string,
    headers: readonly SipHeader[],
    body: string,
    done: (response: SipResponse | null, flow: Flow | null, sequence: number) => void,
  ): void {
    const { dialog } = this
    if (!dialog) return done(null, null, 0)
    const send = (hop: NextHop, fallback: boolean) => {
      let sequence = 0
      requestWithDigest(this.deps.endpoint, hop, this.digest, {
        method,
        uri: dialog.remoteTarget,
        nextSequence: () => (sequence = dialog.nextSequence()),
        build: (flow, number, credentials) => {
          const contact = method === 'INVITE' || method === 'UPDATE' ? [contactHeader(this.contactUser, flow)] : []
          return dialog.request(method, number, [...contact, ...credentials, ...this.extraHeaders(), ...headers], body)
        },
        response: (response, flow) => response.status >= 200 && done(response, flow, sequence),
        failed: (failure) => {
          if (fallback && failure.kind !== 'timeout' && dialog.flow.reliable)
            return send({ kind: 'flow', flow: dialog.flow }, false)
          this.deps.observe('note', `${method} was not answered: ${failure.text}`)
          done(null, null, sequence)
        },
        observe: (kind, text) => kind !== 'resolution' && kind !== 'tls-chain' && this.deps.observe('note', text),
      })
    }
    send(dialog.hop() ?? { kind: 'flow', flow: dialog.flow }, true)
  }

  protected bye(reason?: string): void {
    if (this.#state.kind === 'ending' || this.#state.kind === 'ended') return
    this.move({ kind: 'ending' })
    const headers = reason === undefined ? [] : [makeHeader('Reason', reason)]
    this.#byeTimer = this.deps.clock.after(byePatienceMs, () => this.move({ kind: 'ended' }))
    this.inDialog('BYE', headers, '', () => this.move({ kind: 'ended' }))
  }

  /** ACK of a 2xx, to the route set and remote target of the dialog (RFC 3261 13.2.2.4). */
  protected ack(sequence: number, body = ''): void {
    const { dialog } = this
    if (!dialog) return
    const hop = dialog.hop() ?? { kind: 'flow' as const, flow: dialog.flow }
    this.deps.endpoint.sendAck(hop, dialog.flow, () =>
      dialog.request('ACK', sequence, [...(body === '' ? [] : [sdpType])], body),
    )
  }

  /** Offers the media anew, to hold or to resume. Calls back with null, or why the peer did not agree. */
  reoffer(done: (fault: string | null) => void, retry = true): void {
    const media = this.#media
    if (!media || this.#state.kind !== 'answered') return done('the call is not answered')
    if (this.#offering) return done('another change of the media is under way')
    this.#offering = true
    this.inDialog('INVITE', [sdpType, ...this.#timerHeaders()], media.offer(), (response, _flow, sequence) => {
      this.#offering = false
      if (response && response.status < 300) {
        this.dialog?.refreshTarget(response)
        this.ack(sequence)
        const sdp = sdpOf(response)
        const refused = sdp === null ? null : media.answered(sdp)
        return done(refused?.text ?? null)
      }
      if (response?.status === 491 && retry) {
        // RFC 3261 14.1: the owner of the Call-ID waits longer.
        this.deps.clock.after(2100 + (this.deps.random.uint32() % 1900), () => this.reoffer(done, false))
        return
      }
      if (response && (response.status === 481 || response.status === 408)) this.move({ kind: 'ended' })
      done(response ? `the peer answered ${response.status} ${response.reason}` : 'the peer did not answer')
    })
  }

  hold(on: boolean, done: (fault: string | null) => void): void {
    const media = this.#media
    if (!media) return done('the call has no media')
    if (this.#offering) return done('another change of the media is under way')
    media.hold(on)
    this.reoffer((fault) => {
      if (fault === null) this.#held = on
      // The next offer, whatever it is for, must not change what was not agreed.
      else media.hold(this.#held)
      done(fault)
    })
  }

  /** Returns why the digits cannot be sent, or null. */
  sendDigits(digits: string, mode: DtmfMode): string | null {
    if (this.#state.kind !== 'answered') return 'the call is not answered'
    if (mode !== 'info') return this.#media?.sendDigits(digits, mode) ?? null
    for (const digit of digits) {
      this.inDialog(
        'INFO',
        [makeHeader('Content-Type', 'application/dtmf-relay')],
        `Signal=${digit}\r\nDuration=160\r\n`,
        (response) => {
          if (!response || response.status >= 300)
            this.deps.observe(
              'note',
              `digit ${digit} by INFO was answered ${response ? `${response.status} ${response.reason}` : 'by nothing'}`,
            )
        },
      )
    }
    this.deps.observe('digit-sent', `digits ${digits} sent by INFO`)
    return null
  }

  /** A request of the peer inside this dialog, or the PRACK of an early one. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction
    if (!this.dialog) return this.reply(transaction, 481)
    if (!this.dialog.inOrder(request)) return this.reply(transaction, 500, { reason: 'Request Out Of Order' })
    switch (request.method) {
      case 'BYE':
        this.reply(transaction, 200)
        this.peerEnded()
        break
      case 'INVITE':
      case 'UPDATE':
        this.#renegotiate(transaction)
        break
      case 'INFO':
        this.#info(transaction)
        break
      case 'PRACK':
        this.prack(transaction)
        break
      case 'OPTIONS':
        this.reply(transaction, 200, {
          headers: [makeHeader('Allow', allowedMethods), makeHeader('Accept', 'application/sdp')],
        })
        break
      case 'NOTIFY':
        this.reply(transaction, header(request, 'event') === undefined ? 489 : 481)
        break
      default:
        this.reply(transaction, 405, { headers: [makeHeader('Allow', allowedMethods)] })
    }
  }

  /** The ACK of a 2xx of ours; overridden where a late offer waits for its answer. */
  abstract acknowledged(request: SipRequest): void
  protected abstract prack(transaction: ServerTransaction): void

  protected peerEnded(): void {
    this.move({ kind: 'ended' })
  }

  protected reply(transaction: ServerTransaction, status: number, extras: ResponseExtras = {}): void {
    transaction.respond(responseTo(transaction.request, status, this.localTag, extras))
  }

  #info(transaction: ServerTransaction): void {
    const { request } = transaction
    const digit = dtmfOfInfo(header(request, 'content-type'), decodeText(request.body))
    if (digit !== null) this.deps.observe('digit-received', `digit ${digit} received by INFO`)
    this.reply(transaction, 200)
  }

  #renegotiate(transaction: ServerTransaction): void {
    const { request, flow } = transaction
    const media = this.#media
    if (this.#offering) return this.reply(transaction, 491)
    if (!media || (request.method === 'INVITE' && this.#state.kind !== 'answered')) return this.reply(transaction, 491)
    this.dialog!.refreshTarget(request)
    const tooShort = this.#timerTooShort(request)
    if (tooShort !== null) return this.reply(transaction, 422, { headers: [makeHeader('Min-SE', String(tooShort))] })
    const offer = sdpOf(request)
    const headers = [
      contactHeader(this.contactUser, flow),
      makeHeader('Allow', allowedMethods),
      ...this.followTimer(request),
    ]
    if (offer === null) {
      // UPDATE without an offer refreshes; INVITE without one asks for ours.
      if (request.method === 'UPDATE') return this.reply(transaction, 200, { headers })
      this.answerReinvite(transaction, { headers: [...headers, sdpType], body: media.offer() })
      return
    }
    const answer = media.answer(offer)
    if ('refusal' in answer) {
      this.deps.observe('note', `a new offer of the peer was refused with 488: ${answer.text}`)
      return this.reply(transaction, 488, { headers: [warning(answer.text)] })
    }
    const extras = { headers: [...headers, sdpType], body: answer.sdp }
    if (request.method === 'UPDATE') this.reply(transaction, 200, extras)
    else this.answerReinvite(transaction, extras)
  }

  /** 200 to a re-INVITE, repeated until its ACK comes (RFC 3261 13.3.1.4). */
  protected abstract answerReinvite(transaction: ServerTransaction, extras: ResponseExtras): void

  // Session timers (RFC 4028): only as a peer asks for them.

  #timerTooShort(request: SipRequest): number | null {
    const asked = sessionExpiresOf(request)
    return asked && asked.seconds < SessionTimer.minimumS ? SessionTimer.minimumS : null
  }

  /** Takes in the Session-Expires of a request and returns the headers of our 2xx. */
  protected followTimer(request: SipRequest): SipHeader[] {
    const asked = sessionExpiresOf(request)
    if (!asked || asked.seconds < SessionTimer.minimumS) return []
    const { seconds } = asked
    const peerKnows = listHas(request, 'supported', 'timer')
    const refresher = asked.refresher ?? (peerKnows ? 'uac' : 'uas')
    this.#startTimer(seconds, refresher === 'uas')
    return [
      makeHeader('Session-Expires', `${seconds};refresher=${refresher}`),
      ...(peerKnows ? [makeHeader('Require', 'timer')] : []),
    ]
  }

  /** Takes in the Session-Expires of a 2xx to a request of ours. */
  protected followTimerAnswer(response: SipResponse): void {
    const granted = sessionExpiresOf(response)
    if (granted && granted.seconds >= 1) this.#startTimer(granted.seconds, granted.refresher !== 'uas')
  }

  #startTimer(seconds: number, weRefresh: boolean): void {
    this.#timer?.stop()
    this.#timer = new SessionTimer(this.deps.clock, seconds, weRefresh, {
      refresh: () => this.#refreshSession(),
      expired: () => {
        this.deps.observe(
          'session-timer',
          `the session timer of ${seconds} s ran out without a refresh: the call is ended`,
        )
        this.bye('SIP;cause=408;text="Session timer expired"')
      },
    })
  }

  #refreshSession(): void {
    this.inDialog('UPDATE', this.#timerHeaders(), '', (response) => {
      if (response && response.status < 300) this.followTimerAnswer(response)
      else if (response?.status === 405 || response?.status === 501) this.reoffer(() => {})
    })
  }

  #timerHeaders(): SipHeader[] {
    const timer = this.#timer
    return timer
      ? [
          makeHeader('Supported', 'timer'),
          makeHeader('Session-Expires', `${timer.seconds};refresher=${timer.weRefresh ? 'uac' : 'uas'}`),
        ]
      : []
  }
}

export function warning(text: string): SipHeader {
  return makeHeader('Warning', `399 ringback "${text.replace(/["\\\r\n]/g, "'")}"`)
}

/** Extensions in Require that are not known here (RFC 3261 8.2.2.3). */
export function unsupported(request: SipRequest): string[] {
  const known = new Set(['100rel', 'timer'])
  return headerList(request, 'require').filter((name) => !known.has(name.toLowerCase()))
}

export const sequenceOf = (message: SipRequest | SipResponse): number => messageIds(message).cseq?.number ?? 0
