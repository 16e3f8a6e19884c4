import { networkInterfaces } from 'node:os'
import type { Hello } from '../../shared/contract/channel.ts'
import type { Change } from '../../shared/contract/state.ts'
import type { Boundary } from '../engine/base/boundary.ts'
import { RingbackError, explainError } from '../engine/base/errors.ts'
import { fromEnvironment } from '../engine/base/environment.ts'
import { boundHeap } from '../engine/base/heap.ts'
import { Engine, type EngineOptions } from '../engine/engine.ts'
import { soundIdOf } from '../engine/files.ts'

export interface Host {
  readonly engine: Engine
  readonly hello: Hello
  /**
   * A window came; the function is called when it goes. A while after the last has gone, the calls that people placed
   * or answered are ended; agents go on.
   */
  attend(): () => void
}

/** A window that is reloaded is back before that. */
const graceMs = 10_000

export interface HostOptions {
  readonly profile: string
  readonly version: string
  /** What happened before this start, as sentences. */
  readonly notices: readonly string[]
  /** `DEBUG` namespaces for standard error. */
  readonly debug: string
}

const shownAddresses = 3

/** The addresses that other machines may reach this one by: IPv4 first. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  return [...all.filter(({ family }) => family === 'IPv4'), ...all.filter(({ family }) => family === 'IPv6')]
    .slice(0, shownAddresses)
    .map(({ address }) => address)
}

/**
 * The engine as windows find it: the agent listens, trunks that are to be registered are. What cannot be is said, and
 * the rest goes on.
 */
export async function openHost({ profile, version, notices, debug }: HostOptions, boundary: Boundary): Promise<Host> {
  boundHeap()
  const messages = [...notices]
  const common: Omit<EngineOptions, 'profile'> = { attended: true, ...fromEnvironment(debug) }
  let engine: Engine
  let kept = true
  let windows = 0
  let grace: NodeJS.Timeout | null = null
  try {
    engine = new Engine({ ...common, profile })
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error
    messages.push(`Nothing is kept: ${error.message}.`)
    engine = new Engine({ ...common, profile: null })
    kept = false
  }
  messages.push(...engine.notices)
  await renameSounds(engine, profile)
  for (const change of stateOf(engine)) {
    if (change.kind === 'settings' && change.settings.agent.start)
      await startAgent(engine, change.settings.agent, messages)
    if (change.kind === 'trunk' && change.trunk.register)
      await engine
        .execute('registration.start', { trunk: change.trunk.name })
        .catch((error: unknown) => messages.push(`${change.trunk.name} is not registered: ${explainError(error)}.`))
  }
  return {
    engine,
    hello: {
      version,
      profile: kept ? profile : null,
      startedAt: new Date().toISOString(),
      addresses: ownAddresses(),
      notices: messages,
    },
    attend() {
      windows++
      if (grace) clearTimeout(grace)
      return () => {
        if (--windows === 0)
          grace = setTimeout(
            boundary.guard('grace timer', () => hangUp(engine)),
            graceMs,
          )
      }
    },
  }
}

function hangUp(engine: Engine): void {
  for (const change of stateOf(engine))
    if (change.kind === 'call' && change.call.agent === null && change.call.state !== 'ended')
      void engine.execute('call.hangUp', { id: change.call.id }).catch(() => {})
}

/** Earlier versions kept the path of the sound that the agent plays; windows know it by its id. */
async function renameSounds(engine: Engine, profile: string): Promise<void> {
  const settings = stateOf(engine).find((change) => change.kind === 'settings')?.settings
  const behaviour = settings?.agent.behaviour
  if (!settings || behaviour?.kind !== 'answer' || behaviour.source.kind !== 'file') return
  const path = soundIdOf(profile, behaviour.source.path)
  if (path === null) return
  await engine
    .execute('settings.save', {
      settings: {
        ...settings,
        agent: { ...settings.agent, behaviour: { kind: 'answer', source: { kind: 'file', path } } },
      },
    })
    .catch(() => {})
}

/** The whole state, as a new subscriber learns it. */
export function stateOf(engine: Engine): Change[] {
  const state: Change[] = []
  engine.subscribe({ reports: 'watched' }, ({ changes }) => void state.push(...changes)).end()
  return state
}

/** Where the chosen ports are taken, the agent listens on free ones: a first start always shows something working. */
async function startAgent(
  engine: Engine,
  { start: _start, ...agent }: Extract<Change, { kind: 'settings' }>['settings']['agent'],
  messages: string[],
): Promise<void> {
  try {
    await engine.execute('agent.start', agent)
  } catch (error) {
    const why = explainError(error)
    try {
      const { addresses } = await engine.execute('agent.start', {
        ...agent,
        listeners: agent.listeners.map((listener) => ({ ...listener, port: 0 })),
      })
      messages.push(
        `The agent listens on ${addresses.map(({ transport, port }) => `${transport} ${port}`).join(', ')} ` +
          `instead of its usual port: ${why}.`,
      )
    } catch (second) {
      messages.push(`The agent does not run: ${explainError(second)}.`)
    }
  }
}
