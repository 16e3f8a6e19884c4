import {
  headerFields,
  makeHeader,
  makeRequest,
  header,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { packet, type Flow, type Packet } from '../transport/flow.ts'
import type { ClientTransaction, ClientUser } from './client.ts'
import { T1, sixtyFourT1, timerD } from './timers.ts'

/**
 * INVITE client transaction (RFC 3261 17.1.1 with RFC 6026 7.2).
 *
 *   calling ──1xx──▶ proceeding ──300-699──▶ completed ──D──▶ terminated
 *      └──────2xx────────┴──────▶ accepted ──M──▶ terminated
 */
export class InviteClientTransaction implements ClientTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  readonly #packet: Packet<SipRequest>
  readonly #clock: Clock
  readonly #user: ClientUser
  readonly #ended: () => void
  #state: 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated' = 'calling'
  #ack: Packet<SipRequest> | null = null
  /** Timer A while calling, afterwards D or M. */
  #timer: Timer | null = null
  #timerB: Timer | null = null

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
    this.#transmit(this.#packet)
    if (!this.flow.reliable) this.#retransmitAfter(T1)
    this.#timerB = this.#clock.after(sixtyFourT1, () => this.#fail({ kind: 'timeout' }))
  }

  receive(response: SipResponse): void {
    const { status } = response
    switch (this.#state) {
      case 'calling':
      case 'proceeding':
        this.#timer?.cancel()
        this.#timerB?.cancel()
        if (status < 200) this.#state = 'proceeding'
        else if (status < 300) this.#linger('accepted', sixtyFourT1)
        else {
          this.#ack = packet(ackFor(this.request, response))
          this.#transmit(this.#ack)
          this.#linger('completed', this.flow.reliable ? 0 : timerD)
        }
        this.#user.response(response)
        break
      case 'completed':
        if (status >= 300 && this.#ack) this.#transmit(this.#ack)
        break
      case 'accepted':
        if (status >= 200 && status < 300) this.#user.response(response)
        break
      case 'terminated':
        break
    }
  }

  /** Ends the transaction without telling its user. */
  abandon(): void {
    this.#terminate()
  }

  connectionLost(error: Error): void {
    if (this.#state === 'calling' || this.#state === 'proceeding') this.#fail({ kind: 'transport', error })
  }

  #transmit(what: Packet): void {
    this.flow.send(what, (error) => {
      if (this.#state === 'calling') this.#fail({ kind: 'transport', error })
    })
  }

  #retransmitAfter(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.#transmit(this.#packet)
      if (this.#state === 'calling') this.#retransmitAfter(delayMs * 2)
    })
  }

  #linger(state: 'completed' | 'accepted', forMs: number): void {
    this.#state = state
    if (forMs === 0) this.#terminate()
    else this.#timer = this.#clock.after(forMs, () => this.#terminate())
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
    this.#timerB?.cancel()
    this.#ended()
  }
}

/** The ACK to a final response other than 2xx: same Via, Route and request URI, To from the response (RFC 3261 17.1.1.3). */
function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  return makeRequest('ACK', invite.uri, [
    makeHeader('Via', headerFields(invite, 'via')[0]!),
    ...headerFields(invite, 'route').map((value) => makeHeader('Route', value)),
    makeHeader('Max-Forwards', '70'),
    makeHeader('From', header(invite, 'from')!),
    makeHeader('To', header(response, 'to') ?? header(invite, 'to')!),
    makeHeader('Call-ID', header(invite, 'call-id')!),
    makeHeader('CSeq', `${messageIds(invite).cseq!.number} ACK`),
  ])
}

/** The CANCEL of an INVITE, sent in a transaction of its own (RFC 3261 9.1). */
export function cancelFor(invite: SipRequest, reason: string | null): SipRequest {
  return makeRequest('CANCEL', invite.uri, [
    makeHeader('Via', headerFields(invite, 'via')[0]!),
    ...headerFields(invite, 'route').map((value) => makeHeader('Route', value)),
    makeHeader('Max-Forwards', '70'),
    makeHeader('From', header(invite, 'from')!),
    makeHeader('To', header(invite, 'to')!),
    makeHeader('Call-ID', header(invite, 'call-id')!),
    makeHeader('CSeq', `${messageIds(invite).cseq!.number} CANCEL`),
    ...(reason === null ? [] : [makeHeader('Reason', reason)]),
  ])
}
