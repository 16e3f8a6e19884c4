import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isIp, parseHostPort } from '../../shared/base/address.ts'
import type { EngineClient, SubscribeOptions } from '../../shared/contract/client.ts'
import {
  commands, type CommandArgs, type CommandName, type CommandResult, type SourceArgs, type Trunk,
} from '../../shared/contract/commands.ts'
import type { AgentView, Change, Delta, RegistrationView, Snapshot } from '../../shared/contract/state.ts'
import type { TransportName } from '../../shared/model/transport.ts'
import { addressFault, dialFault } from '../../shared/wire/sip/dial.ts'
import { messageIds, parseUri, type SipUri } from '../../shared/wire/sip/grammar.ts'
import { makeHeader, makeRequest, type SipResponse } from '../../shared/wire/sip/message.ts'
import { customHeaderFault } from '../../shared/wire/sip/write.ts'
import { Agent } from './agent/agent.ts'
import { systemClock, type Clock, type Timer } from './base/clock.ts'
import { RingbackError, machine, usage } from './base/errors.ts'
import { noLogs, type Logs } from './base/log.ts'
import { systemNet, type Net } from './base/net.ts'
import { LocalRoutes } from './base/routes.ts'
import { systemRandom, type Random } from './base/random.ts'
import { CallBook, linearOf, type BookedCall } from './call-book.ts'
import { MediaSession, silence, type MediaDeps, type SourceSpec } from './media/session/session.ts'
import { SampleSource, marker, tone } from './media/audio/source.ts'
import { readWav } from './media/audio/wav.ts'
import { codecNames, type CodecName, type Encryption } from './media/session/negotiate.ts'
import { PortPool, defaultRtpPorts, type PortRange } from './media/rtp/ports.ts'
import { Pacer } from './media/rtp/pacer.ts'
import { ladderOf, registrationReportOf, reportOf, streamOf } from './report.ts'
import { DigestClient } from './sip/digest/client.ts'
import { SipEndpoint, type NextHop } from './sip/endpoint.ts'
import { systemDns, type Dns } from './sip/resolve/dns.ts'
import type { TransportOptions } from './sip/transport/transports.ts'
import { selfSigned } from './sip/transport/self-signed.ts'
import { Store } from './store/store.ts'
import { loadCaptures } from './trace/capture/load.ts'
import { PcapFile } from './trace/capture/pcap-write.ts'
import { CallTrace } from './trace/journal/call-trace.ts'
import { Journal } from './trace/journal/journal.ts'
import { Gate, UserAgent, type InboundCall, type Registration, type RegistrationState } from './ua/index.ts'

export const productName = 'Ringback/0.1.0'

export interface EngineOptions {
  /** The profile folder; null keeps nothing. */
  readonly profile: string | null
  /** Hold the newest packets of every call, so that a capture can be saved after the fact. */
  readonly keepPackets?: boolean
  readonly clock?: Clock
  readonly random?: Random
  readonly net?: Net
  /** Name servers instead of the system's. */
  readonly dnsServers?: readonly string[]
  readonly logs?: Logs
}

interface RunningRegistration {
  readonly id: string
  readonly trunk: string
  readonly registrar: string
  readonly address: string
  readonly registration: Registration
  readonly trace: CallTrace
}

interface RunningAgent {
  readonly id: string
  readonly agent: Agent
  readonly endpoint: SipEndpoint
  readonly addresses: AgentView['addresses']
  readonly answering: string
  calls: number
}

interface Softphone {
  readonly endpoint: SipEndpoint
  readonly ua: UserAgent
  readonly journal: Journal
}

type Handlers = { [Name in CommandName]: (args: ReturnType<(typeof commands)[Name]['args']['parse']>) => Promise<CommandResult<Name>> | CommandResult<Name> }

const flushMs = 50
const figuresMs = 250
const connectTimeoutMs = 8000
/** What a turned-away or unanswered INVITE may still bring: a retry with credentials, retransmissions. */
const afterlifeMs = 32_000
const closePatienceMs = 2500
const mostTraces = 20_000

/** The product without a face: every room wired together, reached by commands, seen as state. */
export class Engine implements EngineClient {
  readonly #clock: Clock
  readonly #random: Random
  readonly #net: Net
  readonly #dns: Dns
  readonly #logs: Logs
  readonly #keepPackets: boolean
  readonly #store: Store | null
  readonly #pacer: Pacer
  readonly #routes: LocalRoutes
  readonly #book: CallBook
  readonly #softphones = new Map<string, Softphone>()
  readonly #pools = new Map<string, PortPool>()
  readonly #registrations = new Map<string, RunningRegistration>()
  readonly #agents = new Map<string, RunningAgent>()
  readonly #subscribers = new Set<{ readonly live: boolean; readonly listener: (delta: Delta) => void }>()
  readonly #changes = new Map<string, () => Change>()
  #seq = 0
  #flushTimer: Timer | null = null
  #figuresTimer: Timer | null = null
  #storeTimer: Timer | null = null

  /** Throws RingbackError (machine) when the profile folder cannot be used. */
  constructor(options: EngineOptions) {
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
    this.#net = options.net ?? systemNet
    this.#dns = systemDns(options.dnsServers ?? null)
    this.#logs = options.logs ?? noLogs
    this.#keepPackets = options.keepPackets ?? false
    this.#store = options.profile === null ? null : new Store(options.profile)
    this.#pacer = new Pacer(this.#clock)
    this.#routes = new LocalRoutes(this.#net, this.#clock)
    this.#book = new CallBook(this.#clock, this.#random, {
      touched: (booked) => this.#hasLive() && this.#change(booked.trace.id, () => this.#book.change(booked)),
      ended: (booked, report) => {
        this.#keep(report)
        this.#change(booked.trace.id, () => ({ kind: 'call', agent: booked.agent, ended: true, report }))
      },
      forgotten: (id) => this.#change(id, () => ({ kind: 'gone', id })),
    })
  }

  async execute<Name extends CommandName>(name: Name, args: CommandArgs<Name>): Promise<CommandResult<Name>> {
    const parsed = commands[name].args.safeParse(args)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw usage(`${issue!.path.join('.') || name}: ${issue!.message}`)
    }
    const handler = this.#handlers[name] as (args: unknown) => Promise<CommandResult<Name>> | CommandResult<Name>
    return handler(parsed.data)
  }

  snapshot(): Snapshot {
    const changes: Change[] = [
      ...this.#book.all().map((booked) => this.#book.change(booked)),
      ...[...this.#registrations.values()].map((running) => this.#registrationChange(running)),
      ...[...this.#agents.values()].map((running) => this.#agentChange(running)),
    ]
    return { seq: this.#seq, changes }
  }

  subscribe({ live }: SubscribeOptions, listener: (delta: Delta) => void): () => void {
    const subscriber = { live, listener }
    this.#subscribers.add(subscriber)
    if (live) this.#watchFigures()
    return () => void this.#subscribers.delete(subscriber)
  }

  async close(): Promise<void> {
    for (const { agent } of this.#agents.values()) agent.hangUp()
    for (const { call } of this.#book.all()) call?.hangUp()
    for (const { registration } of this.#registrations.values()) registration.stop()
    await this.#until(() => this.#book.all().every(({ call }) => call === null) && [...this.#registrations.values()].every(({ registration }) => registration.state.kind === 'idle' || registration.state.kind === 'failed'))
    for (const booked of this.#book.all()) this.#book.finish(booked)
    this.#flush()
    for (const { endpoint } of [...this.#softphones.values(), ...this.#agents.values()]) endpoint.close()
    for (const timer of [this.#flushTimer, this.#figuresTimer, this.#storeTimer]) timer?.cancel()
    this.#subscribers.clear()
    this.#store?.close()
  }

  // Calls.

  readonly #handlers: Handlers = {
    'call.place': (args) => this.#placeCall(args),
    'call.hangUp': ({ id }) => {
      this.#liveCall(id).hangUp()
      return {}
    },
    'call.hold': ({ id, on }) => new Promise((resolve, reject) => {
      this.#liveCall(id).hold(on, (fault) => (fault === null ? resolve({}) : reject(new RingbackError('peer', `${on ? 'hold' : 'resume'} failed: ${fault}`))))
    }),
    'call.mute': ({ id, on }) => {
      this.#liveCall(id).media?.mute(on)
      return {}
    },
    'call.dtmf': ({ id, digits, mode }) => {
      const fault = this.#liveCall(id).sendDigits(digits, mode)
      if (fault !== null) throw usage(`digits were not sent: ${fault}`)
      return {}
    },
    'call.report': ({ id }) => this.#book.report(this.#booked(id)),
    'call.savePcap': ({ id, path }) => this.#savePcap(id, path),
    'registration.start': (args) => this.#startRegistration(args),
    'registration.stop': ({ id }) => {
      this.#registrations.get(id)?.registration.stop()
      return {}
    },
    'agent.start': (args) => this.#startAgent(args),
    'agent.stop': ({ id }) => this.#stopAgent(id),
    'capture.open': ({ files }) => this.#openCapture(files),
    'trunk.list': () => this.#storeOrFail().trunks(),
    'trunk.save': ({ trunk, password, replace }) => {
      this.#checkTrunk(trunk)
      this.#storeOrFail().saveTrunk(trunk, password, replace)
      return {}
    },
    'trunk.remove': ({ name }) => {
      this.#storeOrFail().removeTrunk(name)
      return {}
    },
    'trunk.check': ({ name }) => this.#checkReachable(this.#storeOrFail().trunk(name)),
    'history.list': ({ limit }) => this.#storeOrFail().history(limit),
    'history.show': ({ id }) => this.#storeOrFail().call(id),
  }

  async #placeCall(args: ReturnType<(typeof commands)['call.place']['args']['parse']>): Promise<{ id: string }> {
    const fault = dialFault(args.uri)
    if (fault) throw usage(fault.text)
    const trunk = args.trunk === undefined ? null : this.#storeOrFail().trunk(args.trunk)
    const headers = [...(trunk?.headers ?? []), ...args.headers]
    for (const { name, value } of headers) {
      const why = customHeaderFault(name, value)
      if (why) throw usage(why)
    }
    const proxy = args.proxy ?? trunk?.proxy ?? trunk?.address ?? null
    const transport = args.transport ?? (args.proxy === undefined ? trunk?.transport : undefined) ?? null
    const hop = nextHop(args.uri, proxy, transport)
    const user = args.user ?? trunk?.user
    const password = args.password ?? (trunk && args.user === undefined ? this.#storeOrFail().password(trunk.name) : null)
    const domain = proxy === null ? parseUri(args.uri)!.host : parseHostPort(proxy)!.host
    const source = await this.#source(args.source)
    const softphone = this.#softphone({
      localAddress: args.localAddress ?? null, tlsCa: args.tlsCa ?? trunk?.tlsCa ?? null, tlsInsecure: args.tlsInsecure || (trunk?.tlsInsecure ?? false), connectTimeoutMs,
    })
    const callId = softphone.ua.newCallId()
    const pcap = args.pcapTo === undefined ? null : new PcapFile(args.pcapTo)
    const booked = this.#book.open(callId, 'outbound', null, this.#keepPackets)
    booked.trace.dialled = args.uri
    if (pcap) {
      booked.pcap = pcap
      booked.trace.addSink(pcap)
    }
    softphone.journal.add(booked.trace)
    try {
      const host = await this.#mediaHost(hop.uri, args.localAddress ?? null)
      const media = await MediaSession.open(this.#mediaDeps(args.rtpPorts), {
        host, codecs: (args.codecs ?? trunk?.codecs ?? codecNames) as CodecName[], encryption: (args.encryption ?? trunk?.encryption ?? 'disabled') as Encryption,
        source, recordTo: args.recordTo ?? null,
      }, this.#book.tap(booked))
      const call = softphone.ua.call({
        uri: args.uri, hop, fromUri: fromUri(args.from ?? trunk?.from, domain), fromUser: user ?? 'ringback', displayName: args.displayName ?? trunk?.displayName ?? null,
        headers, ringTimeoutMs: args.ringTimeoutMs,
        digest: new DigestClient(user !== undefined && password ? { username: user, password } : null, this.#random),
      }, callId)
      this.#follow(booked, call)
      this.#whenAnswered(booked, args)
      call.start(media)
    } catch (error) {
      this.#book.observe(booked, 'not-sent', error instanceof Error ? error.message : String(error))
      this.#book.finish(booked)
      throw error
    }
    return { id: booked.trace.id }
  }

  #follow(booked: BookedCall, call: BookedCall['call'] & object): void {
    booked.call = call
    call.events.on('state', (state) => {
      this.#book.touched(booked)
      if (state.kind === 'ended') this.#book.finish(booked)
    })
  }

  #whenAnswered(booked: BookedCall, { dtmf, dtmfMode, durationMs }: { dtmf: string; dtmfMode: 'rfc4733' | 'info' | 'inband'; durationMs: number | null }): void {
    const { call } = booked
    const timers: Timer[] = []
    call!.events.on('state', (state) => {
      if (state.kind === 'ended') for (const timer of timers) timer.cancel()
      if (state.kind !== 'answered') return
      if (durationMs !== null) timers.push(this.#clock.after(durationMs, () => call!.hangUp()))
      if (dtmf === '') return
      timers.push(this.#clock.after(500, () => {
        const fault = call!.sendDigits(dtmf, dtmfMode)
        if (fault !== null) this.#book.observe(booked, 'note', `digits were not sent: ${fault}`)
      }))
    })
  }

  #savePcap(id: string, path: string): { droppedPackets: number } {
    const { ring, trace } = this.#booked(id)
    if (!ring) throw usage('the packets of this call were not kept: record it with --pcap')
    try {
      writeFileSync(path, ring.export(trace.messages))
    } catch (error) {
      throw machine(`cannot write ${path}`, error)
    }
    return { droppedPackets: ring.dropped }
  }

  #booked(id: string): BookedCall {
    const booked = this.#book.get(id)
    if (!booked) throw usage(`there is no call "${id}"`)
    return booked
  }

  #liveCall(id: string): NonNullable<BookedCall['call']> {
    const { call } = this.#booked(id)
    if (!call) throw usage(`call "${id}" is over`)
    return call
  }

  // Media.

  #mediaDeps(range: PortRange = defaultRtpPorts): MediaDeps {
    const key = `${range.first}-${range.last}`
    let ports = this.#pools.get(key)
    if (!ports) this.#pools.set(key, (ports = new PortPool(this.#net, this.#random, range)))
    return { clock: this.#clock, random: this.#random, pacer: this.#pacer, ports }
  }

  #source(args: SourceArgs): SourceSpec {
    switch (args.kind) {
      case 'echo': return { kind: 'echo' }
      case 'marker': return { kind: 'marker', source: marker() }
      case 'silence': return { kind: 'samples', source: silence() }
      case 'tone': return { kind: 'samples', source: tone(args.hz) }
      case 'file': return { kind: 'samples', source: new SampleSource(readWav(args.path), false) }
    }
  }

  /** The local address that media to that host leaves from. */
  async #mediaHost(uri: SipUri, local: string | null): Promise<string> {
    if (local !== null) return local
    try {
      const [target] = isIp(uri.host) ? [uri.host] : await this.#dns.addresses(uri.host)
      if (target !== undefined) return await this.#routes.find(target)
      return await this.#routes.find('192.0.2.1')
    } catch {
      return '127.0.0.1'
    }
  }

  // Endpoints.

  #softphone(options: TransportOptions): Softphone {
    const key = JSON.stringify(options)
    let softphone = this.#softphones.get(key)
    if (softphone) return softphone
    const journal = new Journal((callId, event) => {
      if (event.direction !== 'received' || !isNewInvite(event.message) || this.#book.all().length > mostTraces) return null
      return this.#book.open(callId, 'inbound', null, this.#keepPackets).trace
    })
    const endpoint = this.#endpoint(options, journal)
    const ua = new UserAgent({ endpoint, clock: this.#clock, random: this.#random, name: productName, observe: (callId, kind, text) => this.#observe(journal, callId, kind, text) })
    ua.serve({
      incoming: (call) => {
        const booked = this.#byTrace(journal.trace(call.callId))
        if (booked) this.#follow(booked, call)
        call.reject(480)
      },
      turnedAway: () => {},
    })
    this.#softphones.set(key, (softphone = { endpoint, ua, journal }))
    return softphone
  }

  #endpoint(options: TransportOptions, journal: Journal): SipEndpoint {
    return new SipEndpoint({
      net: this.#net, clock: this.#clock, random: this.#random, dns: this.#dns, log: this.#logs.for('ringback:sip'),
      wire: (event) => {
        journal.sip(event)
        const callId = event.message.kind === 'unreadable' ? null : messageIds(event.message).callId
        const trace = callId === null ? undefined : journal.trace(callId)
        if (trace) this.#touchTrace(trace)
      },
    }, options)
  }

  #touchTrace(trace: CallTrace): void {
    const booked = this.#book.get(trace.id)
    if (booked) return this.#book.touched(booked)
    const running = this.#registrations.get(trace.id)
    if (running) this.#change(running.id, () => this.#registrationChange(running))
  }

  #observe(journal: Journal, callId: string, kind: Parameters<CallBook['observe']>[1], text: string): void {
    const trace = journal.trace(callId)
    if (!trace) return
    trace.observe({ at: this.#clock.nowUs(), kind, text })
    this.#touchTrace(trace)
  }

  #byTrace(trace: CallTrace | undefined): BookedCall | undefined {
    return trace && this.#book.get(trace.id)
  }

  // Registrations.

  #startRegistration(args: ReturnType<(typeof commands)['registration.start']['args']['parse']>): { id: string } {
    const stored = args.trunk === undefined ? null : this.#storeOrFail().trunk(args.trunk)
    const address = args.address ?? stored?.address
    const why = addressFault(address)
    if (why) throw usage(why.text)
    const user = args.user ?? stored?.user
    if (user === undefined) throw usage('registering needs a user (--user): the address of record is sip:user@address')
    const password = args.password ?? (stored ? this.#storeOrFail().password(stored.name) : null)
    const softphone = this.#softphone({ localAddress: args.localAddress ?? null, tlsCa: args.tlsCa ?? stored?.tlsCa ?? null, tlsInsecure: args.tlsInsecure || (stored?.tlsInsecure ?? false), connectTimeoutMs })
    const callId = softphone.ua.newCallId()
    const trace = new CallTrace(this.#random.token(10), callId, 'outbound', linearOf)
    softphone.journal.add(trace)
    const { host, port } = parseHostPort(address)!
    const registrar = `sip:${host}${port === null ? '' : `:${port}`}`
    const addressOfRecord = fromUri(args.from ?? stored?.from, host) ?? `sip:${user}@${host}`
    const registration = softphone.ua.register({
      registrar, addressOfRecord, user, expiresS: stored?.expiresS ?? args.expiresS,
      hop: nextHop(registrar, args.proxy ?? stored?.proxy ?? address, stored?.transport ?? args.transport),
      digest: new DigestClient(password ? { username: user, password } : null, this.#random),
    }, callId)
    const running: RunningRegistration = { id: trace.id, trunk: args.trunk ?? args.name ?? address, registrar, address: addressOfRecord, registration, trace }
    this.#registrations.set(running.id, running)
    registration.events.on('state', () => this.#change(running.id, () => this.#registrationChange(running)))
    registration.start()
    return { id: running.id }
  }

  #registrationChange({ id, trunk, registrar, address, registration, trace }: RunningRegistration): Change {
    const state: RegistrationState = registration.state
    const view: RegistrationView = {
      id, trunk, registrar, address, state: state.kind,
      contact: state.kind === 'registered' ? state.contact : null, expiresS: state.kind === 'registered' ? state.expiresS : null, bindings: state.kind === 'registered' ? state.bindings : null,
      status: state.kind === 'failed' ? state.status : null, text: state.kind === 'failed' ? state.text : null, final: state.kind === 'failed' && state.final,
      messages: ladderOf(trace), observations: trace.observations.map(({ at, kind, text }) => ({ at: String(at), kind, text })),
    }
    return { kind: 'registration', registration: view }
  }

  // The agent.

  async #startAgent(args: ReturnType<(typeof commands)['agent.start']['args']['parse']>): Promise<{ id: string; addresses: AgentView['addresses'] }> {
    const id = this.#random.token(10)
    const { behaviour } = args
    const credentials = args.user !== undefined && args.password !== undefined ? { username: args.user, password: args.password } : null
    const gate = credentials || args.allow.length > 0 ? new Gate({ realm: 'ringback', credentials, allow: args.allow }, this.#clock, this.#random) : null
    if (behaviour.kind === 'answer') await this.#source(behaviour.source)
    if (args.recordDirectory !== undefined) makeDirectory(args.recordDirectory)
    const journal = new Journal((callId, event) => {
      if (event.direction !== 'received' || !isNewInvite(event.message) || this.#book.all().length > mostTraces) return null
      return this.#book.open(callId, 'inbound', id, this.#keepPackets).trace
    })
    const endpoint = this.#endpoint({ localAddress: null, tlsCa: null, tlsInsecure: true, connectTimeoutMs }, journal)
    const ua = new UserAgent({ endpoint, clock: this.#clock, random: this.#random, name: productName, observe: (callId, kind, text) => this.#observe(journal, callId, kind, text) }, { gate, silent: behaviour.kind === 'ignore' })
    const bookedOf = (callId: string) => this.#byTrace(journal.trace(callId))
    const agent = new Agent({
      clock: this.#clock,
      openMedia: (call) => this.#openAgentMedia(call, args, bookedOf(call.callId)!),
      observe: (call, text) => this.#observe(journal, call.callId, 'note', text),
    }, { behaviour, identifiers: args.identifiers ?? null, answerDelayMs: args.answerDelayMs })
    ua.serve({
      incoming: (call) => {
        const booked = bookedOf(call.callId)
        if (!booked) return call.reject(503)
        this.#follow(booked, call)
        call.events.on('state', (state) => {
          if (state.kind !== 'ended') return
          this.#clock.after(afterlifeMs, () => journal.delete(call.callId))
          this.#change(id, () => this.#agentChange(running))
        })
        running.calls++
        agent.incoming(call)
        this.#change(id, () => this.#agentChange(running))
      },
      turnedAway: (callId, text) => {
        const booked = bookedOf(callId)
        if (!booked || booked.endedAt !== null) return
        this.#book.observe(booked, 'refused-by-us', text)
        this.#clock.after(behaviour.kind === 'ignore' ? afterlifeMs : 0, () => this.#book.finish(booked))
        this.#clock.after(afterlifeMs, () => journal.delete(callId))
      },
    })
    const addresses: AgentView['addresses'] = []
    try {
      for (const { transport, address, port } of args.listeners) {
        const bound = await endpoint.listen(transport, address, port, transport === 'tls' ? await selfSigned(address) : null)
        addresses.push({ transport, address: bound.host, port: bound.port })
      }
    } catch (error) {
      endpoint.close()
      throw error
    }
    const running: RunningAgent = { id, agent, endpoint, addresses, answering: behaviour.kind === 'answer' ? behaviour.source.kind : behaviour.kind, calls: 0 }
    this.#agents.set(id, running)
    this.#change(id, () => this.#agentChange(running))
    return { id, addresses }
  }

  async #openAgentMedia(call: InboundCall, args: ReturnType<(typeof commands)['agent.start']['args']['parse']>, booked: BookedCall): Promise<MediaSession> {
    if (args.behaviour.kind !== 'answer') throw usage('this agent does not answer')
    const host = await this.#routes.find(call.source.host)
    return MediaSession.open(this.#mediaDeps(args.rtpPorts), {
      host, codecs: args.codecs as CodecName[], encryption: args.encryption as Encryption, source: this.#source(args.behaviour.source),
      recordTo: args.recordDirectory === undefined ? null : join(args.recordDirectory, `${booked.trace.id}-${call.caller.replace(/[^A-Za-z0-9+]+/g, '_').slice(0, 60)}.wav`),
    }, this.#book.tap(booked))
  }

  #agentChange({ id, addresses, answering, calls, agent }: RunningAgent): Change {
    return { kind: 'agent', agent: { id, addresses, answering, calls, activeCalls: agent.activeCalls } }
  }

  async #stopAgent(id: string): Promise<Record<string, never>> {
    const running = this.#agents.get(id)
    if (!running) throw usage(`there is no agent "${id}"`)
    running.agent.hangUp()
    await this.#until(() => running.agent.activeCalls === 0)
    running.endpoint.close()
    this.#agents.delete(id)
    for (const booked of this.#book.all()) if (booked.agent === id) this.#book.finish(booked)
    this.#change(id, () => ({ kind: 'gone', id }))
    return {}
  }

  // Captures and trunks.

  #openCapture(files: readonly string[]): CommandResult<'capture.open'> {
    const capture = loadCaptures(files, linearOf)
    return {
      files: [...files], calls: capture.calls.map((trace) => reportOf(trace, capture.lastAt, null)), registrations: capture.registrations.map(registrationReportOf),
      unmatchedStreams: capture.unmatched.streams.map(streamOf), problems: [...capture.problems], packets: capture.packets,
    }
  }

  #storeOrFail(): Store {
    if (!this.#store) throw machine('no profile folder is in use: trunks and history need one (--profile)')
    return this.#store
  }

  #keep(report: Parameters<Store['addCall']>[0]): void {
    const store = this.#store
    if (!store) return
    store.addCall(report)
    this.#storeTimer ??= this.#clock.after(1000, () => {
      this.#storeTimer = null
      try {
        store.flush()
      } catch (error) {
        this.#logs.for('ringback:store')(`history not written: ${error instanceof Error ? error.message : String(error)}`)
      }
    })
  }

  #checkTrunk(trunk: Trunk): void {
    for (const address of [trunk.address, ...(trunk.proxy === undefined ? [] : [trunk.proxy])]) {
      const why = addressFault(address)
      if (why) throw usage(why.correction ? `${why.text}; did you mean ${why.correction}` : why.text)
    }
    if (trunk.authentication === 'digest' && trunk.user === undefined) throw usage('digest authentication needs a user (--user)')
    for (const { name, value } of trunk.headers) {
      const why = customHeaderFault(name, value)
      if (why) throw usage(why)
    }
  }

  /** OPTIONS to the trunk, with each step on the way there. */
  #checkReachable(trunk: Trunk): Promise<CommandResult<'trunk.check'>> {
    const softphone = this.#softphone({ localAddress: null, tlsCa: trunk.tlsCa ?? null, tlsInsecure: trunk.tlsInsecure, connectTimeoutMs })
    const uri = `sip:${trunk.address}`
    const steps: string[] = []
    const tag = this.#random.token(10)
    const callId = softphone.ua.newCallId()
    return new Promise((resolve) => {
      const done = (response: SipResponse | null, text: string) => resolve({
        trunk: trunk.name, reachable: response !== null, status: response && { code: response.status, reason: response.reason }, steps, sentence: text,
      })
      const pending = softphone.endpoint.request(nextHop(uri, trunk.proxy ?? trunk.address, trunk.transport), {
        build: (flow) => makeRequest('OPTIONS', uri, [
          makeHeader('Max-Forwards', '70'), makeHeader('From', `<sip:ringback@${flow.contact.host}>;tag=${tag}`), makeHeader('To', `<${uri}>`),
          makeHeader('Call-ID', callId), makeHeader('CSeq', '1 OPTIONS'), makeHeader('Accept', 'application/sdp'), makeHeader('User-Agent', productName),
        ]),
        sent: (_request, flow) => steps.push(`OPTIONS sent over ${flow.transport} to ${flow.remote.host}:${flow.remote.port}`),
        response: (response) => response.status >= 200 && done(response, `${trunk.address} answers: ${response.status} ${response.reason}.`),
        failed: (failure) => done(null, `${trunk.address} cannot be reached: ${failure.text}.`),
        observe: (_kind, text) => steps.push(text),
      })
      void pending
    })
  }

  // State.

  #hasLive(): boolean {
    for (const { live } of this.#subscribers) if (live) return true
    return false
  }

  #change(id: string, make: () => Change): void {
    if (this.#subscribers.size === 0) return
    this.#changes.set(id, make)
    this.#flushTimer ??= this.#clock.after(flushMs, () => {
      this.#flushTimer = null
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#changes.size === 0) return
    const changes = [...this.#changes.values()].map((make) => make())
    this.#changes.clear()
    const delta: Delta = { seq: ++this.#seq, changes }
    for (const { live, listener } of [...this.#subscribers]) {
      listener(live ? delta : { seq: delta.seq, changes: changes.filter((change) => change.kind !== 'call' || change.ended) })
    }
  }

  /** Figures move without messages: live calls are told of four times a second. */
  #watchFigures(): void {
    this.#figuresTimer ??= this.#clock.after(figuresMs, () => {
      this.#figuresTimer = null
      if (!this.#hasLive()) return
      for (const booked of this.#book.all()) if (booked.call?.state.kind === 'answered') this.#book.touched(booked)
      this.#watchFigures()
    })
  }

  async #until(done: () => boolean): Promise<void> {
    const startMs = this.#clock.monotonicMs()
    while (!done() && this.#clock.monotonicMs() - startMs < closePatienceMs) {
      await new Promise<void>((resolve) => void this.#clock.after(20, resolve))
    }
  }
}

function isNewInvite(message: { readonly kind: string }): boolean {
  const request = message as { kind: string; method?: string; headers?: never }
  return request.kind === 'request' && request.method === 'INVITE'
}

function nextHop(uri: string, proxy: string | null, transport: TransportName | null): NextHop & { readonly kind: 'uri' } {
  const wanted = transport ?? parseUri(uri)?.params.get('transport')?.toLowerCase()
  if (wanted === 'ws' || wanted === 'wss') throw usage(`transport ${wanted} is not available in this version: use udp, tcp or tls`)
  if (proxy === null) return { kind: 'uri', uri: parseUri(uri)!, transport }
  const why = addressFault(proxy)
  if (why) throw usage(why.correction ? `${why.text}; did you mean ${why.correction}` : why.text)
  const { host, port } = parseHostPort(proxy)!
  const named = parseUri(uri)?.params.get('transport')
  return { kind: 'uri', uri: { scheme: 'sip', user: null, password: null, host, port, params: new Map(named ? [['transport', named]] : []), headers: null }, transport }
}

/** A From of the person's choice: a URI as it is, a number at the trunk's domain. Throws RingbackError (usage). */
function fromUri(from: string | undefined, domain: string): string | null {
  if (from === undefined) return null
  if (/^(sips?|tel):/i.test(from)) {
    if (/[\s<>"]/.test(from)) throw usage(`"${from}" is no URI for From`)
    return from
  }
  if (!/^[A-Za-z0-9+\-_.!~*'()%]+$/.test(from)) throw usage(`"${from}" is neither a number nor a URI for From`)
  return `sip:${from}@${domain}`
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw machine(`cannot use ${path} for recordings`, error)
  }
}
