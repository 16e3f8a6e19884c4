import { join } from 'node:path'
import type { EngineClient, SubscribeOptions, Subscription } from '../../shared/contract/client.ts'
import {
  commands,
  type CommandArgs,
  type CommandName,
  type CommandResult,
  type StoredTrunk,
} from '../../shared/contract/commands.ts'
import type { Change, Delta } from '../../shared/contract/state.ts'
import { Agents, agentSecret } from './calls/agents.ts'
import { Boundary, faultText } from './base/boundary.ts'
import { usageOf } from './base/budgets.ts'
import { systemClock, type Clock } from './base/clock.ts'
import { RingbackError, usage } from './base/errors.ts'
import { noLogs, type Logs } from './base/log.ts'
import { systemNet, type Net } from './base/net.ts'
import { systemRandom, type Random } from './base/random.ts'
import { LocalRoutes } from './base/routes.ts'
import type { BookedCall } from './calls/booked-call.ts'
import { CallBook } from './calls/call-book.ts'
import { Captures } from './captures/open-capture.ts'
import { makeContext, type Context, type Parsed } from './context.ts'
import { exportCall } from './report/exports.ts'
import { Feed, type Watcher } from './feed.ts'
import { Files } from './files.ts'
import { History, fits } from './history.ts'
import { Pacer } from './media/session/pacer.ts'
import { Registrations } from './trunks/registrations.ts'
import { systemDns } from './sip/resolve/dns.ts'
import { Softphone, checkTrunk } from './calls/softphone.ts'
import { Store } from './store/store.ts'
import { TrunkChecks } from './trunks/trunk-checks.ts'
import type { Call, InboundCall } from './ua/index.ts'

export { htmlPieces } from './report/html-report.ts'

export interface EngineOptions {
  /** The profile folder; null keeps nothing. */
  readonly profile: string | null
  /** A person looks on: the newest packets and figures of every call are kept, calls under way are in the history, calls to the softphone ring. */
  readonly attended?: boolean
  readonly clock?: Clock
  readonly random?: Random
  readonly net?: Net
  /** Name servers instead of the system's. */
  readonly dnsServers?: readonly string[]
  readonly logs?: Logs
}

type Handlers = { [Name in CommandName]: (args: Parsed<Name>) => Promise<CommandResult<Name>> | CommandResult<Name> }

/** The product without a face: every room wired together, reached by commands, seen as state. */
export class Engine implements EngineClient {
  readonly #boundary: Boundary
  readonly #store: Store | null
  readonly #feed: Feed
  readonly #book: CallBook
  readonly #context: Context
  readonly #softphone: Softphone
  readonly #registrations: Registrations
  readonly #agents: Agents
  readonly #checks: TrunkChecks
  readonly #history: History
  readonly #files: Files
  readonly #captures = new Captures()

  /** Throws RingbackError (machine) when the profile folder cannot be used. */
  constructor(options: EngineOptions) {
    const { random = systemRandom, logs = noLogs, attended = false } = options
    const log = logs.for('ringback:fault')
    const boundary = new Boundary((fault) => {
      log(faultText(fault))
      this.#feed.change('limits')
    })
    this.#boundary = boundary
    const clock = boundary.clock(options.clock ?? systemClock)
    const net = boundary.net(options.net ?? systemNet)
    this.#store = options.profile === null ? null : new Store(options.profile, clock)
    this.#files = new Files(options.profile, random)
    this.#feed = new Feed(clock, boundary, {
      keys: () => this.#keys(),
      changes: (key, watcher) => this.#changes(key, watcher),
      figures: (watched, all) => {
        for (const booked of this.#book.all())
          if (booked.call?.state.kind === 'answered' && (all || watched.has(booked.trace.id)))
            this.#book.touched(booked)
      },
    })
    this.#history = new History(clock, this.#store, logs.for('ringback:store'), () => this.#feed.change('storage'))
    this.#book = new CallBook(clock, random, boundary, {
      touched: (booked) => this.#feed.live && this.#feed.change(`call ${booked.trace.id}`),
      moved: (booked) => this.#store && this.#history.keep(booked.trace.id, () => this.#book.report(booked)),
      ended: (booked, report) => {
        this.#history.keep(report.id, () => report)
        this.#feed.change(`call ${booked.trace.id}`)
      },
      forgotten: (id) => this.#feed.change(`call ${id}`),
    })
    this.#context = makeContext({
      clock,
      random,
      net,
      boundary,
      logs,
      attended,
      dns: systemDns(options.dnsServers ?? null),
      routes: new LocalRoutes(net, clock),
      pacer: new Pacer(clock),
      store: this.#store,
      book: this.#book,
      feed: this.#feed,
      history: this.#history,
      files: this.#files,
    })
    this.#registrations = new Registrations(this.#context, () => this.#softphone)
    this.#softphone = new Softphone(this.#context, (trace) => this.#registrations.touched(trace))
    this.#agents = new Agents(this.#context)
    this.#checks = new TrunkChecks(this.#context, this.#softphone, this.#registrations)
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

  subscribe(options: SubscribeOptions, listener: (delta: Delta) => void | Promise<void>): Subscription {
    return this.#feed.subscribe(options, listener)
  }

  /** What had to be done to use the profile folder, and what could not be kept in it, as sentences. */
  get notices(): readonly string[] {
    return [...(this.#store?.notices ?? []), ...(this.#history.fault === null ? [] : [this.#history.fault])]
  }

  async close(): Promise<void> {
    const captures = this.#captures.close()
    this.#agents.hangUpAll()
    for (const { call } of this.#book.all()) call?.hangUp()
    this.#registrations.stopAll()
    await this.#context.until(() => this.#book.all().every(({ call }) => call === null) && this.#registrations.idle)
    for (const booked of this.#book.all()) this.#book.finish(booked)
    this.#feed.close()
    this.#softphone.close()
    this.#agents.close()
    this.#history.close()
    await captures
    this.#files.close()
    this.#store?.close()
  }

  #keys(): string[] {
    return [
      'settings',
      'storage',
      'limits',
      ...this.#trunks().map(({ name }) => `trunk ${name}`),
      ...this.#agents.keys().map((id) => `agent ${id}`),
      ...this.#registrations.keys().map((id) => `registration ${id}`),
      ...this.#checks.keys().map((name) => `check ${name}`),
      ...this.#book.all().map(({ trace }) => `call ${trace.id}`),
    ]
  }

  /** Those that can be read at this moment: a damaged database ends nobody's watching. */
  #trunks(): StoredTrunk[] {
    try {
      return this.#store?.trunks() ?? []
    } catch {
      return []
    }
  }

  #changes(key: string, watcher: Watcher): Change[] {
    const [kind, id = ''] = key.split(' ')
    switch (kind) {
      case 'call': {
        const booked = this.#book.get(id)
        if (booked) return this.#book.changes(booked, watcher)
        watcher.told.delete(id)
        watcher.views.delete(id)
        return [{ kind: 'gone', of: 'call', id }]
      }
      case 'registration':
        return [this.#registrations.change(id)]
      case 'agent':
        return [this.#agents.change(id)]
      case 'check':
        return [this.#checks.change(id)]
      case 'trunk': {
        const trunk = this.#trunks().find(({ name }) => name === id)
        return [trunk ? { kind: 'trunk', trunk } : { kind: 'gone', of: 'trunk', id }]
      }
      case 'limits':
        return [
          {
            kind: 'limits',
            limits: usageOf([...this.#context.stations].map(({ budgets }) => budgets)),
            faults: [...this.#boundary.counts].map(([place, count]) => ({ place, count })),
          },
        ]
      case 'storage':
        return [{ kind: 'storage', fault: this.#history.fault, lost: this.#history.lost }]
      default:
        return [{ kind: 'settings', settings: this.#context.settings }]
    }
  }

  readonly #handlers: Handlers = {
    'call.place': (args) => this.#softphone.placeCall(args),
    'call.hangUp': ({ id }) => {
      this.#liveCall(id).hangUp()
      return {}
    },
    'call.hold': ({ id, on }) =>
      new Promise((resolve, reject) => {
        const booked = this.#booked(id)
        this.#liveCall(id).hold(on, (fault) => {
          if (fault !== null) return reject(new RingbackError('peer', `${on ? 'hold' : 'resume'} failed: ${fault}`))
          booked.held = on
          this.#book.touched(booked)
          resolve({})
        })
      }),
    'call.mute': ({ id, on }) => {
      const { media } = this.#liveCall(id)
      const booked = this.#booked(id)
      media?.mute(on)
      booked.muted = on
      this.#book.touched(booked)
      return {}
    },
    'call.answer': async ({ id, source }) => {
      await this.#waiting(id).answer(source)
      return {}
    },
    'call.reject': ({ id, code }) => {
      this.#waiting(id).call.reject(code)
      return {}
    },
    'call.record': ({ id, on }) => {
      const booked = this.#booked(id)
      const { media } = this.#liveCall(id)
      if (!media) throw usage('there is no audio to record yet')
      const file = on ? join(this.#files.folder('recordings'), `${id}.wav`) : null
      media.record(file)
      booked.recordingTo = file
      booked.recording = file ?? booked.recording
      this.#book.touched(booked)
      return { file: booked.recording }
    },
    'call.export': ({ id, format }) => {
      const booked = this.#book.get(id)
      return exportCall(
        booked ? this.#book.report(booked) : this.#history.show(id),
        booked,
        format,
        this.#context.settings.maskNumbers,
      )
    },
    'call.dtmf': ({ id, digits, mode }) => {
      const fault = this.#liveCall(id).sendDigits(digits, mode)
      if (fault !== null) throw usage(`digits were not sent: ${fault}`)
      return {}
    },
    'call.report': ({ id }) => this.#book.report(this.#booked(id)),
    'registration.start': (args) => this.#registrations.start(args),
    'registration.stop': ({ id }) => {
      this.#registrations.stop(id)
      return {}
    },
    'agent.start': (args) => this.#agents.start(args),
    'agent.stop': ({ id }) => this.#agents.stop(id),
    'capture.open': ({ files }) =>
      this.#files.using(files, async (paths, named) => {
        const report = await this.#captures.open(paths)
        return { ...report, files: report.files.map(named), problems: report.problems.map(named) }
      }),
    'trunk.list': () => this.#context.store.trunks(),
    'trunk.save': ({ trunk, password, replace }) => {
      checkTrunk(trunk)
      this.#context.store.saveTrunk(trunk, password, replace)
      this.#feed.change(`trunk ${trunk.name}`)
      return {}
    },
    'trunk.remove': ({ name }) => {
      this.#context.store.removeTrunk(name)
      this.#checks.forget(name)
      this.#boundary.run('registration', () => this.#registrations.leave(name))
      this.#feed.change(`trunk ${name}`)
      return {}
    },
    'trunk.check': ({ name }) => this.#checks.run(this.#context.store.trunk(name)),
    'history.list': (query) => {
      const live = this.#book.all().filter(({ endedAt }) => endedAt === null)
      const fitting = query.query === '' ? live : live.filter((booked) => fits(this.#book.report(booked), query.query))
      return {
        ...this.#history.list({ ...query, except: live.map(({ trace }) => trace.id) }),
        live: fitting.map(({ trace }) => trace.id),
      }
    },
    'history.show': ({ id }) => this.#history.show(id),
    'settings.save': ({ settings, agentPassword }) => {
      if (agentPassword !== undefined) this.#context.store.saveSecret(agentSecret, agentPassword)
      this.#context.saveSettings(settings)
      this.#feed.change('settings')
      return {}
    },
    'file.put': ({ file, name, base64 }) => this.#files.put(file, name, Buffer.from(base64, 'base64')),
  }

  #waiting(id: string): { readonly call: InboundCall; answer(source: Parsed<'call.answer'>['source']): Promise<void> } {
    const { waiting } = this.#booked(id)
    if (!waiting || waiting.call.state.kind !== 'ringing') throw usage(`call "${id}" does not wait for an answer here`)
    return waiting
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
}
