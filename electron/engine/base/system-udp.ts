import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { isIPv6, isUnspecified, type Address } from '../../../shared/base/address.ts'
import type { DatagramEvents, DatagramOptions, DatagramSocket } from './net.ts'

/** Literal addresses only come here, so the look-up that dgram makes for every datagram is a formality. */
const literal = (host: string, _options: unknown, done: (error: null, host: string, family: number) => void): void =>
  done(null, host, isIPv6(host) ? 6 : 4)

/** See `Net`. */
export async function bindUdp(
  host: string,
  port: number,
  events: DatagramEvents,
  { receiveBufferBytes, sharesPort = false }: DatagramOptions = {},
): Promise<DatagramSocket> {
  const first = sharesPort && isUnspecified(host) ? await freePort(host, port) : port
  const socket = createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    lookup: literal,
    reuseAddr: sharesPort,
    ...(receiveBufferBytes ? { recvBufferSize: receiveBufferBytes } : {}),
  })
  await bound(socket, host, first)
  return new BoundSocket(socket, events)
}

/** That port, or any: one that nobody has, which a socket that shares it would not be told. */
async function freePort(host: string, port: number): Promise<number> {
  const alone = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup: literal })
  await bound(alone, host, port)
  const free = alone.address().port
  await new Promise<void>((resolve) => alone.close(() => resolve()))
  return free
}

/** See `Net`. On Windows a port that can be shared can be taken by anyone. */
export function ownAddresses(): string[] {
  if (process.platform === 'win32') return []
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.filter(({ scopeid }) => !scopeid).map(({ address }) => address)
}

/** Apart from what listens later: a listener would keep the promise for as long as the socket is open. */
function bound(socket: UdpSocket, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

class BoundSocket implements DatagramSocket {
  readonly local: Address
  readonly #socket: UdpSocket
  #open = true
  #peer: Address | null = null

  constructor(socket: UdpSocket, events: DatagramEvents) {
    const { address, port } = socket.address()
    this.local = { host: address, port }
    this.#socket = socket
    socket.on('error', (error) => events.error(error))
    socket.on('message', (bytes, from) => events.message(bytes, from.address, from.port))
  }

  send(bytes: Uint8Array, host: string, port: number, done?: (error: Error | null) => void): void {
    if (!this.#open) return done?.(new Error('the socket is closed'))
    if (port === 0) return done?.(new Error('nothing can be sent to port 0'))
    if (this.#peer?.host === host && this.#peer.port === port) return this.#socket.send(bytes, done)
    if (this.#peer) this.#connect(null)
    this.#socket.send(bytes, port, host, done)
  }

  connect(peer: Address | null): void {
    if (this.#open) this.#connect(peer)
  }

  close(): void {
    if (this.#open) this.#socket.close()
    this.#open = false
  }

  #connect(peer: Address | null): void {
    if (this.#peer) this.#socket.disconnect()
    this.#peer = null
    if (!peer || peer.port === 0) return
    // An address that cannot be connected to is one that each `send` tells of.
    this.#socket.connect(peer.port, peer.host, (error?: Error) => {
      if (error && this.#peer === peer) this.#peer = null
    })
    this.#peer = peer
  }
}

/** See `Net`. */
export function probeUdp(localHost: string, to: Address, bytes: Uint8Array, waitMs: number): Promise<Error | null> {
  return new Promise((resolve) => {
    const probe = createSocket({ type: isIPv6(to.host) ? 'udp6' : 'udp4', lookup: literal })
    let open = true
    const done = (error: Error | null) => {
      if (!open) return
      open = false
      clearTimeout(timer)
      probe.close()
      resolve(error)
    }
    const timer = setTimeout(() => done(null), waitMs)
    probe.on('error', done)
    probe.on('message', () => done(null))
    // Only a connected socket is told of ICMP.
    probe.bind({ address: localHost }, () =>
      probe.connect(to.port, to.host, (error?: Error) => (error ? done(error) : probe.send(bytes))),
    )
  })
}

/** See `Net`. */
export function localAddressFor(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const probe = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', lookup: literal })
    const fail = (error: Error) => {
      probe.close()
      reject(error)
    }
    probe.once('error', fail)
    // Connecting a datagram socket sends nothing: it only asks the routing table.
    probe.connect(9, host, (error?: Error) => {
      if (error) return fail(error)
      const { address } = probe.address()
      probe.close()
      resolve(address)
    })
  })
}
