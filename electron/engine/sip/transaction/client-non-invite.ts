import type { SipRequest, SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { Clock } from '../../base/clock.ts'
import type { Flow } from '../transport/flow.ts'
import { ClientTransaction, type ClientUser } from './client.ts'
import { T2, T4 } from './timers.ts'

/**
 * Non-INVITE client transaction (RFC 3261 17.1.2).
 *
 *   trying ──1xx──▶ proceeding ──200-699──▶ completed ──K──▶ terminated
 */
export class NonInviteClientTransaction extends ClientTransaction {
  constructor(request: SipRequest, flow: Flow, clock: Clock, user: ClientUser, ended: () => void) {
    super('trying', request, flow, clock, user, ended)
  }

  receive(response: SipResponse): void {
    switch (this.state) {
      case 'trying':
      case 'proceeding':
        if (response.status < 200) this.proceed()
        else this.linger('completed', this.flow.reliable ? 0 : T4)
        this.user.response(response)
        break
      case 'calling':
      case 'completed':
      case 'accepted':
      case 'terminated':
        break
    }
  }

  /** Timer E. */
  protected override retransmissionAfter(delayMs: number): number | null {
    if (this.state === 'trying') return Math.min(delayMs * 2, T2)
    return this.state === 'proceeding' ? T2 : null
  }
}
