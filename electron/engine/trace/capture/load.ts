import type { Address } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { TransportName } from '../../../../shared/model/transport.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { parseRtcp } from '../../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, isRtcp, readRtp } from '../../../../shared/wire/rtp/rtp.ts'
import { findSession } from '../../../../shared/wire/sdp/find.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { parseSip } from '../../../../shared/wire/sip/parse.ts'
import { CallProjection } from '../facts/call-projection.ts'
import { CallSpan } from '../facts/call-span.ts'
import { CallTrace } from '../journal/call-trace.ts'
import { CaptureMedia } from '../streams/capture-media.ts'
import type { MeterOf } from '../streams/payload-meanings.ts'
import type { TracedStream } from '../streams/traced-stream.ts'
import { Account, type Outcome } from './account.ts'
import { u16, u32 } from './decode/bytes.ts'
import { hep, isHep } from './decode/hep.ts'
import { layers } from './decode/layers.ts'
import { Packet, type Receiver } from './decode/packet.ts'
import { Endpoints } from './endpoints.ts'
import { readCapture } from './pcap-read.ts'
import { looksLikeSip } from './tcp/sip-stream.ts'
import { TcpStream, type StreamKind } from './tcp/tcp-stream.ts'

/** What captures contain, in the same form as a live journal. */
export interface LoadedCapture {
  readonly calls: CallProjection[]
  readonly registrations: CallTrace[]
  /** OPTIONS, SUBSCRIBE, PUBLISH, MESSAGE and what else is neither. */
  readonly dialogs: CallTrace[]
  /** RTP that no session description announces. */
  readonly unmatched: readonly TracedStream[]
  readonly problems: readonly string[]
  /** A file ended early, or said what cannot be so: not all that was captured is here. */
  readonly damaged: boolean
  readonly packets: number
  /** Of them, those that are SIP, RTP or RTCP, and those that are nothing of the kind. */
  readonly read: number
  readonly other: number
  /** Packets that were not read, by the reason. */
  readonly unread: readonly { readonly reason: string; readonly packets: number }[]
  /** The time of the last packet. */
  readonly lastAt: Micros
}

/** Fewer packets than this, with nothing announcing them, may be anything. */
const fewestUnmatched = 10
/** What is kept of all captures together: messages, connections and what they hold back. */
const mostKeptBytes = 1024 * 1024 * 1024
const mostConnections = 20_000
const mostHeldBytes = 256 * 1024 * 1024
/** Numbers of endpoints are below this: two of them make the number of a connection. */
const mostEndpoints = 2 ** 26
const mostReasonsTold = 20
const ofTls = 'TLS connections whose keys are not known'
/** A registration is refreshed as long as the capture lasts: its newest messages say how it stands. */
const mostOfRegistration = 50
const mostProblems = 100
/** Of the packet that is being read. */
const rtpHeader = emptyRtpHeader()

/** A call and what its messages were so far. */
interface Begun {
  call: CallProjection
  messages: number
  kind: DialogKind | null
  readonly span: CallSpan
}

/** What the messages of one Call-ID are about. */
type DialogKind = 'call' | 'registration' | 'other'

/** What is only sent in dialogs of calls: one of them is enough where the INVITE was not captured. */
const ofCalls = new Set(['INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE', 'INFO'])

interface Connection {
  readonly source: number
  readonly destination: number
  readonly stream: TcpStream
}

/** Reads capture files in the order given. Throws RingbackError as readCapture does. */
export async function loadCaptures(paths: readonly string[], meterOf: MeterOf): Promise<LoadedCapture> {
  const loader = new Loader(meterOf)
  for (const path of paths) await loader.read(path)
  return loader.result()
}

class Loader {
  readonly #meterOf: MeterOf
  /** By Call-ID. */
  readonly #begun = new Map<string, Begun>()
  readonly #media: CaptureMedia<Begun>
  /** The one that was used longest ago first. */
  readonly #tcp = new Map<number, Connection>()
  readonly #endpoints = new Endpoints()
  readonly #account = new Account()
  readonly #receiver: Receiver = {
    udp: (packet, from, to) => this.#udp(packet, from, to),
    tcp: (packet, from, to) => this.#segment(packet, from, to),
    relayed: (packet, transport, from, to) => this.#relayed(packet, transport, from, to),
  }
  readonly #packet = new Packet(layers, this.#endpoints, this.#receiver, this.#account)
  #heldBytes = 0
  #givenUp = 0
  readonly #problems = new Set<string>()
  #damaged = false
  #keptBytes = 0
  #notKept = 0
  #unreadable = 0
  #nameless = 0
  #tlsConnections = 0
  #packets = 0
  #lastAt: Micros = 0

  constructor(meterOf: MeterOf) {
    this.#meterOf = meterOf
    this.#media = new CaptureMedia(meterOf)
  }

  async read(path: string): Promise<void> {
    let cut = 0
    const packet = this.#packet
    const summary = await readCapture(path, {
      frame: (bytes, from, to, at, linkType, position, isCut) => {
        if (isCut) cut++
        if (at > this.#lastAt) this.#lastAt = at
        packet.frame(linkType, bytes, from, to, at, position)
      },
    })
    this.#packets += summary.frames
    this.#damaged ||= summary.problems.length > 0
    for (const problem of [...summary.problems, ...summary.notes]) this.#problem(`${path}: ${problem}`)
    if (cut > 0)
      this.#problem(
        `${path}: ${count(cut, 'packet')} were cut when they were captured: levels and long messages may be ` +
          'incomplete (capture with -s 0)',
      )
  }

  result(): LoadedCapture {
    this.#packet.end()
    for (const stream of this.#tcp.values()) this.#finish(stream)
    const unread = this.#account.reasons()
    const told = unread.filter(({ reason }) => reason !== ofTls).slice(0, mostReasonsTold)
    for (const { reason, packets } of told) this.#problem(`${count(packets, 'packet')} not read: ${reason}`)
    const begun = [...this.#begun.values()]
    const { unfollowedPackets: unfollowed } = this.#media
    if (this.#tlsConnections > 0)
      this.#problem(
        `${count(this.#tlsConnections, 'TLS connection')} cannot be read without their keys: SIP inside them is ` +
          'not shown',
      )
    if (this.#unreadable > 0) this.#problem(`${this.#unreadable} packets look like SIP and cannot be read`)
    if (this.#nameless > 0)
      this.#problem(`${count(this.#nameless, 'SIP message')} without Call-ID belong to no call and are not shown`)
    if (unfollowed > 0)
      this.#problem(
        `${count(unfollowed, 'packet')} of RTP belong to more streams than are followed: they are in no figure`,
      )
    if (this.#notKept > 0)
      this.#problem(
        `${count(this.#notKept, 'message')} beyond the first ${mostKeptBytes / 1024 / 1024} MB are not shown: ` +
          'open a part of the capture (editcap -c)',
      )
    if (this.#givenUp > 0)
      this.#problem(
        `${count(this.#givenUp, 'TCP connection')} of more than can be followed at once were given up: messages ` +
          'of theirs may be missing',
      )
    const unmatched = this.#media
      .attribute(({ call: { streams }, span }) => ({ streams, from: span.from, until: span.until }))
      .filter((stream) => {
        if (isPlausible(stream)) return true
        this.#account.move('read', 'other', stream.stats.packets)
        return false
      })
    const dialogs = begun.filter(({ kind }) => kind === 'other')
    return {
      calls: begun.filter(({ kind }) => kind === 'call').map(({ call }) => call),
      registrations: begun.filter(({ kind }) => kind === 'registration').map(({ call }) => call.trace),
      dialogs: dialogs.map(({ call }) => call.trace),
      unmatched,
      problems: [...this.#problems],
      damaged: this.#damaged,
      packets: this.#packets,
      read: this.#account.read,
      other: this.#account.other,
      unread,
      lastAt: this.#lastAt,
    }
  }

  #problem(text: string): void {
    if (this.#problems.size < mostProblems) this.#problems.add(text)
  }

  #udp(packet: Packet, from: number, to: number): Outcome | string {
    const { bytes, at } = packet
    let start = from
    while (start < to && (bytes[start] === 13 || bytes[start] === 10)) start++
    if (looksLikeSip(bytes, start, to)) {
      this.#sip(at, 'udp', this.#source(packet), this.#destination(packet), bytes.slice(start, to))
      return 'read'
    }
    if (to - from >= 8 && bytes[from]! >> 6 === 2) return this.#rtpOrRtcp(packet, bytes.subarray(from, to))
    if (isHep(bytes, from, to)) {
      hep(packet, from, to)
      return packet.outcome
    }
    return isChannelData(bytes, from, to) ? 'relayed by TURN (ChannelData)' : 'other'
  }

  #rtpOrRtcp(packet: Packet, payload: Uint8Array): Outcome {
    const { at } = packet
    const [source, destination] = [this.#source(packet), this.#destination(packet)]
    if (isRtcp(payload)) {
      const packets = this.#media.isControl(source, destination) ? parseRtcp(payload) : ''
      if (typeof packets === 'string') return 'other'
      this.#media.rtcp(at, source, packets)
      return 'read'
    }
    if (readRtp(payload, rtpHeader) !== null) return 'other'
    this.#media.rtp(at, source, destination, payload, rtpHeader)
    return 'read'
  }

  #relayed(packet: Packet, transport: TransportName, from: number, to: number): Outcome | string {
    const { bytes, at } = packet
    if (looksLikeSip(bytes, from, to)) {
      this.#sip(at, transport, this.#source(packet), this.#destination(packet), bytes.slice(from, to))
      return 'read'
    }
    if (bytes[from]! >> 6 === 2) return this.#rtpOrRtcp(packet, bytes.subarray(from, to))
    return bytes[from] === 0x7b ? 'HEP messages with RTCP as JSON' : 'other'
  }

  #source(packet: Packet): Address {
    return this.#endpoints.address(this.#endpoints.idOf(packet.sourceHost, packet.sourcePort))
  }

  #destination(packet: Packet): Address {
    return this.#endpoints.address(this.#endpoints.idOf(packet.destinationHost, packet.destinationPort))
  }

  #segment(packet: Packet, from: number, to: number): Outcome | string {
    const { bytes, at } = packet
    const headerBytes = (bytes[from + 12]! >> 4) * 4
    if (headerBytes < 20 || from + headerBytes > to) return 'cut off inside of a header'
    const source = this.#endpoints.idOf(packet.sourceHost, packet.sourcePort)
    const destination = this.#endpoints.idOf(packet.destinationHost, packet.destinationPort)
    const key = source * mostEndpoints + destination
    const connection = this.#tcp.get(key) ?? { source, destination, stream: new TcpStream() }
    const { stream } = connection
    this.#tcp.delete(key)
    this.#tcp.set(key, connection)
    const [before, held] = [stream.kind, stream.heldBytes]
    const flags = bytes[from + 13]!
    const segment = {
      sequence: u32(bytes, from + 4),
      syn: (flags & 2) !== 0,
      end: (flags & 5) !== 0,
      payload: bytes.subarray(from + headerBytes, to),
    }
    stream.push(at, segment, (when, message, kind) => this.#fromStream(when, connection, message, kind))
    this.#heldBytes += stream.heldBytes - held
    if (
      before !== 'tls' &&
      stream.kind === 'tls' &&
      this.#tcp.get(destination * mostEndpoints + source)?.stream.kind !== 'tls'
    )
      this.#tlsConnections++
    if (this.#tcp.size > mostConnections || this.#heldBytes > mostHeldBytes) this.#giveUp()
    if (stream.kind === 'tls') return ofTls
    if (stream.kind === 'unknown') {
      stream.undecided++
      return 'other'
    }
    this.#account.move('other', 'read', stream.undecided)
    stream.undecided = 0
    return 'read'
  }

  #fromStream(at: Micros, { source, destination }: Connection, message: Uint8Array, kind: StreamKind): void {
    if (kind === 'hep') return this.#hepInStream(at, message)
    const carrier = kind === 'websocket' ? 'ws' : 'tcp'
    this.#sip(at, carrier, this.#endpoints.address(source), this.#endpoints.address(destination), message.slice())
  }

  #hepInStream(at: Micros, message: Uint8Array): void {
    const packet = new Packet(layers, this.#endpoints, this.#receiver, new Account())
    packet.bytes = message
    packet.at = at
    hep(packet, 0, message.length)
  }

  #finish(connection: Connection): void {
    connection.stream.finish(this.#lastAt, (at, bytes, kind) => this.#fromStream(at, connection, bytes, kind))
    const { compressed } = connection.stream
    this.#account.unread('WebSocket with compression', compressed)
    this.#account.count('read', -compressed)
  }

  /** The connection that was silent longest makes room. */
  #giveUp(): void {
    const [key, connection] = this.#tcp.entries().next().value!
    const held = connection.stream.heldBytes
    this.#tcp.delete(key)
    this.#heldBytes -= held
    if (held > 0) this.#givenUp++
    this.#finish(connection)
  }

  #sip(at: Micros, carrier: TransportName, source: Address, destination: Address, bytes: Uint8Array): void {
    if (this.#keptBytes + bytes.length > mostKeptBytes) return void this.#notKept++
    const message = parseSip(bytes)
    if (message.kind === 'unreadable') return void this.#unreadable++
    const { callId, via, cseq } = messageIds(message)
    if (callId === null) return void this.#nameless++
    const transport = overTls(carrier, via?.transport)
    const event: SipEvent = {
      at,
      transport,
      source,
      destination,
      direction: 'observed',
      bytes,
      message,
    }
    const begun = this.#begun.get(callId) ?? this.#begin(callId)
    const { trace } = begun.call
    trace.sip(event)
    if (trace.messages.length > begun.messages) this.#keptBytes += bytes.length
    begun.messages = trace.messages.length
    begun.kind = kindWith(begun.kind, cseq?.method)
    if (begun.kind === 'registration' && begun.messages >= mostOfRegistration) this.#renew(begun)
    begun.span.message(event)
    const session = findSession(message)?.session
    if (session) this.#media.announce(begun, session)
  }

  #begin(named: string): Begun {
    // A text of its own: a piece of the message would keep the whole of it.
    const callId = Buffer.from(named).toString()
    const begun: Begun = {
      call: this.#call(String(this.#begun.size + 1), callId),
      messages: 0,
      kind: null,
      span: new CallSpan(),
    }
    this.#begun.set(callId, begun)
    return begun
  }

  #call(id: string, callId: string): CallProjection {
    return new CallProjection(new CallTrace(id, callId, 'observed'), this.#meterOf)
  }

  /** A long registration goes on with an empty trace. */
  #renew(begun: Begun): void {
    const { id, callId, droppedMessages, messages } = begun.call.trace
    begun.call = this.#call(id, callId)
    begun.call.trace.droppedMessages = droppedMessages + messages.length
    begun.messages = 0
    this.#keptBytes -= messages.reduce((sum, { event }) => sum + event.bytes.length, 0)
  }
}

/**
 * Whether packets that nothing announces look like a stream: enough of them, numbered in order, between unprivileged
 * ports.
 */
function isPlausible({ source, destination, stats }: TracedStream): boolean {
  const strange = Math.abs(stats.lost) + stats.duplicates + stats.outOfOrder
  return (
    stats.packets >= fewestUnmatched && strange * 4 <= stats.packets && source.port >= 1024 && destination.port >= 1024
  )
}

/** A channel of TURN: its number, then the length of what it carries (RFC 8656 12.4). */
function isChannelData(bytes: Uint8Array, from: number, to: number): boolean {
  const size = to - from
  if (size < 4 + 12 || bytes[from]! < 0x40 || bytes[from]! > 0x4f) return false
  const length = u16(bytes, from + 2)
  return length + 4 <= size && size - length - 4 < 4 && bytes[from + 4]! >> 6 === 2
}

function overTls(carrier: TransportName, via: string | undefined): TransportName {
  if (carrier === 'tcp' && via === 'TLS') return 'tls'
  return carrier === 'ws' && via === 'WSS' ? 'wss' : carrier
}

function kindWith(kind: DialogKind | null, method: string | undefined): DialogKind {
  if (kind === 'call' || (method !== undefined && ofCalls.has(method))) return 'call'
  return method === 'REGISTER' && kind !== 'other' ? 'registration' : 'other'
}
