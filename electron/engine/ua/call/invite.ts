import { header, headerList, type SipRequest, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import { messageIds, uriOf } from '../../../../shared/wire/sip/grammar.ts'
import { minSeOf } from '../../../../shared/wire/sip/numbers.ts'
import type { Timer } from '../../base/clock.ts'
import { RingbackError } from '../../base/errors.ts'
import type { NextHop } from '../../sip/pending.ts'
import type { RequestFailure } from '../../sip/failures.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import { Dialog } from '../dialog.ts'
import type { CallMedia, MediaRefusal } from '../media.ts'
import { requestWithDigest } from '../request.ts'
import { endForMedia, sendAck } from './ack.ts'
import { bye } from './bye.ts'
import type { Call } from './call.ts'
import type { Cancel } from './cancel.ts'
import { endFork } from './fork.ts'
import { contactHeader, reasons, sdpOf, sequenceOf } from './headers.ts'
import { inviteRequest, type OutboundOptions } from './invite-request.ts'
import { reoffer } from './reinvite.ts'
import { correctContact } from './update.ts'
import { acknowledgeProvisional, isReliable, type EarlyDialog } from './prack.ts'

/** Branches of a forked call that are followed: a callee may make up any number. */
const mostBranches = 50

/** What is offered is refused, not the call (RFC 3261 21.4.26 and 21.6.4). */
const refusesOffer: ReadonlySet<number> = new Set([488, 606])

/** The INVITE that begins a call of ours, to its final response (RFC 3261 13.2). */
export class Invite {
  readonly #call: Call
  readonly #options: OutboundOptions
  readonly #cancel: Cancel
  readonly #early = new Map<string, EarlyDialog>()
  /** The CSeq of the INVITE that each branch answered, by its tag. */
  readonly #acked = new Map<string, number>()
  #sequence: number
  #ringTimer: Timer | null = null
  #minimumS: number | null = null
  #offer = ''
  #offeredFrom: string | null = null
  #saidBeyond = false
  /** The media takes in one description after the other. */
  #taken: Promise<unknown> = Promise.resolve()

  constructor(call: Call, options: OutboundOptions, cancel: Cancel) {
    this.#call = call
    this.#options = options
    this.#cancel = cancel
    this.#sequence = 1 + (call.deps.random.uint32() % 10_000)
  }

  start(media: CallMedia): void {
    const { deps } = this.#call
    const { ringTimeoutMs, hop } = this.#options
    this.#ringTimer = deps.clock.after(ringTimeoutMs, () => {
      deps.observe('ring-timeout', `no answer in ${ringTimeoutMs / 1000} s: the call is cancelled`)
      this.#cancel.ask(reasons.ringTimeout, { by: 'nobody', reason: 'timeout' })
    })
    this.#send(hop, media)
  }

  stop(): void {
    this.#ringTimer?.cancel()
  }

  /** A dialog with a branch that has not answered yet (RFC 3261 12.1). */
  earlyDialog(tag: string): Dialog | null {
    return this.#early.get(tag)?.dialog ?? null
  }

  #send(hop: NextHop, media: CallMedia): void {
    const { deps, digest } = this.#call
    const pending = requestWithDigest(deps.endpoint, hop, digest, {
      method: 'INVITE',
      uri: this.#options.uri,
      nextSequence: () => ++this.#sequence,
      prepare: (flow) => this.#prepared(flow.local.host, media),
      build: (flow, sequence, credentials) =>
        inviteRequest(this.#call, this.#options, {
          flow,
          sequence,
          credentials,
          minimumS: this.#minimumS,
          offer: this.#offer,
        }),
      sent: () => this.#cancel.sent(pending),
      response: (response, flow, request) => this.#response(response, flow, request, media),
      failed: (failure) => this.#failed(failure),
      observe: (kind, text) => deps.observe(kind, text),
    })
  }

  /** What this computer cannot do ends the call with its reason, a fault of the media as any other fault. */
  #prepared(from: string, media: CallMedia): Promise<boolean> {
    return new Promise((resolve, reject) =>
      this.#call.deps.run('INVITE', async () => {
        try {
          resolve(await this.#prepare(from, media))
        } catch (error) {
          if (error instanceof RingbackError) return reject(error)
          resolve(false)
          throw error
        }
      }),
    )
  }

  /** The offer that goes to a target names the address that this target is reached from. */
  async #prepare(from: string, media: CallMedia): Promise<boolean> {
    const { negotiation } = this.#call
    if (from !== this.#offeredFrom) {
      // What another target said before it failed is no longer of interest.
      negotiation.step('rolled-back')
      negotiation.step('make-offer')
      this.#offer = await negotiation.waitFor(media.offer(from))
      this.#offeredFrom = from
      negotiation.step('offer-sent')
    }
    return this.#call.is('calling') || this.#call.is('ringing')
  }

  #failed(failure: RequestFailure): void {
    const { deps } = this.#call
    if (failure.kind === 'timeout') deps.observe('no-answer', failure.text)
    else if (failure.kind === 'unresolved') deps.observe('unresolved', failure.text)
    else if (failure.kind === 'machine') deps.observe('machine-fault', failure.text)
    else if (failure.kind === 'transport') deps.observe('not-sent', failure.text)
    const reason = failure.kind === 'timeout' ? 'timeout' : 'transport'
    this.#call.step({ kind: 'end', cause: this.#cancel.asked?.cause ?? { by: 'nobody', reason } })
  }

  #response(response: SipResponse, flow: Flow, request: SipRequest, media: CallMedia): void {
    const { status } = response
    if (status < 200) this.#provisional(response, flow, request)
    else if (status < 300) this.#success(response, flow, request)
    else this.#refused(response, media)
  }

  #provisional(response: SipResponse, flow: Flow, request: SipRequest): void {
    const call = this.#call
    this.#cancel.provisional()
    if (response.status === 100 || call.is('ended')) return
    // Peers of RFC 2543 send no tag (12.1.2).
    const tag = messageIds(response).toTag ?? ''
    let early = this.#early.get(tag)
    if (!early && this.#isBeyond(this.#early)) return void call.step({ kind: 'provisional' })
    if (!early) {
      const dialog = Dialog.ofCaller(request, response, flow)
      this.#early.set(tag, (early = { dialog, rseq: null, waiting: 0, sdp: null, answered: null }))
    }
    const count = (dialog: Dialog) => {
      dialog.countFrom(this.#sequence)
      return (this.#sequence = dialog.nextSequence())
    }
    if (!acknowledgeProvisional(call, response, early, sequenceOf(request), count)) return
    call.step({ kind: 'provisional' })
    const sdp = sdpOf(response)
    if (sdp !== null && early.sdp !== sdp) {
      early.sdp = sdp
      if (isReliable(response)) this.#earlyAnswer(sdp, flow, early)
      else this.#preview(sdp, flow)
    }
  }

  /** Whether a response is of one branch more than are followed. */
  #isBeyond(branches: ReadonlyMap<string, unknown>): boolean {
    if (branches.size < mostBranches) return false
    if (!this.#saidBeyond)
      this.#call.deps.observe('note', `the call forked into more than ${mostBranches} branches: no more are followed`)
    this.#saidBeyond = true
    return true
  }

  /** A session description before the answer: media may come and go by it, whichever branch it is of. */
  #preview(sdp: string, flow: Flow): void {
    const call = this.#call
    const { media, negotiation, deps } = call
    // Another branch has answered already: media follows whoever speaks last.
    if (!media || !(negotiation.step('preview-received') || negotiation.state === 'stable')) return
    call.step({ kind: 'early-media' })
    media.confirm(flow.remote.host)
    deps.run('early media', async () => {
      const refused = await this.#take(media, sdp)
      if (refused) deps.observe('note', `early media cannot be used: ${refused.text}`)
    })
  }

  /** The answer in a reliable provisional response (RFC 3262 5): from now on both sides may offer by UPDATE. */
  #earlyAnswer(sdp: string, flow: Flow, early: EarlyDialog): void {
    const { media, negotiation, deps } = this.#call
    if (!media || !negotiation.step('answer-received')) return this.#preview(sdp, flow)
    this.#call.step({ kind: 'early-media' })
    media.confirm(flow.remote.host)
    deps.run('early media', async () => {
      const refused = await negotiation.waitFor(this.#take(media, sdp))
      negotiation.step(refused ? 'rolled-back' : 'settled')
      if (refused) deps.observe('note', `the answer in a provisional response cannot be used: ${refused.text}`)
      else early.answered = negotiation.rounds
    })
  }

  #take(media: CallMedia, sdp: string): Promise<MediaRefusal | null> {
    const taking = this.#taken.then(() => (this.#call.is('ended') ? null : media.answered(sdp)))
    this.#taken = taking.catch(() => {})
    return taking
  }

  #success(response: SipResponse, flow: Flow, request: SipRequest): void {
    const call = this.#call
    const tag = messageIds(response).toTag ?? ''
    const acked = this.#acked.get(tag)
    if (acked !== undefined) {
      if (call.dialog && tag === call.dialog.remoteTag) sendAck(call, call.dialog, acked)
      return
    }
    if (this.#isBeyond(this.#acked)) return
    this.#ringTimer?.cancel()
    const sequence = sequenceOf(request)
    this.#acked.set(tag, sequence)
    const dialog = Dialog.ofCaller(request, response, flow)
    dialog.countFrom(this.#sequence)
    if (call.dialog) call.deps.observe('note', 'a second branch of the forked call answered: it is ended')
    if (call.dialog || call.is('ended')) return endFork(call, dialog, sequence)
    call.dialog = dialog
    sendAck(call, dialog, sequence)
    call.hearAllow(response)
    call.timer.granted(response)
    call.media?.confirm(flow.remote.host)
    const early = this.#early.get(tag)
    const sdp = sdpOf(response) ?? early?.sdp ?? this.#early.get('')?.sdp ?? null
    // What was agreed reliably, or changed since, is not undone by its repetition (RFC 3261 13.2.1).
    const known = early?.answered ?? null
    const settled = known !== null && (sdp === early?.sdp || call.negotiation.rounds > known)
    this.#early.clear()
    call.step({ kind: 'success', at: call.deps.clock.nowUs() })
    if (header(request, 'contact') !== contactHeader(call.contactUser, flow, call.secure).value) correctContact(call)
    const { asked } = this.#cancel
    if (asked) bye(call, asked.cause, asked.reason)
    else if (!settled) call.deps.run('answer', () => this.#takeAnswer(sdp))
  }

  async #takeAnswer(sdp: string | null): Promise<void> {
    const call = this.#call
    const { media, negotiation } = call
    if (sdp === null || !media)
      return endForMedia(call, 'the 200 OK has no session description, and no earlier response had one')
    const first = negotiation.step('answer-received')
    const refused = await negotiation.waitFor(this.#take(media, sdp))
    if (first) negotiation.step(refused ? 'rolled-back' : 'settled')
    if (!refused) return
    const isLine = refused.refusal === 'no-audio'
    const again = isLine && call.is('answered') && this.#offersOtherwise(media) ? await reoffer(call) : refused.text
    if (again !== null) endForMedia(call, refused.text)
  }

  #offersOtherwise(media: CallMedia): boolean {
    const how = media.offerOtherwise()
    if (how !== null) this.#call.deps.observe('note', `the offer was refused: it is made again with ${how}`)
    return how !== null
  }

  #refused(response: SipResponse, media: CallMedia): void {
    const call = this.#call
    const { status } = response
    const { asked } = this.#cancel
    const minimum = minSeOf(response)
    if (status === 422 && minimum !== null && this.#minimumS === null && !asked) {
      this.#minimumS = minimum
      return this.#send(this.#options.hop, media)
    }
    if (!asked && refusesOffer.has(status) && this.#offersOtherwise(media)) {
      this.#offeredFrom = null
      return this.#send(this.#options.hop, media)
    }
    if (status >= 300 && status < 400) {
      const contacts = headerList(response, 'contact').map(uriOf).join(', ') || 'nowhere'
      call.deps.observe('note', `redirected to ${contacts}: redirections are shown and not followed`)
    }
    call.step({ kind: 'end', cause: asked?.cause ?? { by: 'peer', reason: 'refused', status } })
  }
}
