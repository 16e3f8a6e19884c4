import { writeFileSync } from 'node:fs'
import type { EngineClient, SubscribeOptions } from '../../shared/contract/client.ts'
import { commands, type CommandArgs, type CommandName, type CommandResult } from '../../shared/contract/commands.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import type { Delta, Snapshot } from '../../shared/contract/state.ts'
import { Agents } from './agents.ts'
import { systemClock, type Clock, type Timer } from './base/clock.ts'
import { RingbackError, explainError, machine, usage } from './base/errors.ts'
import { noLogs, type Logs } from './base/log.ts'
import { systemNet, type Net } from './base/net.ts'
import { systemRandom, type Random } from './base/random.ts'
import { LocalRoutes } from './base/routes.ts'
import { CallBook, linearOf, type BookedCall } from './call-book.ts'
import { makeContext, type Context, type Parsed } from './context.ts'
import { Feed } from './feed.ts'
import { htmlReport } from './html-report.ts'
import { Pacer } from './media/rtp/pacer.ts'
import { Registrations } from './registrations.ts'
import { registrationReportOf, reportOf, streamOf } from './report.ts'
import { systemDns } from './sip/resolve/dns.ts'
import { Softphone, checkTrunk } from './softphone.ts'
import { Store } from './store/store.ts'
import { loadCaptures } from './trace/capture/load.ts'
import type { Call } from './ua/index.ts'

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

type Handlers = { [Name in CommandName]: (args: Parsed<Name>) => Promise<CommandResult<Name>> | CommandResult<Name> }

const storeDelayMs = 1000

/** The product without a face: every room wired together, reached by commands, seen as state. */
export class Engine implements EngineClient {
  readonly #clock: Clock
  readonly #logs: Logs
  readonly #store: Store | null
  readonly #feed: Feed
  readonly #book: CallBook
  readonly #context: Context
  readonly #softphone: Softphone
  readonly #registrations: Registrations
  readonly #agents: Agents
  #storeTimer: Timer | null = null

  /** Throws RingbackError (machine) when the profile folder cannot be used. */
  constructor(options: EngineOptions) {
    const { clock = systemClock, random = systemRandom, net = systemNet, logs = noLogs, keepPackets = false } = options
    this.#clock = clock
    this.#logs = logs
    this.#store = options.profile === null ? null : new Store(options.profile)
    this.#feed = new Feed(clock, () => {
      for (const booked of this.#book.all()) if (booked.call?.state.kind === 'answered') this.#book.touched(booked)
    })
    this.#book = new CallBook(clock, random, {
      touched: (booked) => this.#feed.hasLive && this.#feed.change(booked.trace.id, () => this.#book.change(booked)),
      ended: (booked, report) => {
        this.#keep(report)
        this.#feed.change(booked.trace.id, () => ({ kind: 'call', agent: booked.agent, ended: true, report }))
      },
      forgotten: (id) => this.#feed.change(id, () => ({ kind: 'gone', id })),
    })
    this.#context = makeContext({
      clock, random, net, logs, keepPackets, dns: systemDns(options.dnsServers ?? null), routes: new LocalRoutes(net, clock), pacer: new Pacer(clock),
      store: this.#store, book: this.#book, feed: this.#feed,
    })
    this.#registrations = new Registrations(this.#context, () => this.#softphone)
    this.#softphone = new Softphone(this.#context, (trace) => this.#registrations.touched(trace))
    this.#agents = new Agents(this.#context)
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
    return { seq: this.#feed.seq, changes: [...this.#book.all().map((booked) => this.#book.change(booked)), ...this.#registrations.changes(), ...this.#agents.changes()] }
  }

  subscribe(options: SubscribeOptions, listener: (delta: Delta) => void): () => void {
    return this.#feed.subscribe(options, listener)
  }

  async close(): Promise<void> {
    this.#agents.hangUpAll()
    for (const { call } of this.#book.all()) call?.hangUp()
    this.#registrations.stopAll()
    await this.#context.until(() => this.#book.all().every(({ call }) => call === null) && this.#registrations.idle)
    for (const booked of this.#book.all()) this.#book.finish(booked)
    this.#feed.close()
    this.#softphone.close()
    this.#agents.close()
    this.#storeTimer?.cancel()
    this.#store?.close()
  }

  readonly #handlers: Handlers = {
    'call.place': (args) => this.#softphone.placeCall(args),
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
    'call.saveReport': ({ id, path }) => {
      save(path, htmlReport([this.#book.report(this.#booked(id))]))
      return {}
    },
    'registration.start': (args) => this.#registrations.start(args),
    'registration.stop': ({ id }) => {
      this.#registrations.stop(id)
      return {}
    },
    'agent.start': (args) => this.#agents.start(args),
    'agent.stop': ({ id }) => this.#agents.stop(id),
    'capture.open': ({ files, reportTo }) => {
      const report = openCapture(files)
      if (reportTo !== undefined) save(reportTo, htmlReport(report.calls))
      return report
    },
    'trunk.list': () => this.#context.store.trunks(),
    'trunk.save': ({ trunk, password, replace }) => {
      checkTrunk(trunk)
      this.#context.store.saveTrunk(trunk, password, replace)
      return {}
    },
    'trunk.remove': ({ name }) => {
      this.#context.store.removeTrunk(name)
      return {}
    },
    'trunk.check': ({ name }) => this.#softphone.check(this.#context.store.trunk(name)),
    'history.list': ({ limit }) => this.#context.store.history(limit),
    'history.show': ({ id }) => this.#context.store.call(id),
  }

  #booked(id: string): BookedCall {
    const booked = this.#book.get(id)
    if (!booked) throw usage(`there is no call "${id}"`)
    return booked
  }

  #liveCall(id: string): Call {
    const { call } = this.#booked(id)
    if (!call) throw usage(`call "${id}" is over`)
    return call
  }

  #savePcap(id: string, path: string): { droppedPackets: number } {
    const { ring, trace } = this.#booked(id)
    if (!ring) throw usage('the packets of this call were not kept: record it with --pcap')
    save(path, ring.export(trace.messages))
    return { droppedPackets: ring.dropped }
  }

  /** Into the history, many reports in one transaction. */
  #keep(report: CallReport): void {
    const store = this.#store
    if (!store) return
    const attempt = (write: () => void) => {
      try {
        write()
      } catch (error) {
        this.#logs.for('ringback:store')(`history not written: ${explainError(error)}`)
      }
    }
    attempt(() => store.addCall(report))
    this.#storeTimer ??= this.#clock.after(storeDelayMs, () => {
      this.#storeTimer = null
      attempt(() => store.flush())
    })
  }
}

/** Throws RingbackError (machine) when the file cannot be written. */
function save(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content)
  } catch (error) {
    throw machine(`cannot write ${path}: ${explainError(error)}`, error)
  }
}

function openCapture(files: readonly string[]): CommandResult<'capture.open'> {
  const { calls, registrations, unmatched, problems, packets, lastAt } = loadCaptures(files, linearOf)
  return {
    files: [...files], calls: calls.map((trace) => reportOf(trace, lastAt, null)), registrations: registrations.map(registrationReportOf),
    unmatchedStreams: unmatched.streams.map(streamOf), problems: [...problems], packets,
  }
}
