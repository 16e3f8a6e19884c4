import { foreign, type Outcome } from './account.ts'
import { u16 } from './decode/bytes.ts'
import type { Packet } from './decode/packet.ts'
import { attributeOf, isStun, xoredAddress } from './decode/stun.ts'
import type { Endpoints } from './endpoints.ts'

const allocated = 0x0103
const channelBind = 0x0009
const sendIndication = 0x0016
const dataIndication = 0x0017
const channelNumber = 0x000c
const peerAddress = 0x0012
const data = 0x0013
const relayedAddress = 0x0016

const mostAllocations = 100_000
const mostChannels = 100_000
const channelHeader = 4

const ofNoChannel = 'relayed by TURN over a channel whose binding is not in the capture'

/** A message between a relay and its client, and the numbers of its ends. */
interface Message {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
  readonly source: number
  readonly destination: number
}

/** Where what it carries lies. */
interface Carried {
  readonly from: number
  readonly to: number
}

interface Channel {
  readonly peer: number
  readonly client: number
  readonly server: number
}

/** Whether bytes are a message of a channel of TURN: its number, then the length of what it carries (RFC 8656 12.4). */
function isChannelData(bytes: Uint8Array, from: number, to: number): boolean {
  const size = to - from
  if (size < channelHeader || bytes[from]! < 0x40 || bytes[from]! > 0x4f) return false
  const rest = size - channelHeader - u16(bytes, from + 2)
  return rest >= 0 && rest < 4
}

/**
 * What clients of TURN send and get through their relays. It goes between the address that the relay gave the client,
 * where the capture has that, else the client's own, and the peer.
 */
export class Relays {
  readonly #endpoints: Endpoints
  /** By client and server, the address that the relay gave. */
  readonly #allocations = new Map<string, number>()
  /** By source, destination and number. */
  readonly #channels = new Map<string, Channel>()
  /** Relayed addresses that packets come from or go to without a wrapping: the capture has both sides of the relay. */
  readonly #seen = new Set<number>()
  readonly #given = new Set<number>()

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints
  }

  /** A datagram passes. */
  passes(packet: Packet): void {
    if (this.#given.size === 0) return
    for (const end of this.#endsOf(packet)) if (this.#given.has(end)) this.#seen.add(end)
  }

  /**
   * Takes a message of STUN or of a channel: where what it carries lies, `packet` having the ends of that, or how it
   * ends; null where it is neither.
   */
  take(packet: Packet, from: number, to: number): Carried | Outcome | null {
    const { bytes } = packet
    const stun = isStun(bytes, from, to)
    if (!stun && !isChannelData(bytes, from, to)) return null
    const [source, destination] = this.#endsOf(packet)
    const message = { bytes, from, to, source, destination }
    const found = stun ? this.#stun(message) : this.#channel(message)
    if (typeof found === 'string') return found
    // The capture has the other side of the relay: what it sends on is this once more.
    if (this.#seen.has(found.source) || this.#seen.has(found.destination)) return 'read'
    packet.sourceHost = this.#endpoints.host(found.source)
    packet.sourcePort = this.#endpoints.port(found.source)
    packet.destinationHost = this.#endpoints.host(found.destination)
    packet.destinationPort = this.#endpoints.port(found.destination)
    return found
  }

  #stun(message: Message): Message | Outcome {
    const { bytes, from, to, source, destination } = message
    const type = u16(bytes, from)
    if (type === allocated) this.#allocate(message)
    else if (type === channelBind) this.#bind(message)
    if (type !== sendIndication && type !== dataIndication) return foreign.stun
    const [peer, value] = [this.#address(message, peerAddress), attributeOf(bytes, from, to, data)]
    if (peer === null || !value) return foreign.stun
    return type === sendIndication
      ? { bytes, ...value, source: this.#relayedOf(source, destination), destination: peer }
      : { bytes, ...value, source: peer, destination: this.#relayedOf(destination, source) }
  }

  #channel({ bytes, from, to, source, destination }: Message): Message | Outcome {
    const channel = this.#channels.get(`${source} ${destination} ${u16(bytes, from)}`)
    const inside = { from: from + channelHeader, to: Math.min(to, from + channelHeader + u16(bytes, from + 2)) }
    // Nothing but RTP inside shows that it is one.
    if (!channel) return inside.to - inside.from >= 12 && bytes[inside.from]! >> 6 === 2 ? ofNoChannel : 'other'
    const relayed = this.#relayedOf(channel.client, channel.server)
    return source === channel.client
      ? { bytes, ...inside, source: relayed, destination: channel.peer }
      : { bytes, ...inside, source: channel.peer, destination: relayed }
  }

  #allocate(message: Message): void {
    const given = this.#address(message, relayedAddress)
    if (given === null || this.#allocations.size >= mostAllocations) return
    this.#allocations.set(`${message.destination} ${message.source}`, given)
    this.#given.add(given)
  }

  #bind(message: Message): void {
    const { bytes, from, to, source: client, destination: server } = message
    const number = attributeOf(bytes, from, to, channelNumber)
    const peer = this.#address(message, peerAddress)
    if (!number || peer === null || this.#channels.size >= mostChannels) return
    const channel = { peer, client, server }
    this.#channels.set(`${client} ${server} ${u16(bytes, number.from)}`, channel)
    this.#channels.set(`${server} ${client} ${u16(bytes, number.from)}`, channel)
  }

  #relayedOf(client: number, server: number): number {
    return this.#allocations.get(`${client} ${server}`) ?? client
  }

  #endsOf({ sourceHost, sourcePort, destinationHost, destinationPort }: Packet): [number, number] {
    return [this.#endpoints.idOf(sourceHost, sourcePort), this.#endpoints.idOf(destinationHost, destinationPort)]
  }

  #address({ bytes, from, to }: Message, type: number): number | null {
    const found = xoredAddress(bytes, from, to, type)
    if (!found) return null
    const { host, port } = found
    return this.#endpoints.idOf(
      host.length === 4 ? this.#endpoints.host4(host, 0) : this.#endpoints.host6(host, 0),
      port,
    )
  }
}
