import type { SipRequest, SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { Flow } from '../transport/flow.ts'

/** What a server transaction tells the one who answers (RFC 3261 17.2). */
export interface ServerUser {
  /** CANCEL came for this INVITE and has been answered; the INVITE still needs its 487. */
  cancelled?(): void
  /** A final response could not be delivered, or its ACK never came. */
  failed?(why: 'transport' | 'no-ack'): void
}

/** Trying is of methods other than INVITE; confirmed and accepted are of INVITE. */
export type ServerState = 'trying' | 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated'

export interface ServerTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  readonly state: ServerState
  /** The last response; null before one was sent. */
  readonly last: SipResponse | null
  user: ServerUser
  /** The request again, or the ACK of a response other than 2xx. */
  receive(request: SipRequest): void
  respond(response: SipResponse): void
  abandon(): void
}
