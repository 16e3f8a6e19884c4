import type { SipRequest, SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { packet, type Flow, type Packet } from '../transport/flow.ts'
import type { ServerState, ServerTransaction, ServerUser } from './server.ts'
import { sixtyFourT1 } from './timers.ts'

/**
 * Non-INVITE server transaction (RFC 3261 17.2.2).
 *
 *   trying ──1xx──▶ proceeding ──200-699──▶ completed ──J──▶ terminated
 */
export class NonInviteServerTransaction implements ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  user: ServerUser = {}
  readonly #clock: Clock
  readonly #ended: () => void
  #state: 'trying' | 'proceeding' | 'completed' | 'terminated' = 'trying'
  #last: Packet<SipResponse> | null = null
  #timerJ: Timer | null = null

  constructor(request: SipRequest, flow: Flow, clock: Clock, ended: () => void) {
    this.request = request
    this.flow = flow
    this.#clock = clock
    this.#ended = ended
  }

  get state(): ServerState {
    return this.#state
  }

  get last(): SipResponse | null {
    return this.#last?.message ?? null
  }

  receive(): void {
    if ((this.#state === 'proceeding' || this.#state === 'completed') && this.#last) this.#transmit()
  }

  respond(response: SipResponse): void {
    if (this.#state === 'completed' || this.#state === 'terminated') return
    this.#last = packet(response)
    this.#transmit()
    if (response.status < 200) {
      this.#state = 'proceeding'
      return
    }
    this.#state = 'completed'
    if (this.flow.reliable) this.#terminate()
    else this.#timerJ = this.#clock.after(sixtyFourT1, () => this.#terminate())
  }

  abandon(): void {
    this.#terminate()
  }

  #transmit(): void {
    this.flow.send(this.#last!, () => this.user.failed?.('transport'))
  }

  #terminate(): void {
    if (this.#state === 'terminated') return
    this.#state = 'terminated'
    this.#timerJ?.cancel()
    this.#ended()
  }
}
