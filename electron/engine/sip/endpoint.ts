import { bracketHost, type Address } from '../../../shared/base/address.ts'
import type { Target, TransportName } from '../../../shared/model/transport.ts'
import type { Observation, SipEvent } from '../../../shared/model/wire.ts'
import { messageIds, parseUri, type SipUri } from '../../../shared/wire/sip/grammar.ts'
import { headerFields, makeHeader, type SipMessage, type SipRequest, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { writeSip } from '../../../shared/wire/sip/write.ts'
import type { Clock } from '../base/clock.ts'
import { explainError, errorCode } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Certificate, Net, TlsServerOptions } from '../base/net.ts'
import type { Random } from '../base/random.ts'
import type { Dns } from './resolve/dns.ts'
import { resolveTarget } from './resolve/resolve.ts'
import { cancelFor } from './transaction/client-invite.ts'
import type { ClientTransaction, TransactionFailure } from './transaction/client.ts'
import { responseTo } from './transaction/response.ts'
import type { ServerTransaction } from './transaction/server.ts'
import { TransactionTable } from './transaction/table.ts'
import { packet, type Flow } from './transport/flow.ts'
import { Transports, type TransportOptions } from './transport/transports.ts'

/** Above this a request should not go over UDP (RFC 3261 18.1.1: 200 bytes below the path MTU, 1,300 when it is unknown). */
export const largestDatagram = 1300

export interface EndpointDeps {
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  readonly dns: Dns
  readonly log: Log
  wire(event: SipEvent): void
}

/** What went wrong before a final response came; `text` is a sentence. */
export interface RequestFailure {
  readonly kind: 'unresolved' | 'timeout' | 'refused' | 'transport' | 'tls'
  readonly text: string
}

export interface RequestUser {
  /** The request on the flow that was chosen; called again for each target that is tried. Without Via: the endpoint adds it. */
  build(flow: Flow): SipRequest
  /** Called when a request is on its way. */
  sent?(request: SipRequest, flow: Flow): void
  response(response: SipResponse, flow: Flow, request: SipRequest): void
  failed(failure: RequestFailure): void
  observe(kind: Observation['kind'], text: string): void
}

/** A request under way, over as many targets as it takes. */
export interface PendingRequest {
  /** Sends CANCEL for the INVITE in progress (RFC 3261 9.1); only after a provisional response. */
  cancel(reason: string | null): void
  /** Forgets the request: nothing is told any more. */
  abandon(): void
}

/** Where a request goes: a URI to resolve, or a flow to reuse. */
export type NextHop =
  | { readonly kind: 'uri'; readonly uri: SipUri; readonly transport: TransportName | null }
  | { readonly kind: 'flow'; readonly flow: Flow }

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
    const pending = new Pending(this, this.#deps, this.#transports, this.#transactions, user)
    void pending.run(hop)
    return pending
  }

  /** Sends a request outside any transaction: the ACK of a 2xx (RFC 3261 13.2.2.4). */
  async sendAck(hop: NextHop, build: (flow: Flow) => SipRequest): Promise<void> {
    try {
      const flow = hop.kind === 'flow' ? hop.flow : await this.#firstFlow(hop.uri, hop.transport)
      if (!flow || this.#closed) return
      flow.send(packet(this.withVia(build(flow), flow)), (error) => this.#deps.log(`ACK not sent: ${explainError(error)}`))
    } catch (error) {
      this.#deps.log(`ACK not sent: ${explainError(error)}`)
    }
  }

  async #firstFlow(uri: SipUri, transport: TransportName | null): Promise<Flow | null> {
    const { targets } = await resolveTarget(uri, transport, this.#deps.dns, this.#deps.random)
    return targets[0] ? this.#transports.flowTo(targets[0]) : null
  }

  withVia(request: SipRequest, flow: Flow): SipRequest {
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

class Pending implements PendingRequest {
  readonly #endpoint: SipEndpoint
  readonly #deps: EndpointDeps
  readonly #transports: Transports
  readonly #transactions: TransactionTable
  readonly #user: RequestUser
  #targets: Target[] = []
  #transaction: ClientTransaction | null = null
  #abandoned = false
  #final = false
  #last: RequestFailure | null = null

  constructor(endpoint: SipEndpoint, deps: EndpointDeps, transports: Transports, transactions: TransactionTable, user: RequestUser) {
    this.#endpoint = endpoint
    this.#deps = deps
    this.#transports = transports
    this.#transactions = transactions
    this.#user = user
  }

  async run(hop: NextHop): Promise<void> {
    if (hop.kind === 'flow') return this.#begin(hop.flow)
    try {
      const { targets, steps, transportFixed } = await resolveTarget(hop.uri, hop.transport, this.#deps.dns, this.#deps.random)
      for (const step of steps) this.#user.observe('resolution', step)
      this.#targets = [...targets]
      if (targets.length === 0) return this.#fail({ kind: 'unresolved', text: `the name ${hop.uri.host} does not resolve: check the spelling, or give an IP address` })
      await this.#next(transportFixed)
    } catch (error) {
      this.#fail({ kind: 'unresolved', text: `the name ${hop.uri.host} could not be resolved: ${explainError(error)}` })
    }
  }

  cancel(reason: string | null): void {
    const invite = this.#transaction
    if (!invite || invite.state !== 'proceeding') return
    try {
      this.#transactions.client(cancelFor(invite.request, reason), invite.flow, { response: () => {}, failed: () => {} })
    } catch (error) {
      this.#deps.log(`CANCEL not sent: ${explainError(error)}`)
    }
  }

  abandon(): void {
    this.#abandoned = true
    this.#transaction?.abandon()
  }

  async #next(transportFixed: boolean): Promise<void> {
    const target = this.#targets.shift()
    if (this.#abandoned) return
    if (!target) return this.#fail(this.#last ?? { kind: 'transport', text: 'no target is left to try' })
    let flow: Flow
    try {
      flow = await this.#transports.flowTo(target)
      if (target.transport === 'udp') flow = await this.#largeRequest(target, flow, transportFixed)
    } catch (error) {
      this.#last = connectFailure(target, error)
      const chain = (error as { chain?: readonly Certificate[] }).chain
      if (chain) this.#observeChain(chain)
      this.#user.observe(this.#last.kind === 'tls' ? 'tls-failed' : this.#last.kind === 'refused' ? 'connection-refused' : 'connection-failed', this.#last.text)
      return this.#next(transportFixed)
    }
    if (flow.tls) this.#observeChain(flow.tls.chain, `${flow.tls.version}, ${flow.tls.cipher}`)
    this.#begin(flow, transportFixed)
  }

  #observeChain(chain: readonly Certificate[], session = 'refused'): void {
    const names = chain.map((cert) => `${cert.subject || cert.altNames} (issued by ${cert.issuer}, valid to ${cert.validTo})`).join(' ← ')
    this.#user.observe('tls-chain', `TLS ${session}: ${names || 'no certificate'}`)
  }

  /** RFC 3261 18.1.1: a request too large for UDP goes over TCP where the transport is ours to choose. */
  async #largeRequest(target: Target, flow: Flow, transportFixed: boolean): Promise<Flow> {
    const size = writeSip(this.#endpoint.withVia(this.#user.build(flow), flow)).length
    if (size <= largestDatagram) return flow
    if (transportFixed) {
      this.#user.observe('large-datagram', `the request has ${size} bytes, more than ${largestDatagram}: it stays on UDP because the transport was chosen, and may be lost in fragments`)
      return flow
    }
    try {
      const tcp = await this.#transports.flowTo({ ...target, transport: 'tcp' })
      this.#user.observe('large-datagram', `the request has ${size} bytes, more than ${largestDatagram}: it goes over TCP`)
      return tcp
    } catch (error) {
      this.#user.observe('large-datagram', `the request has ${size} bytes, more than ${largestDatagram}: it goes over UDP because TCP to ${target.host}:${target.port} failed (${explainError(error)})`)
      return flow
    }
  }

  #begin(flow: Flow, transportFixed = true): void {
    if (this.#abandoned) return
    try {
      const request = this.#endpoint.withVia(this.#user.build(flow), flow)
      const next = (why: RequestFailure) => {
        this.#last = why
        void this.#next(transportFixed)
      }
      this.#transaction = this.#transactions.client(request, flow, {
        response: (response) => this.#response(response, flow, request, next),
        failed: (failure) => {
          if (this.#abandoned || this.#final) return
          const why = transactionFailure(failure, flow)
          if (this.#targets.length > 0) next(why)
          else this.#fail(why)
        },
      })
      this.#user.sent?.(request, flow)
    } catch (error) {
      this.#fail({ kind: 'transport', text: explainError(error) })
    }
  }

  #response(response: SipResponse, flow: Flow, request: SipRequest, next: (why: RequestFailure) => void): void {
    if (this.#abandoned) return
    if (response.status === 503 && this.#targets.length > 0) {
      const retryAfter = headerFields(response, 'retry-after')[0]
      return next({ kind: 'transport', text: `${flow.remote.host}:${flow.remote.port} answered 503${retryAfter ? `, retry after ${retryAfter} s` : ''}` })
    }
    if (response.status >= 200) {
      this.#final = true
      this.#transaction = null
    }
    this.#user.response(response, flow, request)
  }

  #fail(failure: RequestFailure): void {
    if (this.#abandoned || this.#final) return
    this.#final = true
    this.#user.failed(failure)
  }
}

function transactionFailure(failure: TransactionFailure, flow: Flow): RequestFailure {
  const peer = `${flow.transport} ${bracketHost(flow.remote.host)}:${flow.remote.port}`
  return failure.kind === 'timeout'
    ? { kind: 'timeout', text: `${peer} gave no final answer in 32 s` }
    : { kind: errorCode(failure.error) === 'ECONNREFUSED' ? 'refused' : 'transport', text: `${peer}: ${explainError(failure.error)}` }
}

const tlsFaults: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: give its CA with --tls-ca, or accept it with --tls-insecure',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain ends in an unknown CA: give that CA with --tls-ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate chain is incomplete or its CA unknown: give the CA with --tls-ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the CA of its certificate is unknown: give it with --tls-ca',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: check the clock',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

function connectFailure(target: Target, error: unknown): RequestFailure {
  const peer = `${target.transport} ${bracketHost(target.host)}:${target.port}`
  const code = errorCode(error)
  const text = error instanceof Error ? error.message : String(error)
  if (code === 'TLS_CERTIFICATE') return { kind: 'tls', text: `${peer}: ${tlsFaults[text] ?? `its certificate was not accepted (${text})`}; the name wanted is ${target.serverName}` }
  if (code === 'ERR_SSL_UNSUPPORTED_PROTOCOL' || code === 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION') {
    return { kind: 'tls', text: `${peer}: the peer does not speak TLS 1.2 or later` }
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') return { kind: 'tls', text: `${peer}: the peer does not speak TLS on that port` }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return { kind: 'tls', text: `${peer}: TLS handshake failed (${text})` }
  if (target.transport === 'tls' && (code === 'ECONNRESET' || code === 'EPIPE')) return { kind: 'tls', text: `${peer}: the peer broke off the TLS handshake` }
  return { kind: code === 'ECONNREFUSED' ? 'refused' : 'transport', text: `${peer}: ${explainError(error)}` }
}

/** The next hop of a URI as text; null when it is no SIP URI. */
export function hopTo(uri: string, transport: TransportName | null = null): NextHop | null {
  const parsed = parseUri(uri)
  return parsed && { kind: 'uri', uri: parsed, transport }
}
