import { readFileSync, readdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import { errorCode, machine } from '../engine/base/errors.ts'
import type { Host } from './host.ts'
import { contentSecurityPolicy, contentTypes } from './policy.ts'
import { Session, lifetimeS } from './session.ts'
import { openPort } from './window-port.ts'

const address = '127.0.0.1'
const cookieName = 'ringback'
/** Files go in pieces well below this. */
const largestMessageBytes = 8 * 1024 * 1024
const listenAgainMs = 250
const listenPatienceMs = 5000

const guards = {
  'Content-Security-Policy': contentSecurityPolicy, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Resource-Policy': 'same-origin', 'X-Frame-Options': 'DENY',
}

/** The window in a browser: the renderer's files and the engine's messages, on loopback, for who has the cookie. */
export class BrowserShell {
  readonly #host: Host
  readonly #session: Session
  readonly #files: ReadonlyMap<string, Buffer>
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessageBytes })
  #port = 0

  /** `renderer`: the folder of the built renderer. Throws RingbackError (machine) when it is not there. */
  constructor(host: Host, renderer: string) {
    this.#host = host
    this.#session = new Session(host.hello.profile)
    this.#files = readFiles(renderer)
    this.#server = createServer((request, response) => this.#serve(request, response))
    this.#server.on('upgrade', (request, socket, head) => {
      const refused = this.#refusal(request) ?? (request.headers.origin === undefined ? 403 : null) ?? (this.#known(request) ? null : 401)
      if (refused !== null || request.url !== '/engine') return socket.end(`HTTP/1.1 ${refused ?? 404} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      this.#sockets.handleUpgrade(request, socket, head, (window) => this.#attend(window))
    })
  }

  /** Listens on loopback; port 0, or one that is taken by another program and not `exact`: any. Throws RingbackError (machine). */
  async listen(port: number, exact: boolean): Promise<number> {
    const startMs = performance.now()
    for (;;) {
      try {
        this.#port = await listen(this.#server, port)
        return this.#port
      } catch (error) {
        if (errorCode(error) !== 'EADDRINUSE') throw error
        if (!exact) port = 0
        // The shell before this one may be closing its calls.
        else if (performance.now() - startMs > listenPatienceMs) throw machine(`port ${port} of ${address} is in use: choose another with --port`, error)
        else await new Promise((resolve) => setTimeout(resolve, listenAgainMs))
      }
    }
  }

  /** A link that opens one window. */
  link(): string {
    return `http://${address}:${this.#port}/?token=${this.#session.issue()}`
  }

  close(): void {
    for (const window of this.#sockets.clients) window.close(1001, 'the shell ends')
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #attend(window: WebSocket): void {
    const leave = this.#host.attend()
    const port = openPort(this.#host.engine, this.#host.hello, (message) => window.send(JSON.stringify(message)))
    window.on('message', (data, binary) => {
      if (!binary) port.message(parse(String(data)))
    })
    window.on('error', () => window.terminate())
    window.on('close', () => {
      port.close()
      leave()
    })
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const refused = this.#refusal(request)
    if (refused !== null) return text(response, refused, 'Refused: this page is for 127.0.0.1 only, and for no other site.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(response, 405, 'Only GET is served here.')
    const url = new URL(request.url ?? '/', `http://${address}`)
    const token = url.searchParams.get('token')
    const cookie = token === null ? null : this.#session.exchange(token)
    if (cookie !== null) {
      response.writeHead(303, { ...guards, 'Set-Cookie': `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${lifetimeS}`, 'Location': '/', 'Cache-Control': 'no-store' })
      return void response.end()
    }
    if (!this.#known(request)) return text(response, 401, 'This window is locked. Open the link that Ringback printed in the terminal; each link works once, and pressing Enter there prints a new one.')
    // A link that was used before, in the browser that used it.
    if (token !== null) return void response.writeHead(303, { ...guards, Location: '/' }).end()
    const path = url.pathname === '/' ? '/index.html' : url.pathname
    const file = this.#files.get(path)
    if (!file) return text(response, 404, 'There is nothing here.')
    response.writeHead(200, { ...guards, 'Content-Type': contentTypes[extname(path)] ?? 'application/octet-stream', 'Content-Length': file.length, 'Cache-Control': path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store' })
    response.end(request.method === 'HEAD' ? undefined : file)
  }

  /** 403 for a request that names another host (DNS rebinding) or comes from another site. */
  #refusal(request: IncomingMessage): 403 | null {
    const { host, origin } = request.headers
    if (host !== `${address}:${this.#port}` && host !== `localhost:${this.#port}`) return 403
    return origin === undefined || origin === `http://${host}` ? null : 403
  }

  #known(request: IncomingMessage): boolean {
    const cookies = (request.headers.cookie ?? '').split(';').map((part) => part.trim())
    return cookies.some((part) => part.startsWith(`${cookieName}=`) && this.#session.accepts(part.slice(cookieName.length + 1)))
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => () => {
      server.removeAllListeners('error').removeAllListeners('listening')
      then()
    }
    server.once('error', (error) => settle(() => reject(error))())
    server.once('listening', settle(() => resolve((server.address() as { port: number }).port)))
    server.listen(port, address)
  })
}

function readFiles(folder: string): Map<string, Buffer> {
  try {
    const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return new Map(names.map((name) => [name.slice(folder.length).replaceAll('\\', '/'), readFileSync(name)]))
  } catch (error) {
    throw machine(`the window is not built (${folder}): run npm start in a clone`, error)
  }
}

function text(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { ...guards, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end(`${sentence}\n`)
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}
