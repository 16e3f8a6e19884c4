import { isSameAddress, type Address } from '../../../../shared/base/address.ts'
import { codecDescriptor } from '../../../../shared/model/codecs.ts'
import type { DtmfMode } from '../../../../shared/model/dtmf.ts'
import {
  impairmentOf,
  impairmentWords,
  readImpairments,
  type Impairment,
} from '../../../../shared/model/impairments.ts'
import { receives, sends } from '../../../../shared/wire/sdp/sdp.ts'
import { usage } from '../../base/errors.ts'
import type { Samples } from '../audio/sound-files.ts'
import { Outgoing } from '../audio/outgoing.ts'
import type { MusicAt } from '../audio/source.ts'
import { ReceivedAudio } from '../audio/received-audio.ts'
import { Recording } from '../audio/recording.ts'
import { Voices } from '../audio/voices.ts'
import { codecOf } from '../codec/index.ts'
import { Allowance } from '../stream/allowance.ts'
import { formOf } from '../stream/dtmf.ts'
import { RtpReceiver } from '../stream/receiver.ts'
import { PortWatch } from '../stream/port-watch.ts'
import { Reports } from '../stream/reports.ts'
import { RtpSender } from '../stream/sender.ts'
import { Silence, silenceText } from '../stream/silence.ts'
import { TimedImpairment } from '../stream/timed-impairment.ts'
import { Refusals } from '../transport/refusals.ts'
import { transportFor } from '../transport/open.ts'
import type { MediaTransport } from '../transport/transport.ts'
import { Arrivals } from './arrivals.ts'
import { Descriptions } from './description.ts'
import { queueDigits } from './digits.ts'
import { isRefusal, type Negotiated, type NotNegotiated } from './negotiate.ts'
import type { MediaDeps, MediaOptions } from './options.ts'
import { ReportLoop } from './report-loop.ts'
import { Sending } from './sending.ts'
import type { MediaTap } from './tap.ts'

export type { MediaOptions } from './options.ts'

/**
 * The media of one call: a transport, one stream each way with RTCP and DTMF, and the audio of both. Offers, answers
 * and re-offers go through it. It wires the parts and holds no arithmetic.
 */
export class MediaSession {
  readonly #deps: MediaDeps
  readonly #options: MediaOptions
  readonly #tap: MediaTap
  readonly #transport: MediaTransport
  readonly #allowance = new Allowance()
  readonly #sender: RtpSender
  readonly #receiver: RtpReceiver
  readonly #reports: Reports
  readonly #sending: Sending
  readonly #descriptions: Descriptions
  readonly #loop: ReportLoop
  readonly #outgoing: Outgoing
  readonly #audio: ReceivedAudio
  readonly #recording: Recording
  readonly #refusals: Refusals
  readonly #arrivals: Arrivals
  readonly #silence: Silence
  readonly #portWatch: PortWatch
  /** Of what is sent, whatever was agreed; null: as agreed. */
  readonly #payloadType: number | null
  readonly voices: Voices
  #hearSilence: (() => void) | null = null
  /** Hears that something was agreed on, each time. */
  agreed: (() => void) | null = null
  #negotiated: Negotiated | null = null
  #closed = false

  private constructor(deps: MediaDeps, options: MediaOptions, tap: MediaTap) {
    const { clock, random, limits } = deps
    this.#deps = deps
    this.#options = options
    this.#tap = tap
    const observe: MediaTap['observe'] = (kind, text, value) => tap.observe(kind, text, value)
    const impairments = readImpairments(options.impairments ?? [])
    if (typeof impairments === 'string') throw usage(impairments)
    for (const text of options.impairments ?? []) observe('impaired', impairmentWords(text), text)
    const impaired = <Kind extends Impairment['kind']>(kind: Kind) => impairmentOf(impairments, kind)
    this.#payloadType = impaired('payload-type')?.payloadType ?? null
    const began = (digit: string) => observe('digit-sent', `digit ${digit} sent as telephone-event`, digit)
    this.#sender = new RtpSender(random, began, formOf(impairments))
    const sessionId = String(random.uint32())
    this.#reports = new Reports(`${sessionId}@ringback`)
    this.#transport = transportFor(options.encryption, impairments, deps)
    this.#descriptions = new Descriptions(options, this.#transport, sessionId)
    const lateMs = impaired('delay')?.ms
    this.#loop = new ReportLoop(deps, this.#reports, this.#sender, this.#transport, () => this.#reportsTo, lateMs)
    this.#receiver = new RtpReceiver(tap, this.#allowance, limits.foreignSources, options.latch)
    if (options.signalling !== null) this.#receiver.trust(options.signalling)
    this.#refusals = new Refusals(
      (text) => observe('rtp-not-sent', text),
      (text) => observe('rtp-undeliverable', text),
    )
    this.#recording = new Recording((text) => observe('not-kept', text))
    const { kind } = options.source
    this.#audio = new ReceivedAudio(
      clock,
      { keep: kind === 'echo' || options.recordTo !== null, listen: kind === 'marker' },
      observe,
    )
    this.#outgoing = new Outgoing(options.source, () => this.#audio.markerSent())
    this.voices = new Voices(this.#audio, this.#outgoing)
    this.#sending = new Sending({
      clock,
      pacer: deps.pacer,
      transport: this.#transport,
      allowance: this.#allowance,
      sender: this.#sender,
      receiver: this.#receiver,
      outgoing: this.#outgoing,
      audio: this.#audio,
      recording: this.#recording,
      impairment: impairments.length === 0 ? null : new TimedImpairment(impairments),
      copies: impaired('duplicate') ? 2 : 1,
      stopped: (text) => observe('media-failed', text),
    })
    this.#portWatch = new PortWatch(clock, this.#transport, () => this.#receiver.destination)
    this.#silence = new Silence(clock, options.silenceMs ?? null, {
      silent: (ms) => {
        observe('media-silent', silenceText(ms))
        this.#portWatch.ask()
      },
      timedOut: (ms) => {
        observe('media-timeout', silenceText(ms))
        this.#hearSilence?.()
      },
    })
    this.#arrivals = new Arrivals({
      clock,
      tap,
      transport: this.#transport,
      receiver: this.#receiver,
      sender: this.#sender,
      reports: this.#reports,
      sending: this.#sending,
      audio: this.#audio,
      refusals: this.#refusals,
      silence: this.#silence,
      portWatch: this.#portWatch,
    })
  }

  /**
   * Opens the transport where its address is known, and the recording where that can be. Throws RingbackError
   * (machine).
   */
  static async open(deps: MediaDeps, options: MediaOptions, tap: MediaTap): Promise<MediaSession> {
    const session = new MediaSession(deps, options, tap)
    if (options.host !== null) await session.#transport.open(options.host, session.#arrivals)
    if (options.recordTo !== null) session.#recording.begin(options.recordTo, session.#rateHz)
    return session
  }

  get local(): Address {
    return this.#transport.local
  }

  get negotiated(): Negotiated | null {
    return this.#negotiated
  }

  /** Of the samples: as agreed, before that as preferred. */
  get #rateHz(): number {
    return (this.#negotiated?.codec ?? codecDescriptor(this.#options.codecs[0]!))!.sampleRateHz
  }

  get #reportsTo(): Address | null {
    return this.#allowance.confirmed && this.#transport.isReady
      ? (this.#arrivals.reached ?? this.#negotiated!.remoteRtcp)
      : null
  }

  /**
   * The peer has proven that it is where its signalling comes from, so that media may go where its session description
   * says. Until then nothing goes there: at most three times what came from the peer goes back to where it came from. A
   * call that came in is confirmed by the ACK, by a PRACK or by another request inside the dialog; a call that was
   * placed by its answer, from `host`. As often as one likes.
   */
  confirm(host?: string): void {
    if (host !== undefined) this.#receiver.trust(host)
    this.#allowance.confirm()
    this.#transport.confirm?.()
  }

  /** A session description to offer; with `from` at that local address. Rejects with RingbackError (machine). */
  async offer(from?: string): Promise<string> {
    if (from !== undefined) await this.#transport.open(from, this.#arrivals)
    if (this.#options.encryption === 'dtls' || this.#negotiated?.dtls) await this.#transport.prepare?.()
    return this.#descriptions.offer()
  }

  /** Answers an offer; media follows it from now on. */
  async answer(offerText: string): Promise<{ readonly sdp: string } | NotNegotiated> {
    if (/UDP\/TLS\//i.test(offerText)) await this.#transport.prepare?.()
    const result = this.#descriptions.answer(offerText)
    if (isRefusal(result)) return result
    this.#apply(result.negotiated)
    return { sdp: result.sdp }
  }

  /** Takes in the answer to the last offer; null when media can flow. */
  async answered(answerText: string): Promise<NotNegotiated | null> {
    const result = this.#descriptions.answered(answerText)
    if (isRefusal(result)) return result
    this.#apply(result)
    return null
  }

  offerOtherwise(): string | null {
    return this.#descriptions.offerOtherwise()
  }

  whenSilent(hear: () => void): void {
    this.#hearSilence = hear
  }

  /** What the next offer asks for. */
  hold(on: boolean): void {
    this.#descriptions.hold(on)
  }

  /** What a peer on hold hears from now on, in place of all else; null: what the call sends. */
  music(at: MusicAt | null): void {
    this.#outgoing.music(at)
  }

  /**
   * Records both directions from now on, or ends that. Throws RingbackError (machine) when the file cannot be written.
   */
  record(file: string | null): void {
    this.#recording.switch(file, this.#rateHz)
    if (file !== null) this.#audio.keep()
  }

  mute(on: boolean): void {
    this.#outgoing.muted = on
    this.#tap.observe(on ? 'muted' : 'unmuted', on ? 'sending is muted' : 'sending is no longer muted')
  }

  /** Queues digits to be sent as telephone events or as tones. Returns why it cannot be done, or null. */
  sendDigits(digits: string, mode: Exclude<DtmfMode, 'info'>): string | null {
    const parts = { outgoing: this.#outgoing, sender: this.#sender, tap: this.#tap }
    return queueDigits(digits, mode, this.#negotiated, parts)
  }

  /** Says a sound in place of the source, and returns its ms. Throws RingbackError (usage) before media is agreed. */
  play(sound: Samples, done: () => void): number {
    if (!this.#negotiated) throw usage('no media is agreed yet')
    const samples = sound(this.#rateHz)
    this.#outgoing.play(samples, done)
    return (samples.length * 1000) / this.#rateHz
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#arrivals.close()
    this.#sending.stop()
    this.#silence.close()
    this.#portWatch.close()
    const last = this.#loop.close()
    if (last) this.#arrivals.lastSent(this.#deps.clock.nowUs(), last.to, last.wire, last.clear)
    this.#transport.close()
    const parts = [this.#sender, this.#audio, this.#receiver, this.#refusals, this.#recording, this.voices]
    for (const part of parts) part.close()
  }

  #apply(negotiated: Negotiated): void {
    const before = this.#negotiated
    this.#negotiated = negotiated
    this.#arrivals.agree(negotiated)
    const nowMs = this.#deps.clock.monotonicMs()
    const { remote, remoteRtcp, direction } = negotiated
    if (!before?.remote || !isSameAddress(before.remote, remote)) {
      this.#receiver.expectRtp(remote, nowMs)
      this.#portWatch.moved()
    }
    if (!before?.remoteRtcp || !isSameAddress(before.remoteRtcp, remoteRtcp))
      this.#receiver.expectRtcp(remoteRtcp, nowMs)
    const format = { ...negotiated, codec: codecOf(negotiated.codec)! }
    this.#audio.use(format)
    if (remote === null && sends(direction) && !negotiated.dtls)
      this.#tap.observe('no-rtp-target', 'the session description names no address that RTP can be sent to')
    this.#sending.use({ ...format, payloadType: this.#payloadType ?? format.payloadType }, sends(direction))
    this.#silence.expect(receives(direction))
    this.#reports.extend(negotiated.wantsXr || this.#options.rtcpXr ? negotiated.codec.name : null)
    this.#loop.start()
    this.#transport.agree(negotiated.crypto, negotiated.dtls)
    if (this.#allowance.confirmed) this.#transport.confirm?.()
    this.agreed?.()
  }
}
