import { createInterface } from 'node:readline'
import type { EngineClient } from '../../shared/contract/client.ts'
import { RingbackError, usage } from '../engine/base/errors.ts'
import { debugNamespaces, fromEnvironment, profileFolder } from '../engine/base/environment.ts'
import { Engine, type EngineOptions } from '../engine/engine.ts'

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: boolean
  readonly profile?: string
  readonly verbose?: boolean
  readonly color?: boolean
}

export const exitCode = { ok: 0, fault: 1, usage: 2, machine: 3, interrupted: 130 } as const

/**
 * Runs one command against an engine of its own and ends the process. Interrupting ends calls and registrations first.
 * `needsStore`: a profile folder that cannot be used ends the command; otherwise it is said and the history left out.
 */
export async function withEngine(options: CommonOptions, needsStore: boolean, run: (engine: EngineClient, interrupted: Promise<void>) => Promise<number>): Promise<number> {
  const common: Omit<EngineOptions, 'profile'> = fromEnvironment(debugNamespaces(options.verbose === true))
  let engine: Engine
  try {
    engine = new Engine({ ...common, profile: profileFolder(options.profile) })
  } catch (error) {
    if (needsStore || !(error instanceof RingbackError)) throw error
    process.stderr.write(`warning: ${error.message}; this run is not kept in the history\n`)
    engine = new Engine({ ...common, profile: null })
  }
  let interrupts = 0
  let code: number | null = null
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (++interrupts > 1) process.exit(exitCode.interrupted)
        code = exitCode.interrupted
        resolve()
      })
    }
  })
  try {
    const result = await run(engine, interrupted)
    return code ?? result
  } finally {
    await engine.close()
  }
}

/** A password from the named environment variable, or from a prompt on a terminal; undefined when there is none. */
export async function readPassword(variable: string | undefined, user: string | undefined): Promise<string | undefined> {
  if (variable !== undefined) {
    const password = process.env[variable]
    if (password === undefined || password === '') throw usage(`--password-env ${variable}: the environment variable ${variable} is not set`)
    return password
  }
  if (user === undefined || !process.stdin.isTTY || !process.stderr.isTTY) return undefined
  return prompt(`Password for ${user}: `)
}

function prompt(question: string): Promise<string> {
  process.stderr.write(question)
  const lines = createInterface({ input: process.stdin, terminal: true })
  // Readline echoes through its output stream, of which there is none.
  return new Promise((resolve) => lines.question('', (answer) => {
    lines.close()
    process.stderr.write('\n')
    resolve(answer)
  }))
}

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
}

/** One JSON object a line, for long-running commands. */
export function printLine(document: { readonly type: string }): void {
  process.stdout.write(`${JSON.stringify(document)}\n`)
}
