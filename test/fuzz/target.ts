import { execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Running, freePort, launcher, root } from '../harness/process.ts'
import { join } from 'node:path'

/** Who attacks comes from elsewhere than who calls: budgets are kept for each source. */
export const strangers = process.platform === 'linux' ? ['127.0.0.2', '127.0.0.3'] : ['127.0.0.1']

/** Resident memory in MB; 0 where the process is gone. */
export function residentMb(pid: number): number {
  try {
    const kb = process.platform === 'linux' ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return Number(kb ?? 0) / 1024
  } catch {
    return 0
  }
}

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
  readonly ports: { readonly udp: number; readonly tcp: number; readonly tls: number }
}

/** An agent with a listener of each transport. Names resolve at a server that is not there: nothing leaves this machine. */
export async function startAgentTarget(): Promise<AgentTarget> {
  const running = new Running(process.execPath, [launcher, 'agent', '--json', '--listen', 'udp:127.0.0.1:0', '--listen', 'tcp:127.0.0.1:0', '--listen', 'tls:127.0.0.1:0', '--profile', join(root, 'test-results/fuzz/profile'), '--answer', 'echo'], {
    env: { RINGBACK_DNS: `127.0.0.1:${await freePort()}`, NO_COLOR: '1' },
  })
  await running.until(/"listening".*\n/)
  const { addresses } = JSON.parse(running.stdout.split('\n')[0]!) as { addresses: { transport: string; port: number }[] }
  const port = (transport: string) => addresses.find((address) => address.transport === transport)!.port
  const pinger = await Pinger.open(port('udp'))
  // Reports of thousands of calls need not be kept here.
  running.child.stdout!.on('data', () => (running.stdout = ''))
  return {
    running, ports: { udp: port('udp'), tcp: port('tcp'), tls: port('tls') },
    pid: () => running.child.pid!,
    alive: () => running.child.exitCode === null && running.child.signalCode === null,
    ping: (timeoutMs) => pinger.ping(timeoutMs),
    async stop(signal = 'SIGTERM') {
      pinger.close()
      await running.stop(signal)
    },
  }
}

/** OPTIONS round trips over a socket of their own. */
class Pinger {
  readonly #socket: Socket
  readonly #port: number
  readonly #waiting = new Map<string, () => void>()
  #n = 0

  static async open(port: number): Promise<Pinger> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new Pinger(socket, port)
  }

  private constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.#port = port
    socket.on('error', () => {})
    socket.on('message', (bytes) => this.#waiting.get(/^Call-ID: (\S+)/m.exec(bytes.toString('latin1'))?.[1] ?? '')?.())
  }

  ping(timeoutMs: number): Promise<number | null> {
    const id = `ping-${++this.#n}`
    const startMs = performance.now()
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), timeoutMs)
      const settle = (ms: number | null) => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        resolve(ms)
      }
      this.#waiting.set(id, () => settle(performance.now() - startMs))
      this.#socket.send(`OPTIONS sip:agent@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${this.#socket.address().port};branch=z9hG4bK${id};rport\r\nMax-Forwards: 70\r\nFrom: <sip:ping@127.0.0.1>;tag=p\r\nTo: <sip:agent@127.0.0.1>\r\nCall-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`, this.#port, '127.0.0.1')
    })
  }

  close(): void {
    this.#socket.close()
  }
}

export interface ShellTarget extends Target {
  readonly port: number
  /** `name=value` of a window that was let in. */
  readonly cookie: string
}

/** The browser shell on a profile of its own, with one window let in. */
export async function startShellTarget(profile: string): Promise<ShellTarget> {
  const running = new Running(process.execPath, [join(root, 'electron/shell/start.ts'), '--no-open', '--port', '0', '--profile', profile], { env: { RINGBACK_DNS: `127.0.0.1:${await freePort()}`, NO_COLOR: '1' } })
  const [, link, chosen] = await running.until(/(http:\/\/127\.0\.0\.1:(\d+)\/\?token=\S+)/)
  const port = Number(chosen)
  const answer = await rawHttp(port, `GET ${link!.slice(link!.indexOf('/?'))} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
  const cookie = /^set-cookie: ([^;\r\n]+)/im.exec(answer)?.[1]
  if (cookie === undefined) throw new Error(`no cookie for the link: ${answer.slice(0, 400)}`)
  return {
    running, port, cookie,
    pid: () => childOf(running.child.pid!),
    alive: () => running.child.exitCode === null && running.child.signalCode === null && childOf(running.child.pid!) !== 0,
    async ping(timeoutMs) {
      const startMs = performance.now()
      const page = await rawHttp(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`, timeoutMs).catch(() => '')
      return /^HTTP\/1\.1 200/.test(page) ? performance.now() - startMs : null
    },
    async stop(signal = 'SIGTERM') {
      await running.stop(signal)
    },
  }
}

/** The first child of a process; 0 when it has none. */
export function childOf(pid: number): number {
  try {
    return Number(execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).trim().split('\n')[0])
  } catch {
    return 0
  }
}

/** Sends bytes as they are and gives all that comes back until the server closes, or until the time is over. */
export function rawHttp(port: number, bytes: string | Uint8Array, timeoutMs = 5000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(bytes))
    let text = ''
    const timer = setTimeout(() => socket.destroy(), timeoutMs)
    socket.on('error', () => {})
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(text)
    })
  })
}
