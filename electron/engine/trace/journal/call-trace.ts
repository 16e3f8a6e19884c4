import type { Address } from '../../../../shared/base/address.ts'
import { detached } from '../../../../shared/base/text.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { initialLimits } from '../../../../shared/model/budgets.ts'
import type { Vantage } from '../../../../shared/model/facts.ts'
import type { Observation, SipEvent } from '../../../../shared/model/wire.ts'
import type { RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import type { SipRequest } from '../../../../shared/wire/sip/message.ts'
import type { EventSink, Projection, TracedMessage } from './events.ts'
import { KeptEvent } from './kept-event.ts'

type TraceLimitName = 'messagesPerCall' | 'bytesPerCall' | 'invitesPerCallId'

/** What is kept of the messages of one call; sinks still get the others. */
export interface TraceLimits {
  readonly messages: number
  readonly bytes: number
  /** INVITEs that would begin it, the first included. */
  readonly invites: number
  /** Called at the first message that is not kept. */
  reached(name: TraceLimitName): void
}

const usualLimits: TraceLimits = {
  messages: initialLimits.messagesPerCall,
  bytes: initialLimits.bytesPerCall,
  invites: Infinity,
  reached: () => {},
}
/** How far back a retransmission is looked for. */
const rememberedMessages = 64
const rememberedInvites = 8
const mostObservations = 2_000
/** Packets that belong to nobody of the call and yet are in its capture: enough to see what they are. */
const foreignKept = 200

/**
 * The events of one call in their order: SIP messages whole, observations as they came, RTP and RTCP passed on to
 * projections and sinks. Live calls and captures fill it alike; what is shown of a call is a projection of this.
 */
export class CallTrace {
  readonly id: string
  readonly callId: string
  readonly vantage: Vantage
  readonly messages: TracedMessage[] = []
  readonly observations: Observation[] = []
  droppedMessages = 0
  // Made anew by concat for each that comes: an array that grows keeps room for 16 more.
  #projections: readonly Projection[] = []
  #sinks: readonly EventSink[] = []
  #invites: readonly string[] = []
  #foreignPackets = 0
  #closed = false
  #messageBytes = 0
  #openings = 0
  readonly #limits: TraceLimits

  constructor(id: string, callId: string, vantage: Vantage, limits: TraceLimits = usualLimits) {
    this.#limits = limits
    this.id = id
    this.callId = callId
    this.vantage = vantage
  }

  /** Of its messages, as they are kept. */
  get messageBytes(): number {
    return this.#messageBytes
  }

  /** The projection hears every event from now on, and the messages until now. */
  project(projection: Projection): void {
    this.#projections = this.#projections.concat([projection])
    for (const message of this.messages) projection.message(message)
  }

  /** The sink gets every event from now on, and the messages until now. Returns the function that ends that. */
  addSink(sink: EventSink): () => void {
    this.#sinks = this.#sinks.concat([sink])
    for (const { event } of this.messages) sink.sip(event)
    return () => (this.#sinks = this.#sinks.filter((other) => other !== sink))
  }

  sip(event: SipEvent): void {
    for (const sink of this.#sinks) sink.sip(event)
    const reached = this.#limitReached(event)
    if (reached) {
      if (this.droppedMessages++ === 0) this.#limits.reached(reached)
      return
    }
    this.#messageBytes += event.bytes.length
    if (event.message.kind === 'request' && event.message.method === 'INVITE')
      this.#invites = this.#invites.concat([detached(inviteName(event.message))]).slice(-rememberedInvites)
    const retransmissionOf = this.#sentBefore(event)
    this.messages.push({ event: this.#kept(event), retransmissionOf })
    for (const projection of this.#projections) projection.message({ event, retransmissionOf })
  }

  #limitReached(event: SipEvent): TraceLimitName | null {
    const { messages, bytes, invites } = this.#limits
    if (this.messages.length >= messages) return 'messagesPerCall'
    if (this.#messageBytes + event.bytes.length > bytes) return 'bytesPerCall'
    if (wouldBegin(event)) this.#openings++
    return this.#openings > invites && (wouldBegin(event) || isMerged(event)) ? 'invitesPerCallId' : null
  }

  observe(observation: Observation): void {
    for (const sink of this.#sinks) sink.observation(this.callId, observation)
    if (this.observations.length < mostObservations) this.observations.push(observation)
  }

  /**
   * `clear` is the packet without SRTP where an endpoint can read it, else the packet itself; `header` is its header.
   * `sent` is null in captures.
   */
  rtp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    clear: Uint8Array,
    sent: boolean | null,
    header: RtpHeader,
  ): void {
    for (const projection of this.#projections) projection.rtp(at, source, destination, bytes, clear, sent, header)
    for (const sink of this.#sinks) sink.packet(this.callId, at, source, destination, bytes)
  }

  rtcp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    sent: boolean | null,
    packets: readonly RtcpPacket[],
  ): void {
    for (const projection of this.#projections) projection.rtcp(at, source, sent, packets)
    for (const sink of this.#sinks) sink.packet(this.callId, at, source, destination, bytes)
  }

  /**
   * A packet that came and belongs to nobody of the call: in no figure and no verdict; the first of them are in the
   * capture.
   */
  foreign(at: Micros, source: Address, destination: Address, bytes: Uint8Array): void {
    if (++this.#foreignPackets > foreignKept) return
    for (const sink of this.#sinks) sink.packet(this.callId, at, source, destination, bytes)
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
    this.#sinks = []
    for (const projection of this.#projections) projection.close()
  }

  #kept(event: SipEvent): SipEvent {
    const isKept = event instanceof KeptEvent || event.message.kind === 'unreadable'
    return isKept ? event : new KeptEvent(event, this.messages.at(-1)?.event)
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
        sizeOf(event) !== bytes.length ||
        event.source.port !== source.port ||
        event.source.host !== source.host ||
        event.destination.host !== destination.host
      )
        continue
      if (Buffer.compare(event.bytes, bytes) === 0) return retransmissionOf ?? i
    }
    return null
  }
}

const sizeOf = (event: SipEvent): number => (event instanceof KeptEvent ? event.size : event.bytes.length)

/** An INVITE outside a dialog: the first of a call, or one that is merged with it. */
function wouldBegin({ message }: SipEvent): boolean {
  return message.kind === 'request' && message.method === 'INVITE' && messageIds(message).toTag === null
}

/** How an INVITE is refused that would begin a call again (RFC 3261 8.2.2.2). */
function isMerged({ message }: SipEvent): boolean {
  return message.kind === 'response' && message.status === 482
}

function inviteName(invite: SipRequest): string {
  const { via, cseq } = messageIds(invite)
  return `${via?.params.get('branch')} ${cseq?.number}`
}
