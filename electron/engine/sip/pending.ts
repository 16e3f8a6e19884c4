import { formatAddress, isIp } from '../../../shared/base/address.ts'
import { largestDatagram, type Target, type TransportName } from '../../../shared/model/transport.ts'
import type { Observation } from '../../../shared/model/wire.ts'
import { messageIds, parseUri, type SipUri } from '../../../shared/wire/sip/grammar.ts'
import type { SipRequest, SipResponse } from '../../../shared/wire/sip/message.ts'
import { retryAfterOf, rportOf } from '../../../shared/wire/sip/numbers.ts'
import { writeSip } from '../../../shared/wire/sip/write.ts'
import { RingbackError, explainError } from '../base/errors.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Log } from '../base/log.ts'
import type { Certificate } from '../base/net.ts'
import type { Random } from '../base/random.ts'
import { connectFailure, transactionFailure, type RequestFailure } from './failures.ts'
import type { Dns } from './resolve/dns.ts'
import { resolveTarget } from './resolve/resolve.ts'
import { cancelFor } from './transaction/client-invite.ts'
import type { ClientTransaction } from './transaction/client.ts'
import type { TransactionTable } from './transaction/table.ts'
import { isUnreachable, type Flow } from './transport/flow.ts'
import type { Transports } from './transport/transports.ts'

export interface RequestUser {
  /**
   * What the request needs before it can be built for a flow, like an address of it; false: it is not wanted any more.
   * May reject with a RingbackError.
   */
  prepare?(flow: Flow): Promise<boolean>
  /**
   * The request on the flow that was chosen; called again for each target that is tried. Without Via: the endpoint adds
   * it.
   */
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
  /** Forgets the request: nothing more is reported. */
  abandon(): void
}

/** Where a request goes: a URI to resolve, or a flow to reuse. */
export type NextHop =
  | { readonly kind: 'uri'; readonly uri: SipUri; readonly transport: TransportName | null }
  | { readonly kind: 'flow'; readonly flow: Flow }

export interface PendingDeps {
  readonly boundary: Boundary
  readonly dns: Dns
  readonly random: Random
  readonly log: Log
  /** Puts our Via on top. */
  withVia(request: SipRequest, flow: Flow): SipRequest
}

/** Follows one request to its final response: resolution, targets in turn, transport, transaction. */
export class ClientRequest implements PendingRequest {
  readonly #deps: PendingDeps
  readonly #transports: Transports
  readonly #transactions: TransactionTable
  readonly #user: RequestUser
  #targets: Target[] = []
  #transaction: ClientTransaction | null = null
  #abandoned = false
  #final = false
  #last: RequestFailure | null = null

  constructor(deps: PendingDeps, transports: Transports, transactions: TransactionTable, user: RequestUser) {
    this.#deps = deps
    this.#transports = transports
    this.#transactions = transactions
    this.#user = user
  }

  async run(hop: NextHop): Promise<void> {
    if (hop.kind === 'flow') return this.#send(hop.flow, null, true)
    try {
      const { targets, steps, noService, transportFixed } = await resolveTarget(
        hop.uri,
        hop.transport,
        this.#deps.dns,
        this.#deps.random,
      )
      for (const step of steps) this.#user.observe('resolution', step)
      this.#targets = [...targets]
      if (targets.length === 0)
        return this.#fail({
          kind: 'unresolved',
          text: noService
            ? `${hop.uri.host} says in DNS that it has no SIP service (SRV target "."): ` +
              'ask its owner for the address to call'
            : `the name ${hop.uri.host} does not resolve: check the spelling, or give an IP address`,
        })
      await this.#next(transportFixed)
    } catch (error) {
      this.#fail({ kind: 'unresolved', text: `the name ${hop.uri.host} could not be resolved: ${explainError(error)}` })
    }
  }

  cancel(reason: string | null): void {
    const invite = this.#transaction
    if (!invite || invite.state !== 'proceeding') return
    try {
      this.#transactions.client(cancelFor(invite.request, reason), invite.flow, {
        response: () => {},
        failed: () => {},
      })
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
    } catch (error) {
      this.#last = connectFailure(target, error)
      const chain = (error as { chain?: readonly Certificate[] }).chain
      if (chain) this.#observeChain(chain)
      this.#user.observe(
        this.#last.kind === 'tls'
          ? 'tls-failed'
          : this.#last.kind === 'refused'
            ? 'connection-refused'
            : 'connection-failed',
        this.#last.text,
      )
      return this.#next(transportFixed)
    }
    if (flow.tls) this.#observeChain(flow.tls.chain, `${flow.tls.version}, ${flow.tls.cipher}`)
    await this.#send(flow, target, transportFixed)
  }

  #observeChain(chain: readonly Certificate[], session = 'refused'): void {
    const names = chain
      .map((cert) => `${cert.subject || cert.altNames} (issued by ${cert.issuer}, valid to ${cert.validTo})`)
      .join(' ← ')
    this.#user.observe('tls-chain', `TLS ${session}: ${names || 'no certificate'}`)
  }

  /** Builds the request for the flow and hands it to a transaction; `target` null where the flow was given. */
  async #send(flow: Flow, target: Target | null, transportFixed: boolean): Promise<void> {
    if (this.#abandoned) return
    try {
      const request = await this.#build(flow)
      const larger =
        request && target?.transport === 'udp'
          ? await this.#flowForSize(target, writeSip(request).length, transportFixed)
          : null
      const sent = larger ? await this.#build(larger) : request
      if (sent) this.#begin(larger ?? flow, sent, transportFixed)
    } catch (error) {
      const ours = error instanceof RingbackError && error.kind === 'machine'
      this.#fail({ kind: ours ? 'machine' : 'transport', text: explainError(error) })
    }
  }

  /** The request for a flow; null where it is not wanted any more. */
  async #build(flow: Flow): Promise<SipRequest | null> {
    const wanted = !this.#user.prepare || (await this.#user.prepare(flow))
    return wanted && !this.#abandoned ? this.#deps.withVia(this.#user.build(flow), flow) : null
  }

  /**
   * RFC 3261 18.1.1: a request too large for UDP goes over TCP where the transport is ours to choose; null: it stays.
   */
  async #flowForSize(target: Target, size: number, transportFixed: boolean): Promise<Flow | null> {
    if (size <= largestDatagram) return null
    const tell = (text: string) =>
      this.#user.observe('large-datagram', `the request has ${size} bytes, more than ${largestDatagram}: ${text}`)
    if (transportFixed) {
      tell('it stays on UDP because the transport was chosen, and may be lost in fragments')
      return null
    }
    try {
      const tcp = await this.#transports.flowTo({ ...target, transport: 'tcp' })
      tell('it goes over TCP')
      return tcp
    } catch (error) {
      tell(`it goes over UDP because TCP to ${formatAddress(target)} failed (${explainError(error)})`)
      return null
    }
  }

  #begin(flow: Flow, request: SipRequest, transportFixed: boolean): void {
    if (this.#abandoned) return
    const next = (why: RequestFailure) => {
      this.#last = why
      if (why.kind !== 'refused' && why.kind !== 'tls')
        this.#user.observe('failed-over', `${why.text}: the next target is tried`)
      this.#deps.boundary.run('request', () => this.#next(transportFixed))
    }
    this.#transaction = this.#transactions.client(request, flow, {
      response: (response) => this.#response(response, flow, request, next),
      failed: (failure) => {
        if (this.#abandoned || this.#final) return
        const why = transactionFailure(failure, flow)
        if (why.kind === 'refused') this.#user.observe('connection-refused', why.text)
        if (why.kind === 'tls') this.#user.observe('tls-failed', why.text)
        if (this.#targets.length > 0) next(why)
        else this.#fail(why)
      },
    })
    this.#user.sent?.(request, flow)
  }

  #response(response: SipResponse, flow: Flow, request: SipRequest, next: (why: RequestFailure) => void): void {
    if (this.#abandoned) return
    if (response.status === 503 && this.#targets.length > 0) {
      const retryAfter = retryAfterOf(response)
      return next({
        kind: 'transport',
        text:
          `${formatAddress(flow.remote)} answered ` +
          `503${retryAfter !== null ? `, retry after ${retryAfter} s` : ''}`,
      })
    }
    if (response.status >= 200) {
      this.#final = true
      this.#transaction = null
    }
    this.#lookAtNat(response, flow)
    this.#user.response(response, flow, request)
  }

  /** Whether the peer sees us elsewhere than our Contact says (RFC 3581 4). */
  #lookAtNat(response: SipResponse, flow: Flow): void {
    const { contact, reliable } = flow
    if (isUnreachable(contact)) return
    const { via } = messageIds(response)
    const host = via?.params.get('received') ?? contact.host
    const port = rportOf(via) ?? contact.port
    if (!isIp(host) || (host === contact.host && (reliable || port === contact.port))) return
    const seen = reliable ? host : formatAddress({ host, port })
    this.#user.observe(
      'nat',
      `the peer sees us at ${seen}, our Contact says ${formatAddress(contact)}: there is a NAT between, ` +
        (flow.seenAt ? 'from now on our Contact says the former' : 'and requests of the peer may not find us'),
    )
    flow.seenAt?.({ host, port })
  }

  #fail(failure: RequestFailure): void {
    if (this.#abandoned || this.#final) return
    this.#final = true
    this.#user.failed(failure)
  }
}

/** The next hop of a URI as text; null when it is no SIP URI. */
export function hopTo(uri: string, transport: TransportName | null = null): NextHop | null {
  const parsed = parseUri(uri)
  return parsed && { kind: 'uri', uri: parsed, transport }
}
