import { create } from 'zustand'
import type { WebhookView } from '../../shared/contract/webhook.ts'
import { mergeReport, mergeWebhook } from '../../shared/contract/merge.ts'
import type { Hello } from '../../shared/contract/channel.ts'
import type { CommandArgs, CommandName, CommandResult, Settings, StoredTrunk } from '../../shared/contract/commands.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import type {
  AgentView,
  BudgetUsage,
  Change,
  RegistrationView,
  ReportChange,
  Sample,
} from '../../shared/contract/state.ts'
import type { TrialView } from '../../shared/contract/trial.ts'
import type { CallView, CaptureView } from '../../shared/contract/views.ts'
import { Bridge } from '../bridge.ts'
import type { Line } from '../voice/phone.ts'

export type Check = Extract<Change, { kind: 'check' }>['check']

export interface EngineState extends Entities {
  readonly connection: 'connecting' | 'open' | 'lost' | 'locked'
  readonly hello: Hello | null
  readonly settings: Settings | null
  readonly storageFault: string | null
  /** Calls of this run that could not be kept. */
  readonly callsLost: number
  /** How the limits on strangers stand. */
  readonly limits: readonly BudgetUsage[]
  /** What failed inside and was dropped, by place. */
  readonly faults: readonly { readonly place: string; readonly count: number }[]
}

/** What there are many of, by the name of their map. */
interface EntityOf {
  /** Calls of this engine, and those of captures that are looked at. */
  calls: CallView
  /** Those that bring a microphone to another call: no list has them. */
  legs: CallView
  /** Whole reports of the calls that are looked at. */
  reports: CallReport
  /** The last two minutes of their streams. */
  samples: readonly (readonly Sample[])[]
  captures: CaptureView
  registrations: RegistrationView
  agents: AgentView
  webhooks: WebhookView
  trunks: StoredTrunk
  checks: Check
  trials: TrialView
}

type Entities = { readonly [Name in keyof EntityOf]: ReadonlyMap<string, EntityOf[Name]> }

const keptSamples = 240
const empty: Entities = {
  calls: new Map(),
  legs: new Map(),
  reports: new Map(),
  samples: new Map(),
  captures: new Map(),
  registrations: new Map(),
  agents: new Map(),
  webhooks: new Map(),
  trunks: new Map(),
  checks: new Map(),
  trials: new Map(),
}

export const useEngine = create<EngineState>(() => ({
  connection: 'connecting',
  hello: null,
  settings: null,
  storageFault: null,
  callsLost: 0,
  limits: [],
  faults: [],
  ...empty,
}))

let bridge: Bridge | null = null
let phone: ((message: string) => void) | null = null

/** What carries SIP between the phone of this window and the engine. */
export const voiceLine: Line = {
  send: (message) => bridge?.voice(message),
  hear: (listener) => void (phone = listener),
}

/** Begins the connection to the engine. */
export function connect(): void {
  bridge = new Bridge({
    hello: (hello) => useEngine.setState({ connection: 'open', hello }),
    // The first delta is the whole state: what was known before is dropped with it.
    delta: ({ seq, changes }) =>
      useEngine.setState((state) => apply(seq === 0 ? { ...state, ...empty } : state, changes)),
    voice: (message) => phone?.(message),
    lost: (locked) => useEngine.setState({ connection: locked ? 'locked' : 'lost' }),
  })
}

/** Gives the engine a command. Rejects with a CommandFault. */
export function execute<Name extends CommandName>(name: Name, args: CommandArgs<Name>): Promise<CommandResult<Name>> {
  return bridge!.execute(name, args)
}

/** The calls whose whole reports this window wants. */
export function watch(ids: readonly string[]): void {
  bridge?.watch(ids)
}

/** A map of the state that is copied at its first change. */
class Edited<Value> {
  now: ReadonlyMap<string, Value>
  #copy: Map<string, Value> | null = null

  constructor(before: ReadonlyMap<string, Value>) {
    this.now = before
  }

  get map(): Map<string, Value> {
    this.#copy ??= new Map(this.now)
    this.now = this.#copy
    return this.#copy
  }
}

/** The state after changes of it: maps that nothing changes in stay the same. */
export function apply(state: EngineState, changes: readonly Change[]): EngineState {
  const calls = new Edited(state.calls)
  const legs = new Edited(state.legs)
  const reports = new Edited(state.reports)
  const samples = new Edited(state.samples)
  const captures = new Edited(state.captures)
  const registrations = new Edited(state.registrations)
  const agents = new Edited(state.agents)
  const webhooks = new Edited(state.webhooks)
  const trunks = new Edited(state.trunks)
  const checks = new Edited(state.checks)
  const trials = new Edited(state.trials)
  const lists = {
    call: calls,
    capture: captures,
    registration: registrations,
    agent: agents,
    webhook: webhooks,
    trunk: trunks,
    check: checks,
    trial: trials,
  }
  let single: Partial<Pick<EngineState, 'settings' | 'storageFault' | 'callsLost' | 'limits' | 'faults'>> = {}
  for (const change of changes) {
    switch (change.kind) {
      case 'call':
        ;(change.call.voiceOf === null ? calls : legs).map.set(change.call.id, change.call)
        break
      case 'report': {
        const { id } = change.report
        reports.map.set(id, mergeReport(reports.now.get(id), change))
        samples.map.set(id, mergeSamples(samples.now.get(id) ?? [], change))
        break
      }
      case 'capture':
        captures.map.set(change.capture.id, change.capture)
        break
      case 'registration':
        registrations.map.set(change.registration.id, change.registration)
        break
      case 'agent':
        agents.map.set(change.agent.id, change.agent)
        break
      case 'webhook':
        webhooks.map.set(change.webhook.id, mergeWebhook(webhooks.now.get(change.webhook.id), change.webhook))
        break
      case 'trunk':
        trunks.map.set(change.trunk.name, change.trunk)
        break
      case 'check':
        checks.map.set(change.check.trunk, change.check)
        break
      case 'trial':
        trials.map.set(change.trial.id, change.trial)
        break
      case 'settings':
        single = { ...single, settings: change.settings }
        break
      case 'storage':
        single = { ...single, storageFault: change.fault, callsLost: change.lost }
        break
      case 'limits':
        single = { ...single, limits: change.limits, faults: change.faults }
        break
      case 'gone':
        lists[change.of].map.delete(change.id)
        if (change.of !== 'call') break
        if (legs.now.has(change.id)) legs.map.delete(change.id)
        if (reports.now.has(change.id)) reports.map.delete(change.id)
        if (samples.now.has(change.id)) samples.map.delete(change.id)
    }
  }
  return {
    ...state,
    ...single,
    calls: calls.now,
    legs: legs.now,
    reports: reports.now,
    samples: samples.now,
    captures: captures.now,
    registrations: registrations.now,
    agents: agents.now,
    webhooks: webhooks.now,
    trunks: trunks.now,
    checks: checks.now,
    trials: trials.now,
  }
}

function mergeSamples(known: readonly (readonly Sample[])[], { from, samples }: ReportChange): Sample[][] {
  return samples.map((fresh, stream) => (from === 0 ? fresh : [...(known[stream] ?? []), ...fresh]).slice(-keptSamples))
}
