import { formatAddress } from '../../../../shared/base/address.ts'
import { header, type SipRequest, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import type { Clock } from '../../base/clock.ts'
import type { Flow } from '../transport/flow.ts'
import type { ClientTransaction, ClientUser } from './client.ts'
import { InviteClientTransaction } from './client-invite.ts'
import { NonInviteClientTransaction } from './client-non-invite.ts'
import type { ServerTransaction } from './server.ts'
import { InviteServerTransaction } from './server-invite.ts'
import { NonInviteServerTransaction } from './server-non-invite.ts'

const cookie = 'z9hG4bK'

/** The transactions that are alive, found by the rules of RFC 3261 17.1.3 and 17.2.3. */
export class TransactionTable {
  readonly #clock: Clock
  readonly #clients = new Map<string, ClientTransaction>()
  readonly #servers = new Map<string, ServerTransaction>()
  /** The newest server transaction of each Call-ID, From tag and CSeq. */
  readonly #requests = new Map<string, ServerTransaction>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Starts a client transaction; the request's top Via carries the branch. Throws SipWriteError. */
  client(request: SipRequest, flow: Flow, user: ClientUser): ClientTransaction {
    const key = `${messageIds(request).via!.params.get('branch')} ${request.method}`
    const ended = () => void this.#clients.delete(key)
    const transaction =
      request.method === 'INVITE'
        ? new InviteClientTransaction(request, flow, this.#clock, user, ended)
        : new NonInviteClientTransaction(request, flow, this.#clock, user, ended)
    this.#clients.set(key, transaction)
    transaction.start()
    return transaction
  }

  clientFor(response: SipResponse): ClientTransaction | null {
    const { via, cseq } = messageIds(response)
    return this.#clients.get(`${via?.params.get('branch')} ${cseq?.method}`) ?? null
  }

  server(request: SipRequest, flow: Flow): ServerTransaction {
    const key = serverKey(request, request.method)
    const name = requestName(request)
    const ended = () => {
      this.#servers.delete(key)
      if (this.#requests.get(name) === transaction) this.#requests.delete(name)
    }
    const transaction: ServerTransaction =
      request.method === 'INVITE'
        ? new InviteServerTransaction(request, flow, this.#clock, ended)
        : new NonInviteServerTransaction(request, flow, this.#clock, ended)
    this.#servers.set(key, transaction)
    this.#requests.set(name, transaction)
    return transaction
  }

  /** Server transactions that are alive. */
  get servers(): number {
    return this.#servers.size
  }

  /** Whether the same request came before over another path and is still being worked on (RFC 3261 8.2.2.2). */
  merges(request: SipRequest): boolean {
    if (messageIds(request).toTag !== null || request.method === 'CANCEL') return false
    const other = this.#requests.get(requestName(request))
    if (!other) return false
    const status = other.last?.status ?? 0
    // Clients that answer a challenge, or ask again, with the number that they used before are let through.
    return request.method === 'INVITE' ? status !== 401 && status !== 407 : status < 200
  }

  /** The transaction that a repeated request or an ACK belongs to. */
  serverFor(request: SipRequest): ServerTransaction | null {
    return this.#servers.get(serverKey(request, request.method === 'ACK' ? 'INVITE' : request.method)) ?? null
  }

  /** The INVITE transaction that a CANCEL means (RFC 3261 9.2). */
  cancelledBy(request: SipRequest): ServerTransaction | null {
    return this.#servers.get(serverKey(request, 'INVITE')) ?? null
  }

  connectionLost(flow: Flow, error: Error): void {
    for (const transaction of [...this.#clients.values()])
      if (transaction.flow === flow) transaction.connectionLost(error)
  }

  close(): void {
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.abandon()
  }
}

function requestName(request: SipRequest): string {
  const { callId, cseq, fromTag } = messageIds(request)
  return `${callId} ${fromTag} ${cseq?.number} ${request.method}`
}

function serverKey(request: SipRequest, method: string): string {
  const { via, callId, cseq, fromTag } = messageIds(request)
  const branch = via?.params.get('branch') ?? ''
  const sentBy = via ? formatAddress({ host: via.host.toLowerCase(), port: via.port ?? 5060 }) : ''
  if (branch.startsWith(cookie) && branch.length > cookie.length) return `${branch} ${sentBy} ${method}`
  return `2543 ${callId} ${cseq?.number} ${fromTag ?? header(request, 'from')} ${sentBy} ${method}`
}
