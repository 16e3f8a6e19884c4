import {
  headerFields,
  makeHeader,
  makeRequest,
  header,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import type { Clock } from '../../base/clock.ts'
import { packet, type Flow, type Packet } from '../transport/flow.ts'
import { ClientTransaction, type ClientUser } from './client.ts'
import { sixtyFourT1, timerD } from './timers.ts'

/**
 * INVITE client transaction (RFC 3261 17.1.1 with RFC 6026 7.2).
 *
 *   calling ──1xx──▶ proceeding ──300-699──▶ completed ──D──▶ terminated
 *      └──────2xx────────┴──────▶ accepted ──M──▶ terminated
 */
export class InviteClientTransaction extends ClientTransaction {
  #ack: Packet<SipRequest> | null = null

  constructor(request: SipRequest, flow: Flow, clock: Clock, user: ClientUser, ended: () => void) {
    super('calling', request, flow, clock, user, ended)
  }

  receive(response: SipResponse): void {
    const { status } = response
    switch (this.state) {
      case 'calling':
      case 'proceeding':
        // An INVITE that has been answered provisionally may ring for ever.
        this.stopTimers()
        if (status < 200) this.proceed()
        else if (status < 300) this.linger('accepted', sixtyFourT1)
        else {
          this.#ack = packet(ackFor(this.request, response))
          this.transmit(this.#ack)
          this.linger('completed', this.flow.reliable ? 0 : timerD)
        }
        this.user.response(response)
        break
      case 'completed':
        if (status >= 300 && this.#ack) this.transmit(this.#ack)
        break
      case 'accepted':
        if (status >= 200 && status < 300) this.user.response(response)
        break
      case 'trying':
      case 'terminated':
        break
    }
  }

  /** Timer A. */
  protected override retransmissionAfter(delayMs: number): number | null {
    return this.state === 'calling' ? delayMs * 2 : null
  }
}

/**
 * The ACK to a final response other than 2xx: same Via, Route and request URI, To from the response (RFC 3261
 * 17.1.1.3).
 */
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
