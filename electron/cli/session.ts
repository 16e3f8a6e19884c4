import { createInterface } from 'node:readline'
import type { EngineClient } from '../../shared/contract/client.ts'
import { RingbackError, explainError, usage } from '../engine/base/errors.ts'
import { debugNamespaces, fromEnvironment, profileFolder } from '../engine/base/environment.ts'
import { boundHeap } from '../engine/base/heap.ts'
import { Engine, type EngineOptions } from '../engine/engine.ts'
import { readerGone, warn } from './output.ts'
import { withFlags } from './remedies.ts'

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: boolean
  readonly profile?: string
  readonly verbose?: boolean
  readonly color?: boolean
  /** Name servers instead of those of the system. */
  readonly dns?: readonly string[]
}

export const exitCode = { ok: 0, fault: 1, usage: 2, machine: 3, interrupted: 130 } as const

/** For hanging up and un-registering after a fault of our own. */
const lastPatienceMs = 3000
const noticesEveryMs = 1000
/** One wish to end may come as several signals: the terminal and the process that started us both send theirs. */
const oneSignalMs = 500

/**
 * Runs one command against an engine of its own. Interrupting ends calls and registrations first; so does a fault of
 * our own. `needsStore`: a profile folder that cannot be used ends the command; otherwise it is said and the history
 * left out.
 */
export async function withEngine(
  options: CommonOptions,
  needsStore: boolean,
  run: (engine: EngineClient, interrupted: Promise<void>) => Promise<number>,
): Promise<number> {
  const engine = openEngine(options, needsStore)
  const said = new Set<string>()
  const sayNotices = () => {
    for (const notice of engine.notices) if (!said.has(notice)) warn(`warning: ${notice}`)
    for (const notice of engine.notices) said.add(notice)
  }
  sayNotices()
  const watch = setInterval(sayNotices, noticesEveryMs)
  const interruption = new Interruption()
  const net = lastNet()
  try {
    const result = await Promise.race([run(engine, interruption.happened), net.then(() => null)])
    return result === null ? exitCode.fault : interruption.bySignal ? exitCode.interrupted : result
  } finally {
    const closed = engine.close().catch((error: unknown) => warn(`unexpected fault: ${explainError(error)}`))
    clearInterval(watch)
    await Promise.race([closed, net.then(() => new Promise((resolve) => setTimeout(resolve, lastPatienceMs)))])
    sayNotices()
  }
}

function openEngine(options: CommonOptions, needsStore: boolean): Engine {
  boundHeap()
  const common: Omit<EngineOptions, 'profile'> = {
    ...fromEnvironment(debugNamespaces(options.verbose === true)),
    ...(options.dns && { dnsServers: options.dns }),
  }
  try {
    return new Engine({ ...common, profile: profileFolder(options.profile) })
  } catch (error) {
    if (needsStore || !(error instanceof RingbackError)) throw error
    warn(`warning: ${withFlags(error.message, error.remedy)}; this run is not kept in the history`)
    return new Engine({ ...common, profile: null })
  }
}

/** The wish to end: a signal, the process that started us gone, nobody left to read. A second signal ends at once. */
class Interruption {
  readonly happened: Promise<void>
  bySignal = false
  #firstMs: number | null = null

  constructor() {
    this.happened = new Promise((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => this.#signal(resolve))
      process.once('disconnect', () => this.#firstMs === null && this.#signal(resolve))
      void readerGone.then(resolve)
    })
  }

  #signal(resolve: () => void): void {
    this.#firstMs ??= performance.now()
    if (performance.now() - this.#firstMs > oneSignalMs) process.exit(exitCode.interrupted)
    this.bySignal = true
    resolve()
  }
}

/** Resolved, after a line about it, by the first error that nothing else has caught. */
function lastNet(): Promise<void> {
  return new Promise((resolve) => {
    let first = true
    const caught = (error: unknown) => {
      if (first) warn(`unexpected fault: ${explainError(error)}; calls are ended`)
      if (process.env['DEBUG'] && error instanceof Error) for (const line of (error.stack ?? '').split('\n')) warn(line)
      first = false
      resolve()
    }
    process.on('uncaughtException', caught)
    process.on('unhandledRejection', caught)
  })
}

/** A password from the named environment variable, or from a prompt on a terminal; undefined when there is none. */
export async function readPassword(
  variable: string | undefined,
  user: string | undefined,
): Promise<string | undefined> {
  if (variable !== undefined) {
    const password = process.env[variable]
    if (password === undefined || password === '')
      throw usage(`--password-env ${variable}: the environment variable ${variable} is not set`)
    return password
  }
  if (user === undefined || !process.stdin.isTTY || !process.stderr.isTTY) return undefined
  return prompt(`Password for ${user}: `)
}

function prompt(question: string): Promise<string> {
  process.stderr.write(question)
  const lines = createInterface({ input: process.stdin, terminal: true })
  // Readline echoes through its output stream, of which there is none.
  return new Promise((resolve) =>
    lines.question('', (answer) => {
      lines.close()
      process.stderr.write('\n')
      resolve(answer)
    }),
  )
}
