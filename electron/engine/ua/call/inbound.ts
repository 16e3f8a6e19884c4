import { header, headerList, listHas, type SipHeader, type SipRequest } from '../../../../shared/wire/sip/message.ts'
import { parseNameAddr, parseUri, uriOf } from '../../../../shared/wire/sip/grammar.ts'
import type { DigestClient } from '../../sip/digest/client.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import { Dialog } from '../dialog.ts'
import type { CallMedia } from '../media.ts'
import { Answer } from './answer.ts'
import { bye } from './bye.ts'
import { Call, type CallDeps } from './call.ts'
import { isSecure } from './headers.ts'
import type { EndCause } from '../../../../shared/model/end-cause.ts'

/** A call that comes in. It rings nowhere and answers nothing by itself: its owner decides. */
export class InboundCall extends Call {
  readonly request: SipRequest
  readonly source: { readonly host: string; readonly port: number }
  /** Our address that the INVITE came to. */
  readonly reachedAt: string
  /** The user part of the request URI. */
  readonly dialled: string | null
  /** The caller's URI, from From. */
  readonly caller: string
  /** The call whose place it takes (RFC 3891): that one ends when this one is answered. */
  readonly replaces: Call | null
  readonly #answer: Answer

  constructor(deps: CallDeps, transaction: ServerTransaction, digest: DigestClient, replaces: Call | null = null) {
    const { request, flow } = transaction
    const dialled = parseUri(request.uri)?.user ?? null
    const from = header(request, 'from') ?? ''
    super(deps, {
      callId: header(request, 'call-id')!,
      localTag: deps.random.token(12),
      digest,
      contactUser: dialled,
      secure: [request.uri, ...headerList(request, 'record-route').slice(0, 1).map(uriOf)].some(isSecure),
      state: { kind: 'ringing', since: deps.clock.nowUs(), early: false },
    })
    this.request = request
    this.source = flow.remote
    this.reachedAt = flow.local.host
    this.dialled = dialled
    this.caller = parseNameAddr(from)?.uri ?? uriOf(from)
    this.replaces = replaces
    this.hearAllow(request)
    if (replaces) this.events.on('state', ({ kind }) => kind === 'answered' && replaces.hangUp())
    this.dialog = Dialog.ofCallee(request, this.localTag, flow)
    this.#answer = new Answer(this, transaction)
  }

  /** Sends 180, reliably where the caller requires it. */
  ring(): void {
    this.#answer.ring()
  }

  /**
   * Sends 183 with a session description, so that media may flow before the answer: reliably where the caller knows
   * how. Resolves to null, or to why it was not sent: refused with 488, over meanwhile, or the caller offers nothing
   * and acknowledges nothing. `answer` goes on with the same media.
   */
  progress(media: CallMedia): Promise<string | null> {
    return this.#answer.progress(media)
  }

  /**
   * Answers with 200, `headers` in it; media follows the caller's offer, or ours where the INVITE has none.
   * Resolves to null, or to why it was not answered: refused with 488, or over meanwhile. Rejects with what the media
   * throws; it goes on ringing then.
   */
  answer(media: CallMedia, headers: readonly SipHeader[] = []): Promise<string | null> {
    return this.#answer.accept(media, headers)
  }

  reject(status: number, reason?: string, headers: readonly SipHeader[] = []): void {
    this.#answer.refuse(status, { by: 'us', reason: 'refused', status }, reason, headers)
  }

  override hangUp(reason?: string, cause?: EndCause): void {
    if (this.is('ringing')) return this.#answer.refuse(480, cause ?? { by: 'us', reason: 'refused', status: 480 })
    if (this.is('answered')) this.deps.observe('ended-by-user', 'the call was ended here')
    bye(this, cause ?? { by: 'us', reason: 'bye' }, reason)
  }

  /** Whether the caller acknowledges provisional responses (RFC 3262). */
  get knows100rel(): boolean {
    return ['supported', 'require'].some((key) => listHas(this.request, key, '100rel'))
  }

  protected override prack(transaction: ServerTransaction): void {
    this.#answer.prack(transaction)
  }

  protected override released(cause: EndCause): void {
    this.#answer.stop(cause)
  }
}
