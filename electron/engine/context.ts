import { isIp } from '../../shared/base/address.ts'
import { settingsSchema, type CommandName, type Settings, type commands } from '../../shared/contract/commands.ts'
import type { SourceArgs } from '../../shared/contract/place-call.ts'
import { initialLimits, type BudgetLimits } from '../../shared/model/budgets.ts'
import type { ObservationKind, SipEvent } from '../../shared/model/wire.ts'
import type { Boundary } from './base/boundary.ts'
import { Budgets } from './base/budgets.ts'
import type { Clock } from './base/clock.ts'
import { machine } from './base/errors.ts'
import type { Logs } from './base/log.ts'
import type { Net } from './base/net.ts'
import type { Random } from './base/random.ts'
import type { LocalRoutes } from './base/routes.ts'
import type { BookedCall } from './calls/booked-call.ts'
import type { CallBook } from './calls/call-book.ts'
import type { History } from './history.ts'
import type { Feed } from './feed.ts'
import type { Files } from './files.ts'
import { SampleSource, silence, tone, type SourceSpec } from './media/audio/source.ts'
import { atEachRate, readWav } from './media/audio/wav.ts'
import { PortPool, type PortRange } from './media/transport/ports.ts'
import type { Pacer } from './media/session/pacer.ts'
import { MediaSession, type MediaOptions } from './media/session/session.ts'
import type { Dns } from './sip/resolve/dns.ts'
import { SipEndpoint } from './sip/endpoint.ts'
import type { TransportOptions } from './sip/transport/transports.ts'
import type { Store } from './store/store.ts'
import type { CallTrace, TraceLimits } from './trace/journal/call-trace.ts'
import { Journal } from './trace/journal/journal.ts'
import { UserAgent, type Call, type UserAgentPolicy } from './ua/index.ts'

export const productName = 'Ringback/0.1.0'
const connectTimeoutMs = 8000
/** How long hanging up and un-registering may take before the engine goes on. */
const patienceMs = 2500
/** What an ended call may still get: retransmissions, a late ACK. */
const afterlifeMs = 32_000

/** The arguments of a command as its schema leaves them. */
export type Parsed<Name extends CommandName> = ReturnType<(typeof commands)[Name]['args']['parse']>

interface ContextParts {
  readonly clock: Clock
  readonly random: Random
  readonly net: Net
  readonly boundary: Boundary
  readonly dns: Dns
  readonly logs: Logs
  readonly routes: LocalRoutes
  readonly pacer: Pacer
  readonly store: Store | null
  readonly book: CallBook
  readonly feed: Feed
  readonly history: History
  readonly files: Files
  /** A person looks on: what they may ask for is kept, and calls to the softphone ring. */
  readonly attended: boolean
}

export interface MediaChoice extends Omit<MediaOptions, 'host' | 'signalling'> {
  /** The host that media goes to, as far as it is known. */
  readonly peer: string
  /** Undefined: the address that reaches the peer. */
  readonly localAddress?: string | undefined
  readonly rtpPorts: PortRange | undefined
}

/** What every part of the engine works with. */
export interface Context extends Omit<ContextParts, 'pacer' | 'store'> {
  /** Throws RingbackError (machine) where no profile folder is in use. */
  readonly store: Store
  readonly settings: Settings
  /** What the settings allow strangers to use. */
  readonly limits: BudgetLimits
  /** Every SIP element of the engine that is open. */
  readonly stations: Set<Station>
  saveSettings(settings: Settings): void
  /** A stored secret; null where there is none, or no profile folder. */
  secret(name: string): string | null
  /** Opens the media of a call. Throws RingbackError (machine). */
  openMedia(booked: BookedCall, choice: MediaChoice): Promise<MediaSession>
  /** Throws RingbackError for a file that cannot be played. */
  source(args: SourceArgs): SourceSpec
  /** Waits until something is so, no longer than a few seconds. */
  until(done: () => boolean): Promise<void>
}

export function makeContext({ pacer, store, ...parts }: ContextParts): Context {
  const { clock, random, net } = parts
  const pools = new Map<string, PortPool>()
  let unsaved = settingsSchema.parse({})
  return {
    ...parts,
    get store() {
      if (!store) throw machine('no profile folder is in use: trunks and history need one (--profile)')
      return store
    },
    get settings() {
      return store?.settings ?? unsaved
    },
    get limits() {
      return { ...initialLimits, ...this.settings.limits }
    },
    stations: new Set(),
    saveSettings(settings) {
      if (store) store.saveSettings(settings)
      else unsaved = settings
    },
    secret: (name) => store?.secret(name) ?? null,
    async openMedia(booked, { peer, localAddress, rtpPorts, ...options }) {
      const range = rtpPorts ?? this.settings.rtpPorts
      const key = `${range.first}-${range.last}`
      let ports = pools.get(key)
      if (!ports) pools.set(key, (ports = new PortPool(net, random, range)))
      const host = localAddress ?? localFor(peer, this.settings) ?? (await mediaHost(peer, parts))
      return MediaSession.open(
        { clock, random, pacer, ports, limits: this.limits },
        { ...options, host, signalling: isIp(peer) ? peer : null },
        parts.book.tap(booked),
      )
    },
    source(args) {
      switch (args.kind) {
        case 'echo':
          return { kind: 'echo' }
        case 'marker':
          return { kind: 'marker' }
        case 'silence':
          return { kind: 'samples', at: silence }
        case 'tone':
          return { kind: 'samples', at: (rateHz) => tone(args.hz, rateHz) }
        case 'file': {
          const samples = atEachRate(parts.files.using([args.path], ([path]) => readWav(path!)))
          return { kind: 'samples', at: (rateHz) => new SampleSource(samples(rateHz), false) }
        }
      }
    },
    async until(done) {
      const startMs = clock.monotonicMs()
      while (!done() && clock.monotonicMs() - startMs < patienceMs)
        await new Promise<void>((resolve) => void clock.after(20, resolve))
    },
  }
}

/** The local address that the settings ask for; null where the system is to choose: none is set, or the peer is this machine. */
export function localFor(peer: string, { localAddress }: Settings): string | null {
  return localAddress === null || /^(127\.|\[?::1|localhost)/i.test(peer) ? null : localAddress
}

/** The local address that media to that host leaves from. */
async function mediaHost(peer: string, { dns, routes }: Pick<ContextParts, 'dns' | 'routes'>): Promise<string> {
  try {
    const [target] = isIp(peer) ? [peer] : await dns.addresses(peer)
    // Without an address of the peer: where the default route leaves.
    return await routes.find(target ?? '192.0.2.1')
  } catch {
    return '127.0.0.1'
  }
}

/** A SIP endpoint with its user agent, its limits and its own journal: two of them in one process never mix what they saw. */
export class Station {
  readonly endpoint: SipEndpoint
  readonly ua: UserAgent
  readonly journal = new Journal()
  readonly budgets: Budgets
  readonly #context: Context
  readonly #agent: string | null
  readonly #touched: (trace: CallTrace) => void

  /** `agent`: whose calls those that come in are; `limits`: its own, where they differ from the settings; `touched` hears of news in traces that are no calls. */
  constructor(
    context: Context,
    options: Omit<TransportOptions, 'connectTimeoutMs'>,
    agent: string | null,
    policy: UserAgentPolicy & { readonly limits?: Partial<BudgetLimits> },
    touched: (trace: CallTrace) => void,
  ) {
    const { net, clock, random, dns, logs, boundary, feed } = context
    this.#context = context
    this.#agent = agent
    this.#touched = touched
    this.budgets = new Budgets(
      () => ({ ...context.limits, ...policy.limits }),
      () => feed.change('limits'),
    )
    const shared = {
      clock,
      random,
      boundary,
      budgets: this.budgets,
      observe: (callId: string, kind: ObservationKind, text: string) => this.observe(callId, kind, text),
    }
    this.endpoint = new SipEndpoint(
      { ...shared, net, dns, log: logs.for('ringback:sip'), wire: (event) => this.#wire(event) },
      { ...options, connectTimeoutMs },
    )
    this.ua = new UserAgent({ ...shared, endpoint: this.endpoint, name: productName }, policy)
    context.stations.add(this)
  }

  close(): void {
    this.endpoint.close()
    this.#context.stations.delete(this)
  }

  booked(callId: string): BookedCall | undefined {
    const trace = this.journal.trace(callId)
    return trace && this.#context.book.get(trace.id)
  }

  /** A call that came in is in the book from now on, with what was seen of it until now. */
  begin(callId: string): BookedCall {
    const { book, attended } = this.#context
    const booked = book.open(
      callId,
      'inbound',
      attended,
      this.#agent === null ? null : { agent: this.#agent },
      this.traceLimits,
    )
    this.journal.adopt(booked.trace)
    this.#touch(booked.trace)
    return booked
  }

  get traceLimits(): TraceLimits {
    return {
      messages: this.budgets.limit('messagesPerCall'),
      bytes: this.budgets.limit('bytesPerCall'),
      reached: (name) => this.budgets.refuse(name),
    }
  }

  observe(callId: string, kind: Parameters<CallBook['observe']>[1], text: string): void {
    const trace = this.journal.trace(callId)
    if (!trace) return
    trace.observe({ at: this.#context.clock.nowUs(), kind, text })
    this.#touch(trace)
  }

  /** From now on the call's state is what the book shows; its end completes the report. */
  follow(booked: BookedCall, call: Call): void {
    const { book } = this.#context
    booked.call = call
    call.events.on('state', (state) => {
      if (state.kind === 'ended') {
        book.finish(booked)
        this.forget(booked)
      } else book.moved(booked)
    })
  }

  /** Lets go of an ended call when nothing more is to come of it. */
  forget({ trace }: BookedCall): void {
    this.#context.clock.after(afterlifeMs, () => this.journal.delete(trace))
  }

  #wire(event: SipEvent): void {
    const trace = this.journal.sip(event)
    if (trace) this.#touch(trace)
  }

  #touch(trace: CallTrace): void {
    const booked = this.#context.book.get(trace.id)
    if (booked) this.#context.book.touched(booked)
    else this.#touched(trace)
  }
}
