import type { Micros } from '../../../../shared/base/time.ts'
import { transportNames, type TransportName } from '../../../../shared/model/transport.ts'
import type { Unknown } from '../../../../shared/model/wire.ts'
import { isRtcp } from '../../../../shared/wire/rtp/rtp.ts'
import { parseRtcp } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { MeterOf } from '../streams/payload-meanings.ts'
import { Account, foreign, isReason, type Outcome } from './account.ts'
import { Alive } from './alive.ts'
import { Connections, type Connection } from './connections.ts'
import { hep, isHep } from './decode/hep.ts'
import { keyExchangeOf } from './decode/key-exchange.ts'
import { layers } from './decode/layers.ts'
import { Packet, type Receiver } from './decode/packet.ts'
import { isStun } from './decode/stun.ts'
import { onAnyPort } from './decode/tunnels.ts'
import { Dialogs } from './dialogs.ts'
import { Endpoints } from './endpoints.ts'
import type { FrameSink, WrittenMessage } from './file/parser.ts'
import { Announcements } from './media/announcements.ts'
import { KnownFlows } from './media/known-flows.ts'
import { Meanings } from './media/meanings.ts'
import { RtcpFlows } from './media/rtcp-flows.ts'
import { SealedRtcp } from './media/sealed-rtcp.ts'
import { SentBackTable } from './media/sent-back.ts'
import { StreamTable } from './media/stream-table.ts'
import { MessageStore } from './message-store.ts'
import { Relays } from './relays.ts'
import { scanSip } from './sip/scan.ts'
import { announcedAddresses } from './sip/sdp-scan.ts'
import { looksLikeSip } from './tcp/sip-stream.ts'
import type { StreamKind } from './tcp/byte-stream.ts'
import { KeyLog } from './tls/key-log.ts'

const mostAnnouncements = 2_000_000
const mostHostNames = 100_000
/** Frames of several interfaces lie behind one another by less. */
const farBackUs = 1e6
/** Below, ports are of other services: RTP there must have been announced. */
const firstMediaPort = 1024

/**
 * What a capture contains, as it is read: dialogs with the numbers of their messages, streams with their figures, RTCP.
 * Nothing is attributed to anything before the end.
 */
export class CaptureIndex implements Receiver {
  readonly account = new Account()
  readonly endpoints = new Endpoints()
  readonly store: MessageStore
  readonly dialogs = new Dialogs()
  readonly alive = new Alive()
  readonly announcements = new Announcements()
  readonly streams: StreamTable
  readonly rtcp: RtcpFlows
  readonly refused = new SentBackTable()
  readonly connections: Connections
  /** The secrets of TLS connections: those that someone has, and those that the captures bring. */
  readonly keys = new KeyLog()
  lastAt: Micros = 0
  /** Frames that were longer than what the capture kept. */
  cut = 0
  /** Messages that look like SIP and are not, and those without a Call-ID. */
  unreadable = 0
  nameless = 0
  /** Frames that lie behind later ones, and by how much at most. */
  back = 0
  farthestBackUs = 0
  /** Messages of which the capture kept too little to know their Call-ID. */
  cutShort = 0
  /** Messages that were written to a text, by their numbers, and what is not known of them. */
  readonly unknown = new Map<number, readonly Unknown[]>()
  readonly #relays: Relays
  readonly #sealedRtcp: SealedRtcp
  readonly #known: KnownFlows
  readonly #packet: Packet
  /** What a capture agent sent on over TCP. */
  readonly #inner: Packet
  readonly #hosts = new Map<string, number | null>()
  #announced = 0
  #file = 0
  /** The frame that is read was longer than what the capture kept. */
  #isCut = false

  constructor(meterOf: MeterOf, store = new MessageStore()) {
    this.store = store
    const meanings = new Meanings(this.announcements, this.endpoints, store, meterOf)
    this.streams = new StreamTable(this.announcements, this.endpoints, meanings)
    this.#known = new KnownFlows(this.streams, layers.udpPorts)
    this.rtcp = new RtcpFlows(this.endpoints, this.streams)
    this.#relays = new Relays(this.endpoints)
    this.#sealedRtcp = new SealedRtcp(this.announcements, this.endpoints, meanings)
    this.connections = new Connections(this.account, this.keys, (...of) => this.#fromStream(...of))
    this.#packet = new Packet(layers, this.endpoints, this, this.account)
    this.#inner = new Packet(layers, this.endpoints, this, new Account())
  }

  /** Takes the frames of a file. */
  file(path: string): FrameSink {
    this.#file = this.store.file(path)
    let latest = 0
    return {
      frame: (bytes, from, to, at, linkType, position, cut) => {
        this.#isCut = cut
        if (cut) this.cut++
        if (at > this.lastAt) this.lastAt = at
        if (at > latest) latest = at
        else if (latest - at > farBackUs) this.#back(latest - at)
        if (this.#known.take(linkType, bytes, from, to, at)) return this.account.count('read', 1)
        this.streams.latest = -1
        this.#packet.frame(linkType, bytes, from, to, at, position)
        if (this.streams.latest >= 0) this.#known.learn(bytes, this.streams.latest)
      },
      message: (message) => this.#written(message),
      secrets: (text) => void this.keys.add(text),
    }
  }

  /** Nothing more will come. */
  end(): void {
    this.#packet.end()
    this.connections.end()
    this.streams.all.forEach((stream, id) => {
      stream.sentBack = this.refused.of(this.streams.source(id), this.streams.destination(id))
    })
  }

  udp(packet: Packet, from: number, to: number): Outcome {
    const { bytes } = packet
    this.#relays.passes(packet)
    const outcome = this.#datagram(packet, from, to)
    if (outcome !== 'other' && outcome !== foreign.stun) return outcome
    if (isHep(bytes, from, to)) {
      hep(packet, from, to)
      return packet.outcome
    }
    return this.#relayed(packet, from, to) ?? (onAnyPort(packet, from, to) ? packet.outcome : outcome)
  }

  tcp(packet: Packet, from: number, to: number): Outcome {
    return this.connections.segment(packet, from, to, this.#source(packet), this.#destination(packet))
  }

  relayed(packet: Packet, transport: TransportName, from: number, to: number): Outcome {
    const { bytes } = packet
    if (looksLikeSip(bytes, from, to)) return this.#sip(packet, transport, from, to)
    if (bytes[from]! >> 6 === 2) return this.#media(packet, from, to)
    return bytes[from] === 0x7b ? 'HEP messages with RTCP as JSON' : 'other'
  }

  sentBack(packet: Packet, reason: string): void {
    this.refused.add(packet.at, this.#source(packet), this.#destination(packet), reason)
  }

  #back(byUs: number): void {
    this.back++
    this.farthestBackUs = Math.max(this.farthestBackUs, byUs)
  }

  #source(packet: Packet): number {
    return this.endpoints.idOf(packet.sourceHost, packet.sourcePort)
  }

  #destination(packet: Packet): number {
    return this.endpoints.idOf(packet.destinationHost, packet.destinationPort)
  }

  /** What a datagram holds, whether a relay carries it or not. */
  #datagram(packet: Packet, from: number, to: number): Outcome {
    const { bytes } = packet
    if (bytes[from]! >> 6 === 2) return this.#media(packet, from, to)
    let start = from
    while (start < to && (bytes[start] === 13 || bytes[start] === 10)) start++
    if (looksLikeSip(bytes, start, to)) return this.#sip(packet, 'udp', start, to)
    if (isStun(bytes, from, to)) return foreign.stun
    return keyExchangeOf(bytes, from, to) ?? 'other'
  }

  /** What a relay and its client say to one another; null where that is something else. */
  #relayed(packet: Packet, from: number, to: number): Outcome | null {
    const carried = this.#relays.take(packet, from, to)
    return carried === null || typeof carried === 'string' ? carried : this.#datagram(packet, carried.from, carried.to)
  }

  #media(packet: Packet, from: number, to: number): Outcome {
    const { bytes, at } = packet
    const [source, destination] = [this.#source(packet), this.#destination(packet)]
    if (isRtcp(bytes, from, to)) {
      const clear = this.#sealedRtcp.open(source, destination, bytes.subarray(from, to))
      if (!clear) return 'read'
      const packets = parseRtcp(clear)
      if (typeof packets === 'string') return 'other'
      this.rtcp.add(at, source, destination, packets)
      return 'read'
    }
    const low = packet.sourcePort < firstMediaPort || packet.destinationPort < firstMediaPort
    if (low && this.announcements.count(source) + this.announcements.count(destination) === 0) return 'other'
    return this.streams.packet(at, source, destination, bytes, from, to) ? 'read' : 'other'
  }

  #fromStream(at: Micros, { source, destination, stream }: Connection, message: Uint8Array, kind: StreamKind): void {
    const packet = this.#inner
    packet.bytes = message
    packet.at = at
    packet.position = -1
    packet.sourceHost = this.endpoints.host(source)
    packet.sourcePort = this.endpoints.port(source)
    packet.destinationHost = this.endpoints.host(destination)
    packet.destinationPort = this.endpoints.port(destination)
    if (kind === 'hep') {
      hep(packet, 0, message.length)
      if (isReason(packet.outcome)) stream.leave(packet.outcome)
    } else if (kind === 'turn') {
      const outcome = this.#relayed(packet, 0, message.length) ?? 'other'
      if (isReason(outcome)) stream.leave(outcome)
    } else if (stream.tls) this.#sip(packet, kind === 'websocket' ? 'wss' : 'tls', 0, message.length)
    else this.#sip(packet, kind === 'websocket' ? 'ws' : 'tcp', 0, message.length)
  }

  #written({ bytes, at, source, destination, transport, unknown }: WrittenMessage): void {
    const packet = this.#inner
    const nowhere = this.endpoints.unknownHost()
    packet.bytes = bytes
    packet.at = at
    packet.position = -1
    packet.sourceHost = (source && this.endpoints.hostOf(source.host)) ?? nowhere
    packet.sourcePort = source?.port ?? 0
    packet.destinationHost = (destination && this.endpoints.hostOf(destination.host)) ?? nowhere
    packet.destinationPort = destination?.port ?? 0
    if (at > this.lastAt) this.lastAt = at
    const before = this.store.size
    this.account.count(this.#sip(packet, transport, 0, bytes.length), 1)
    if (this.store.size > before) this.unknown.set(before, unknown)
  }

  /** `carrier`: null where only the message itself says it. */
  #sip(packet: Packet, carrier: TransportName | null, from: number, to: number): 'read' {
    const { bytes, at } = packet
    const scanned = scanSip(bytes, from, to)
    const callId = scanned?.callId ?? null
    if (!scanned || callId === null) {
      if (this.#isCut) this.cutShort++
      else if (scanned) this.nameless++
      else this.unreadable++
      return 'read'
    }
    const message = this.store.add(bytes, from, to, this.#file, placeIn(packet, from))
    const [source, destination] = [this.#source(packet), this.#destination(packet)]
    const transport = overTls(carrier, scanned.via)
    const { sourceHost, destinationHost } = packet
    const passage = { at, transport, source, destination, sourceHost, destinationHost }
    const dialog = this.dialogs.add(message, callId, scanned, passage)
    if (scanned.method === 'OPTIONS' && scanned.status >= 200)
      this.alive.add(source, this.endpoints.host(destination), message, at)
    if (from + scanned.body >= to) return 'read'
    for (const { host, port } of announcedAddresses(bytes, from + scanned.body, to)) {
      if (port === 0 || this.#announced >= mostAnnouncements) continue
      // What a name stands for is not known: most likely for who says it.
      const number = this.#host(host) ?? sourceHost
      this.#announced++
      this.announcements.add(this.endpoints.idOf(number, port), { dialog, message, at })
    }
    return 'read'
  }

  /** The number of a host as session descriptions write it; null for a name. */
  #host(text: string): number | null {
    let known = this.#hosts.get(text)
    if (known === undefined) {
      if (this.#hosts.size >= mostHostNames) this.#hosts.clear()
      this.#hosts.set(text, (known = this.endpoints.hostOf(text)))
    }
    return known
  }
}

/** Where a place in the bytes of a packet lies in the file; -1 where they are not in it as they are. */
function placeIn(packet: Packet, at: number): number {
  return packet.position < 0 ? -1 : packet.position + at
}

function overTls(carrier: TransportName | null, via: string): TransportName {
  if (carrier === null) return transportNames.find((name) => name === via.toLowerCase()) ?? 'udp'
  if (carrier === 'tcp' && via === 'TLS') return 'tls'
  return carrier === 'ws' && via === 'WSS' ? 'wss' : carrier
}
