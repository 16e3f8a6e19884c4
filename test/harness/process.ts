import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { CallReport } from '../../shared/contract/report.ts'
import { transportNames, type TransportName } from '../../shared/model/transport.ts'
import { Watchers } from './watchers.ts'

export const root = join(import.meta.dirname, '../..')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What Node has compiled of our sources once: hundreds of processes start in half the time. */
const compiled = join(root, 'test-results', 'compiled')

const alive = new Set<Running>()

/** How many processes outlive a test: the browser of its file. */
export const lasting = { processes: 0 }

/** Kills what a test has left running; the commands that were. */
export async function reap(): Promise<string[]> {
  const left = [...alive]
  await Promise.all(left.map((running) => running.stop('SIGKILL')))
  return left.map(({ child }) => child.spawnargs.join(' '))
}

interface RunningOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: boolean
  /** In a process group of its own, which is killed whole: the children of a killed Kamailio hold its output open. */
  readonly group?: boolean
}

/** A real process: its output so far, a wait for a text in it, its end. Killed by its own id. */
export class Running {
  readonly child: ChildProcess
  readonly #group: boolean
  stdout = ''
  stderr = ''
  readonly finished: Promise<Finished>
  readonly #watchers = new Watchers()

  constructor(command: string, args: readonly string[], options: RunningOptions = {}) {
    this.#group = options.group ?? false
    this.child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...options.env },
      stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: this.#group,
    })
    alive.add(this)
    this.child.stdout!.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString()
      this.#watchers.note()
    })
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString()
      this.#watchers.note()
    })
    this.finished = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      this.child.once('close', (code) => {
        alive.delete(this)
        resolve({ code, stdout: this.stdout, stderr: this.stderr })
        this.#watchers.note()
      })
    })
  }

  /** Resolves when a text is in the output; rejects when the process ends without it or the time runs out. */
  until(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpExecArray> {
    const output = () => `:\n${this.stdout}\n${this.stderr}`
    const find = () => {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)
      if (!found && this.child.exitCode !== null)
        throw new Error(`ended with ${this.child.exitCode} before ${pattern}${output()}`)
      return found ?? undefined
    }
    return this.#watchers.until(find, timeoutMs, () => `no ${pattern} in ${timeoutMs} ms${output()}`)
  }

  /** Asks to end, insists after a while. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Finished> {
    if (this.child.exitCode === null) this.#send(signal)
    const insist = setTimeout(() => this.#send('SIGKILL'), 8000)
    const result = await this.finished
    clearTimeout(insist)
    return result
  }

  #send(signal: NodeJS.Signals): void {
    if (!this.#group || signal !== 'SIGKILL') this.child.kill(signal)
    else
      try {
        process.kill(-this.child.pid!, signal)
      } catch {
        // Its whole group has ended by itself.
      }
  }
}

export const launcher = join(root, 'electron/cli/ringback.mjs')

/** The command line, as a person would run it in a clone. */
export function ringback(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return new Running(process.execPath, [launcher, ...args], {
    env: { RINGBACK_PROFILE: env['RINGBACK_PROFILE'] ?? join(root, 'test-results', 'profile'), NO_COLOR: '1', ...env },
  })
}

export async function callReport(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; report: CallReport; stderr: string }> {
  const { code, stdout, stderr } = await ringback([...args, '--json'], env).finished
  if (stdout === '') throw new Error(`no report: ${stderr}`)
  return { code, report: JSON.parse(stdout) as CallReport, stderr }
}

/** Where an agent listens: the port of its first listener, and of the first over each transport (0 where none is). */
export interface Listens {
  readonly port: number
  readonly ports: Readonly<Record<TransportName, number>>
}

/** An agent of ours in a process of its own. */
export async function startAgent(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Running & Listens> {
  const agent = ringback(
    ['agent', ...(args.includes('--listen') ? [] : ['--listen', 'udp:127.0.0.1:0']), ...args, '--json'],
    env,
  )
  await agent.until(/"listening".*\n/)
  const { addresses } = JSON.parse(agent.stdout.split('\n')[0]!) as {
    addresses: { transport: string; port: number }[]
  }
  const over = (name: string) => addresses.find(({ transport }) => transport === name)?.port ?? 0
  return Object.assign(agent, {
    port: addresses[0]!.port,
    ports: Object.fromEntries(transportNames.map((name) => [name, over(name)])) as Listens['ports'],
  })
}

/** The reports that an agent has printed. */
export function agentReports(agent: Running): CallReport[] {
  return agent.stdout
    .split('\n')
    .filter((line) => line.includes('"type":"call"'))
    .map((line) => (JSON.parse(line) as { report: CallReport }).report)
}

function isFree(
  listener: { once(event: 'error', then: () => void): unknown; close(then?: () => void): unknown },
  listen: (then: () => void) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    listener.once('error', () => resolve(false))
    listen(() => listener.close(() => resolve(true)))
  })
}

/**
 * The first of `count` neighbouring ports that were free for UDP and TCP a moment ago. They lie below the range from
 * which the kernel hands out ports, and below our RTP ports: no socket of another test takes one in between.
 */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 10_000)
    let free = true
    for (let port = first; free && port < first + count; port++) {
      const tcp = createServer()
      const udp = createSocket('udp4')
      free =
        (await isFree(tcp, (then) => tcp.listen(port, '127.0.0.1', then))) &&
        (await isFree(udp, (then) => udp.bind(port, '127.0.0.1', then)))
    }
    if (free) return first
  }
}

/** An even port that was free a moment ago, with the odd one above it: a pair for RTP and RTCP. */
export async function freePair(): Promise<number> {
  const port = await freePort(3)
  return port + (port % 2)
}
