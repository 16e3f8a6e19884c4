import type { EngineClient, SubscribeOptions, Subscription, VoiceLine } from '../../shared/contract/client.ts'
import {
  commands,
  type CommandArgs,
  type CommandName,
  type CommandResult,
  type Parsed,
  type StoredTrunk,
} from '../../shared/contract/commands.ts'
import type { Change, Delta } from '../../shared/contract/state.ts'
import { Agents } from './calls/agents.ts'
import { Boundary, faultText } from './base/boundary.ts'
import { systemClock, type Clock } from './base/clock.ts'
import { usage } from './base/errors.ts'
import { noLogs } from './base/log.ts'
import { until } from './base/until.ts'
import { systemHttp } from './base/system-http.ts'
import { systemHttpServe } from './base/system-http-serve.ts'
import { systemNet } from './base/system-net.ts'
import { systemRandom } from './base/random.ts'
import { CallRecords } from './calls/call-records.ts'
import { Conferences } from './calls/conferences.ts'
import { CaptureThreads } from './captures/capture-threads.ts'
import { OpenedCaptures } from './captures/opened-captures.ts'
import { agentHandlers } from './handlers/agents.ts'
import { callHandlers } from './handlers/calls.ts'
import { captureHandlers } from './handlers/captures.ts'
import type { Handler, Handlers } from './handlers/handlers.ts'
import { historyHandlers } from './handlers/history.ts'
import { registrationHandlers } from './handlers/registrations.ts'
import { personaHandlers } from './handlers/personas.ts'
import { providerHandlers } from './handlers/providers.ts'
import { ruleHandlers } from './handlers/rules.ts'
import { fileHandlers, settingsHandlers } from './handlers/settings.ts'
import { trunkHandlers } from './handlers/trunks.ts'
import type { EngineOptions } from './engine-options.ts'
import { Proofs } from './proof/proofs.ts'
import { Feed, type EntityKey, type Watcher } from './feed.ts'
import { Files } from './files.ts'
import { History } from './history.ts'
import { KnownCalls } from './known-calls.ts'
import { Registrations } from './trunks/registrations.ts'
import { systemDns } from './sip/resolve/dns.ts'
import { Softphone } from './calls/softphone.ts'
import { SoundFiles } from './media/audio/sound-files.ts'
import { MediaOpener } from './stations/media-opener.ts'
import { StationPool } from './stations/station-pool.ts'
import { Stations } from './stations/stations.ts'
import { Profile } from './store/profile.ts'
import { Store } from './store/store.ts'
import { Voice } from './calls/voice.ts'
import { Trials } from './trials/trials.ts'
import { TrunkChecks } from './trunks/trunk-checks.ts'

export { htmlPieces } from './report/html-report.ts'
export type { EngineOptions } from './engine-options.ts'

/** The product without a face: every room wired together, reached by commands, seen as state. */
export class Engine implements EngineClient {
  readonly #boundary: Boundary
  readonly #store: Store | null
  readonly #feed: Feed
  readonly #records: CallRecords
  readonly #clock: Clock
  readonly #profile: Profile
  readonly #stations: Stations
  readonly #pool: StationPool
  readonly #softphone: Softphone
  readonly #proofs: Proofs
  readonly #registrations: Registrations
  readonly #agents: Agents
  readonly #voice: Voice
  readonly #conferences: Conferences
  readonly #checks: TrunkChecks
  readonly #trials: Trials
  readonly #history: History
  readonly #files: Files
  readonly #threads = new CaptureThreads()
  readonly #sounds = new SoundFiles()
  readonly #captures: OpenedCaptures
  readonly #calls: KnownCalls
  readonly #handlers: Handlers

  /** Throws RingbackError (machine) when the profile folder cannot be used. */
  constructor(options: EngineOptions) {
    const { random = systemRandom, logs = noLogs, attended = false } = options
    const log = logs.for('ringback:fault')
    const boundary = (this.#boundary = new Boundary((fault) => {
      log(faultText(fault))
      this.#feed.change({ kind: 'limits', id: '' })
    }))
    const clock = boundary.clock(options.clock ?? systemClock)
    const net = boundary.net(options.net ?? systemNet)
    this.#store = options.profile === null ? null : new Store(options.profile, clock)
    this.#clock = clock
    this.#profile = new Profile(this.#store)
    this.#files = new Files(options.profile, random)
    this.#feed = new Feed(clock, boundary, {
      keys: () => this.#keys(),
      changes: (key, watcher) => this.#changes(key, watcher),
      figures: (watched, all) => {
        for (const record of this.#records.all())
          if (record.call?.state.kind === 'answered' && (all || watched.has(record.id))) record.traceChanged()
      },
    })
    this.#history = new History(clock, this.#store, logs.for('ringback:store'), () =>
      this.#feed.change({ kind: 'storage', id: '' }),
    )
    this.#records = new CallRecords(
      { clock, random, boundary, attended },
      {
        changed: ({ id }) => this.#feed.live && this.#feed.change({ kind: 'call', id }),
        moved: (record) =>
          this.#store && record.voiceOf === null && this.#history.keep(record.id, () => record.report()),
        ended: ({ id, voiceOf }, report) => {
          if (voiceOf === null) this.#history.keep(id, () => report)
          this.#feed.change({ kind: 'call', id })
        },
        forgotten: (id) => this.#feed.change({ kind: 'call', id }),
      },
    )
    this.#captures = new OpenedCaptures({ random, feed: this.#feed, threads: this.#threads })
    this.#calls = new KnownCalls([this.#records, this.#captures])
    const dns = systemDns(options.dnsServers ?? null)
    // What a run is asked to use goes before what is stored.
    const dnsOf = (servers: readonly string[]) => (options.dnsServers ? dns : systemDns(servers))
    this.#stations = new Stations(
      { clock, random, net, boundary, dns, dnsOf, logs, limits: () => this.#profile.limits },
      {
        traceChanged: (trace) => {
          const record = this.#records.ofTrace(trace)
          if (record) record.traceChanged()
          else this.#registrations.traceChanged(trace)
        },
        limitReached: () => this.#feed.change({ kind: 'limits', id: '' }),
      },
    )
    const media = new MediaOpener({
      clock,
      random,
      net,
      profile: this.#profile,
      soundPath: (name, use) => this.#files.using([name], ([path]) => use(path!)),
      sounds: this.#sounds,
    })
    const calls = { clock, random, boundary, attended, media, records: this.#records }
    const web = { http: systemHttp, serveHttp: systemHttpServe }
    const shared = { clock, random, feed: this.#feed, profile: this.#profile }
    this.#pool = new StationPool(this.#stations, (station) => this.#softphone.serve(station))
    this.#softphone = new Softphone({ ...calls, ...shared, stations: this.#pool })
    const report = (id: string) => this.#records.call(id)?.report() ?? this.#history.show(id)
    this.#proofs = new Proofs({ ...calls, ...shared, softphone: this.#softphone, report })
    this.#agents = new Agents({ ...calls, ...shared, ...web, stations: this.#stations, softphone: this.#softphone })
    this.#conferences = new Conferences(this.#records)
    this.#voice = new Voice({ ...calls, stations: this.#stations, conferences: this.#conferences })
    this.#registrations = new Registrations({ ...shared, stations: this.#pool })
    this.#checks = new TrunkChecks({ ...shared, stations: this.#pool, registrations: this.#registrations })
    this.#trials = new Trials({ ...calls, ...shared, agents: this.#agents, softphone: this.#softphone })
    this.#handlers = this.#wireHandlers()
  }

  #wireHandlers(): Handlers {
    const profile = this.#profile
    return {
      ...callHandlers({
        softphone: this.#softphone,
        voice: this.#voice,
        conferences: this.#conferences,
        records: this.#records,
        calls: this.#calls,
        history: this.#history,
        files: this.#files,
        feed: this.#feed,
        proofs: this.#proofs,
        clock: this.#clock,
        maskNumbers: () => profile.settings.maskNumbers,
      }),
      ...registrationHandlers(this.#registrations),
      ...agentHandlers(this.#agents, this.#registrations),
      ...captureHandlers(this.#captures, this.#files),
      ...trunkHandlers({
        profile,
        checks: this.#checks,
        registrations: this.#registrations,
        boundary: this.#boundary,
        feed: this.#feed,
      }),
      ...historyHandlers(this.#history, this.#records),
      ...providerHandlers(profile),
      ...personaHandlers(this.#trials),
      ...ruleHandlers(),
      ...settingsHandlers(profile, this.#feed),
      ...fileHandlers(this.#files),
    }
  }

  async execute<Name extends CommandName>(name: Name, args: CommandArgs<Name>): Promise<CommandResult<Name>> {
    const parsed = commands[name].args.safeParse(args)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw usage(`${issue!.path.join('.') || name}: ${issue!.message}`)
    }
    const handler = this.#handlers[name] as Handler<Name>
    return handler(parsed.data as Parsed<Name>)
  }

  subscribe(options: SubscribeOptions, listener: (delta: Delta) => void | Promise<void>): Subscription {
    return this.#feed.subscribe(options, listener)
  }

  openVoice(say: (message: string) => void): VoiceLine {
    return this.#voice.open(say)
  }

  /** What had to be done to use the profile folder, and what could not be kept, as sentences. */
  get notices(): readonly string[] {
    return [
      ...(this.#store?.notices ?? []),
      ...this.#profile.providerProblems,
      ...(this.#history.fault === null ? [] : [this.#history.fault]),
      ...this.#agents.faults,
    ]
  }

  async close(): Promise<void> {
    const reading = Promise.all([this.#threads.closeAll(), this.#sounds.close()])
    this.#proofs.close()
    await this.#trials.close()
    this.#agents.hangUpAll()
    for (const { call } of this.#records.all()) call?.hangUp()
    this.#registrations.stopAll()
    await until(this.#clock, () => this.#records.all().every(({ call }) => call === null) && this.#registrations.idle)
    for (const record of this.#records.all()) record.end()
    this.#feed.close()
    this.#pool.close()
    this.#voice.close()
    this.#agents.close()
    this.#history.close()
    await reading
    this.#files.close()
    this.#store?.close()
  }

  #keys(): EntityKey[] {
    const all = (kind: EntityKey['kind'], ids: readonly string[]) => ids.map((id) => ({ kind, id }))
    const trunks = this.#trunks().map(({ name }) => name)
    const calls = this.#records.all().map(({ id }) => id)
    return [
      ...(['settings', 'storage', 'limits'] as const).map((kind) => ({ kind, id: '' })),
      ...all('trunk', trunks),
      ...all('agent', this.#agents.keys()),
      ...all('webhook', this.#agents.webhooks.keys()),
      ...all('registration', this.#registrations.keys()),
      ...all('check', this.#checks.keys()),
      ...all('trial', this.#trials.keys()),
      ...all('capture', this.#captures.keys()),
      ...all('call', calls),
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

  #changes({ kind, id }: EntityKey, watcher: Watcher): Change[] {
    switch (kind) {
      case 'call':
        return this.#calls.changes(id, watcher)
      case 'capture':
        return this.#captures.changes(id, watcher)
      case 'registration':
        return [this.#registrations.change(id)]
      case 'agent':
        return [this.#agents.change(id)]
      case 'webhook':
        return [this.#agents.webhooks.change(id, watcher)]
      case 'trial':
        return [this.#trials.change(id)]
      case 'check':
        return [this.#checks.change(id)]
      case 'trunk': {
        const trunk = this.#trunks().find(({ name }) => name === id)
        return [trunk ? { kind: 'trunk', trunk } : { kind: 'gone', of: 'trunk', id }]
      }
      case 'limits': {
        const faults = [...this.#boundary.counts].map(([place, count]) => ({ place, count }))
        return [{ kind: 'limits', limits: this.#stations.usage(), faults }]
      }
      case 'storage':
        return [{ kind: 'storage', fault: this.#history.fault, lost: this.#history.lost }]
      case 'settings':
        return [{ kind: 'settings', settings: this.#profile.settings }]
    }
  }
}
