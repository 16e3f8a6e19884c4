import type { ObservationKind } from '../../../shared/model/wire.ts'
import { header, headerList, makeHeader, type SipHeader, type SipRequest } from '../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { DigestClient } from '../sip/digest/client.ts'
import type { SipEndpoint } from '../sip/endpoint.ts'
import { responseTo } from '../sip/transaction/response.ts'
import type { ServerTransaction } from '../sip/transaction/server.ts'
import { allowedMethods, unsupported, type Call, type CallDeps } from './call/call.ts'
import { InboundCall } from './call/inbound.ts'
import { OutboundCall, type OutboundOptions } from './call/outbound.ts'
import type { Gate } from './gate.ts'
import { Registration, type RegistrationOptions } from './registration/registration.ts'

export interface UserAgentDeps {
  readonly endpoint: SipEndpoint
  readonly clock: Clock
  readonly random: Random
  readonly name: string
  /** What an endpoint knows of a call or a registration beyond its messages. */
  observe(callId: string, kind: ObservationKind, text: string): void
}

export interface UserAgentPolicy {
  readonly gate?: Gate | null
  /** No response at all to any INVITE, as a peer that drops packets. */
  readonly silent?: boolean
}

export interface UserAgentEvents {
  incoming(call: InboundCall): void
  /** A call that the gate refused, or that nobody is to answer. */
  turnedAway(callId: string, text: string): void
}

/** A SIP user agent over one endpoint: places calls, takes calls, registers. */
export class UserAgent {
  readonly #deps: UserAgentDeps
  readonly #calls = new Map<string, Call>()
  readonly #gate: Gate | null
  readonly #silent: boolean
  #events: UserAgentEvents | null = null

  constructor(deps: UserAgentDeps, { gate = null, silent = false }: UserAgentPolicy = {}) {
    this.#deps = deps
    this.#gate = gate
    this.#silent = silent
    deps.endpoint.serve({
      request: (transaction) => this.#request(transaction),
      ack: (request) => this.#find(request)?.acknowledged(request),
    })
  }

  serve(events: UserAgentEvents): void {
    this.#events = events
  }

  /** A Call-ID for a call or a registration to be (RFC 3261 8.1.1.4). */
  newCallId(): string {
    return this.#deps.random.token(24)
  }

  /** The call, not yet sent: `start` sends it. Throws SipWriteError for headers that must not go out. */
  call(options: OutboundOptions, callId: string): OutboundCall {
    const call = new OutboundCall(this.#callDeps(callId), options, callId)
    this.#keep(call)
    return call
  }

  register(options: RegistrationOptions, callId: string): Registration {
    const { endpoint, clock, random, name, observe } = this.#deps
    return new Registration({ endpoint, clock, random, userAgent: name, observe: (kind, text) => observe(callId, kind, text) }, options, callId)
  }

  #callDeps(callId: string): CallDeps {
    const { endpoint, clock, random, name, observe } = this.#deps
    return { endpoint, clock, random, userAgent: name, observe: (kind, text) => observe(callId, kind, text) }
  }

  #keep(call: Call): void {
    const key = dialogKey(call.callId, call.localTag)
    this.#calls.set(key, call)
    call.events.on('state', (state) => state.kind === 'ended' && this.#calls.delete(key))
  }

  #find(request: SipRequest): Call | undefined {
    const { callId, toTag } = messageIds(request)
    return toTag === null ? undefined : this.#calls.get(dialogKey(callId ?? '', toTag))
  }

  #request(transaction: ServerTransaction): void {
    const { request } = transaction
    if (messageIds(request).toTag !== null) {
      const call = this.#find(request)
      if (call) call.receive(transaction)
      else this.#reply(transaction, 481)
      return
    }
    const missing = unsupported(request)
    if (missing.length > 0 && request.method !== 'CANCEL') return this.#reply(transaction, 420, [makeHeader('Unsupported', missing.join(', '))])
    switch (request.method) {
      case 'INVITE':
        return this.#invite(transaction)
      case 'OPTIONS':
        return this.#reply(transaction, 200, [makeHeader('Allow', allowedMethods), makeHeader('Accept', 'application/sdp'), makeHeader('Supported', '100rel, timer')])
      case 'BYE': case 'INFO': case 'PRACK': case 'UPDATE': case 'NOTIFY':
        return this.#reply(transaction, 481)
      default:
        return this.#reply(transaction, knownMethods.has(request.method) ? 405 : 501, [makeHeader('Allow', allowedMethods)])
    }
  }

  #invite(transaction: ServerTransaction): void {
    const { request } = transaction
    const fault = bodyFault(request)
    if (fault) return this.#reply(transaction, fault.status, fault.headers)
    if (!this.#events) return this.#reply(transaction, 480)
    const verdict = this.#gate?.check(transaction) ?? { kind: 'open' as const }
    if (verdict.kind === 'refused') this.#events.turnedAway(header(request, 'call-id')!, verdict.text)
    if (verdict.kind !== 'open') return
    if (this.#silent) {
      transaction.abandon()
      return this.#events.turnedAway(header(request, 'call-id')!, 'calls are ignored here')
    }
    const call = new InboundCall(this.#callDeps(header(request, 'call-id')!), transaction, new DigestClient(null, this.#deps.random))
    this.#keep(call)
    this.#events.incoming(call)
  }

  #reply(transaction: ServerTransaction, status: number, headers: readonly SipHeader[] = []): void {
    transaction.respond(responseTo(transaction.request, status, this.#deps.random.token(10), { headers: [...headers, makeHeader('User-Agent', this.#deps.name)] }))
  }
}

const dialogKey = (callId: string, localTag: string) => `${callId} ${localTag}`

const knownMethods = new Set(['REGISTER', 'SUBSCRIBE', 'MESSAGE', 'REFER', 'PUBLISH'])

/** RFC 3261 8.2.3: a body that cannot be understood, or a caller that accepts no session description. */
function bodyFault(request: SipRequest): { status: number; headers: SipHeader[] } | null {
  const type = header(request, 'content-type')
  if (request.body.length > 0) {
    const encoding = header(request, 'content-encoding')
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return { status: 415, headers: [makeHeader('Accept-Encoding', 'identity')] }
    const optional = /handling\s*=\s*optional/i.test(header(request, 'content-disposition') ?? '')
    if (!optional && !/^(application\/sdp|multipart\/)/i.test(type ?? '')) return { status: 415, headers: [makeHeader('Accept', 'application/sdp')] }
  }
  const accept = headerList(request, 'accept')
  if (accept.length > 0 && !accept.some((value) => /^(application\/(sdp|\*)|\*\/\*)/i.test(value))) return { status: 406, headers: [makeHeader('Accept', 'application/sdp')] }
  return null
}
