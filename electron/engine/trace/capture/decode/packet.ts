import type { Micros } from '../../../../../shared/base/time.ts'
import type { TransportName } from '../../../../../shared/model/transport.ts'
import type { Account, Outcome } from '../account.ts'
import type { Endpoints } from '../endpoints.ts'
import { hex } from './bytes.ts'
import { Fragments } from './fragments.ts'

/** Reads one layer, whose bytes lie in `packet.bytes` between the two places, and hands on what is in it. */
export type Layer = (packet: Packet, from: number, to: number) => void
/** A layer that a port only suggests: false where the bytes are none. */
export type PortLayer = (packet: Packet, from: number, to: number) => boolean

/** The layers by their numbers; one table for each place where a number says what follows. */
export interface Layers {
  readonly links: ReadonlyMap<number, Layer>
  readonly etherTypes: ReadonlyMap<number, Layer>
  /** Carried in Ethernet, and never SIP or RTP. */
  readonly otherEtherTypes: ReadonlySet<number>
  readonly protocols: ReadonlyMap<number, Layer>
  readonly pppProtocols: ReadonlyMap<number, number>
  readonly udpPorts: ReadonlyMap<number, PortLayer>
}

/** What takes the contents of the transports; `packet` has the time and the ends. It says how the packet ended. */
export interface Receiver {
  udp(packet: Packet, from: number, to: number): Outcome
  tcp(packet: Packet, from: number, to: number): Outcome
  /** The network says of the datagram whose ends the packet has now that it was not delivered. */
  sentBack?(packet: Packet, reason: string): void
  /** A message that a capture agent sent on, whole, with what it was carried by. */
  relayed(packet: Packet, transport: TransportName, from: number, to: number): Outcome
}

/** More encapsulations than any network has. */
const deepest = 24

/** The packet that is being read: one object for all of them, which the layers fill in. */
export class Packet {
  bytes: Uint8Array = new Uint8Array(0)
  at: Micros = 0
  /** Where `bytes[0]` lies in the file; -1 where these bytes are not in it one after the other. */
  position = -1
  /** Where the innermost IP packet would end if it did not say its length: bytes were captured up to here. */
  limit = 0
  sourceHost = 0
  sourcePort = 0
  destinationHost = 0
  destinationPort = 0
  readonly endpoints: Endpoints
  readonly receiver: Receiver
  readonly fragments: Fragments
  readonly #layers: Layers
  readonly #account: Account
  #depth = 0
  /** Null while it waits for the rest of its datagram. */
  #outcome: Outcome | null = null
  /** Fragments that came before and share the outcome of the one that completes them. */
  #earlier = 0

  constructor(layers: Layers, endpoints: Endpoints, receiver: Receiver, account: Account) {
    this.#layers = layers
    this.endpoints = endpoints
    this.receiver = receiver
    this.#account = account
    this.fragments = new Fragments(account)
  }

  /** Reads one frame; its bytes need to stay only as long. `position`: of `bytes[0]` in the file. */
  frame(linkType: number, bytes: Uint8Array, from: number, to: number, at: Micros, position: number): void {
    this.bytes = bytes
    this.at = at
    this.position = position
    this.#depth = 0
    this.#earlier = 0
    this.#outcome = null
    const layer = this.#layers.links.get(linkType)
    if (layer) layer(this, from, to)
    else this.unread(`link type ${linkType}`)
    this.#close()
  }

  /** For those that wait for something that will not come. */
  end(): void {
    this.fragments.end()
  }

  link(type: number, from: number, to: number): void {
    this.#enter(this.#layers.links.get(type), `link type ${type}`, from, to)
  }

  etherType(type: number, from: number, to: number): void {
    const layer = this.#layers.etherTypes.get(type)
    if (layer) this.#enter(layer, '', from, to)
    else if (this.#layers.otherEtherTypes.has(type)) this.other()
    else this.unread(`Ethernet type ${hex(type, 4)}`)
  }

  protocol(number: number, from: number, to: number): void {
    const layer = this.#layers.protocols.get(number)
    if (layer) this.#enter(layer, '', from, to)
    else this.other()
  }

  ppp(protocol: number, from: number, to: number): void {
    const type = this.#layers.pppProtocols.get(protocol)
    if (type === undefined) this.other()
    else this.etherType(type, from, to)
  }

  udpPort(port: number): PortLayer | undefined {
    return this.#layers.udpPorts.get(port)
  }

  /** Reads what was put together of several frames, as the protocol that it is. */
  whole(protocol: number, bytes: Uint8Array, frames: number): void {
    this.#earlier += frames - 1
    this.limit = bytes.length
    this.instead(bytes, () => this.protocol(protocol, 0, bytes.length))
  }

  /** Reads bytes that do not lie in the file as they are, in place of those of the packet. */
  instead(bytes: Uint8Array, read: () => void): void {
    const { bytes: outer, position } = this
    this.bytes = bytes
    this.position = -1
    read()
    this.bytes = outer
    this.position = position
  }

  /** How the packet ended so far: what the receiver of a message inside says of it as well. */
  get outcome(): Outcome {
    return this.#outcome ?? 'other'
  }

  ended(outcome: Outcome): void {
    this.#outcome = outcome
  }

  other(): void {
    this.#outcome = 'other'
  }

  /** `reason` goes on from "not read:". */
  unread(reason: string): void {
    this.#outcome = reason
  }

  cut(): void {
    this.unread('cut off inside of a header')
  }

  /** Waits for the rest of its datagram, which counts it then. */
  waits(): void {
    this.#outcome = null
  }

  #enter(layer: Layer | undefined, missing: string, from: number, to: number): void {
    if (!layer) return this.unread(missing)
    if (++this.#depth > deepest) return this.unread(`wrapped more than ${deepest} times`)
    layer(this, from, to)
  }

  #close(): void {
    if (this.#outcome === null) this.#account.count('read', this.#earlier)
    else this.#account.count(this.#outcome, 1 + this.#earlier)
  }
}
