import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { isIPv6, type Address } from '../../../shared/base/address.ts'
import type { DatagramEvents, DatagramSocket } from './net.ts'

/** Literal addresses only come here, so the look-up that dgram makes for every datagram is a formality. */
const literal = (host: string, _options: unknown, done: (error: null, host: string, family: number) => void): void =>
  done(null, host, isIPv6(host) ? 6 : 4)

/** See `Net`. */
export function bindUdp(
  host: string,
  port: number,
  events: DatagramEvents,
  receiveBufferBytes?: number,
): Promise<DatagramSocket> {
  return new Promise((resolve, reject) => {
    const socket: UdpSocket = createSocket({
      type: isIPv6(host) ? 'udp6' : 'udp4',
      lookup: literal,
      ...(receiveBufferBytes ? { recvBufferSize: receiveBufferBytes } : {}),
    })
    socket.once('error', reject)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', reject)
      socket.on('error', (error) => events.error(error))
      socket.on('message', (bytes, from) => events.message(bytes, from.address, from.port))
      const at = socket.address()
      let open = true
      let peer: Address | null = null
      const connect = (to: Address | null) => {
        if (peer) socket.disconnect()
        peer = to
        // An address that cannot be connected to is one that each `send` tells of.
        if (to) socket.connect(to.port, to.host, (error?: Error) => error && peer === to && (peer = null))
      }
      resolve({
        local: { host: at.address, port: at.port },
        send(bytes, toHost, toPort, done) {
          if (!open) return done?.(new Error('the socket is closed'))
          if (peer?.host === toHost && peer.port === toPort) return socket.send(bytes, done)
          if (peer) connect(null)
          socket.send(bytes, toPort, toHost, done)
        },
        connect(to) {
          if (open) connect(to)
        },
        close() {
          if (open) socket.close()
          open = false
        },
      })
    })
  })
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
    probe.connect(9, host, () => {
      const { address } = probe.address()
      probe.close()
      resolve(address)
    })
  })
}
