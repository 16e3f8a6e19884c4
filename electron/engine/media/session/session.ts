import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { BudgetLimits } from '../../../../shared/model/budgets.ts'
import { codecDescriptor } from '../../../../shared/model/codecs.ts'
import { parseRtcp } from '../../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, readRtp } from '../../../../shared/wire/rtp/rtp.ts'
import { directionOf, parseSdp, sends, writeSdp, type SessionDescription } from '../../../../shared/wire/sdp/sdp.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { explainError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { Outgoing } from '../audio/outgoing.ts'
import { ReceivedAudio } from '../audio/received-audio.ts'
import { Recording } from '../audio/recording.ts'
import type { SourceSpec } from '../audio/source.ts'
import { codecOf } from '../codec/index.ts'
import { Allowance } from '../stream/allowance.ts'
import { RtpReceiver } from '../stream/receiver.ts'
import { Reports } from '../stream/reports.ts'
import { RtpSender } from '../stream/sender.ts'
import type { PortPool } from '../transport/ports.ts'
import { Refusals } from '../transport/refusals.ts'
import { SdesTransport } from '../transport/sdes.ts'
import type { Arrival, MediaTransport, TransportEvents } from '../transport/transport.ts'
import { UdpTransport } from '../transport/udp.ts'
import {
  isRefusal,
  makeAnswer,
  makeOffer,
  readAnswer,
  type Encryption,
  type LocalMedia,
  type Negotiated,
  type NotNegotiated,
} from './negotiate.ts'
import type { Paced, Pacer } from './pacer.ts'
import type { MediaTap } from './tap.ts'

export interface MediaDeps {
  readonly clock: Clock
  readonly random: Random
  readonly pacer: Pacer
  readonly ports: PortPool
  readonly limits: Pick<BudgetLimits, 'foreignSources'>
}

export type DtmfMode = 'rfc4733' | 'info' | 'inband'

export interface MediaOptions {
  /** The local address for RTP. */
  readonly host: string
  /** The host of the signalling peer, an IP literal, where it is known before the call: RTP from there is the peer's. */
  readonly signalling: string | null
  /** Names of codecs, the preferred one first. */
  readonly codecs: readonly string[]
  readonly encryption: Encryption
  readonly source: SourceSpec
  readonly recordTo: string | null
}

/** The first report soon, so that short test calls have one; then every 2 s, half to one and a half (RFC 3550 6.3 randomises likewise). */
const firstReportMs = 500
const reportIntervalMs = 2000
const usualPtimeMs = 20
/** Of the packet of ours that is being told of. */
const sentHeader = emptyRtpHeader()

/**
 * The media of one call: a transport, one stream each way with RTCP and DTMF, and the audio of both. Offers, answers and re-offers go through
 * it. It wires the parts and holds no arithmetic.
 */
export class MediaSession implements Paced {
  readonly #deps: MediaDeps
  readonly #options: MediaOptions
  readonly #tap: MediaTap
  readonly #sessionId: string
  readonly #transport: MediaTransport
  readonly #allowance = new Allowance()
  readonly #sender: RtpSender
  readonly #receiver: RtpReceiver
  readonly #reports: Reports
  readonly #outgoing: Outgoing
  readonly #audio: ReceivedAudio
  readonly #recording: Recording
  readonly #refusals: Refusals
  #version = 0
  #wanted = directionOf(true, true)
  #negotiated: Negotiated | null = null
  #sending = false
  #failed = false
  #closed = false
  #destination: Address | null = null
  #reportTimer: Timer | null = null

  private constructor(deps: MediaDeps, options: MediaOptions, tap: MediaTap) {
    const { clock, random, ports, limits } = deps
    this.#deps = deps
    this.#options = options
    this.#tap = tap
    const observe: MediaTap['observe'] = (kind, text, value) => tap.observe(kind, text, value)
    this.#sender = new RtpSender(random, (digit) =>
      observe('digit-sent', `digit ${digit} sent as telephone-event`, digit),
    )
    this.#sessionId = String(random.uint32())
    this.#reports = new Reports(`${this.#sessionId}@ringback`)
    const udp = new UdpTransport(clock, ports, options.host)
    this.#transport = options.encryption === 'disabled' ? udp : new SdesTransport(udp, random)
    this.#receiver = new RtpReceiver(tap, this.#allowance, limits.foreignSources)
    if (options.signalling !== null) this.#receiver.trust(options.signalling)
    this.#refusals = new Refusals((text) => observe('rtp-not-sent', text))
    this.#recording = new Recording((text) => observe('not-kept', text))
    const { kind } = options.source
    this.#audio = new ReceivedAudio(
      clock,
      { keep: kind === 'echo' || options.recordTo !== null, listen: kind === 'marker' },
      observe,
    )
    this.#outgoing = new Outgoing(options.source, () => this.#audio.markerSent())
  }

  /** Opens the transport, and the recording where that can be. Throws RingbackError (machine). */
  static async open(deps: MediaDeps, options: MediaOptions, tap: MediaTap): Promise<MediaSession> {
    const session = new MediaSession(deps, options, tap)
    await session.#transport.open(session.#arrivals())
    if (options.recordTo !== null) session.#recording.begin(options.recordTo, session.#rateHz)
    return session
  }

  get local(): Address {
    return this.#transport.local
  }

  get negotiated(): Negotiated | null {
    return this.#negotiated
  }

  get intervalMs(): number {
    return this.#negotiated?.ptimeMs ?? usualPtimeMs
  }

  /** Of the samples: as agreed, before that as preferred. */
  get #rateHz(): number {
    return (this.#negotiated?.codec ?? codecDescriptor(this.#options.codecs[0]!))!.sampleRateHz
  }

  /**
   * The peer has proven that it is where its signalling comes from, so that media may go where its session description says. Until then
   * nothing goes there: at most three times what came from the peer goes back to where it came from. A call that came in is confirmed by the
   * ACK, by a PRACK or by another request inside the dialog; a call that was placed by its answer, from `host`. As often as one likes.
   */
  confirm(host?: string): void {
    if (host !== undefined) this.#receiver.trust(host)
    this.#allowance.confirm()
  }

  /** A session description to offer; each one counts its version up (RFC 3264 8). */
  offer(): string {
    this.#version++
    return writeSdp(makeOffer(this.#localMedia('offer')))
  }

  /** Answers an offer; media follows it from now on. */
  answer(offerText: string): { readonly sdp: string } | NotNegotiated {
    const offer = read(offerText)
    if (isRefusal(offer)) return offer
    this.#version++
    const result = makeAnswer(offer, this.#localMedia('answer'))
    if (isRefusal(result)) return result
    this.#apply(result.negotiated)
    return { sdp: writeSdp(result.answer) }
  }

  /** Takes in the answer to the last offer; null when media can flow. */
  answered(answerText: string): NotNegotiated | null {
    const answer = read(answerText)
    if (isRefusal(answer)) return answer
    const result = readAnswer(answer, this.#localMedia('offered'))
    if (isRefusal(result)) return result
    this.#apply(result)
    return null
  }

  /** Sets what the next offer asks for: hold sends but does not receive (RFC 3264 8.4). */
  hold(on: boolean): void {
    this.#wanted = directionOf(true, !on)
  }

  /** Records both directions from now on, or ends that. Throws RingbackError (machine) when the file cannot be written. */
  record(file: string | null): void {
    this.#recording.switch(file, this.#rateHz)
    if (file !== null) this.#audio.keep()
  }

  mute(on: boolean): void {
    this.#outgoing.muted = on
    this.#tap.observe('note', on ? 'sending is muted' : 'sending is no longer muted')
  }

  /** Queues digits to be sent as telephone events or as tones. Returns why it cannot be done, or null. */
  sendDigits(digits: string, mode: 'rfc4733' | 'inband'): string | null {
    if (!this.#negotiated) return 'no media is agreed yet'
    if (mode === 'inband') {
      this.#outgoing.dial(digits)
      this.#tap.observe('digit-sent', `digits ${digits} sent as tones in the audio`, digits)
      return null
    }
    if (this.#negotiated.telephoneEvent === null)
      return 'the peer did not agree to telephone-event (RFC 4733): use info or inband'
    this.#sender.queue(digits)
    return null
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#deps.pacer.remove(this)
    this.#reportTimer?.cancel()
    if (this.#negotiated) this.#sendReport(true)
    this.#transport.close()
    this.#receiver.close()
    this.#refusals.close()
    this.#recording.close()
  }

  /** One packet interval: called by the pacer. */
  tick(): void {
    if (!this.#negotiated || this.#closed) return
    const received = this.#audio.pull()
    const { destination } = this.#receiver
    const bytes = this.#sender.packetBytes + this.#transport.overheadBytes
    const may = destination !== null && this.#transport.isReady && this.#allowance.spend(bytes)
    // Nothing of the source is lost before it may be heard.
    const frame = may || this.#sender.hasBegun ? this.#outgoing.next(received) : this.#outgoing.silence()
    this.#recording.write(frame, received, this.#rateHz)
    if (may) {
      this.#destination = destination
      this.#sender.next(frame, this.#send)
    }
    if (this.#sender.hasBegun) this.#sender.pass()
  }

  /** What `tick` threw: nothing more is sent. */
  failed(error: unknown): void {
    this.#failed = true
    this.#sending = false
    this.#deps.pacer.remove(this)
    this.#tap.observe('media-failed', `sending stopped: ${explainError(error)}`)
  }

  readonly #send = (packet: Uint8Array): void => this.#transport.sendRtp(packet, this.#destination!)

  #localMedia(description: 'offer' | 'answer' | 'offered'): LocalMedia {
    const { codecs, encryption } = this.#options
    return {
      address: this.local,
      codecs,
      encryption,
      direction: this.#wanted,
      sessionId: this.#sessionId,
      version: this.#version,
      srtpMaster: this.#transport.key(description),
    }
  }

  #apply(negotiated: Negotiated): void {
    const before = this.#negotiated
    this.#negotiated = negotiated
    const nowMs = this.#deps.clock.monotonicMs()
    const { remote, remoteRtcp, ptimeMs, direction } = negotiated
    if (!before || !isAt(before.remote, remote)) this.#receiver.expectRtp(remote, nowMs)
    if (!before || !isAt(before.remoteRtcp, remoteRtcp)) this.#receiver.expectRtcp(remoteRtcp, nowMs)
    const format = { ...negotiated, codec: codecOf(negotiated.codec.name)! }
    this.#sender.use(format)
    this.#audio.use(format)
    this.#outgoing.use(this.#rateHz, (ptimeMs * this.#rateHz) / 1000)
    if (remote === null && sends(direction))
      this.#tap.observe('no-rtp-target', 'the session description names no address that RTP can be sent to')
    this.#pace(sends(direction) && !this.#failed, before !== null && before.ptimeMs !== ptimeMs)
    if (!before) this.#scheduleReport(firstReportMs)
    this.#transport.agree(negotiated.crypto)
  }

  /** `anew`: at another interval. */
  #pace(sending: boolean, anew: boolean): void {
    const { pacer } = this.#deps
    if (this.#sending && (anew || !sending)) pacer.remove(this)
    if (sending && (anew || !this.#sending)) pacer.add(this)
    this.#sending = sending
  }

  #arrivals(): TransportEvents {
    const receiver = this.#receiver
    return {
      rtp: (clear, arrival) => this.#rtp(clear, arrival),
      rtcp: (clear, arrival) => {
        const packets = receiver.rtcp(clear, arrival, this.#transport.isAuthentic)
        if (packets) this.#reports.take(packets, arrival.atMs)
      },
      unusable: (arrival, why, text) => receiver.unusable(arrival, why, text),
      unclaimed: (arrival) => receiver.ignore(arrival),
      abandoned: (arrival) => receiver.abandon(arrival),
      rtpSent: (at, destination, wire, clear) => this.#sent(at, destination, wire, clear),
      rtcpSent: (at, destination, wire, clear) => {
        if (!this.#closed) this.#tellRtcp(at, destination, wire, clear)
      },
      notSent: (destination, error) => this.#refusals.note(destination, error),
      failed: (port, error) => this.#tap.observe('note', `the ${port} port: ${explainError(error)}`),
    }
  }

  #rtp(clear: Uint8Array, arrival: Arrival): void {
    const negotiated = this.#negotiated!
    const header = this.#receiver.rtp(clear, arrival, negotiated, this.#transport.isAuthentic)
    if (!header) return
    const isEvent = header.payloadType === negotiated.telephoneEvent
    this.#reports.received(header, negotiated.codec.rtpClockHz, isEvent, arrival.atMs)
    this.#audio.take(header, clear)
  }

  #sent(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void {
    this.#sender.took(clear)
    try {
      readRtp(clear, sentHeader)
      this.#tap.rtp(at, this.local, destination, wire, true, clear, sentHeader)
    } catch (fault) {
      this.failed(fault)
    }
  }

  #tellRtcp(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void {
    const packets = parseRtcp(clear)
    if (typeof packets === 'string') return
    this.#tap.rtcp(at, this.#transport.localRtcp, destination, wire, true, clear, packets)
  }

  #scheduleReport(delayMs: number): void {
    const spread = 0.5 + (this.#deps.random.uint32() % 1000) / 1000
    this.#reportTimer = this.#deps.clock.after(delayMs * spread, () => {
      this.#sendReport(false)
      this.#scheduleReport(reportIntervalMs)
    })
  }

  #sendReport(goodbye: boolean): void {
    const to = this.#negotiated?.remoteRtcp
    if (!to || !this.#allowance.confirmed || !this.#transport.isReady) return
    const { clock } = this.#deps
    const compound = this.#reports.compound(this.#sender, clock.nowUs(), clock.monotonicMs(), goodbye)
    if (!compound) return
    const wire = this.#transport.sendRtcp(compound, to)
    // Nobody is there any more to hear whether the system took the last one.
    if (goodbye) this.#tellRtcp(clock.nowUs(), to, wire, compound)
  }
}

function isAt(from: Address | null, address: Address | null): boolean {
  return from !== null && address !== null && from.port === address.port && from.host === address.host
}

function read(text: string): SessionDescription | NotNegotiated {
  const parsed = parseSdp(text)
  return typeof parsed === 'string' ? { refusal: 'unreadable', text: parsed } : parsed
}
