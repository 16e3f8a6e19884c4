import type { Dialog } from '../dialog.ts'
import type { CallMedia } from '../media.ts'
import { bye } from './bye.ts'
import { Call, type CallDeps } from './call.ts'
import { Cancel } from './cancel.ts'
import { isSecure, reasons } from './headers.ts'
import { Invite } from './invite.ts'
import type { OutboundOptions } from './invite-request.ts'
import type { EndCause } from '../../../../shared/model/end-cause.ts'

/** A call that we place. */
export class OutboundCall extends Call {
  /** Until the call is answered. */
  #invite: Invite | null
  #cancel: Cancel | null

  constructor(deps: CallDeps, options: OutboundOptions, callId: string) {
    super(deps, {
      callId,
      localTag: deps.random.token(12),
      digest: options.digest,
      contactUser: options.fromUser,
      secure: isSecure(options.uri),
      state: { kind: 'calling', since: deps.clock.nowUs() },
    })
    this.#cancel = new Cancel(this)
    this.#invite = new Invite(this, options, this.#cancel)
  }

  /** Sends the INVITE, as soon as the media has an offer. */
  start(media: CallMedia): void {
    this.attach(media)
    this.#invite?.start(media)
  }

  override hangUp(reason?: string, cause?: EndCause): void {
    if (this.is('answered')) {
      this.deps.observe('ended-by-user', 'the call was ended here')
      bye(this, cause ?? { by: 'us', reason: 'bye' }, reason)
    } else if (this.is('calling') || this.is('ringing')) {
      this.deps.observe('cancelled-by-user', 'the call was cancelled here')
      this.#cancel?.ask(reason ?? reasons.cancelled, cause ?? { by: 'us', reason: 'cancel' })
    }
  }

  protected override dialogWith(tag: string): Dialog | null {
    return super.dialogWith(tag) ?? this.#invite?.earlyDialog(tag) ?? null
  }

  protected override established(): void {
    this.#invite = this.#cancel = null
  }

  protected override released(): void {
    this.#invite?.stop()
  }
}
