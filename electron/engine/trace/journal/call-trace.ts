import type { Address } from '../../../../shared/base/address.ts'
import type { Placed } from '../../../../shared/contract/place-call.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { initialLimits } from '../../../../shared/model/budgets.ts'
import type { Vantage } from '../../../../shared/model/facts.ts'
import type { Observation, SipEvent } from '../../../../shared/model/wire.ts'
import type { CustomHeader } from '../../base/secret-headers.ts'
import { middleNtp, type RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { parseSdp, staticFormat } from '../../../../shared/wire/sdp/sdp.ts'
import { parseSip } from '../../../../shared/wire/sip/parse.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { header, type SipRequest } from '../../../../shared/wire/sip/message.ts'
import { decodeText } from '../../../../shared/base/text.ts'
import { FigureSeries } from '../../quality/figure-series.ts'
import type { Meter } from '../../quality/level.ts'
import { RtpStreamStats, type PayloadMeaning } from '../../quality/rtp-stats.ts'

/** What reads the level of a codec's payloads, by its name and RTP clock; null where none can be read. */
export type MeterOf = (codec: string, rtpClockHz: number) => Meter | null

/** Where packets go beyond the figures: a ring in memory, a file. */
export interface PacketSink {
  sip(event: SipEvent): void
  udp(at: Micros, source: Address, destination: Address, payload: Uint8Array): void
}

export interface TracedMessage {
  readonly event: SipEvent
  readonly retransmissionOf: number | null
}

/** What a receiver said of a stream in its last report block (RFC 3550 6.4.1). */
export interface ReceiverReport {
  readonly lost: number
  readonly jitter: number
  readonly highestSequence: number
  readonly roundTripMs: number | null
}

export interface TracedStream {
  readonly source: Address
  readonly destination: Address
  /** True when the recording endpoint sent it; null for captures. */
  readonly sent: boolean | null
  readonly stats: RtpStreamStats
  readonly series: FigureSeries | null
  report: ReceiverReport | null
}

/** What is kept of the messages of one call; a capture file still gets the others. */
export interface TraceLimits {
  readonly messages: number
  readonly bytes: number
  /** Told at the first message that is not kept. */
  reached(name: 'messagesPerCall' | 'bytesPerCall'): void
}

const usualLimits: TraceLimits = {
  messages: initialLimits.messagesPerCall,
  bytes: initialLimits.bytesPerCall,
  reached: () => {},
}
/** How far back a retransmission is looked for. */
const rememberedMessages = 64
const rememberedInvites = 8
const mostObservations = 2_000
const mostStreams = 200
/** Packets that belong to nobody of the call and yet are in its capture: enough to see what they are. */
const foreignKept = 200
/** Packets of a compound RTCP packet that are looked at. */
const mostInCompound = 32
const enoughToReport = 50
/** Report blocks speak of the last sender report, rarely of the one before. */
const keptSenderReports = 12

const unknownPayload = (payloadType: number): PayloadMeaning => ({
  codec: `unknown(${payloadType})`,
  clockRateHz: 0,
  meter: null,
})

/**
 * The journal of one call: SIP messages whole, RTP as figures, observations as they came. Live calls and captures fill
 * it alike; what is shown of a call is a projection of this.
 */
export class CallTrace {
  readonly id: string
  readonly callId: string
  readonly vantage: Vantage
  readonly messages: TracedMessage[] = []
  readonly observations: Observation[] = []
  readonly streams: TracedStream[] = []
  /** RTCP sender and receiver reports by the address that sent them; `sent` as for streams. */
  readonly reporters: { readonly address: Address; readonly sent: boolean | null; reports: number; blind: number }[] =
    []
  /** How the call was asked for; null for one that came in or was seen. */
  placed: Placed | null = null
  /** Headers of ours whose values are masked wherever the call is shown. */
  secrets: readonly CustomHeader[] = []
  droppedMessages = 0
  /** Packets of more streams than are followed. */
  unfollowedPackets = 0
  /**
   * A person may look at it: the figures of the last two minutes of each stream are kept, and what was read of the
   * messages.
   */
  attended = false
  readonly #meterOf: MeterOf
  readonly #sinks: PacketSink[] = []
  #meanings: Map<number, PayloadMeaning> | null = null
  /** When sender reports passed here, by SSRC and the middle of their NTP time: the base of round trips. */
  #senderReports: Map<string, Micros> | null = null
  #last: TracedStream | null = null
  #foreignPackets = 0
  #encrypted = false
  #closed = false
  #messageBytes = 0
  readonly #invites: string[] = []
  readonly #limits: TraceLimits

  constructor(id: string, callId: string, vantage: Vantage, meterOf: MeterOf, limits: TraceLimits = usualLimits) {
    this.#limits = limits
    this.id = id
    this.callId = callId
    this.vantage = vantage
    this.#meterOf = meterOf
  }

  /** Of its messages, as they are kept. */
  get messageBytes(): number {
    return this.#messageBytes
  }

  addSink(sink: PacketSink): void {
    this.#sinks.push(sink)
    for (const { event } of this.messages) sink.sip(event)
  }

  sip(event: SipEvent): void {
    for (const sink of this.#sinks) sink.sip(event)
    if (this.messages.length >= this.#limits.messages || this.#messageBytes + event.bytes.length > this.#limits.bytes) {
      if (this.droppedMessages++ === 0)
        this.#limits.reached(this.messages.length >= this.#limits.messages ? 'messagesPerCall' : 'bytesPerCall')
      return
    }
    this.#messageBytes += event.bytes.length
    if (event.message.kind === 'request' && event.message.method === 'INVITE') {
      this.#invites.push(inviteName(event.message))
      if (this.#invites.length > rememberedInvites) this.#invites.shift()
    }
    const before = this.#sentBefore(event)
    this.messages.push({
      event: event.message.kind === 'unreadable' || event instanceof KeptEvent ? event : new KeptEvent(event),
      retransmissionOf: before,
    })
    if (before === null) this.#learnPayloads(event)
  }

  observe(observation: Observation): void {
    if (this.observations.length < mostObservations) this.observations.push(observation)
  }

  /**
   * `clear` is the packet without SRTP where an endpoint can read it, else the packet itself; `header` is its header.
   */
  rtp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    clear: Uint8Array,
    sent: boolean | null,
    rtpHeader: RtpHeader,
  ): void {
    const stream = this.#stream(source, destination, rtpHeader.ssrc, sent)
    if (stream) {
      stream.stats.update(at, rtpHeader, this.#meaning(rtpHeader.payloadType, sent), bytes.length, clear)
      stream.series?.update(at, stream.stats)
    } else this.unfollowedPackets++
    for (const sink of this.#sinks) sink.udp(at, source, destination, bytes)
  }

  /**
   * A packet that came and belongs to nobody of the call: in no figure and no verdict; the first of them are in the
   * capture.
   */
  foreign(at: Micros, source: Address, destination: Address, bytes: Uint8Array): void {
    if (++this.#foreignPackets > foreignKept) return
    for (const sink of this.#sinks) sink.udp(at, source, destination, bytes)
  }

  rtcp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    sent: boolean | null,
    packets: readonly RtcpPacket[],
  ): void {
    for (const sink of this.#sinks) sink.udp(at, source, destination, bytes)
    for (const packet of packets.slice(0, mostInCompound)) {
      if (packet.type !== 'sr' && packet.type !== 'rr') continue
      this.#countReport(source, sent, packet.reports)
      if (packet.type === 'sr') {
        const known = (this.#senderReports ??= new Map())
        if (known.size >= keptSenderReports) known.delete(known.keys().next().value!)
        known.set(`${packet.ssrc} ${middleNtp(packet.ntpSeconds, packet.ntpFraction)}`, at)
      }
      for (const block of packet.reports) {
        const stream = this.streams.findLast((candidate) => candidate.stats.ssrc === block.ssrc)
        if (!stream) continue
        const sentAt = this.#senderReports?.get(`${block.ssrc} ${block.lastSr}`)
        const roundTripMs =
          sentAt === undefined || block.lastSr === 0
            ? null
            : (at - sentAt) / 1000 - (block.delaySinceLastSr * 1000) / 65536
        stream.report = {
          lost: block.cumulativeLost,
          jitter: block.jitter,
          highestSequence: block.highestSequence,
          roundTripMs:
            roundTripMs !== null && roundTripMs >= 0
              ? Math.round(roundTripMs * 1000) / 1000
              : (stream.report?.roundTripMs ?? null),
        }
      }
    }
  }

  /** A report is blind when a stream has been running towards its sender for a second and no block speaks of it. */
  #countReport(source: Address, sent: boolean | null, blocks: readonly { readonly ssrc: number }[]): void {
    let known = this.reporters.find(({ address }) => address.host === source.host && address.port === source.port)
    if (!known) {
      if (this.reporters.length >= mostStreams) return
      this.reporters.push((known = { address: source, sent, reports: 0, blind: 0 }))
    }
    known.reports++
    const towards = this.streams.filter(
      ({ destination, stats }) =>
        destination.host === source.host &&
        (destination.port === source.port || destination.port === source.port - 1) &&
        stats.packets >= enoughToReport,
    )
    if (towards.length > 0 && !towards.some(({ stats }) => blocks.some(({ ssrc }) => ssrc === stats.ssrc)))
      known.blind++
  }

  /** Whether it repeats one of the last INVITEs of this trace. */
  knows(invite: SipRequest): boolean {
    return this.#invites.includes(inviteName(invite))
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Lets go of what only a live call needs. */
  close(): void {
    this.#closed = true
    this.#sinks.length = 0
    this.#senderReports = null
  }

  /**
   * The index of the first sending: the same bytes over the same path, as a retransmission is (RFC 3261 17); null for
   * news.
   */
  #sentBefore({ source, destination, bytes }: SipEvent): number | null {
    const oldest = Math.max(0, this.messages.length - rememberedMessages)
    for (let i = this.messages.length - 1; i >= oldest; i--) {
      const { event, retransmissionOf } = this.messages[i]!
      if (
        event.bytes.length !== bytes.length ||
        event.source.port !== source.port ||
        event.source.host !== source.host ||
        event.destination.host !== destination.host
      )
        continue
      if (Buffer.compare(event.bytes, bytes) === 0) return retransmissionOf ?? i
    }
    return null
  }

  #stream(source: Address, destination: Address, ssrc: number, sent: boolean | null): TracedStream | null {
    const last = this.#last
    if (last && isStream(last, source, destination, ssrc)) return last
    let stream = this.streams.find((candidate) => isStream(candidate, source, destination, ssrc))
    if (!stream) {
      // What one side sends does not take the place of what the other does.
      if (this.streams.filter((other) => other.sent === sent).length >= mostStreams) return null
      stream = {
        source,
        destination,
        sent,
        stats: new RtpStreamStats(ssrc),
        series: this.attended ? new FigureSeries() : null,
        report: null,
      }
      this.streams.push(stream)
    }
    return (this.#last = stream)
  }

  #meaning(payloadType: number, sent: boolean | null): PayloadMeaning {
    const meanings = (this.#meanings ??= new Map())
    let meaning = meanings.get(payloadType)
    if (!meaning) {
      const known = staticFormat(payloadType)
      meaning = known ? { ...known, meter: this.#meterOf(known.codec, known.clockRateHz) } : unknownPayload(payloadType)
      meanings.set(payloadType, meaning)
    }
    // Nobody can read the level of SRTP from outside.
    return sent === null && this.#encrypted && meaning.meter ? { ...meaning, meter: null } : meaning
  }

  #learnPayloads({ message }: SipEvent): void {
    if (message.kind === 'unreadable' || message.body.length === 0) return
    if (!/sdp/i.test(header(message, 'content-type') ?? '')) return
    const sdp = parseSdp(decodeText(message.body))
    if (typeof sdp === 'string') return
    for (const media of sdp.media) {
      if (media.protocol.includes('SAVP')) this.#encrypted = true
      for (const { payloadType, codec, clockRateHz } of media.formats) {
        const event = codec.toLowerCase() === 'telephone-event'
        const meanings = (this.#meanings ??= new Map())
        meanings.set(payloadType, {
          codec,
          clockRateHz: event ? 0 : clockRateHz,
          meter: this.#meterOf(codec, clockRateHz),
        })
      }
    }
  }
}

/** A message kept as its bytes: read again when someone looks, since a call waits far longer than it is looked at. */
export class KeptEvent implements SipEvent {
  readonly at: Micros
  readonly transport: SipEvent['transport']
  readonly source: Address
  readonly destination: Address
  readonly direction: SipEvent['direction']
  readonly bytes: Uint8Array

  constructor({ at, transport, source, destination, direction, bytes }: SipEvent) {
    this.at = at
    this.transport = transport
    this.source = source
    this.destination = destination
    this.direction = direction
    // A copy of its own, from a pool: what the network gave may be a view of something far larger.
    this.bytes = Buffer.from(bytes)
  }

  get message(): SipEvent['message'] {
    return parseSip(this.bytes)
  }
}

function inviteName(invite: SipRequest): string {
  const { via, cseq } = messageIds(invite)
  return `${via?.params.get('branch')} ${cseq?.number}`
}

function isStream(stream: TracedStream, source: Address, destination: Address, ssrc: number): boolean {
  return (
    stream.stats.ssrc === ssrc &&
    stream.source.port === source.port &&
    stream.destination.port === destination.port &&
    stream.source.host === source.host &&
    stream.destination.host === destination.host
  )
}
