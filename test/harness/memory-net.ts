import type { Address } from '../../shared/base/address.ts'
import type { DatagramEvents, DatagramSocket, Net } from '../../electron/engine/base/net.ts'

export interface Datagram {
  readonly from: Address
  readonly to: Address
  readonly bytes: Uint8Array
  readonly text: string
}

const unreachable = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })

/**
 * A network of datagrams in memory: sockets of tests and engines by address, and everything that was sent. Streams are
 * refused.
 */
export class MemoryNet implements Net {
  readonly sent: Datagram[] = []
  /** Decides the fate of each datagram; false loses it. */
  deliver: (datagram: Datagram) => boolean = () => true
  /** What the system says to every datagram instead of sending it; null sends. */
  refuse: Error | null = null
  readonly #sockets = new Map<string, DatagramEvents>()
  #port = 40_000

  async bindUdp(host: string, port: number, events: DatagramEvents): Promise<DatagramSocket> {
    const local = { host, port: port === 0 ? this.#port++ : port }
    const key = `${local.host} ${local.port}`
    if (this.#sockets.has(key)) throw Object.assign(new Error('in use'), { code: 'EADDRINUSE' })
    let connected: Address | null = null
    const fromElsewhere = (fromHost: string, fromPort: number) =>
      connected !== null && (connected.host !== fromHost || connected.port !== fromPort)
    this.#sockets.set(key, {
      ...events,
      message: (bytes, fromHost, fromPort) =>
        fromElsewhere(fromHost, fromPort) ? undefined : events.message(bytes, fromHost, fromPort),
    })
    return {
      local,
      send: (bytes, toHost, toPort, done) => {
        if (this.refuse) return done?.(this.refuse)
        if (fromElsewhere(toHost, toPort)) connected = null
        this.inject(local, { host: toHost, port: toPort }, bytes)
        done?.(null)
        if (connected && this.closed.has(`${toHost} ${toPort}`)) queueMicrotask(() => events.error(unreachable()))
      },
      connect: (peer) => void (connected = peer),
      close: () => void this.#sockets.delete(key),
    }
  }

  /** Sends bytes as if from that address. */
  inject(from: Address, to: Address, bytes: Uint8Array | string): void {
    const datagram = { from, to, bytes: Buffer.from(bytes), text: Buffer.from(bytes).toString('utf8') }
    this.sent.push(datagram)
    if (!this.deliver(datagram)) return
    queueMicrotask(() => this.#sockets.get(`${to.host} ${to.port}`)?.message(datagram.bytes, from.host, from.port))
  }

  /** UDP addresses (`host port`) that the network calls closed. */
  readonly closed = new Set<string>()

  async probeUdp(_localHost: string, to: Address): Promise<Error | null> {
    return this.closed.has(`${to.host} ${to.port}`) ? unreachable() : null
  }

  get openSockets(): number {
    return this.#sockets.size
  }

  /** The local address towards each host that is not reached from 192.0.2.1. */
  readonly routes = new Map<string, string>()

  /** What sockets at all addresses are bound to beside. */
  own: readonly string[] = []

  ownAddresses(): readonly string[] {
    return this.own
  }

  localAddressFor(host?: string): Promise<string> {
    return Promise.resolve(this.routes.get(host ?? '') ?? '192.0.2.1')
  }

  connectTcp(): Promise<never> {
    return Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
  }

  connectTls(): Promise<never> {
    return this.connectTcp()
  }

  listenTcp(): Promise<never> {
    return this.connectTcp()
  }

  connectWebSocket(): Promise<never> {
    return this.connectTcp()
  }

  listenWebSocket(): Promise<never> {
    return this.connectTcp()
  }

  listenTls(): Promise<never> {
    return this.connectTcp()
  }
}
