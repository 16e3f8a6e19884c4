import { create } from 'zustand'
import { mergeReport } from '../../shared/contract/merge.ts'
import type { Hello } from '../../shared/contract/channel.ts'
import type { CommandArgs, CommandName, CommandResult, Settings, StoredTrunk } from '../../shared/contract/commands.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import type {
  AgentView,
  BudgetUsage,
  CallView,
  Change,
  RegistrationView,
  ReportChange,
  Sample,
} from '../../shared/contract/state.ts'
import { Bridge } from '../bridge.ts'

export type Check = Extract<Change, { kind: 'check' }>['check']

export interface EngineState {
  readonly connection: 'connecting' | 'open' | 'lost' | 'locked'
  readonly hello: Hello | null
  readonly settings: Settings | null
  readonly storageFault: string | null
  /** How the limits on strangers stand. */
  readonly limits: readonly BudgetUsage[]
  /** What failed inside and was dropped, by place. */
  readonly faults: readonly { readonly place: string; readonly count: number }[]
  readonly calls: ReadonlyMap<string, CallView>
  /** Whole reports of the calls that are looked at. */
  readonly reports: ReadonlyMap<string, CallReport>
  /** The last two minutes of their streams. */
  readonly samples: ReadonlyMap<string, readonly (readonly Sample[])[]>
  readonly registrations: ReadonlyMap<string, RegistrationView>
  readonly agents: ReadonlyMap<string, AgentView>
  readonly trunks: ReadonlyMap<string, StoredTrunk>
  readonly checks: ReadonlyMap<string, Check>
}

type Entities = Pick<EngineState, 'calls' | 'reports' | 'samples' | 'registrations' | 'agents' | 'trunks' | 'checks'>

const keptSamples = 240
const empty: Entities = {
  calls: new Map(),
  reports: new Map(),
  samples: new Map(),
  registrations: new Map(),
  agents: new Map(),
  trunks: new Map(),
  checks: new Map(),
}

export const useEngine = create<EngineState>(() => ({
  connection: 'connecting',
  hello: null,
  settings: null,
  storageFault: null,
  limits: [],
  faults: [],
  ...empty,
}))

let bridge: Bridge | null = null

/** Begins the connection to the engine. */
export function connect(): void {
  bridge = new Bridge({
    hello: (hello) => useEngine.setState({ connection: 'open', hello }),
    // The first delta is the whole state: what was known before is dropped with it.
    delta: ({ seq, changes }) =>
      useEngine.setState((state) => apply(seq === 0 ? { ...state, ...empty } : state, changes)),
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

function apply(state: EngineState, changes: readonly Change[]): EngineState {
  const next: { -readonly [Key in keyof EngineState]: EngineState[Key] } = { ...state }
  const touched = new Set<keyof Entities>()
  const edit = <Name extends keyof Entities>(name: Name): Map<string, never> => {
    if (!touched.has(name)) next[name] = new Map(next[name] as ReadonlyMap<string, never>) as never
    touched.add(name)
    return next[name] as Map<string, never>
  }
  for (const change of changes) {
    switch (change.kind) {
      case 'call':
        edit('calls').set(change.call.id, change.call as never)
        break
      case 'report':
        edit('reports').set(change.report.id, mergeReport(next.reports.get(change.report.id), change) as never)
        edit('samples').set(change.report.id, mergeSamples(next.samples.get(change.report.id) ?? [], change) as never)
        break
      case 'registration':
        edit('registrations').set(change.registration.id, change.registration as never)
        break
      case 'agent':
        edit('agents').set(change.agent.id, change.agent as never)
        break
      case 'trunk':
        edit('trunks').set(change.trunk.name, change.trunk as never)
        break
      case 'check':
        edit('checks').set(change.check.trunk, change.check as never)
        break
      case 'settings':
        next.settings = change.settings
        break
      case 'storage':
        next.storageFault = change.fault
        break
      case 'limits':
        next.limits = change.limits
        next.faults = change.faults
        break
      case 'gone': {
        edit(`${change.of}s`).delete(change.id)
        if (change.of === 'call')
          for (const name of ['reports', 'samples'] as const)
            if (next[name].has(change.id)) edit(name).delete(change.id)
      }
    }
  }
  return next
}

function mergeSamples(known: readonly (readonly Sample[])[], { from, samples }: ReportChange): Sample[][] {
  return samples.map((fresh, stream) => (from === 0 ? fresh : [...(known[stream] ?? []), ...fresh]).slice(-keptSamples))
}
