import type { SipRequest, SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { packet, type Flow, type Packet } from '../transport/flow.ts'
import { T1, sixtyFourT1 } from './timers.ts'

export type TransactionFailure =
  /** No final response: timer B or F. */
  | { readonly kind: 'timeout' }
  /** The request could not be handed to the network, or its connection was lost. */
  | { readonly kind: 'transport'; readonly error: Error }

/** What a client transaction tells the one who began it (RFC 3261 17.1). */
export interface ClientUser {
  /** Each response once; every 2xx of an INVITE, retransmitted or forked. */
  response(response: SipResponse): void
  failed(failure: TransactionFailure): void
}

/** Calling and accepted are of INVITE, trying is of the other methods. */
export type ClientState = 'calling' | 'trying' | 'proceeding' | 'completed' | 'accepted' | 'terminated'

/**
 * What the client transactions of INVITE and of the other methods have in common: a request that is sent until it is
 * answered.
 */
export abstract class ClientTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  protected readonly user: ClientUser
  readonly #first: 'calling' | 'trying'
  readonly #packet: Packet<SipRequest>
  readonly #clock: Clock
  readonly #ended: () => void
  #state: ClientState
  /** A or E, afterwards D, K or M. */
  #timer: Timer | null = null
  /** B or F. */
  #timeout: Timer | null = null

  constructor(
    first: 'calling' | 'trying',
    request: SipRequest,
    flow: Flow,
    clock: Clock,
    user: ClientUser,
    ended: () => void,
  ) {
    this.request = request
    this.flow = flow
    this.user = user
    this.#first = this.#state = first
    this.#packet = packet(request)
    this.#clock = clock
    this.#ended = ended
  }

  get state(): ClientState {
    return this.#state
  }

  start(): void {
    this.transmit(this.#packet)
    if (!this.flow.reliable) this.#retransmitAfter(T1, true)
    this.#timeout = this.#clock.after(sixtyFourT1, () => this.#fail({ kind: 'timeout' }))
  }

  abstract receive(response: SipResponse): void

  /** Ends the transaction without telling its user. */
  abandon(): void {
    if (this.#state === 'terminated') return
    this.#state = 'terminated'
    this.stopTimers()
    this.#ended()
  }

  connectionLost(error: Error): void {
    if (this.#state === this.#first || this.#state === 'proceeding') this.#fail({ kind: 'transport', error })
  }

  /** When the request goes out again after it went out again; null: not any more. */
  protected abstract retransmissionAfter(delayMs: number): number | null

  protected transmit(what: Packet): void {
    this.flow.send(what, (error) => {
      if (this.#state === this.#first) this.#fail({ kind: 'transport', error })
    })
  }

  protected proceed(): void {
    this.#state = 'proceeding'
  }

  /** Stays for what may be repeated, no time at all where nothing is. */
  protected linger(state: 'completed' | 'accepted', forMs: number): void {
    this.stopTimers()
    this.#state = state
    if (forMs === 0) this.abandon()
    else this.#timer = this.#clock.after(forMs, () => this.abandon())
  }

  protected stopTimers(): void {
    this.#timer?.cancel()
    this.#timeout?.cancel()
  }

  /** With the first repetition the network is asked whether anybody is there at all (18.4). */
  #retransmitAfter(delayMs: number, first = false): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.transmit(this.#packet)
      if (first) this.flow.probe?.((error) => this.#state === this.#first && this.#fail({ kind: 'transport', error }))
      const next = this.retransmissionAfter(delayMs)
      if (next !== null) this.#retransmitAfter(next)
    })
  }

  #fail(failure: TransactionFailure): void {
    if (this.#state === 'terminated') return
    this.abandon()
    this.user.failed(failure)
  }
}
