import { bracketHost, type Address } from '../../../shared/base/address.ts'
import type { TransportName } from '../../../shared/model/transport.ts'
import type { SipEvent } from '../../../shared/model/wire.ts'
import { messageIds, type SipUri } from '../../../shared/wire/sip/grammar.ts'
import { makeHeader, type SipMessage, type SipRequest } from '../../../shared/wire/sip/message.ts'
import type { Clock } from '../base/clock.ts'
import { explainError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Net, TlsServerOptions } from '../base/net.ts'
import type { Random } from '../base/random.ts'
import { Pending, type NextHop, type PendingRequest, type RequestUser } from './pending.ts'
import type { Dns } from './resolve/dns.ts'
import { resolveTarget } from './resolve/resolve.ts'
import { responseTo } from './transaction/response.ts'
import type { ServerTransaction } from './transaction/server.ts'
import { TransactionTable } from './transaction/table.ts'
import { packet, type Flow } from './transport/flow.ts'
import { Transports, type TransportOptions } from './transport/transports.ts'

export interface EndpointDeps {
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  readonly dns: Dns
  readonly log: Log
  wire(event: SipEvent): void
}

export interface EndpointEvents {
  request(transaction: ServerTransaction): void
  /** The ACK of a 2xx, which belongs to no transaction. */
  ack(request: SipRequest, flow: Flow): void
}

/** One SIP element: its sockets, its transactions, and the way from a URI to a peer. */
export class SipEndpoint {
  readonly #deps: EndpointDeps
  readonly #transports: Transports
  readonly #transactions: TransactionTable
  #events: EndpointEvents | null = null
  #closed = false

  constructor(deps: EndpointDeps, options: TransportOptions) {
    this.#deps = deps
    this.#transactions = new TransactionTable(deps.clock)
    this.#transports = new Transports(deps.net, deps.clock, options, {
      wire: deps.wire,
      received: (message, flow) => this.#received(message, flow),
      closed: (flow, error) => this.#transactions.connectionLost(flow, error ?? new Error('the peer closed the connection')),
      fault: (error) => deps.log(`a message could not be handled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
      handshakeFailed: (remote, error) => deps.log(`TLS handshake with ${remote.host}:${remote.port} failed: ${error.message}`),
    })
  }

  serve(events: EndpointEvents): void {
    this.#events = events
  }

  listen(transport: TransportName, host: string, port: number, tls: TlsServerOptions | null = null): Promise<Address> {
    return this.#transports.listen(transport, host, port, tls)
  }

  /** Sends a request and follows it to a final response, trying the next target on 503, timeout or a failed connection (RFC 3263 4.3). */
  request(hop: NextHop, user: RequestUser): PendingRequest {
    const { dns, random, log } = this.#deps
    const withVia = (outgoing: SipRequest, flow: Flow) => this.#withVia(outgoing, flow)
    const pending = new Pending({ dns, random, log, withVia }, this.#transports, this.#transactions, user)
    void pending.run(hop)
    return pending
  }

  /** Sends a request outside any transaction: the ACK of a 2xx (RFC 3261 13.2.2.4). `fallback` serves where no connection to the hop can be made. */
  async sendAck(hop: NextHop, fallback: Flow, build: (flow: Flow) => SipRequest): Promise<void> {
    try {
      const flow = hop.kind === 'flow' ? hop.flow : await this.#firstFlow(hop.uri, hop.transport)
      if (!flow || this.#closed) return
      flow.send(packet(this.#withVia(build(flow), flow)), (error) => this.#deps.log(`ACK not sent: ${explainError(error)}`))
    } catch (error) {
      if (hop.kind === 'uri' && fallback.reliable) return this.sendAck({ kind: 'flow', flow: fallback }, fallback, build)
      this.#deps.log(`ACK not sent: ${explainError(error)}`)
    }
  }

  async #firstFlow(uri: SipUri, transport: TransportName | null): Promise<Flow | null> {
    const { targets } = await resolveTarget(uri, transport, this.#deps.dns, this.#deps.random)
    return targets[0] ? this.#transports.flowTo(targets[0]) : null
  }

  #withVia(request: SipRequest, flow: Flow): SipRequest {
    const { host, port } = flow.contact
    const via = `SIP/2.0/${flow.transport.toUpperCase()} ${bracketHost(host)}:${port};branch=z9hG4bK${this.#deps.random.token(20)};rport`
    return { ...request, headers: [makeHeader('Via', via), ...request.headers] }
  }

  close(): void {
    this.#closed = true
    this.#transactions.close()
    this.#transports.close()
  }

  #received(message: SipMessage, flow: Flow): void {
    if (this.#closed) return
    if (message.kind === 'response') {
      if (!message.problems.some((problem) => problem.fatal)) this.#transactions.clientFor(message)?.receive(message)
      return
    }
    const request = stampVia(message, flow)
    const fault = message.problems.find((problem) => problem.fatal)
    if (fault) return this.#refuse(request, flow, fault.status ?? 400, fault.text)
    const repeated = this.#transactions.serverFor(request)
    if (repeated) {
      if (request.method === 'ACK' && repeated.state === 'accepted') this.#events?.ack(request, flow)
      else repeated.receive(request)
      return
    }
    if (request.method === 'ACK') return this.#events?.ack(request, flow)
    const replies = replyFlow(request, flow)
    const transaction = this.#transactions.server(request, replies)
    if (request.method === 'CANCEL') return this.#cancel(transaction)
    if (this.#events) this.#events.request(transaction)
    else transaction.respond(responseTo(request, 503, this.#deps.random.token(10)))
  }

  #cancel(transaction: ServerTransaction): void {
    const { request } = transaction
    const invite = this.#transactions.cancelledBy(request)
    transaction.respond(responseTo(request, invite ? 200 : 481, this.#deps.random.token(10)))
    if (invite && invite.state === 'proceeding') invite.user.cancelled?.()
  }

  /** Answers a malformed request, to where it came from if its Via cannot be read; never an ACK. */
  #refuse(request: SipRequest, flow: Flow, status: number, text: string): void {
    if (request.method === 'ACK') return
    // eslint-disable-next-line no-control-regex
    const reason = text.replace(/[\u0000-\u001f\u007f]/g, '.').slice(0, 120)
    const response = responseTo(request, status, this.#deps.random.token(10), { headers: [makeHeader('Warning', `399 ringback "${reason.replace(/["\\]/g, "'")}"`)] })
    try {
      replyFlow(request, flow).send(packet(response), () => {})
    } catch (error) {
      this.#deps.log(`malformed request not answered: ${explainError(error)}`)
    }
  }
}

/** Adds received and rport to the top Via (RFC 3261 18.2.1, RFC 3581 4). */
function stampVia(request: SipRequest, flow: Flow): SipRequest {
  const { via } = messageIds(request)
  if (!via) return request
  const stamps: string[] = []
  if (via.host !== flow.remote.host) stamps.push(`received=${flow.remote.host}`)
  const rport = via.params.get('rport') === ''
  if (stamps.length === 0 && !rport) return request
  let done = false
  const headers = request.headers.map((field) => {
    if (done || field.key !== 'via') return field
    done = true
    const comma = topViaEnd(field.value)
    let top = field.value.slice(0, comma)
    if (rport) top = top.replace(/;\s*rport\b(?!\s*=)/i, `;rport=${flow.remote.port}`)
    return makeHeader(field.name, `${[top, ...stamps].join(';')}${field.value.slice(comma)}`)
  })
  return { ...request, headers }
}

function topViaEnd(value: string): number {
  const comma = value.indexOf(',')
  return comma < 0 ? value.length : comma
}

/** Where responses go: the connection; over UDP the source port with rport, else the port of sent-by (RFC 3261 18.2.2, RFC 3581 4). */
function replyFlow(request: SipRequest, flow: Flow): Flow {
  if (flow.reliable) return flow
  const { via } = messageIds(request)
  const port = via && !via.params.has('rport') ? (via.port ?? 5060) : flow.remote.port
  return port === flow.remote.port ? flow : flow.to({ host: flow.remote.host, port })
}
