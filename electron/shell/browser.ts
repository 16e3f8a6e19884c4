import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { FromShell, ToWindow } from '../../shared/contract/channel.ts'
import type { Boundary } from '../engine/base/boundary.ts'
import { errorCode, machine } from '../engine/base/errors.ts'
import type { Host } from './host.ts'
import { pageAt, pageHeaders, readPages, type Pages } from './pages.ts'
import { saidPage, saidPolicy } from './said-page.ts'
import { Session } from './session.ts'
import { shellLimits, type ShellLimits } from './shell-limits.ts'
import { isForeign, readTarget } from './target.ts'
import { openPort, type WindowPort } from './window-port.ts'

const address = '127.0.0.1'
const listenAgainMs = 250
const listenPatienceMs = 5000
/** A page that is sent away: it opens a link again. */
const lockedCode = 4401
const locked = saidPage(
  'This window is locked',
  'Open the link that Ringback printed in the terminal; each link works once, and pressing Enter there prints a new ' +
    'one.',
)

/**
 * The window in a browser: the renderer's files and the engine's messages, on loopback, for who has the cookie and
 * proves the key.
 */
export class BrowserShell {
  readonly #host: Host
  readonly #boundary: Boundary
  readonly #limits: ShellLimits
  readonly #pages: Pages
  readonly #server: Server
  readonly #sockets: WebSocketServer
  #session: Session | null = null
  #port = 0

  /** `renderer`: the folder of the built renderer. Throws RingbackError (machine) when it is not there. */
  constructor(host: Host, renderer: string, boundary: Boundary, limits: ShellLimits = shellLimits) {
    this.#host = host
    this.#boundary = boundary
    this.#limits = limits
    this.#pages = readPages(renderer)
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes, clientTracking: true })
    this.#server = createServer({
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      maxHeaderSize: limits.headerBytes,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    })
    this.#server.maxHeadersCount = limits.headers
    this.#server.maxConnections = limits.connections
    // For a client that does not read what it asked for.
    this.#server.setTimeout(limits.requestMs)
    // Before anything else happens on it: a reset of any connection is no fault.
    this.#server.prependListener(
      'connection',
      boundary.guard('connection', (socket: Duplex) => void socket.on('error', () => {})),
    )
    this.#server.on(
      'request',
      boundary.guard('HTTP request', (request: IncomingMessage, response: ServerResponse) =>
        this.#within('HTTP request', response.socket, () => this.#serve(request, response)),
      ),
    )
    this.#server.on(
      'upgrade',
      boundary.guard('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
        this.#within('upgrade', socket, () => this.#upgrade(request, socket, head)),
      ),
    )
  }

  /**
   * Listens on loopback; port 0, or one that is taken by another program and not `exact`: any. Throws RingbackError
   * (machine).
   */
  async listen(port: number, exact: boolean): Promise<number> {
    const startMs = performance.now()
    for (;;) {
      try {
        this.#port = await listen(this.#server, port, this.#boundary)
        this.#session = new Session(this.#host.hello.profile, this.#port)
        return this.#port
      } catch (error) {
        if (errorCode(error) !== 'EADDRINUSE') throw error
        if (!exact) port = 0
        // The shell before this one may be closing its calls.
        else if (performance.now() - startMs > listenPatienceMs)
          throw machine(`port ${port} of ${address} is in use: choose another with --port`, error)
        else await new Promise((resolve) => setTimeout(resolve, listenAgainMs))
      }
    }
  }

  /** A link that opens one window, within that time. */
  link(lifeMs: number): string {
    return `http://${address}:${this.#port}/?token=${this.#session!.issue(lifeMs)}`
  }

  /** Sends every window away; only a new link opens one. */
  revoke(): void {
    this.#session!.revoke()
    for (const window of this.#sockets.clients) window.close(lockedCode, 'signed out')
  }

  close(): void {
    for (const window of this.#sockets.clients) window.close(1001, 'the shell ends')
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** What is thrown over a connection ends that connection. */
  #within(place: string, socket: Duplex | null, work: () => void): void {
    this.#boundary.within(() => void socket?.destroy()).run(place, work)
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (isForeign(request.headers, this.#port))
      return text(response, 403, 'Refused: this page is for 127.0.0.1 only, and for no other site.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(response, 405, 'Only GET is served here.')
    if (request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0')
      return text(response, 413, 'A request for a page has no body.')
    const target = readTarget(request.url ?? '')
    if (!target) return text(response, 400, 'There is no such address here.')
    const exchanged = target.token === null ? null : this.#session!.exchange(target.token)
    if (exchanged) return this.#enter(request, response, exchanged)
    if (this.#passOf(request) === null)
      return void response
        .writeHead(401, {
          ...pageHeaders,
          'Content-Security-Policy': saidPolicy,
          'Content-Type': 'text/html; charset=utf-8',
          'Cache-Control': 'no-store',
          'Connection': 'close',
        })
        .end(locked)
    // A link that was used before, in the browser that used it.
    if (target.token !== null) return void response.writeHead(303, { ...pageHeaders, Location: '/' }).end()
    const page = pageAt(this.#pages, target.path)
    if (!page) return text(response, 404, 'There is nothing here.')
    response.writeHead(200, {
      ...pageHeaders,
      'Content-Type': page.type,
      'Content-Length': page.bytes.length,
      'Cache-Control': target.path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
    })
    response.end(request.method === 'HEAD' ? undefined : page.bytes)
  }

  /** The page finds its claim in the fragment, which no server sees. */
  #enter(
    { headers }: IncomingMessage,
    response: ServerResponse,
    { cookie, claim }: { readonly cookie: string; readonly claim: string },
  ): void {
    const to = `/#claim=${claim}`
    const head = {
      ...pageHeaders,
      'Set-Cookie': `${this.#session!.cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict`,
      'Cache-Control': 'no-store',
    }
    // A browser that was sent here by another page, that of openWindow, would not send a strict cookie along with a
    // redirect.
    if ((headers['sec-fetch-site'] ?? 'none') === 'none')
      return void response.writeHead(303, { ...head, Location: to }).end()
    response
      .writeHead(200, { ...head, 'Content-Type': 'text/html; charset=utf-8' })
      .end(`<!doctype html><meta http-equiv="refresh" content="0;url=${to}"><title>Ringback</title>`)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {})
    const pass = this.#passOf(request)
    const refused =
      isForeign(request.headers, this.#port) || request.headers.origin === undefined
        ? 403
        : pass === null
          ? 401
          : request.url !== '/engine'
            ? 404
            : this.#sockets.clients.size >= this.#limits.windows
              ? 503
              : null
    if (refused !== null || pass === null)
      return void socket.end(`HTTP/1.1 ${refused} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
        socket.destroy(),
      )
    this.#sockets.handleUpgrade(request, socket, head, (window) => this.#attend(window, pass))
  }

  /** A page that has the cookie: it becomes a window when it has shown that it has the key too. */
  #attend(window: WebSocket, pass: string): void {
    const boundary = this.#boundary.within(() => window.terminate())
    const challenge = randomBytes(24).toString('base64url')
    const say = (message: FromShell | ToWindow) => this.#say(window, message)
    let port: WindowPort | null = null
    let leave = () => {}
    const late = setTimeout(
      boundary.guard('window timer', () => window.terminate()),
      this.#limits.proofMs,
    )
    window.on(
      'error',
      boundary.guard('window error', () => window.terminate()),
    )
    window.on(
      'message',
      boundary.guard('window message', (data: Buffer, binary: boolean) => {
        if (binary || window.readyState !== window.OPEN) return
        if (port) return port.message(parse(data))
        clearTimeout(late)
        if (!this.#proves(pass, challenge, data.length > this.#limits.firstMessageBytes ? null : parse(data), say))
          return window.close(lockedCode, 'locked')
        leave = this.#host.attend()
        port = openPort(this.#host.engine, this.#host.hello, boundary, say)
      }),
    )
    window.on(
      'close',
      boundary.guard('window close', () => {
        clearTimeout(late)
        port?.close()
        leave()
      }),
    )
    say({ type: 'challenge', challenge })
  }

  #proves(pass: string, challenge: string, said: unknown, say: (message: FromShell) => void): boolean {
    const first = said as { readonly type?: unknown; readonly claim?: unknown; readonly proof?: unknown } | null
    if (first?.type === 'proof' && typeof first.proof === 'string')
      return this.#session!.proves(pass, challenge, first.proof)
    const key =
      first?.type === 'claim' && typeof first.claim === 'string' ? this.#session!.claim(first.claim, pass) : null
    if (key !== null) say({ type: 'key', key })
    return key !== null
  }

  /** A window that does not read is closed: it comes back and begins with the whole state. */
  #say(window: WebSocket, message: FromShell | ToWindow): void {
    if (window.readyState !== window.OPEN) return
    if (window.bufferedAmount > this.#limits.behindBytes) return window.terminate()
    window.send(JSON.stringify(message))
  }

  #passOf({ headers }: IncomingMessage): string | null {
    const name = `${this.#session!.cookieName}=`
    for (const part of (headers.cookie ?? '').split(';')) {
      const cookie = part.trim()
      const pass = cookie.startsWith(name) ? this.#session!.passOf(cookie.slice(name.length)) : null
      if (pass !== null) return pass
    }
    return null
  }
}

function listen(server: Server, port: number, boundary: Boundary): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = boundary.guard('listen', (error: Error) => {
      server.off('listening', listens)
      reject(error)
    })
    const listens = boundary.guard('listen', () => {
      server.off('error', failed)
      // Of accepting a connection: too many files are open. It goes on.
      server.on('error', () => {})
      resolve((server.address() as { port: number }).port)
    })
    server.once('error', failed)
    server.once('listening', listens)
    server.listen(port, address)
  })
}

/** The connection ends with a refusal: what else comes on it is not read. */
function text(response: ServerResponse, status: number, sentence: string): void {
  response
    .writeHead(status, {
      ...pageHeaders,
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'Connection': 'close',
    })
    .end(`${sentence}\n`)
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString())
  } catch {
    return null
  }
}
