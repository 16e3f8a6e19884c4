import { execFileSync } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Running, root } from './process.ts'
import type { Entry } from './window-client.ts'
import { Watchers } from './watchers.ts'

/** Who attacks comes from elsewhere than who calls (127.0.0.1): budgets are kept for each source. */
export const strangers: readonly [string, ...string[]] =
  process.platform === 'linux' ? ['127.0.0.2', '127.0.0.3'] : ['127.0.0.1']

/** Resident memory in MB; 0 where the process is gone. */
export function residentMb(pid: number): number {
  try {
    const kb =
      process.platform === 'linux'
        ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return Number(kb ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The first child of a process; 0 when it has none. */
export function childOf(pid: number): number {
  try {
    return Number(
      execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
        .trim()
        .split('\n')[0],
    )
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

/** The browser shell with one browser let in. */
export interface LetIn extends Running {
  readonly port: number
  readonly entry: Entry
}

/** Starts `npm start -- --no-open` and follows its link. */
export async function startLetIn(
  profile: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<LetIn> {
  const running = new Running(
    process.execPath,
    [join(root, 'electron/shell/start.ts'), '--no-open', '--port', '0', '--profile', profile, ...args],
    { env: { NO_COLOR: '1', ...env } },
  )
  const [, link, chosen] = await running.until(/(http:\/\/127\.0\.0\.1:(\d+)\/\?token=\S+)/)
  const port = Number(chosen)
  const answer = await rawHttp(
    port,
    `GET ${link!.slice(link!.indexOf('/?'))} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
  )
  const cookie = /^set-cookie: ([^;\r\n]+)/im.exec(answer)?.[1]
  if (cookie === undefined) throw new Error(`no cookie for the link: ${answer.slice(0, 400)}`)
  return Object.assign(running, {
    port,
    entry: { cookie, claim: /#claim=([\w-]+)/.exec(answer)?.[1] ?? null, key: null },
  })
}

export interface Heard {
  readonly text: string
  readonly bytes: Buffer
  readonly fromPort: number
}

export interface Invite {
  readonly callId?: string
  readonly branch?: string
  readonly extra?: string
  readonly body?: string
  readonly uri?: string
  readonly method?: string
  readonly cseq?: number
  /** Display name and URI of From, without its tag. */
  readonly from?: string
  readonly fromTag?: string
  readonly toTag?: string
}

const open = new Set<Stranger>()

/** Closes the sockets that a test has left open. */
export function closeStrangers(): void {
  for (const stranger of [...open]) stranger.close()
}

/** A UDP socket that says what it wants: SIP, RTP or neither. */
export class Stranger {
  readonly host: string
  readonly port: number
  readonly heard: Heard[] = []
  sentBytes = 0
  /** Called with every datagram. */
  hear: (heard: Heard) => void = () => {}
  readonly #socket: Socket
  readonly #watchers = new Watchers()
  #n = 0

  static open(host = strangers[0], port = 0): Promise<Stranger> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 22 })
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(port, host, () => resolve(new Stranger(socket, host)))
    })
  }

  private constructor(socket: Socket, host: string) {
    this.#socket = socket
    this.host = host
    this.port = socket.address().port
    open.add(this)
    socket.removeAllListeners('error').on('error', () => {})
    socket.on('message', (bytes, from) => {
      const heard = { bytes, text: bytes.toString('latin1'), fromPort: from.port }
      this.heard.push(heard)
      this.hear(heard)
      this.#watchers.note()
    })
  }

  get heardBytes(): number {
    return this.heard.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  /** A string goes out with one byte a character. */
  send(data: string | Uint8Array, port: number): void {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
    this.sentBytes += bytes.length
    this.#socket.send(bytes, port, '127.0.0.1')
  }

  /** The first datagram that fits, among those that came and those that come. */
  until(pattern: RegExp, timeoutMs = 5000): Promise<string> {
    const find = () => this.heard.find(({ text }) => pattern.test(text))?.text
    const lines = () =>
      this.heard
        .map(({ text }) => text.split('\r\n')[0])
        .slice(-5)
        .join('; ')
    return this.#watchers.until(find, timeoutMs, () => `no ${pattern} in ${timeoutMs} ms; came: ${lines()}`)
  }

  /** A request as this socket would send it. */
  request({
    method = 'INVITE',
    callId = `${this.port}-${++this.#n}`,
    branch = `z9hG4bK${this.port}x${this.#n++}`,
    uri = 'sip:agent@127.0.0.1',
    extra = '',
    body = '',
    cseq = 1,
    from = `<sip:stranger@${this.host}>`,
    fromTag = 'stranger',
    toTag,
  }: Invite = {}): string {
    const type = body === '' || /content-type/i.test(extra) ? '' : 'Content-Type: application/sdp\r\n'
    return (
      `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${this.host}:${this.port};branch=${branch};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: ${from};tag=${fromTag}\r\n` +
      `To: <sip:agent@127.0.0.1>${toTag === undefined ? '' : `;tag=${toTag}`}\r\nCall-ID: ${callId}\r\n` +
      `CSeq: ${cseq} ${method}\r\nContact: <sip:stranger@${this.host}:${this.port}>\r\n` +
      `${extra}${type}Content-Length: ${body.length}\r\n\r\n${body}`
    )
  }

  /** An offer of PCMU at an address, this socket's unless another is given. */
  offer(host = this.host, port = this.port + 1): string {
    return `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`
  }

  /** An OPTIONS round trip in ms; null when none came in time. */
  async ping(port: number, timeoutMs = 2000): Promise<number | null> {
    const callId = `ping-${this.port}-${++this.#n}`
    const startMs = performance.now()
    this.send(this.request({ method: 'OPTIONS', callId }), port)
    const answered = await this.until(new RegExp(`^SIP/2\\.0 [\\s\\S]*^Call-ID: ${callId}\\r`, 'm'), timeoutMs).catch(
      () => null,
    )
    this.heard.length = 0
    return answered === null ? null : performance.now() - startMs
  }

  close(): void {
    if (open.delete(this)) this.#socket.close()
  }
}

/** A response to a request, as text; the To tag is `t`. */
export function responseText(request: string, status: string, extra = '', body = ''): string {
  const copied = request
    .split('\r\n')
    .filter((line) => /^(Via|From|Call-ID|CSeq|To):/i.test(line))
    .map((line) => (/^To:/i.test(line) && !line.includes('tag=') ? `${line};tag=t` : line))
    .join('\r\n')
  const type = body === '' || /content-type/i.test(extra) ? '' : 'Content-Type: application/sdp\r\n'
  return `SIP/2.0 ${status}\r\n${copied}\r\n${extra}${type}Content-Length: ${body.length}\r\n\r\n${body}`
}
