import * as nodeNet from 'node:net'
import * as tls from 'node:tls'
import { unmapped, type Address } from '../../../shared/base/address.ts'
import type {
  Certificate,
  TlsFacts,
  StreamSocket,
  Listener,
  TlsClientOptions,
  TlsIdentity,
  Admission,
  ConnectOptions,
  Net,
} from './net.ts'
import { bindUdp, localAddressFor, probeUdp } from './system-udp.ts'

/** The sockets of this computer. */
export const systemNet: Net = { bindUdp, connectTcp, connectTls, listenTcp, listenTls, probeUdp, localAddressFor }

function wrap(socket: nodeNet.Socket, tlsFacts: TlsFacts | null): StreamSocket {
  const address = (host: string | undefined, port: number | undefined): Address => ({
    host: unmapped(host ?? ''),
    port: port ?? 0,
  })
  const local = address(socket.localAddress, socket.localPort)
  const remote = address(socket.remoteAddress, socket.remotePort)
  let fault: Error | null = null
  socket.on('error', (error) => (fault = error))
  socket.setNoDelay(true)
  return {
    local,
    remote,
    tls: tlsFacts,
    get backlogBytes() {
      return socket.writableLength
    },
    write: (bytes, done) => void socket.write(bytes, (error) => done?.(error ?? null)),
    start(events) {
      socket.on('data', (chunk) => events.data(chunk))
      socket.once('close', () => events.close(fault))
      if (socket.destroyed) events.close(fault)
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  }
}

function within<S extends nodeNet.Socket>(
  socket: S,
  timeoutMs: number,
  ready: string,
  done: (socket: S) => StreamSocket,
): Promise<StreamSocket> {
  return new Promise((resolve, reject) => {
    let connected = false
    socket.once('connect', () => (connected = true))
    const timer = setTimeout(() => {
      socket.destroy()
      reject(
        connected
          ? Object.assign(new Error('the TLS handshake was not answered'), { code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })
          : Object.assign(new Error('connection timed out'), { code: 'ETIMEDOUT' }),
      )
    }, timeoutMs)
    socket.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    socket.once(ready, () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(done(socket))
    })
  })
}

function connectTcp(to: Address, options: ConnectOptions): Promise<StreamSocket> {
  const socket = nodeNet.connect({
    host: to.host,
    port: to.port,
    ...(options.localAddress ? { localAddress: options.localAddress } : {}),
  })
  return within(socket, options.timeoutMs, 'connect', (connected) => wrap(connected, null))
}

function connectTls(to: Address, options: ConnectOptions & TlsClientOptions): Promise<StreamSocket> {
  // The verdict on the certificate is read after the handshake, so that a refused chain can still be shown.
  const socket = tls.connect({
    host: to.host,
    port: to.port,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: false,
    ...(nodeNet.isIP(options.serverName) ? {} : { servername: options.serverName }),
    ...(options.ca ? { ca: options.ca } : {}),
    ...options.identity,
    ...(options.localAddress ? { localAddress: options.localAddress } : {}),
    checkServerIdentity: (_host, cert) => tls.checkServerIdentity(options.serverName, cert),
  } as tls.ConnectionOptions)
  return within(socket, options.timeoutMs, 'secureConnect', (connected) => wrap(connected, tlsFacts(connected)))
}

function tlsFacts(socket: tls.TLSSocket): TlsFacts {
  const refusal = socket.authorizationError as unknown
  const fault = socket.authorized
    ? null
    : refusal instanceof Error
      ? refusal.message
      : String(refusal ?? 'not verified')
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher()?.name ?? 'unknown',
    chain: chainOf(socket),
    fault,
  }
}

function chainOf(socket: tls.TLSSocket): Certificate[] {
  const chain: Certificate[] = []
  let cert: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (cert?.raw && chain.length < 10) {
    chain.push({
      subject: cert.subject?.CN?.toString() ?? '',
      issuer: cert.issuer?.CN?.toString() ?? '',
      altNames: cert.subjectaltname ?? '',
      validFrom: cert.valid_from,
      validTo: cert.valid_to,
      sha256: cert.fingerprint256,
    })
    if (cert.issuerCertificate === cert) break
    cert = cert.issuerCertificate
  }
  return chain
}

function listening(server: nodeNet.Server, host: string, port: number, admission: Admission): Promise<Listener> {
  const open = new Set<nodeNet.Socket>()
  // Before any listener that was set earlier: what is not admitted costs nothing more.
  server.prependListener('connection', (socket: nodeNet.Socket) => {
    socket.on('error', () => {})
    const remote = { host: unmapped(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    if (!admission.admit(remote)) return void socket.destroy()
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      admission.left(remote)
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject)
      server.on('error', () => {})
      const at = server.address() as nodeNet.AddressInfo
      resolve({
        local: { host: at.address, port: at.port },
        close() {
          server.close()
          for (const socket of open) socket.destroy()
        },
      })
    })
  })
}

function listenTcp(
  host: string,
  port: number,
  admission: Admission,
  accept: (socket: StreamSocket) => void,
): Promise<Listener> {
  const server = nodeNet.createServer((socket) => {
    if (!socket.destroyed) accept(wrap(socket, null))
  })
  return listening(server, host, port, admission)
}

function listenTls(
  host: string,
  port: number,
  { key, cert }: TlsIdentity,
  admission: Admission,
  accept: (socket: StreamSocket) => void,
  failed: (remote: Address, error: Error) => void,
): Promise<Listener> {
  /** Handshakes under way, by the peer's address and port. */
  const shaking = new Set<string>()
  const peer = (socket: nodeNet.Socket) => `${socket.remoteAddress} ${socket.remotePort}`
  const server = tls.createServer(
    { key, cert, minVersion: 'TLSv1.2', handshakeTimeout: admission.handshakeMs() },
    (socket) => {
      shaking.delete(peer(socket))
      accept(
        wrap(socket, {
          version: socket.getProtocol() ?? 'unknown',
          cipher: socket.getCipher()?.name ?? 'unknown',
          chain: [],
          fault: null,
        }),
      )
    },
  )
  server.on('tlsClientError', (error, socket) => {
    failed({ host: unmapped(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }, error)
    // Node tells of a handshake that takes too long, and leaves its connection open.
    socket.destroy()
  })
  server.prependListener('connection', (socket: nodeNet.Socket) => {
    if (socket.destroyed) return
    if (shaking.size >= admission.mostHandshakes()) {
      admission.refused()
      return void socket.destroy()
    }
    const key = peer(socket)
    shaking.add(key)
    socket.once('close', () => shaking.delete(key))
  })
  return listening(server, host, port, admission)
}
