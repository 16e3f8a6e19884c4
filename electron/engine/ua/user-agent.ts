import { header, makeHeader, type SipHeader, type SipRequest } from '../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { replacedBy } from '../../../shared/wire/sip/refer.ts'
import type { Wrong } from '../../../shared/model/wrong.ts'
import { DigestClient } from '../sip/digest/client.ts'
import { overload, type Refusal } from '../sip/refusal.ts'
import { responseTo } from '../sip/transaction/response.ts'
import type { ServerTransaction } from '../sip/transaction/server.ts'
import type { Flow } from '../sip/transport/flow.ts'
import type { Call } from './call/call.ts'
import { allowed, supported, unsupported } from './call/headers.ts'
import { InboundCall } from './call/inbound.ts'
import type { OutboundOptions } from './call/invite-request.ts'
import { OutboundCall } from './call/outbound.ts'
import { bodyFault } from './body-fault.ts'
import { OwnCallDeps, type UserAgentDeps } from './call-deps.ts'
import type { Gate, Registrars, UserAgentPolicy, Verdict } from './gate.ts'
import { InviteCounts } from './invite-counts.ts'
import { Newcomers } from './newcomers.ts'
import { Registration, type RegistrationOptions } from './registration/registration.ts'

export interface UserAgentEvents {
  incoming(call: InboundCall): void
  /**
   * An INVITE that becomes no call: the gate refused it, or asks for credentials (it may come again with them), or
   * nobody is to answer it, or it is malformed, or asks for what is not done here.
   */
  turnedAway(callId: string, why: 'refused' | 'challenged' | 'ignored', text: string, request: SipRequest): void
}

/** A SIP user agent over one endpoint: places calls, takes calls, registers. */
export class UserAgent {
  readonly #deps: UserAgentDeps
  readonly #calls = new Map<string, Call>()
  /** Call-IDs of calls and registrations that are under way: nobody begins another call with one of them. */
  readonly #underWay = new Set<string>()
  readonly #invites: InviteCounts
  readonly #newcomers: Newcomers
  readonly #gate: Gate | null
  readonly #silent: boolean
  readonly #registrar: Registrars | null
  readonly followsRefer: boolean
  readonly wrong: readonly Wrong[]
  #events: UserAgentEvents | null = null

  constructor(deps: UserAgentDeps, policy: UserAgentPolicy = {}) {
    const { gate = null, silent = false, followsRefer = false, registrar = null, wrong = [] } = policy
    this.#registrar = registrar
    this.#deps = deps
    this.#invites = new InviteCounts(deps.clock)
    this.#newcomers = new Newcomers(deps.clock, deps.budgets)
    this.#gate = gate
    this.#silent = silent
    this.followsRefer = followsRefer
    this.wrong = wrong
    deps.endpoint.serve({
      admit: (request, flow) => this.#admit(request, flow),
      malformed: (request, text) => this.#turnedAway(request, `it is malformed: ${text}`),
      request: (transaction) => this.#request(transaction),
      ack: (request, flow) => this.#ack(request, flow),
      lost: (flow, why) => {
        for (const call of [...this.#calls.values()]) call.lost(flow, why)
      },
      busy: (flow) => [...this.#calls.values()].some((call) => call.uses(flow)),
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
    const { followsRefer = this.followsRefer, wrong } = options
    const deps = new OwnCallDeps(this.#deps, callId, { followsRefer, wrong })
    const call = new OutboundCall(deps, options, callId)
    deps.call = call
    this.#keep(call)
    return call
  }

  register(options: RegistrationOptions, callId: string): Registration {
    const { endpoint, clock, random, name, observe } = this.#deps
    const registration = new Registration(
      { endpoint, clock, random, userAgent: name, observe: (kind, text) => observe(callId, kind, text) },
      options,
      callId,
    )
    registration.events.on('state', ({ kind }) =>
      kind === 'idle' ? this.#underWay.delete(callId) : this.#underWay.add(callId),
    )
    return registration
  }

  #keep(call: Call): void {
    const key = dialogKey(call.callId, call.localTag)
    this.#calls.set(key, call)
    this.#underWay.add(call.callId)
    call.events.on(
      'state',
      ({ kind }) => kind === 'ended' && this.#calls.delete(key) && this.#underWay.delete(call.callId),
    )
  }

  /** The call of a request inside its dialog: Call-ID and both tags name it (RFC 3261 12.2.2). */
  #find(request: SipRequest): Call | undefined {
    const { callId, toTag, fromTag } = messageIds(request)
    const call = toTag === null ? undefined : this.#calls.get(dialogKey(callId ?? '', toTag))
    return call?.hasPeer(fromTag) ? call : undefined
  }

  #ack(request: SipRequest, flow: Flow): void {
    const call = this.#find(request)
    if (!call) return
    this.#deps.endpoint.proves(flow, ...call.flows)
    call.acknowledged(request)
  }

  /** Whether a new INVITE may become a call; what may not is answered, or not, without a trace in memory. */
  #admit(request: SipRequest, flow: Flow): Refusal | 'silence' | null {
    if (request.method !== 'INVITE' || messageIds(request).toTag !== null || !this.#events) return null
    const { budgets } = this.#deps
    const callId = messageIds(request).callId!
    const source = flow.remote.host
    if (this.#underWay.has(callId)) return { status: 482 }
    if (this.#invites.count(callId) > budgets.limit('invitesPerCallId')) {
      budgets.refuse('invitesPerCallId')
      return { status: 482 }
    }
    const judged = this.#gate?.check(request, flow) ?? welcome
    const verdict = judged.kind === 'in' && this.#silent ? ignored : judged
    if (verdict.kind !== 'in') {
      this.#events.turnedAway(callId, verdict.kind, verdict.text, request)
      return verdict.kind === 'ignored' ? 'silence' : verdict.refusal
    }
    if (verdict.proven) this.#deps.endpoint.proves(flow)
    const mayWait = this.#deps.endpoint.isProven(flow) || this.#newcomers.hasRoom
    return mayWait && this.#hasRoom(source) ? null : overload
  }

  /** Whether one more call from there is within the limits. */
  #hasRoom(source: string): boolean {
    const { budgets } = this.#deps
    return (
      budgets.allows('callsAtOnce') &&
      budgets.allows('callsPerSource', source) &&
      budgets.allows('unacknowledgedCalls') &&
      budgets.allows('unacknowledgedPerSource', source)
    )
  }

  /** Counts a call that came in, until it ends; and while its 200 waits for the ACK. */
  #count(call: InboundCall): void {
    const { budgets } = this.#deps
    const source = call.source.host
    let unacknowledged = false
    const acknowledged = () => {
      if (!unacknowledged) return
      unacknowledged = false
      budgets.release('unacknowledgedCalls')
      budgets.release('unacknowledgedPerSource', source)
    }
    budgets.take('callsAtOnce')
    budgets.take('callsPerSource', source)
    call.events.on('acknowledged', acknowledged)
    call.events.on('state', (state) => {
      if (state.kind === 'answered') {
        unacknowledged = true
        budgets.take('unacknowledgedCalls')
        budgets.take('unacknowledgedPerSource', source)
      }
      if (state.kind !== 'ended') return
      acknowledged()
      budgets.release('callsAtOnce')
      budgets.release('callsPerSource', source)
    })
  }

  #request(transaction: ServerTransaction): void {
    const { request } = transaction
    if (messageIds(request).toTag !== null) {
      const call = this.#find(request)
      if (!call) return this.#reply(transaction, 481)
      this.#deps.endpoint.proves(transaction.flow)
      return call.receive(transaction)
    }
    const missing = unsupported(request)
    if (missing.length > 0 && request.method !== 'CANCEL') {
      this.#turnedAway(request, `it requires ${missing.join(', ')}, which is not done here`)
      return this.#reply(transaction, 420, [makeHeader('Unsupported', missing.join(', '))])
    }
    switch (request.method) {
      case 'INVITE':
        return this.#invite(transaction)
      case 'REGISTER':
        return this.#register(transaction)
      case 'OPTIONS':
        return this.#reply(transaction, 200, [allowed(this), makeHeader('Accept', 'application/sdp'), supported])
      case 'BYE':
      case 'INFO':
      case 'PRACK':
      case 'UPDATE':
      case 'NOTIFY':
        return this.#reply(transaction, 481)
      default:
        return this.#refuseMethod(transaction)
    }
  }

  #refuseMethod(transaction: ServerTransaction): void {
    this.#reply(transaction, knownMethods.has(transaction.request.method) ? 405 : 501, [allowed(this)])
  }

  #register(transaction: ServerTransaction): void {
    if (!this.#registrar) return this.#refuseMethod(transaction)
    const { request, flow } = transaction
    const { status, headers, proven } = this.#registrar.register(request, flow)
    if (proven) this.#deps.endpoint.proves(flow)
    this.#reply(transaction, status, headers)
  }

  #invite(transaction: ServerTransaction): void {
    if (this.#deps.endpoint.isProven(transaction.flow)) return this.#begin(transaction)
    transaction.user = { cancelled: () => this.#reply(transaction, 487) }
    this.#newcomers.take(transaction, (waited) => {
      if (waited && this.#underWay.has(header(transaction.request, 'call-id')!)) return this.#reply(transaction, 482)
      if (waited && !this.#hasRoom(transaction.flow.remote.host))
        return this.#reply(transaction, overload.status, overload.headers)
      this.#begin(transaction)
    })
  }

  #begin(transaction: ServerTransaction): void {
    const { request } = transaction
    const fault = bodyFault(request)
    if (fault) {
      this.#turnedAway(request, fault.text)
      return this.#reply(transaction, fault.status, fault.headers)
    }
    if (!this.#events) return this.#reply(transaction, 480)
    const replaced = this.#replaced(request)
    if (typeof replaced === 'number') {
      this.#turnedAway(request, 'it is to take the place of a call (Replaces) that is not answered here')
      return this.#reply(transaction, replaced)
    }
    const callId = header(request, 'call-id')!
    const deps = new OwnCallDeps(this.#deps, callId, this)
    const call = new InboundCall(deps, transaction, new DigestClient(null, this.#deps.random), replaced)
    deps.call = call
    this.#keep(call)
    this.#count(call)
    this.#events.incoming(call)
  }

  /** The call that an INVITE takes the place of (RFC 3891 3); null: none; else the status that it is refused with. */
  #replaced(invite: SipRequest): Call | null | number {
    const dialog = replacedBy(invite)
    if (dialog === null) return null
    if (typeof dialog === 'string') return 400
    const call = this.#calls.get(dialogKey(dialog.callId, dialog.toTag))
    if (!call?.hasPeer(dialog.fromTag)) return 481
    if (call.is('answered')) return dialog.earlyOnly ? 486 : call
    return call.is('ending') ? 603 : 481
  }

  /** Reports an INVITE, outside any dialog, that is refused for good; those without a Call-ID have the empty one. */
  #turnedAway(request: SipRequest, text: string): void {
    const { callId, toTag } = messageIds(request)
    if (request.method === 'INVITE' && toTag === null && !this.#underWay.has(callId ?? ''))
      this.#events?.turnedAway(callId ?? '', 'refused', text, request)
  }

  #reply(transaction: ServerTransaction, status: number, headers: readonly SipHeader[] = []): void {
    transaction.respond(
      responseTo(transaction.request, status, this.#deps.random.token(10), {
        headers: [...headers, makeHeader('User-Agent', this.#deps.name)],
      }),
    )
  }
}

const welcome: Verdict = { kind: 'in', proven: false }
const ignored: Verdict = { kind: 'ignored', text: 'calls are ignored here' }

const dialogKey = (callId: string, localTag: string) => `${callId} ${localTag}`

const knownMethods = new Set(['REGISTER', 'SUBSCRIBE', 'MESSAGE', 'REFER', 'PUBLISH'])
