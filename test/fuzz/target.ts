import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Stranger, childOf, rawHttp, startLetIn } from '../harness/attack.ts'
import { freePort, startAgent, type Listens, type Running } from '../harness/process.ts'
import { WindowClient, type Entry } from '../harness/window-client.ts'

/** A process under attack: what is asked of it meanwhile. */
export interface Target {
  readonly running: Running
  /** The process whose memory counts, which is another than `running` for the window's host. */
  pid(): number
  alive(): boolean
  /** A round trip in ms; null when none came in `timeoutMs`. */
  ping(timeoutMs: number): Promise<number | null>
  stop(signal?: NodeJS.Signals): Promise<void>
}

export interface AgentTarget extends Target {
  readonly ports: Listens['ports']
}

/**
 * V8's reserve for young objects, which it takes its time to give back, would hide what is kept for good.
 */
const environment = async () => ({
  RINGBACK_DNS: `127.0.0.1:${await freePort()}`,
  NODE_OPTIONS: `--max-semi-space-size=4 --expose-gc --import=${new URL('collect.ts', import.meta.url)}`,
})

/**
 * What a process holds after a full collection, in MB. Its resident memory would tell less: V8 and the allocator keep
 * pages that nothing is in.
 */
export async function keptMb(pid: number): Promise<number> {
  const file = join(tmpdir(), `ringback-kept-${pid}`)
  process.kill(pid, 'SIGUSR2')
  for (let i = 0; i < 100 && !existsSync(file); i++) await sleep(100)
  const bytes = Number(readFileSync(file, 'utf8'))
  rmSync(file)
  return bytes / 2 ** 20
}

/**
 * An agent with a listener of each transport. Names resolve at a server that is not there: nothing leaves this machine.
 */
export async function startAgentTarget(): Promise<AgentTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-fuzz-'))
  const everywhere = ['udp', 'tcp', 'tls'].flatMap((transport) => ['--listen', `${transport}:127.0.0.1:0`])
  const running = await startAgent(
    ['--answer', 'echo', '--profile', join(folder, 'profile'), ...everywhere],
    await environment(),
  )
  const pinger = await Stranger.open('127.0.0.1')
  // Reports of thousands of calls need not be kept here.
  running.child.stdout!.on('data', () => (running.stdout = ''))
  return {
    running,
    ports: running.ports,
    pid: () => running.child.pid!,
    alive: () => running.child.exitCode === null && running.child.signalCode === null,
    ping: (timeoutMs) => pinger.ping(running.port, timeoutMs),
    async stop(signal = 'SIGTERM') {
      pinger.close()
      await running.stop(signal)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

export interface ShellTarget extends Target {
  readonly port: number
  readonly entry: Entry
}

/** The browser shell on a profile of its own, with one window let in. */
export async function startShellTarget(profile: string): Promise<ShellTarget> {
  const running = await startLetIn(profile, [], await environment())
  const { port, entry } = running
  // The first window learns the key that the others prove themselves with.
  ;(await WindowClient.open(port, entry)).close()
  return {
    running,
    port,
    entry,
    pid: () => childOf(running.child.pid!),
    alive: () =>
      running.child.exitCode === null && running.child.signalCode === null && childOf(running.child.pid!) !== 0,
    async ping(timeoutMs) {
      const startMs = performance.now()
      const page = await rawHttp(
        port,
        `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${entry.cookie}\r\nConnection: close\r\n\r\n`,
        timeoutMs,
      )
      return page.startsWith('HTTP/1.1 200') ? performance.now() - startMs : null
    },
    async stop(signal = 'SIGTERM') {
      await running.stop(signal)
    },
  }
}
