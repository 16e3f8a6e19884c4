import type { SipRequest, SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { packet, type Flow, type Packet } from '../transport/flow.ts'
import { responseTo } from './response.ts'
import type { ServerState, ServerTransaction, ServerUser } from './server.ts'
import { T1, T2, T4, sixtyFourT1 } from './timers.ts'

/** Without a response from its user by then, 100 Trying goes out (RFC 3261 17.2.1). */
const tryingAfterMs = 200

/**
 * INVITE server transaction (RFC 3261 17.2.1 with RFC 6026 7.1).
 *
 *   proceeding ──300-699──▶ completed ──ACK──▶ confirmed ──I──▶ terminated
 *        └───────2xx──────▶ accepted ───────────────────L─────▶ terminated
 *
 * Retransmitting a 2xx is its user's task (13.3.1.4).
 */
export class InviteServerTransaction implements ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  user: ServerUser = {}
  readonly #clock: Clock
  readonly #ended: () => void
  #state: 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated' = 'proceeding'
  #last: Packet<SipResponse> | null = null
  /** 100 Trying while proceeding, then G. */
  #timer: Timer | null = null
  /** H, I or L. */
  #end: Timer | null = null

  constructor(request: SipRequest, flow: Flow, clock: Clock, ended: () => void) {
    this.request = request
    this.flow = flow
    this.#clock = clock
    this.#ended = ended
    this.#timer = clock.after(tryingAfterMs, () => this.respond(responseTo(request, 100, null)))
  }

  get state(): ServerState {
    return this.#state
  }

  get last(): SipResponse | null {
    return this.#last?.message ?? null
  }

  receive(request: SipRequest): void {
    switch (this.#state) {
      case 'proceeding':
        if (request.method === 'INVITE' && this.#last) this.#transmit(this.#last)
        break
      case 'completed':
        if (request.method === 'ACK') {
          this.#state = 'confirmed'
          this.#timer?.cancel()
          this.#endAfter(this.flow.reliable ? 0 : T4)
        } else if (this.#last) this.#transmit(this.#last)
        break
      case 'accepted':
      case 'confirmed':
      case 'terminated':
        break
    }
  }

  respond(response: SipResponse): void {
    const { status } = response
    if (this.#state === 'accepted' && status >= 200 && status < 300) return this.#transmit(packet(response))
    if (this.#state !== 'proceeding') return
    this.#timer?.cancel()
    this.#last = packet(response)
    this.#transmit(this.#last)
    if (status < 200) return
    if (status < 300) {
      this.#state = 'accepted'
      this.#endAfter(sixtyFourT1)
      return
    }
    this.#state = 'completed'
    if (!this.flow.reliable) this.#retransmitAfter(T1)
    this.#end = this.#clock.after(sixtyFourT1, () => {
      this.#terminate()
      this.user.failed?.('no-ack')
    })
  }

  abandon(): void {
    this.#terminate()
  }

  #transmit(what: Packet): void {
    this.flow.send(what, () => this.user.failed?.('transport'))
  }

  #retransmitAfter(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.#transmit(this.#last!)
      this.#retransmitAfter(Math.min(delayMs * 2, T2))
    })
  }

  #endAfter(delayMs: number): void {
    this.#end?.cancel()
    if (delayMs === 0) this.#terminate()
    else this.#end = this.#clock.after(delayMs, () => this.#terminate())
  }

  #terminate(): void {
    if (this.#state === 'terminated') return
    this.#state = 'terminated'
    this.#timer?.cancel()
    this.#end?.cancel()
    this.#ended()
  }
}
