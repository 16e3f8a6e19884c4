import type { Address } from '../../../../shared/base/address.ts'
import type { Flow, Packet } from './flow.ts'

/** One address of ours with its socket, for all peers. */
export interface UdpWay {
  readonly local: Address
  /** Where hosts see us, where our Contact says so; null where nobody asked for that. */
  readonly seen: Map<string, Address> | null
  send(flow: Flow, packet: Packet, failed: (error: Error) => void): void
  /** See `Flow`. */
  probe(remote: Address, closed: (error: Error) => void): void
}

/** A UDP socket together with a peer's address: there is one for each datagram that comes. */
export class UdpFlow implements Flow {
  readonly #way: UdpWay
  readonly remote: Address

  constructor(way: UdpWay, remote: Address) {
    this.#way = way
    this.remote = remote
  }

  get transport() {
    return 'udp' as const
  }

  get reliable(): boolean {
    return false
  }

  get tls(): null {
    return null
  }

  get local(): Address {
    return this.#way.local
  }

  get contact(): Address {
    return this.#way.seen?.get(this.remote.host) ?? this.#way.local
  }

  get seenAt(): ((address: Address) => void) | undefined {
    const { seen } = this.#way
    return seen ? (address) => void seen.set(this.remote.host, address) : undefined
  }

  to(remote: Address): Flow {
    return new UdpFlow(this.#way, remote)
  }

  send(packet: Packet, failed: (error: Error) => void): void {
    this.#way.send(this, packet, failed)
  }

  probe(closed: (error: Error) => void): void {
    this.#way.probe(this.remote, closed)
  }
}
