import * as nodeNet from 'node:net'
import * as tls from 'node:tls'
import { unmapped, type Address } from '../../../shared/base/address.ts'
import { errorCode } from './errors.ts'
import type {
  Certificate,
  TlsFacts,
  StreamSocket,
  Listener,
  TlsClientOptions,
  TlsServerIdentity,
  Admission,
  ConnectOptions,
} from './net.ts'

const address = (host: string | undefined, port: number | undefined): Address => ({
  host: unmapped(host ?? ''),
  port: port ?? 0,
})
export const localOf = (socket: nodeNet.Socket): Address => address(socket.localAddress, socket.localPort)
export const remoteOf = (socket: nodeNet.Socket): Address => address(socket.remoteAddress, socket.remotePort)

function wrap(socket: nodeNet.Socket, tlsFacts: TlsFacts | null): StreamSocket {
  const local = localOf(socket)
  const remote = remoteOf(socket)
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

function within<S extends nodeNet.Socket>(socket: S, timeoutMs: number, ready: string): Promise<S> {
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
      socket.removeAllListeners('error').on('error', () => {})
      resolve(socket)
    })
  })
}

/** A TCP connection as Node has it. */
export function openTcp(to: Address, options: ConnectOptions): Promise<nodeNet.Socket> {
  const socket = nodeNet.connect({
    host: to.host,
    port: to.port,
    ...(options.localAddress ? { localAddress: options.localAddress } : {}),
  })
  return within(socket, options.timeoutMs, 'connect')
}

export async function connectTcp(to: Address, options: ConnectOptions): Promise<StreamSocket> {
  return wrap(await openTcp(to, options), null)
}

/**
 * A TLS connection as Node has it, whose peer's certificate was accepted. Rejects with `TLS_CERTIFICATE`, and the
 * chain, where it was not.
 */
export async function openTls(to: Address, options: ConnectOptions & TlsClientOptions): Promise<tls.TLSSocket> {
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
  const connected = await within(socket, options.timeoutMs, 'secureConnect')
  const { fault, chain } = tlsFacts(connected)
  if (fault === null || options.insecure) return connected
  // Node looks at the name only where nothing else is wrong.
  const otherName = errorCode(tls.checkServerIdentity(options.serverName, connected.getPeerCertificate()))
  connected.destroy()
  const faults = [...new Set([fault, otherName])].filter(Boolean)
  throw Object.assign(new Error(fault), { code: 'TLS_CERTIFICATE', chain, faults })
}

export async function connectTls(to: Address, options: ConnectOptions & TlsClientOptions): Promise<StreamSocket> {
  const socket = await openTls(to, options)
  return wrap(socket, tlsFacts(socket))
}

export function tlsFacts(socket: tls.TLSSocket): TlsFacts {
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

export function listening(server: nodeNet.Server, host: string, port: number, admission: Admission): Promise<Listener> {
  const open = new Set<nodeNet.Socket>()
  // Before any listener that was set earlier: what is not admitted costs nothing more.
  server.prependListener('connection', (socket: nodeNet.Socket) => {
    socket.on('error', () => {})
    const remote = remoteOf(socket)
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

export function listenTcp(
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

export function listenTls(
  host: string,
  port: number,
  identity: TlsServerIdentity,
  admission: Admission,
  accept: (socket: StreamSocket) => void,
  failed: (remote: Address, error: Error, handshake: 'TLS') => void,
): Promise<Listener> {
  const shaking = new Handshakes(admission)
  const server = tls.createServer({ ...serverTls(identity), handshakeTimeout: admission.handshakeMs() }, (socket) => {
    shaking.done(socket)
    accept(wrap(socket, sessionOf(socket)))
  })
  server.on('tlsClientError', (error, socket) => {
    failed(remoteOf(socket), error, 'TLS')
    // Node tells of a handshake that takes too long, and leaves its connection open.
    socket.destroy()
  })
  shaking.watch(server)
  return listening(server, host, port, admission)
}

/** As Node wants to be told. */
export const serverTls = ({ key, cert, clientCa = null }: TlsServerIdentity) => ({
  key,
  cert,
  minVersion: 'TLSv1.2' as const,
  ...(clientCa !== null && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
})

/** What a listener knows of a TLS session: nothing is shown of a certificate of the caller. */
export const sessionOf = (socket: tls.TLSSocket): TlsFacts => ({
  version: socket.getProtocol() ?? 'unknown',
  cipher: socket.getCipher()?.name ?? 'unknown',
  chain: [],
  fault: null,
})

/** Handshakes under way at one listener: those beyond the limit are closed at once. */
export class Handshakes {
  readonly #admission: Admission
  /** By the peer's address and port. */
  readonly #open = new Set<string>()

  constructor(admission: Admission) {
    this.#admission = admission
  }

  watch(server: nodeNet.Server): void {
    server.prependListener('connection', (socket: nodeNet.Socket) => {
      if (socket.destroyed) return
      if (this.#open.size >= this.#admission.mostHandshakes()) {
        this.#admission.refused()
        return void socket.destroy()
      }
      const key = peerOf(socket)
      this.#open.add(key)
      socket.once('close', () => this.#open.delete(key))
    })
  }

  done(socket: nodeNet.Socket): void {
    this.#open.delete(peerOf(socket))
  }
}

const peerOf = (socket: nodeNet.Socket): string => `${socket.remoteAddress} ${socket.remotePort}`
