import type { Address } from '../../../../shared/base/address.ts'
import { count, decodeText } from '../../../../shared/base/text.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { TransportName } from '../../../../shared/model/transport.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { parseRtcp } from '../../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, isRtcp, readRtp } from '../../../../shared/wire/rtp/rtp.ts'
import { parseSdp } from '../../../../shared/wire/sdp/sdp.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { header } from '../../../../shared/wire/sip/message.ts'
import { parseSip } from '../../../../shared/wire/sip/parse.ts'
import { CallProjection } from '../facts/call-projection.ts'
import { CallTrace } from '../journal/call-trace.ts'
import { CallStreams } from '../streams/call-streams.ts'
import type { MeterOf } from '../streams/payload-meanings.ts'
import type { TracedStream } from '../streams/traced-stream.ts'
import { PacketDecoder, knowsLinkType, type TcpSegment } from './decode.ts'
import { readCapture } from './pcap-read.ts'
import { TcpStream, looksLikeSip } from './tcp-stream.ts'

/** What captures contain, in the same form as a live journal. */
export interface LoadedCapture {
  readonly calls: CallProjection[]
  readonly registrations: CallTrace[]
  /** RTP that no session description announces. */
  readonly unmatched: CallStreams
  readonly problems: readonly string[]
  /** A file ended early, or said what cannot be so: not all that was captured is here. */
  readonly damaged: boolean
  readonly packets: number
  /** The time of the last packet. */
  readonly lastAt: Micros
}

/** Fewer packets than this, with nothing announcing them, may be anything. */
const fewestUnmatched = 10
/** What is kept of all captures together: messages, connections and what they hold back, addresses of media. */
const mostKeptBytes = 1024 * 1024 * 1024
const mostConnections = 20_000
const mostHeldBytes = 256 * 1024 * 1024
const mostMedia = 1_000_000
const mostAddresses = 65_536
/** A registration is refreshed as long as the capture lasts: its newest messages say how it stands. */
const mostOfRegistration = 50
const mostProblems = 100
/** Of the packet that is being read. */
const rtpHeader = emptyRtpHeader()

/** A call and what its messages were so far. */
interface Begun {
  call: CallProjection
  messages: number
  hasInvite: boolean
  onlyRegister: boolean
}

/** Reads capture files in the order given. Throws RingbackError as readCapture does. */
export function loadCaptures(paths: readonly string[], meterOf: MeterOf): LoadedCapture {
  const loader = new Loader(meterOf)
  for (const path of paths) loader.read(path)
  return loader.result()
}

class Loader {
  readonly #meterOf: MeterOf
  /** By Call-ID. */
  readonly #begun = new Map<string, Begun>()
  readonly #unmatched: CallStreams
  /** The one that was used longest ago first. */
  readonly #tcp = new Map<string, TcpStream>()
  #heldBytes = 0
  #givenUp = 0
  /** Announced media addresses and the call that announced each last. */
  readonly #media = new Map<string, Begun>()
  readonly #addresses = new Map<string, Address>()
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
    this.#unmatched = new CallStreams(meterOf)
  }

  read(path: string): void {
    const decoder = new PacketDecoder({
      udp: (at, source, destination, payload) => this.#udp(at, source, destination, payload),
      tcp: (at, source, destination, segment) => this.#segment(at, source, destination, segment),
    })
    let truncated = 0
    const summary = readCapture(path, (frame) => {
      if (!knowsLinkType(frame.linkType)) {
        this.#problem(
          `${path}: link type ${frame.linkType} is not known here: capture on an Ethernet, cooked or raw IP interface`,
        )
        return
      }
      if (frame.truncated) truncated++
      if (frame.at > this.#lastAt) this.#lastAt = frame.at
      decoder.frame(frame)
    })
    this.#packets += summary.frames
    this.#damaged ||= summary.problems.length > 0
    for (const problem of summary.problems) this.#problem(`${path}: ${problem}`)
    if (truncated > 0)
      this.#problem(
        `${path}: ${truncated} packets were cut when they were captured: levels and long messages may be incomplete (capture with -s 0)`,
      )
  }

  result(): LoadedCapture {
    const begun = [...this.#begun.values()]
    const unfollowed = begun.reduce(
      (sum, { call }) => sum + call.streams.unfollowedPackets,
      this.#unmatched.unfollowedPackets,
    )
    if (this.#tlsConnections > 0)
      this.#problem(
        `${count(this.#tlsConnections, 'TLS connection')} cannot be read without their keys: SIP inside them is not shown`,
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
        `${count(this.#notKept, 'message')} beyond the first ${mostKeptBytes / 1024 / 1024} MB are not shown: open a part of the capture (editcap -c)`,
      )
    if (this.#givenUp > 0)
      this.#problem(
        `${count(this.#givenUp, 'TCP connection')} of more than can be followed at once were given up: messages of theirs may be missing`,
      )
    for (let i = this.#unmatched.all.length - 1; i >= 0; i--) {
      if (!isPlausible(this.#unmatched.all[i]!)) this.#unmatched.all.splice(i, 1)
    }
    return {
      calls: begun.filter(({ hasInvite }) => hasInvite).map(({ call }) => call),
      registrations: begun.filter(({ onlyRegister }) => onlyRegister).map(({ call }) => call.trace),
      unmatched: this.#unmatched,
      problems: [...this.#problems],
      damaged: this.#damaged,
      packets: this.#packets,
      lastAt: this.#lastAt,
    }
  }

  #problem(text: string): void {
    if (this.#problems.size < mostProblems) this.#problems.add(text)
  }

  #udp(at: Micros, source: Address, destination: Address, payload: Uint8Array): void {
    if (looksLikeSip(payload)) return this.#sip(at, 'udp', source, destination, payload)
    if (payload.length < 8 || payload[0]! >> 6 !== 2) return
    if (isRtcp(payload)) {
      const call = this.#callOf(source, destination) ?? this.#callOf(below(source), below(destination))
      const packets = call ? parseRtcp(payload) : ''
      if (typeof packets !== 'string') call!.trace.rtcp(at, source, destination, payload, null, packets)
      return
    }
    const call = this.#callOf(source, destination)?.trace ?? this.#unmatched
    if (readRtp(payload, rtpHeader) === null) call.rtp(at, source, destination, payload, payload, null, rtpHeader)
  }

  #segment(at: Micros, source: Address, destination: Address, segment: TcpSegment): void {
    const key = `${source.host} ${source.port} ${destination.host} ${destination.port}`
    const stream = this.#tcp.get(key) ?? new TcpStream()
    this.#tcp.delete(key)
    this.#tcp.set(key, stream)
    const [wasTls, held] = [stream.isTls, stream.heldBytes]
    stream.push(at, segment, (when, bytes) => this.#sip(when, 'tcp', source, destination, bytes))
    this.#heldBytes += stream.heldBytes - held
    if (
      !wasTls &&
      stream.isTls &&
      !this.#tcp.get(`${destination.host} ${destination.port} ${source.host} ${source.port}`)?.isTls
    )
      this.#tlsConnections++
    if (this.#tcp.size > mostConnections || this.#heldBytes > mostHeldBytes) this.#giveUp()
  }

  /** The connection that was silent longest makes room. */
  #giveUp(): void {
    const [key, stream] = this.#tcp.entries().next().value!
    this.#tcp.delete(key)
    this.#heldBytes -= stream.heldBytes
    if (stream.heldBytes > 0) this.#givenUp++
  }

  #sip(at: Micros, carrier: TransportName, source: Address, destination: Address, bytes: Uint8Array): void {
    if (this.#keptBytes + bytes.length > mostKeptBytes) return void this.#notKept++
    const message = parseSip(bytes)
    if (message.kind === 'unreadable') return void this.#unreadable++
    const { callId, via, cseq } = messageIds(message)
    if (callId === null) return void this.#nameless++
    const transport: TransportName = carrier === 'tcp' && via?.transport === 'TLS' ? 'tls' : carrier
    const event: SipEvent = {
      at,
      transport,
      source: this.#address(source),
      destination: this.#address(destination),
      direction: 'observed',
      bytes,
      message,
    }
    const begun = this.#begun.get(callId) ?? this.#begin(callId)
    const { trace } = begun.call
    trace.sip(event)
    if (trace.messages.length > begun.messages) this.#keptBytes += bytes.length
    begun.messages = trace.messages.length
    begun.hasInvite ||= cseq?.method === 'INVITE'
    begun.onlyRegister &&= cseq?.method === 'REGISTER'
    if (begun.onlyRegister && begun.messages >= mostOfRegistration) this.#renew(begun)
    this.#announce(event, begun)
  }

  #begin(named: string): Begun {
    // A text of its own: a piece of the message would keep the whole of it.
    const callId = Buffer.from(named).toString()
    const begun = {
      call: this.#call(String(this.#begun.size + 1), callId),
      messages: 0,
      hasInvite: false,
      onlyRegister: true,
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

  /** One object for each address: a capture has few and names them in every message. */
  #address(address: Address): Address {
    const key = `${address.host} ${address.port}`
    const known = this.#addresses.get(key)
    if (known) return known
    if (this.#addresses.size >= mostAddresses) this.#addresses.clear()
    this.#addresses.set(key, address)
    return address
  }

  #announce({ message }: SipEvent, begun: Begun): void {
    if (
      message.kind === 'unreadable' ||
      message.body.length === 0 ||
      !/sdp/i.test(header(message, 'content-type') ?? '')
    )
      return
    const sdp = parseSdp(decodeText(message.body))
    if (typeof sdp === 'string') return
    for (const media of sdp.media) {
      if (media.address === null || media.port === 0) continue
      this.#media.set(`${media.address} ${media.port}`, begun)
      if (this.#media.size > mostMedia) this.#media.delete(this.#media.keys().next().value!)
    }
  }

  #callOf(source: Address, destination: Address): CallProjection | undefined {
    return (
      this.#media.get(`${destination.host} ${destination.port}`) ?? this.#media.get(`${source.host} ${source.port}`)
    )?.call
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

const below = ({ host, port }: Address): Address => ({ host, port: port - 1 })
