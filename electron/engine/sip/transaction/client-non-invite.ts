import type { SipRequest, SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { packet, type Flow, type Packet } from '../transport/flow.ts'
import type { ClientTransaction, ClientUser } from './client.ts'
import { T1, T2, T4, sixtyFourT1 } from './timers.ts'

/**
 * Non-INVITE client transaction (RFC 3261 17.1.2).
 *
 *   trying ──1xx──▶ proceeding ──200-699──▶ completed ──K──▶ terminated
 */
export class NonInviteClientTransaction implements ClientTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  readonly #packet: Packet<SipRequest>
  readonly #clock: Clock
  readonly #user: ClientUser
  readonly #ended: () => void
  #state: 'trying' | 'proceeding' | 'completed' | 'terminated' = 'trying'
  /** Timer E, afterwards K. */
  #timer: Timer | null = null
  #timerF: Timer | null = null

  constructor(request: SipRequest, flow: Flow, clock: Clock, user: ClientUser, ended: () => void) {
    this.request = request
    this.flow = flow
    this.#packet = packet(request)
    this.#clock = clock
    this.#user = user
    this.#ended = ended
  }

  get state(): string {
    return this.#state
  }

  start(): void {
    this.#transmit()
    if (!this.flow.reliable) this.#retransmitAfter(T1)
    this.#timerF = this.#clock.after(sixtyFourT1, () => this.#fail({ kind: 'timeout' }))
  }

  receive(response: SipResponse): void {
    switch (this.#state) {
      case 'trying':
      case 'proceeding':
        if (response.status < 200) this.#state = 'proceeding'
        else {
          this.#timer?.cancel()
          this.#timerF?.cancel()
          this.#state = 'completed'
          if (this.flow.reliable) this.#terminate()
          else this.#timer = this.#clock.after(T4, () => this.#terminate())
        }
        this.#user.response(response)
        break
      case 'completed':
      case 'terminated':
        break
    }
  }

  abandon(): void {
    this.#terminate()
  }

  connectionLost(error: Error): void {
    if (this.#state === 'trying' || this.#state === 'proceeding') this.#fail({ kind: 'transport', error })
  }

  #transmit(): void {
    this.flow.send(this.#packet, (error) => {
      if (this.#state === 'trying') this.#fail({ kind: 'transport', error })
    })
  }

  #retransmitAfter(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.#transmit()
      if (this.#state === 'trying') this.#retransmitAfter(Math.min(delayMs * 2, T2))
      else if (this.#state === 'proceeding') this.#retransmitAfter(T2)
    })
  }

  #fail(failure: { kind: 'timeout' } | { kind: 'transport'; error: Error }): void {
    if (this.#state === 'terminated') return
    this.#terminate()
    this.#user.failed(failure)
  }

  #terminate(): void {
    if (this.#state === 'terminated') return
    this.#state = 'terminated'
    this.#timer?.cancel()
    this.#timerF?.cancel()
    this.#ended()
  }
}
