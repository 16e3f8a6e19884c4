import type { BudgetLimits } from '../../../shared/model/budgets.ts'
import type { ObservationKind, SipEvent } from '../../../shared/model/wire.ts'
import type { SipResponse } from '../../../shared/wire/sip/message.ts'
import type { Boundary } from '../base/boundary.ts'
import { Budgets } from '../base/budgets.ts'
import type { Clock } from '../base/clock.ts'
import type { Logs } from '../base/log.ts'
import type { Net } from '../base/net.ts'
import type { Random } from '../base/random.ts'
import { SipEndpoint } from '../sip/endpoint.ts'
import type { Dns } from '../sip/resolve/dns.ts'
import type { TransportOptions } from '../sip/transport/transports.ts'
import type { CallTrace, TraceLimits } from '../trace/journal/call-trace.ts'
import type { EventSink } from '../trace/journal/events.ts'
import { Journal } from '../trace/journal/journal.ts'
import { UserAgent, type UserAgentPolicy } from '../ua/index.ts'

export const productName = 'Ringback/0.1.0'
const connectTimeoutMs = 8000
const mostHandshakeFaults = 20
/** What an ended call may still get: retransmissions, a late ACK. */
const afterlifeMs = 32_000

export interface StationDeps {
  readonly clock: Clock
  readonly random: Random
  readonly net: Net
  readonly boundary: Boundary
  readonly dns: Dns
  dnsOf(nameServers: readonly string[]): Dns
  readonly logs: Logs
  /** What strangers may use, where a station has no limits of its own. */
  limits(): BudgetLimits
}

/** Whose the traces of a station are: a call's, a registration's. */
export interface TraceOwner {
  /** A message or an observation came to a trace. */
  traceChanged(trace: CallTrace): void
  /** A limit was reached. */
  limitReached(): void
}

export interface StationOptions extends Omit<TransportOptions, 'connectTimeoutMs'> {
  /** Instead of the engine's. */
  readonly nameServers?: readonly string[] | null
}

export interface StationPolicy extends UserAgentPolicy {
  /** What its messages say that it is; left out: the product. */
  readonly name?: string | undefined
  readonly limits?: Partial<BudgetLimits> | undefined
  /** What goes out instead of a response, null for nothing. */
  readonly misbehave?: ((response: SipResponse) => SipResponse | null) | undefined
}

/**
 * A SIP endpoint with its user agent, its limits and its own journal: two of them in one process never mix what they
 * saw.
 */
export class Station {
  readonly endpoint: SipEndpoint
  readonly ua: UserAgent
  readonly budgets: Budgets
  /** Handshakes with listeners that failed, each a sentence; the first ones. */
  readonly handshakeFaults = new Set<string>()
  #traceLimits: TraceLimits | null = null
  readonly #clock: Clock
  readonly #owner: TraceOwner
  readonly #journal = new Journal()

  constructor(deps: StationDeps, options: StationOptions, policy: StationPolicy, owner: TraceOwner) {
    const { net, clock, random, logs, boundary } = deps
    this.#clock = clock
    this.#owner = owner
    this.budgets = new Budgets(
      policy.limits ? () => ({ ...deps.limits(), ...policy.limits }) : () => deps.limits(),
      () => owner.limitReached(),
    )
    const shared = {
      clock,
      random,
      boundary,
      budgets: this.budgets,
      observe: (callId: string, kind: ObservationKind, text: string) => this.observe(callId, kind, text),
    }
    this.endpoint = new SipEndpoint(
      {
        ...shared,
        net,
        dns: options.nameServers ? deps.dnsOf(options.nameServers) : deps.dns,
        log: logs.for('ringback:sip'),
        wire: (event) => this.#wire(event),
        misbehave: policy.misbehave,
        handshakeFailed: (text) => {
          if (this.handshakeFaults.size < mostHandshakeFaults) this.handshakeFaults.add(text)
        },
      },
      { ...options, connectTimeoutMs },
    )
    this.ua = new UserAgent({ ...shared, endpoint: this.endpoint, name: policy.name ?? productName }, policy)
  }

  /** What is kept of the messages of one call: one object for all calls for as long as nobody changes the limits. */
  get traceLimits(): TraceLimits {
    const { budgets } = this
    const messages = budgets.limit('messagesPerCall')
    const bytes = budgets.limit('bytesPerCall')
    const invites = budgets.limit('invitesPerCallId')
    const known = this.#traceLimits
    if (known?.messages === messages && known.bytes === bytes && known.invites === invites) return known
    return (this.#traceLimits = { messages, bytes, invites, reached: (name) => budgets.refuse(name) })
  }

  /** All that this element sends, receives and notices from now on goes there too, calls or not. */
  addSink(sink: EventSink): void {
    this.#journal.addSink(sink)
  }

  trace(callId: string): CallTrace | undefined {
    return this.#journal.trace(callId)
  }

  /** From now on the messages of its Call-ID are the trace's; those of an INVITE that came a moment before too. */
  adopt(trace: CallTrace): void {
    this.#journal.adopt(trace)
    this.#owner.traceChanged(trace)
  }

  /** Lets go of the trace of a call that has ended, when nothing more is to come of it. */
  forget(trace: CallTrace): void {
    this.#clock.after(afterlifeMs, () => this.#journal.delete(trace))
  }

  observe(callId: string, kind: ObservationKind, text: string): void {
    // As true of each later message as of the first.
    if (kind === 'nat' && this.trace(callId)?.observations.some((before) => before.kind === 'nat')) return
    const trace = this.#journal.observe(callId, { at: this.#clock.nowUs(), kind, text })
    if (trace) this.#owner.traceChanged(trace)
  }

  close(): void {
    this.endpoint.close()
  }

  #wire(event: SipEvent): void {
    const trace = this.#journal.sip(event)
    if (trace) this.#owner.traceChanged(trace)
  }
}
