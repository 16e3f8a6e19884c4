import { isUtf8 } from 'node:buffer'
import * as http from 'node:http'
import * as https from 'node:https'
import type * as nodeNet from 'node:net'
import { TLSSocket } from 'node:tls'
import { WebSocket, WebSocketServer, type ClientOptions } from 'ws'
import { bracketHost, type Address } from '../../../shared/base/address.ts'
import { elide, printable } from '../../../shared/base/text.ts'
import type {
  Admission,
  Handshake,
  Listener,
  StreamSocket,
  TlsFacts,
  WebSocketClientOptions,
  WebSocketLimits,
  WebSocketServerOptions,
} from './net.ts'
import {
  Handshakes,
  listening,
  localOf,
  openTcp,
  openTls,
  remoteOf,
  serverTls,
  sessionOf,
  tlsFacts,
} from './system-stream.ts'

const subprotocol = 'sip'
/** How long a peer may take to agree that a WebSocket is closed. */
const closeMs = 2000
const mostHeadBytes = 16 * 1024

/** What `ws` is told of both sides: nothing is compressed, a message is bounded before it is whole. */
const bounds = ({ messageBytes, fragments }: WebSocketLimits) => ({
  maxPayload: messageBytes,
  maxFragments: fragments,
  perMessageDeflate: false,
  closeTimeout: closeMs,
})

const refused = (text: string): Error => Object.assign(new Error(text), { code: 'WEBSOCKET_REFUSED' })

/** `server`: the peer opened it. */
function wrap(ws: WebSocket, socket: nodeNet.Socket, facts: TlsFacts | null, server: boolean): StreamSocket {
  let fault: Error | null = null
  ws.on('error', (error) => (fault = error))
  return {
    local: localOf(socket),
    remote: remoteOf(socket),
    tls: facts,
    get backlogBytes() {
      return ws.bufferedAmount
    },
    // Text where it is text: not every peer takes the other kind (RFC 7118 4.2).
    write: (bytes, done) => ws.send(bytes, { binary: !isUtf8(bytes) }, (error) => done?.(error ?? null)),
    ping: () => ws.ping(undefined, undefined, () => {}),
    start(events) {
      let whole = false
      const alive = () => {
        whole = true
        events.alive()
      }
      ws.on('message', (bytes: Buffer) => {
        whole = true
        events.data(bytes)
      })
      ws.on('ping', alive)
      ws.on('pong', alive)
      // After what the library has made of the same bytes.
      socket.on('data', () => {
        if (!whole) events.partial()
        whole = false
      })
      ws.on('close', (code, reason) => events.close(fault ?? closeFault(code, reason)))
      ws.resume()
    },
    end: () => ws.close(server ? 1001 : 1000),
    destroy: () => ws.terminate(),
  }
}

/** Why the peer closed, where it says so in a close frame (RFC 6455 7.4.1). */
function closeFault(code: number, reason: Buffer): Error | null {
  if ([1000, 1001, 1005, 1006].includes(code)) return null
  const text = printable(elide(reason.toString('utf8'), 80))
  return new Error(`the peer closed the WebSocket with code ${code}${text && `: ${text}`}`)
}

export async function connectWebSocket(to: Address, options: WebSocketClientOptions): Promise<StreamSocket> {
  const { host, path, limits, timeoutMs } = options
  const socket = options.tls ? await openTls(to, { ...options, ...options.tls }) : await openTcp(to, options)
  socket.setNoDelay(true)
  const url = `${options.tls ? 'wss' : 'ws'}://${bracketHost(host)}:${to.port}${path}`
  const facts = socket instanceof TLSSocket ? tlsFacts(socket) : null
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, [subprotocol], {
      ...bounds(limits),
      createConnection: () => socket,
      handshakeTimeout: timeoutMs,
      followRedirects: false,
      maxHeaderSize: mostHeadBytes,
    } as ClientOptions)
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    ws.once('error', (error) => fail(refused(handshakeFault(error))))
    ws.once('unexpected-response', (_request, { statusCode, statusMessage }) => {
      const reason = printable(elide(statusMessage ?? '', 80))
      fail(refused(`it opens no WebSocket at ${path}: it answers ${statusCode} ${reason}`.trimEnd()))
    })
    ws.once('open', () => {
      // Nothing is lost that comes before somebody listens.
      ws.pause()
      ws.removeAllListeners()
      resolve(wrap(ws, socket, facts, false))
    })
  })
}

/** What the library says of a handshake that failed, in words. */
function handshakeFault(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code.startsWith('HPE_')) return 'it does not speak HTTP on that port, so it opens no WebSocket'
  if (/subprotocol/.test(error.message)) return 'it opens a WebSocket, but none for SIP (subprotocol sip)'
  if (/timed out/.test(error.message)) return 'the WebSocket handshake was not answered'
  if (code === 'ECONNRESET') return 'it closed the connection at the WebSocket handshake'
  return `the WebSocket handshake failed: ${error.message}`
}

/** The status that an upgrade is refused with, and why; null where it may be done. */
function upgradeFault(
  { method, headers }: http.IncomingMessage,
  server: WebSocketServerOptions,
): { readonly status: string; readonly text: string } | null {
  if (method !== 'GET' || headers.host === undefined || headers.upgrade?.toLowerCase() !== 'websocket')
    return { status: '400 Bad Request', text: 'it asks for no WebSocket' }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim().toLowerCase())
  if (!offered.includes(subprotocol))
    return { status: '400 Bad Request', text: 'it does not offer the subprotocol sip (RFC 7118)' }
  const text = server.refusal(headers.origin)
  return text === null ? null : { status: '403 Forbidden', text }
}

export function listenWebSocket(
  host: string,
  port: number,
  server: WebSocketServerOptions,
  admission: Admission,
  accept: (socket: StreamSocket) => void,
  failed: (remote: Address, error: Error, handshake: Handshake) => void,
): Promise<Listener> {
  const { identity, limits } = server
  const patienceMs = admission.handshakeMs()
  const http1 = {
    headersTimeout: patienceMs,
    requestTimeout: patienceMs,
    connectionsCheckingInterval: Math.min(1000, patienceMs),
    maxHeaderSize: mostHeadBytes,
  }
  const listener = identity
    ? https.createServer({ ...serverTls(identity), ...http1, handshakeTimeout: patienceMs })
    : http.createServer(http1)
  const sockets = new WebSocketServer({
    ...bounds(limits),
    noServer: true,
    clientTracking: false,
    handleProtocols: () => subprotocol,
  })
  const handshakes = new Handshakes(admission)
  const refuse = (socket: nodeNet.Socket, status: string, text: string) => {
    failed(remoteOf(socket), refused(text), 'WebSocket')
    socket.end(
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
        `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      () => socket.destroy(),
    )
  }
  sockets.on('wsClientError', (error, socket) =>
    refuse(socket as nodeNet.Socket, '400 Bad Request', `its WebSocket handshake is faulty: ${error.message}`),
  )
  listener.on('request', ({ socket }: http.IncomingMessage) =>
    refuse(socket, '426 Upgrade Required', 'it asks for a page, where SIP over a WebSocket is spoken'),
  )
  listener.on('clientError', (error: NodeJS.ErrnoException, socket: nodeNet.Socket) => {
    // That of a reset has no address any more, and says nothing.
    if (error.code !== 'ECONNRESET')
      failed(
        remoteOf(socket),
        refused(
          error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
            ? 'it took longer than allowed'
            : 'what came is no request for a WebSocket',
        ),
        'WebSocket',
      )
    socket.destroy()
  })
  listener.on('tlsClientError', (error, socket) => {
    failed(remoteOf(socket), error, 'TLS')
    socket.destroy()
  })
  listener.on('upgrade', (request: http.IncomingMessage, socket: nodeNet.Socket, head: Buffer) => {
    socket.on('error', () => {})
    const fault = upgradeFault(request, server)
    if (fault) return refuse(socket, fault.status, fault.text)
    sockets.handleUpgrade(request, socket, head, (ws) => {
      handshakes.done(socket)
      ws.pause()
      accept(wrap(ws, socket, socket instanceof TLSSocket ? sessionOf(socket) : null, true))
    })
  })
  handshakes.watch(listener)
  return listening(listener, host, port, admission)
}
