import type { SipRequest, SipResponse } from '../../../../shared/wire/sip/message.ts'
import type { Flow } from '../transport/flow.ts'

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

export interface ClientTransaction {
  readonly request: SipRequest
  readonly flow: Flow
  readonly state: string
  start(): void
  receive(response: SipResponse): void
  connectionLost(error: Error): void
  abandon(): void
}
