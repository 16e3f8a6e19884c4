import type { Address } from '../../../shared/base/address.ts'

export interface DatagramSocket {
  readonly local: Address
  /** `done` gets the error when the datagram could not be handed to the network. */
  send(bytes: Uint8Array, host: string, port: number, done?: (error: Error | null) => void): void
  /**
   * Only datagrams of that address come in from now on, and what the network answers to those that go there (ICMP) is
   * an error of the socket. Null, or a datagram to elsewhere: as before. Only where the port was given by number: the
   * system forgets one that it chose itself.
   */
  connect(peer: Address | null): void
  close(): void
}

export interface DatagramEvents {
  message(bytes: Uint8Array, host: string, port: number): void
  error(error: Error): void
}

export interface DatagramOptions {
  /** What the kernel may hold for us; its default when left out. */
  readonly receiveBufferBytes?: number
  /**
   * Others of ours are bound to the same port: at all addresses, and at some of them, whose datagrams are theirs. The
   * one at all addresses is bound first, and not where anyone has the port.
   */
  readonly sharesPort?: boolean
}

/** One certificate of a peer's chain, leaf first. */
export interface Certificate {
  readonly subject: string
  readonly issuer: string
  readonly altNames: string
  readonly validFrom: string
  readonly validTo: string
  readonly sha256: string
}

export interface TlsFacts {
  readonly version: string
  readonly cipher: string
  readonly chain: readonly Certificate[]
  /** Why the peer's certificate was not accepted; null when it was. */
  readonly fault: string | null
}

export interface StreamSocket {
  readonly local: Address
  readonly remote: Address
  readonly tls: TlsFacts | null
  /** Written and not yet handed to the network. */
  readonly backlogBytes: number
  write(bytes: Uint8Array, done?: (error: Error | null) => void): void
  /** Hands over to the owner; called once, before any data flows. */
  start(events: StreamEvents): void
  /** Asks the peer whether it is there; what comes back is `alive`. Only a WebSocket can (RFC 6455 5.5.2). */
  ping?(): void
  end(): void
  destroy(): void
}

export interface StreamEvents {
  /** From a WebSocket a whole message at a time. */
  data(bytes: Uint8Array): void
  /** Bytes came that complete no message: only a WebSocket tells. */
  partial(): void
  /** The peer asked whether we are there, or answered that it is: only a WebSocket tells. */
  alive(): void
  close(error: Error | null): void
}

export interface Listener {
  readonly local: Address
  close(): void
}

export interface TlsClientOptions {
  /** The name the certificate must carry; an IP literal is checked as an address. */
  readonly serverName: string
  readonly ca: string | null
  readonly insecure: boolean
  /** Ours, where the peer asks who we are. */
  readonly identity: TlsIdentity | null
}

/** A certificate, with its chain, and its private key (PEM). */
export interface TlsIdentity {
  readonly key: string
  readonly cert: string
}

/** Of a listener. */
export interface TlsServerIdentity extends TlsIdentity {
  /** Callers must have a certificate that this one vouches for (PEM); null, left out: nobody is asked for one. */
  readonly clientCa?: string | null
}

/** Who may connect to a listener, and for how long without saying anything. */
export interface Admission {
  /** Asked before anything else happens on a connection; false closes it at once. */
  admit(remote: Address): boolean
  /** A connection that was admitted is gone. */
  left(remote: Address): void
  /** For a handshake (TLS, WebSocket) to be done. */
  handshakeMs(): number
  /** Handshakes (TLS, WebSocket) under way at once; more are closed at once, and `refused` hears of it. */
  mostHandshakes(): number
  refused(): void
}

export interface ConnectOptions {
  readonly localAddress: string | null
  readonly timeoutMs: number
}

export interface WebSocketClientOptions extends ConnectOptions {
  /** The host and the path of the URL that is asked for. */
  readonly host: string
  readonly path: string
  /** Null: in clear. */
  readonly tls: TlsClientOptions | null
  readonly limits: WebSocketLimits
}

export interface WebSocketServerOptions {
  /** Null: in clear. */
  readonly identity: TlsServerIdentity | null
  readonly limits: WebSocketLimits
  /** Why the page that asks must not connect, by its Origin header; null lets it. Undefined: it is no page. */
  refusal(origin: string | undefined): string | null
}

export interface WebSocketLimits {
  readonly messageBytes: number
  /** Frames that one message may come in. */
  readonly fragments: number
}

/** Which handshake of a peer with a listener failed. */
export type Handshake = 'TLS' | 'WebSocket'

/** Sockets as the engine sees them; errors are Node's own, with their codes. */
export interface Net {
  bindUdp(host: string, port: number, events: DatagramEvents, options?: DatagramOptions): Promise<DatagramSocket>
  connectTcp(to: Address, options: ConnectOptions): Promise<StreamSocket>
  connectTls(to: Address, options: ConnectOptions & TlsClientOptions): Promise<StreamSocket>
  /** Over TCP, or TLS; subprotocol `sip` (RFC 7118 4). */
  connectWebSocket(to: Address, options: WebSocketClientOptions): Promise<StreamSocket>
  listenTcp(host: string, port: number, admission: Admission, accept: (socket: StreamSocket) => void): Promise<Listener>
  listenTls(
    host: string,
    port: number,
    server: TlsServerIdentity,
    admission: Admission,
    accept: (socket: StreamSocket) => void,
    failed: (remote: Address, error: Error, handshake: Handshake) => void,
  ): Promise<Listener>
  listenWebSocket(
    host: string,
    port: number,
    server: WebSocketServerOptions,
    admission: Admission,
    accept: (socket: StreamSocket) => void,
    failed: (remote: Address, error: Error, handshake: Handshake) => void,
  ): Promise<Listener>
  /**
   * What the network says of a UDP address (ICMP): `bytes` go there from a port of their own. Resolves with the error,
   * or with null when something came back or nothing did within `waitMs`.
   */
  probeUdp(localHost: string, to: Address, bytes: Uint8Array, waitMs: number): Promise<Error | null>
  /** The addresses of this computer that a socket can be bound to beside one at all of them. */
  ownAddresses(): readonly string[]
  /** The local address from which packets to that host would leave. */
  localAddressFor(host: string): Promise<string>
}
