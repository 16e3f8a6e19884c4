import {
  formatAddress,
  isIPv4,
  isIPv6,
  isUnspecified,
  unmapped,
  type Address,
} from '../../../../shared/base/address.ts'
import { encodeText } from '../../../../shared/base/text.ts'
import { transports, type Target, type TransportName } from '../../../../shared/model/transport.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import type { SipMessage } from '../../../../shared/wire/sip/message.ts'
import { parseSip, type Unreadable } from '../../../../shared/wire/sip/parse.ts'
import type { Boundary } from '../../base/boundary.ts'
import type { Budgets } from '../../base/budgets.ts'
import type { Clock } from '../../base/clock.ts'
import { RingbackError, explainError, machine } from '../../base/errors.ts'
import type {
  Admission,
  DatagramSocket,
  Handshake,
  Listener,
  Net,
  StreamSocket,
  TlsIdentity,
  TlsServerIdentity,
} from '../../base/net.ts'
import type { Random } from '../../base/random.ts'
import { LocalRoutes } from '../../base/routes.ts'
import { Connection, type ConnectionEvents, type ConnectionOptions, type Patience } from './connection.ts'
import type { Flow } from './flow.ts'
import { UdpFlow, type UdpWay } from './udp-flow.ts'
import { originRefusal, webSocketLimits } from './web-socket.ts'

export interface TransportOptions {
  /** The local address to use; null lets the routing table choose. */
  readonly localAddress: string | null
  readonly tlsCa: string | null
  readonly tlsInsecure: boolean
  /** Our certificate, where a peer asks for it. */
  readonly tlsIdentity: TlsIdentity | null
  /** Where a peer sees us at another address than ours (a NAT), our Contact says that one from then on. */
  readonly contactRewrite?: boolean
  /** The path that a WebSocket is asked for at; `/` where none is said. */
  readonly webSocketResource?: string | undefined
  /** Pages of these origins may open a WebSocket here, beside those of this computer; `*`: all. */
  readonly origins?: readonly string[] | undefined
  readonly connectTimeoutMs: number
}

export interface TransportDeps {
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  readonly boundary: Boundary
  readonly budgets: Budgets
}

export interface TransportEvents {
  /** Every SIP message and every piece of garbage, as it is sent or comes. */
  wire(event: SipEvent): void
  /** `bytes`: how many the message had. */
  received(message: SipMessage, flow: Flow, bytes: number): void
  /** Whether something that needs the connection is going on. */
  busy(flow: Flow): boolean
  /** A connection ended; requests waiting on it have failed. */
  closed(flow: Flow, error: Error | null): void
  /** A peer's handshake with our listener failed. */
  handshakeFailed(remote: Address, error: Error, handshake: Handshake): void
}

/** A datagram that asks for nothing (RFC 5626 4.4.1), and how long an ICMP error may take to come back. */
const keepAlive = encodeText('\r\n\r\n')
const probeMs = 2000

/** Signalling comes in bursts: room for some hundred messages. */
const signallingBufferBytes = 1024 * 1024

interface UdpBinding {
  readonly socket: DatagramSocket
  readonly wildcard: boolean
  /** By our address that is meant. */
  readonly ways: Map<string, UdpWay>
}

/** All sockets of one SIP endpoint: listeners, connections and their reuse (RFC 3261 18, RFC 5923 in spirit). */
export class Transports {
  readonly #net: Net
  readonly #clock: Clock
  readonly #random: Random
  readonly #boundary: Boundary
  readonly #budgets: Budgets
  readonly #options: TransportOptions
  readonly #events: TransportEvents
  readonly #udp: UdpBinding[] = []
  readonly #listeners: { readonly transport: TransportName; readonly listener: Listener }[] = []
  readonly #connections = new Map<string, Connection>()
  readonly #connecting = new Map<string, Promise<Flow>>()
  readonly #binding = new Map<string, Promise<UdpBinding>>()
  readonly #routes: LocalRoutes
  #closed = false

  constructor(
    { net, clock, random, boundary, budgets }: TransportDeps,
    options: TransportOptions,
    events: TransportEvents,
  ) {
    this.#net = net
    this.#boundary = boundary
    this.#budgets = budgets
    this.#routes = new LocalRoutes(net, clock)
    this.#clock = clock
    this.#random = random
    this.#options = options
    this.#events = events
  }

  /** Opens a listener; port 0 takes any free one. Throws RingbackError (machine) naming the address. */
  async listen(
    transport: TransportName,
    host: string,
    port: number,
    tls: TlsServerIdentity | null = null,
  ): Promise<Address> {
    try {
      if (transport === 'udp') return (await this.#bind(host, port)).socket.local
      const listener = await this.#listenFor(transport, host, port, tls)
      this.#listeners.push({ transport, listener })
      return listener.local
    } catch (error) {
      if (error instanceof RingbackError) throw error
      throw machine(`cannot listen on ${transport} ${formatAddress({ host, port })}: ${explainError(error)}`, error)
    }
  }

  /** Takes over a connection that a peer has opened elsewhere than at a listener. */
  accept(transport: Exclude<TransportName, 'udp'>, socket: StreamSocket): void {
    this.#adopt(transport, socket, { patience: this.#patience })
  }

  #listenFor(
    transport: Exclude<TransportName, 'udp'>,
    host: string,
    port: number,
    tls: TlsServerIdentity | null,
  ): Promise<Listener> {
    const accept = (socket: StreamSocket) => this.accept(transport, socket)
    const failed = (remote: Address, error: Error, handshake: Handshake) =>
      this.#events.handshakeFailed(remote, error, handshake)
    const refusal = (origin: string | undefined) => originRefusal(origin, this.#options.origins ?? [])
    switch (transport) {
      case 'tcp':
        return this.#net.listenTcp(host, port, this.#admission, accept)
      case 'tls':
        return this.#net.listenTls(host, port, tls!, this.#admission, accept, failed)
      case 'ws':
      case 'wss': {
        const server = { identity: transport === 'wss' ? tls : null, limits: webSocketLimits, refusal }
        return this.#net.listenWebSocket(host, port, server, this.#admission, accept, failed)
      }
    }
  }

  /** A flow to the target, reusing what is open. Rejects with the system error of the attempt. */
  async flowTo(target: Target): Promise<Flow> {
    if (target.transport === 'udp') return this.#udpFlow(target)
    const key = `${target.transport} ${formatAddress(target)}`
    const open = this.#connections.get(key)
    if (open?.open) return open
    let pending = this.#connecting.get(key)
    if (!pending) {
      pending = this.#connect(target).finally(() => this.#connecting.delete(key))
      this.#connecting.set(key, pending)
    }
    return pending
  }

  close(): void {
    this.#closed = true
    for (const { socket } of this.#udp) socket.close()
    for (const { listener } of this.#listeners) listener.close()
    for (const connection of this.#connections.values()) connection.close()
  }

  async #udpFlow(target: Target): Promise<Flow> {
    const host = await this.#localFor(target.host)
    let binding =
      this.#udp.find(({ socket }) => socket.local.host === host) ??
      this.#udp.find(({ socket, wildcard }) => wildcard && isIPv6(socket.local.host) === isIPv6(target.host))
    if (!binding) {
      let pending = this.#binding.get(host)
      if (!pending) {
        pending = this.#bind(host, 0).finally(() => this.#binding.delete(host))
        this.#binding.set(host, pending)
      }
      binding = await pending
    }
    return new UdpFlow(this.#way(binding, host), { host: target.host, port: target.port })
  }

  /** The same for all that comes to that address. */
  #way({ socket, ways }: UdpBinding, host: string): UdpWay {
    let way = ways.get(host)
    if (!way) ways.set(host, (way = this.#wayOf(socket, { host, port: socket.local.port })))
    return way
  }

  #wayOf(socket: DatagramSocket, local: Address): UdpWay {
    return {
      local,
      seen: this.#options.contactRewrite ? new Map() : null,
      send: (flow, { bytes, message }, failed) => {
        this.#wire('sent', flow, bytes, message)
        socket.send(bytes, flow.remote.host, flow.remote.port, (error) => error && failed(error))
      },
      probe: (remote, closed) =>
        this.#boundary.run('probe', async () => {
          const error = await this.#net.probeUdp(local.host, remote, keepAlive, probeMs)
          if (error && !this.#closed) closed(error)
        }),
    }
  }

  /**
   * At all addresses there is a socket for each beside the one for all: so it is known which of them was asked, and
   * what answers leaves from there. Of an address that comes later only the routing table can tell.
   */
  async #bind(host: string, port: number): Promise<UdpBinding> {
    if (!isUnspecified(host) || this.#options.localAddress) return this.#bindOne(host, port)
    const own = this.#net.ownAddresses().filter((address) => isIPv6(host) || isIPv4(address))
    const binding = await this.#bindOne(host, port, own.length > 0)
    await Promise.allSettled(own.map((address) => this.#bindOne(address, binding.socket.local.port, true)))
    return binding
  }

  async #bindOne(host: string, port: number, sharesPort = false): Promise<UdpBinding> {
    const wildcard = isUnspecified(host)
    const socket: DatagramSocket = await this.#net.bindUdp(
      host,
      port,
      {
        message: (bytes, fromHost, fromPort) =>
          this.#datagram(binding, bytes, { host: unmapped(fromHost), port: fromPort }),
        error: () => {},
      },
      { receiveBufferBytes: signallingBufferBytes, sharesPort },
    )
    const binding: UdpBinding = { socket, wildcard, ways: new Map() }
    if (this.#closed) socket.close()
    this.#udp.push(binding)
    return binding
  }

  #datagram(binding: UdpBinding, bytes: Uint8Array, remote: Address): void {
    if (isKeepAlive(bytes)) return
    const { socket, wildcard } = binding
    const message = parseSip(bytes)
    const deliver = (host: string) => this.#receive(new UdpFlow(this.#way(binding, host), remote), bytes, message)
    const known = wildcard ? (this.#options.localAddress ?? this.#routes.known(remote.host)) : socket.local.host
    // Only for what can be answered is it worth asking the routing table.
    if (known !== null || message.kind === 'unreadable') return deliver(known ?? socket.local.host)
    this.#boundary.run('datagram', async () =>
      deliver(await this.#localFor(remote.host).catch(() => socket.local.host)),
    )
  }

  #receive(flow: Flow, bytes: Uint8Array, message: SipMessage | Unreadable): void {
    this.#wire('received', flow, bytes, message)
    if (message.kind !== 'unreadable') this.#events.received(message, flow, bytes.length)
  }

  async #connect(target: Target): Promise<Flow> {
    const { localAddress, connectTimeoutMs: timeoutMs, tlsCa: ca, tlsInsecure: insecure } = this.#options
    const options = { localAddress, timeoutMs }
    const { transport, serverName } = target
    if (transport === 'tcp') {
      const contact = await this.#tcpContact(await this.#localFor(target.host))
      return this.#adopt(transport, await this.#net.connectTcp(target, options), { contact })
    }
    const tls = { serverName, ca, insecure, identity: this.#options.tlsIdentity }
    if (!transports[transport].webSocket)
      return this.#adopt(transport, await this.#net.connectTls(target, { ...options, ...tls }))
    const socket = await this.#net.connectWebSocket(target, {
      ...options,
      host: serverName,
      path: this.#options.webSocketResource ?? '/',
      tls: transport === 'wss' ? tls : null,
      limits: webSocketLimits,
    })
    // Nobody can open a connection to a client of WebSockets: it has a name that says so (RFC 7118 5).
    return this.#adopt(transport, socket, { contact: { host: `${this.#random.token(12)}.invalid`, port: 0 } })
  }

  /** A TCP listener on that address, so that a peer may open a connection of its own for in-dialog requests. */
  async #tcpContact(host: string): Promise<Address> {
    const open = this.#listeners.find(
      ({ transport, listener }) =>
        transport === 'tcp' && (listener.local.host === host || isUnspecified(listener.local.host)),
    )
    const { port } = open?.listener.local ?? (await this.listen('tcp', host, 0))
    return { host, port }
  }

  #adopt(
    transport: TransportName,
    socket: StreamSocket,
    options: Pick<ConnectionOptions, 'contact' | 'patience'> = {},
  ): Connection {
    const connection = new Connection(transport, socket, this.#connectionEvents, {
      ...options,
      contact: options.contact ?? this.#listenerContact(transport, socket.local),
      contactRewrite: this.#options.contactRewrite && !transports[transport].webSocket,
      clock: this.#clock,
    })
    const key = `${transport} ${formatAddress(connection.remote)}`
    this.#connections.set(key, connection)
    if (this.#closed) connection.close()
    return connection
  }

  #listenerContact(transport: TransportName, local: Address): Address | null {
    const own = this.#listeners.find(
      (entry) => entry.transport === transport && entry.listener.local.port === local.port,
    )
    return own ? local : null
  }

  readonly #admission: Admission = {
    admit: ({ host }) => {
      const budgets = this.#budgets
      if (!budgets.allows('connections') || !budgets.allows('connectionsPerSource', host)) return false
      budgets.take('connections')
      budgets.take('connectionsPerSource', host)
      return true
    },
    left: ({ host }) => {
      this.#budgets.release('connections')
      this.#budgets.release('connectionsPerSource', host)
    },
    handshakeMs: () => this.#budgets.limit('headerSeconds') * 1000,
    mostHandshakes: () => this.#budgets.limit('handshakes'),
    refused: () => this.#budgets.refuse('handshakes'),
  }

  get #patience(): Patience {
    return {
      clock: this.#clock,
      wholeMs: () => this.#budgets.limit('headerSeconds') * 1000,
      idleMs: () => this.#budgets.limit('idleSeconds') * 1000,
      busy: (connection) => this.#events.busy(connection),
      lost: (why) => this.#budgets.refuse(why),
    }
  }

  readonly #connectionEvents: ConnectionEvents = {
    message: (connection, bytes) => this.#receive(connection, bytes, parseSip(bytes)),
    sent: (connection, { bytes, message }) => this.#wire('sent', connection, bytes, message),
    broken: (connection, bytes, text) =>
      this.#wire('received', connection, bytes.subarray(0, 2048), { kind: 'unreadable', text }),
    closed: (connection, error) => {
      const key = `${connection.transport} ${formatAddress(connection.remote)}`
      if (this.#connections.get(key) === connection) this.#connections.delete(key)
      this.#events.closed(connection, error)
    },
  }

  #wire(direction: 'sent' | 'received', flow: Flow, bytes: Uint8Array, message: SipMessage | Unreadable): void {
    const [source, destination] = direction === 'sent' ? [flow.local, flow.remote] : [flow.remote, flow.local]
    this.#events.wire({
      at: this.#clock.nowUs(),
      transport: flow.transport,
      source,
      destination,
      direction,
      bytes,
      message,
    })
  }

  #localFor(remote: string): Promise<string> {
    return this.#options.localAddress ? Promise.resolve(this.#options.localAddress) : this.#routes.find(remote)
  }
}

/** CRLF keep-alives and empty datagrams carry nothing (RFC 5626 3.5). */
function isKeepAlive(bytes: Uint8Array): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === 13 || byte === 10 || byte === 0)
}
