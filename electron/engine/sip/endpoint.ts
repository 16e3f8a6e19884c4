import { formatAddress, type Address } from '../../../shared/base/address.ts'
import type { TransportName } from '../../../shared/model/transport.ts'
import type { ObservationKind, SipEvent } from '../../../shared/model/wire.ts'
import { messageIds, type SipUri } from '../../../shared/wire/sip/grammar.ts'
import { makeHeader, type SipMessage, type SipRequest, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { faultText, type Boundary } from '../base/boundary.ts'
import type { Budgets } from '../base/budgets.ts'
import type { Clock } from '../base/clock.ts'
import { explainError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Net, StreamSocket, TlsServerIdentity } from '../base/net.ts'
import type { Random } from '../base/random.ts'
import { ClientRequest, type NextHop, type PendingRequest, type RequestUser } from './pending.ts'
import type { Dns } from './resolve/dns.ts'
import { malformed, overload, type Refusal } from './refusal.ts'
import { resolveTarget } from './resolve/resolve.ts'
import { stampVia } from './stamp-via.ts'
import { responseTo } from './transaction/response.ts'
import type { ServerTransaction } from './transaction/server.ts'
import { TransactionTable } from './transaction/table.ts'
import { hostPort, packet, type Flow } from './transport/flow.ts'
import { AnswerFlow, Proofs } from './transport/proofs.ts'
import { Transports, type TransportOptions } from './transport/transports.ts'

export interface EndpointDeps {
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  readonly boundary: Boundary
  readonly budgets: Budgets
  readonly dns: Dns
  readonly log: Log
  wire(event: SipEvent): void
  /** A peer could not connect to a listener of ours (TLS, WebSocket); a sentence. */
  handshakeFailed(text: string): void
  /** What goes out instead of a response of a transaction, null for nothing: to test how the other side takes it. */
  readonly misbehave?: ((response: SipResponse) => SipResponse | null) | undefined
  /** What an endpoint knows of the messages with a Call-ID beyond themselves. */
  observe(callId: string, kind: ObservationKind, text: string): void
}

export interface EndpointEvents {
  /**
   * Asked before a request that begins something gets a transaction; null lets it in, `silence` drops it without an
   * answer.
   */
  admit(request: SipRequest, flow: Flow): Refusal | 'silence' | null
  request(transaction: ServerTransaction): void
  /** Whether a call goes on over that connection. */
  busy(flow: Flow): boolean
  /** That connection is closed; `why` is a clause. */
  lost(flow: Flow, why: string): void
  /** A request that is answered with 400 or the like and read no further, and what is wrong with it. */
  malformed(request: SipRequest, text: string): void
  /** The ACK of a 2xx, which belongs to no transaction. */
  ack(request: SipRequest, flow: Flow): void
}

/** One SIP element: its sockets, its transactions, and the way from a URI to a peer. */
export class SipEndpoint {
  readonly #deps: EndpointDeps
  readonly #transports: Transports
  readonly #transactions: TransactionTable
  readonly #proofs: Proofs
  #events: EndpointEvents | null = null
  #closed = false

  constructor(deps: EndpointDeps, options: TransportOptions) {
    this.#deps = deps
    this.#transactions = new TransactionTable(deps.clock)
    this.#proofs = new Proofs(deps.clock)
    this.#transports = new Transports(deps, options, {
      wire: deps.wire,
      received: (message, flow, bytes) => this.#received(message, flow, bytes),
      busy: (flow) => this.#events?.busy(flow) ?? false,
      closed: (flow, error) => {
        const why = error ?? new Error('the peer closed the connection')
        this.#transactions.connectionLost(flow, why)
        if (!this.#closed) this.#events?.lost(flow, explainError(why))
      },
      handshakeFailed: ({ host }, error, handshake) =>
        deps.handshakeFailed(`a ${handshake} handshake${host && ` with ${host}`} failed: ${explainError(error)}`),
    })
  }

  serve(events: EndpointEvents): void {
    this.#events = events
  }

  listen(transport: TransportName, host: string, port: number, tls: TlsServerIdentity | null = null): Promise<Address> {
    return this.#transports.listen(transport, host, port, tls)
  }

  /** Takes over a connection that a peer has opened elsewhere than at a listener. */
  accept(transport: Exclude<TransportName, 'udp'>, socket: StreamSocket): void {
    this.#transports.accept(transport, socket)
  }

  /**
   * Sends a request and follows it to a final response, trying the next target on 503, timeout or a failed connection
   * (RFC 3263 4.3).
   */
  request(hop: NextHop, user: RequestUser): PendingRequest {
    const { dns, random, log, boundary } = this.#deps
    const withVia = (outgoing: SipRequest, flow: Flow) => this.#withVia(outgoing, flow)
    const pending = new ClientRequest(
      { dns, random, log, boundary, withVia },
      this.#transports,
      this.#transactions,
      user,
    )
    boundary.run('request', () => pending.run(hop))
    return pending
  }

  /** Sends a request once, without a transaction, over a flow whose peer may not be who it says. */
  sendOnce(request: SipRequest, flow: Flow): void {
    flow.send(packet(this.#withVia(request, flow)), (error) =>
      this.#deps.log(`${request.method} not sent: ${explainError(error)}`),
    )
  }

  /** Something came from there that only a message of ours could have told: answers need not be measured any more. */
  proves(...flows: readonly Flow[]): void {
    for (const { reliable, remote } of flows) if (!reliable) this.#proofs.add(remote)
  }

  /** Whether the peer of a flow is known to get what is sent to it. */
  isProven({ reliable, remote }: Flow): boolean {
    return reliable || this.#proofs.has(remote)
  }

  /**
   * Sends a request outside any transaction: the ACK of a 2xx (RFC 3261 13.2.2.4). `fallback` serves where no
   * connection to the hop can be made.
   */
  sendAck(hop: NextHop, fallback: Flow, build: (flow: Flow) => SipRequest): void {
    this.#deps.boundary.run('ACK', () => this.#sendAck(hop, fallback, build))
  }

  async #sendAck(hop: NextHop, fallback: Flow, build: (flow: Flow) => SipRequest): Promise<void> {
    try {
      const flow = hop.kind === 'flow' ? hop.flow : await this.#firstFlow(hop.uri, hop.transport)
      if (!flow || this.#closed) return
      flow.send(packet(this.#withVia(build(flow), flow)), (error) =>
        this.#deps.log(`ACK not sent: ${explainError(error)}`),
      )
    } catch (error) {
      if (hop.kind === 'uri' && fallback.reliable)
        return this.#sendAck({ kind: 'flow', flow: fallback }, fallback, build)
      this.#deps.log(`ACK not sent: ${explainError(error)}`)
    }
  }

  async #firstFlow(uri: SipUri, transport: TransportName | null): Promise<Flow | null> {
    const { targets } = await resolveTarget(uri, transport, this.#deps.dns, this.#deps.random)
    return targets[0] ? this.#transports.flowTo(targets[0]) : null
  }

  #withVia(request: SipRequest, flow: Flow): SipRequest {
    const via =
      `SIP/2.0/${flow.transport.toUpperCase()} ${hostPort(flow.contact)}` +
      `;branch=z9hG4bK${this.#deps.random.token(20)};rport`
    return { ...request, headers: [makeHeader('Via', via), ...request.headers] }
  }

  close(): void {
    this.#closed = true
    this.#transactions.close()
    this.#transports.close()
  }

  #received(message: SipMessage, flow: Flow, bytes: number): void {
    if (this.#closed) return
    if (message.kind === 'response') return this.#response(message, flow)
    const request = stampVia(message, flow)
    try {
      this.#request(request, flow, bytes)
    } catch (error) {
      const callId = messageIds(request).callId
      if (callId !== null) this.#deps.observe(callId, 'internal-fault', faultText({ place: request.method, error }))
      this.#answerOnce(request, this.#replyFlow(request, flow, bytes), { status: 500 })
      throw error
    }
  }

  #response(message: SipResponse, flow: Flow): void {
    if (message.problems.some((problem) => problem.fatal)) return
    const transaction = this.#transactions.clientFor(message)
    if (!transaction) return
    this.proves(flow)
    transaction.receive(message)
  }

  #request(request: SipRequest, flow: Flow, bytes: number): void {
    const fault = request.problems.find((problem) => problem.fatal)
    const repeated = fault ? null : this.#transactions.serverFor(request)
    if (repeated) return this.#repeated(repeated, request, flow, bytes)
    if (request.method === 'ACK') return fault ? undefined : this.#events?.ack(request, flow)
    const replies = this.#replyFlow(request, flow, bytes)
    if (fault) this.#events?.malformed(request, fault.text)
    const refusal = fault ? malformed(fault) : this.#refusal(request, flow)
    if (refusal === 'silence') return
    if (refusal) return this.#answerOnce(request, replies, refusal)
    const transaction = this.#transactions.server(request, replies)
    if (request.method === 'CANCEL') return this.#cancel(transaction)
    const { misbehave } = this.#deps
    this.#events!.request(misbehave ? misbehaving(transaction, misbehave) : transaction)
  }

  /**
   * What must not get a transaction: a second copy that came another way (RFC 3261 8.2.2.2), and what is beyond the
   * limits.
   */
  #refusal(request: SipRequest, flow: Flow): Refusal | 'silence' | null {
    if (!this.#events) return { status: 503 }
    if (this.#transactions.merges(request)) return { status: 482 }
    if (this.#transactions.servers >= this.#deps.budgets.limit('transactions')) {
      this.#deps.budgets.refuse('transactions')
      return overload
    }
    return this.#events.admit(request, flow)
  }

  #repeated(transaction: ServerTransaction, request: SipRequest, flow: Flow, bytes: number): void {
    transaction.flow.heard?.(bytes)
    const ourTag = transaction.last && messageIds(transaction.last).toTag
    if (request.method === 'ACK' && ourTag !== null && ourTag === messageIds(request).toTag)
      this.proves(flow, transaction.flow)
    if (request.method === 'ACK' && transaction.state === 'accepted') this.#events?.ack(request, flow)
    else transaction.receive(request)
  }

  #cancel(transaction: ServerTransaction): void {
    const { request } = transaction
    const invite = this.#transactions.cancelledBy(request)
    transaction.respond(responseTo(request, invite ? 200 : 481, this.#deps.random.token(10)))
    if (invite && invite.state === 'proceeding') invite.user.cancelled?.()
  }

  /** Answers without keeping anything; never an ACK. */
  #answerOnce(request: SipRequest, flow: Flow, { status, ...extras }: Refusal): void {
    if (request.method === 'ACK') return
    try {
      flow.send(packet(responseTo(request, status, this.#deps.random.token(10), extras)), () => {})
    } catch (error) {
      this.#deps.log(`a refused request was not answered: ${explainError(error)}`)
    }
  }

  /**
   * Where responses go: the connection; over UDP the source port with rport, else the port of sent-by (RFC 3261 18.2.2,
   * RFC 3581 4).
   */
  #replyFlow(request: SipRequest, flow: Flow, bytes: number): Flow {
    if (flow.reliable) return flow
    const { via, callId } = messageIds(request)
    const port = via && !via.params.has('rport') ? (via.port ?? 5060) : flow.remote.port
    const back = port === flow.remote.port ? flow : flow.to({ host: flow.remote.host, port })
    return new AnswerFlow(back, this.#proofs, bytes, () => {
      const text =
        `repetitions to ${formatAddress(back.remote)} are held back: nothing has come from there yet ` +
        'that proves that it gets our messages'
      if (callId !== null) this.#deps.observe(callId, 'note', text)
    })
  }
}

/** The transaction, whose responses go out as `change` makes them. */
function misbehaving(
  transaction: ServerTransaction,
  change: (response: SipResponse) => SipResponse | null,
): ServerTransaction {
  const respond = transaction.respond.bind(transaction)
  transaction.respond = (response) => {
    const changed = change(response)
    if (changed) respond(changed)
    else transaction.abandon()
  }
  return transaction
}
