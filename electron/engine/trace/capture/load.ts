import type { Address } from '../../../../shared/base/address.ts'
import { decodeText } from '../../../../shared/base/text.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { TransportName } from '../../../../shared/model/transport.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { isRtcp } from '../../../../shared/wire/rtp/rtp.ts'
import { parseSdp } from '../../../../shared/wire/sdp/sdp.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { header } from '../../../../shared/wire/sip/message.ts'
import { parseSip } from '../../../../shared/wire/sip/parse.ts'
import { CallTrace, type TracedStream } from '../journal/call-trace.ts'
import { Journal } from '../journal/journal.ts'
import { PacketDecoder, knowsLinkType, type TcpSegment } from './decode.ts'
import { readCapture } from './pcap-read.ts'
import { TcpStream, looksLikeSip } from './tcp-stream.ts'

/** What captures contain, in the same form as a live journal. */
export interface LoadedCapture {
  readonly calls: readonly CallTrace[]
  readonly registrations: readonly CallTrace[]
  /** RTP that no session description announces. */
  readonly unmatched: CallTrace
  readonly problems: readonly string[]
  readonly packets: number
  /** A file is cut off or has damaged blocks. */
  readonly damaged: boolean
  /** The time of the last packet. */
  readonly lastAt: Micros
}

/** Fewer packets than this, with nothing announcing them, may be anything. */
const fewestUnmatched = 10

/** Reads capture files in the order given. Throws RingbackError as readCapture does. */
export function loadCaptures(paths: readonly string[], linear: (codec: string) => Int16Array | null): LoadedCapture {
  const loader = new Loader(linear)
  for (const path of paths) loader.read(path)
  return loader.result()
}

class Loader {
  readonly #traces: CallTrace[] = []
  readonly #journal: Journal
  readonly #unmatched: CallTrace
  readonly #tcp = new Map<string, TcpStream>()
  /** Announced media addresses and the call that announced each last. */
  readonly #media = new Map<string, CallTrace>()
  readonly #problems = new Set<string>()
  #tlsConnections = 0
  #packets = 0
  #damaged = false
  #lastAt: Micros = 0

  constructor(linear: (codec: string) => Int16Array | null) {
    this.#unmatched = new CallTrace('unmatched', '', 'observed', linear)
    this.#journal = new Journal((callId) => {
      const trace = new CallTrace(String(this.#traces.length + 1), callId, 'observed', linear)
      this.#traces.push(trace)
      return trace
    })
  }

  read(path: string): void {
    const decoder = new PacketDecoder({
      udp: (at, source, destination, payload) => this.#udp(at, source, destination, payload),
      tcp: (at, source, destination, segment) => this.#segment(at, source, destination, segment),
    })
    let truncated = 0
    const summary = readCapture(path, (frame) => {
      if (!knowsLinkType(frame.linkType)) {
        this.#problems.add(`${path}: link type ${frame.linkType} is not known here: capture on an Ethernet, cooked or raw IP interface`)
        return
      }
      if (frame.truncated) truncated++
      if (frame.at > this.#lastAt) this.#lastAt = frame.at
      decoder.frame(frame)
    })
    this.#packets += summary.frames
    for (const problem of summary.problems) this.#problems.add(`${path}: ${problem}`)
    if (summary.problems.length > 0) this.#damaged = true
    if (truncated > 0) this.#problems.add(`${path}: ${truncated} packets were cut when they were captured: levels and long messages may be incomplete (capture with -s 0)`)
  }

  result(): LoadedCapture {
    if (this.#tlsConnections > 0) {
      this.#problems.add(`${this.#tlsConnections} TLS connections cannot be read without their keys: SIP inside them is not shown`)
    }
    const { unreadable } = this.#journal
    if (unreadable > 0) this.#problems.add(`${unreadable} packets look like SIP and cannot be read`)
    const method = (trace: CallTrace) => trace.messages.map(({ event }) => event.message.kind === 'unreadable' ? null : messageIds(event.message).cseq?.method)
    for (let i = this.#unmatched.streams.length - 1; i >= 0; i--) {
      if (!isPlausible(this.#unmatched.streams[i]!)) this.#unmatched.streams.splice(i, 1)
    }
    return {
      calls: this.#traces.filter((trace) => method(trace).some((name) => name === 'INVITE')),
      registrations: this.#traces.filter((trace) => method(trace).every((name) => name === 'REGISTER')),
      unmatched: this.#unmatched, problems: [...this.#problems], packets: this.#packets, damaged: this.#damaged, lastAt: this.#lastAt,
    }
  }

  #udp(at: Micros, source: Address, destination: Address, payload: Uint8Array): void {
    if (looksLikeSip(payload)) return this.#sip(at, 'udp', source, destination, payload)
    if (payload.length < 8 || payload[0]! >> 6 !== 2) return
    if (isRtcp(payload)) {
      const call = this.#callOf(source, destination) ?? this.#callOf(below(source), below(destination))
      call?.rtcp(at, source, destination, payload, payload, null)
      return
    }
    const call = this.#callOf(source, destination) ?? this.#unmatched
    call.rtp(at, source, destination, payload, payload, null)
  }

  #segment(at: Micros, source: Address, destination: Address, segment: TcpSegment): void {
    const key = `${source.host} ${source.port} ${destination.host} ${destination.port}`
    let stream = this.#tcp.get(key)
    if (!stream) this.#tcp.set(key, (stream = new TcpStream()))
    const before = stream.isTls
    stream.push(at, segment, (when, bytes) => this.#sip(when, 'tcp', source, destination, bytes))
    if (!before && stream.isTls && !this.#tcp.get(`${destination.host} ${destination.port} ${source.host} ${source.port}`)?.isTls) this.#tlsConnections++
  }

  #sip(at: Micros, carrier: TransportName, source: Address, destination: Address, bytes: Uint8Array): void {
    const copy = bytes.slice()
    const message = parseSip(copy)
    const named = message.kind === 'unreadable' ? undefined : messageIds(message).via?.transport
    const transport: TransportName = carrier === 'tcp' && named === 'TLS' ? 'tls' : carrier
    const event: SipEvent = { at, transport, source, destination, direction: 'observed', bytes: copy, message }
    this.#journal.sip(event)
    this.#announce(event)
  }

  #announce({ message }: SipEvent): void {
    if (message.kind === 'unreadable' || message.body.length === 0 || !/sdp/i.test(header(message, 'content-type') ?? '')) return
    const trace = this.#journal.trace(messageIds(message).callId ?? '')
    const sdp = parseSdp(decodeText(message.body))
    if (!trace || typeof sdp === 'string') return
    for (const media of sdp.media) if (media.address !== null && media.port > 0) this.#media.set(`${media.address} ${media.port}`, trace)
  }

  #callOf(source: Address, destination: Address): CallTrace | undefined {
    return this.#media.get(`${destination.host} ${destination.port}`) ?? this.#media.get(`${source.host} ${source.port}`)
  }
}

/** Whether packets that nothing announces look like a stream: enough of them, numbered in order, between unprivileged ports. */
function isPlausible({ source, destination, stats }: TracedStream): boolean {
  const strange = Math.abs(stats.lost) + stats.duplicates + stats.outOfOrder
  return stats.packets >= fewestUnmatched && strange * 4 <= stats.packets && source.port >= 1024 && destination.port >= 1024
}

const below = ({ host, port }: Address): Address => ({ host, port: port - 1 })
