import { formatAddress, type Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { count } from '../../../../shared/base/text.ts'
import type { BudgetLimits } from '../../../../shared/model/budgets.ts'
import type { Observation } from '../../../../shared/model/wire.ts'
import { middleNtp, parseRtcp, toNtp, writeRtcp } from '../../../../shared/wire/rtcp/rtcp.ts'
import {
  emptyRtpHeader,
  isRtcp,
  readRtp,
  rtpHeaderBytes,
  writeRtpHeader,
  type RtpHeader,
} from '../../../../shared/wire/rtp/rtp.ts'
import { directionOf, parseSdp, sends, writeSdp, type SessionDescription } from '../../../../shared/wire/sdp/sdp.ts'
import { SampleSource, dtmfTone, markerPeriodMs, silence, type AudioSource } from '../audio/source.ts'
import { WavRecorder } from '../audio/wav.ts'
import { pcma, pcmu, type G711 } from '../codec/g711.ts'
import { ReceiverStream } from '../stream/receiver-report.ts'
import { Allowance } from '../stream/allowance.ts'
import { DtmfSender, inbandTimes } from '../stream/dtmf.ts'
import { Foreign } from '../stream/foreign.ts'
import { Latch, rtcpTimes, rtpTimes } from '../stream/latch.ts'
import { PeerStreams } from '../stream/peer-streams.ts'
import { Refusals } from '../transport/refusals.ts'
import type { PortPool, RtpPorts } from '../transport/ports.ts'
import type { Paced, Pacer } from './pacer.ts'
import { SessionCrypto } from '../transport/keys.ts'
import { masterBytes, rtpClearBytes, suites, type Refused, type SrtpContext } from '../transport/srtp.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { explainError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { Garbage } from '../stream/garbage.ts'
import { ReceivedAudio } from '../audio/received-audio.ts'
import {
  isRefusal,
  makeAnswer,
  makeOffer,
  readAnswer,
  type CodecName,
  type Encryption,
  type LocalMedia,
  type Negotiated,
  type NotNegotiated,
} from './negotiate.ts'

/** Where and when a packet came from: wall time, and milliseconds of the monotonic clock. */
interface Arrival {
  readonly from: Address
  readonly at: Micros
  readonly atMs: number
}

/** Where a session's packets are reported: those that have left, and all that arrive. SRTP is reported as it is on the wire. */
export interface MediaTap {
  rtp(at: Micros, source: Address, destination: Address, bytes: Uint8Array, sent: boolean, clear: Uint8Array): void
  rtcp(at: Micros, source: Address, destination: Address, bytes: Uint8Array, sent: boolean, clear: Uint8Array): void
  /** A packet that arrived and is none of the call's: a stranger's, garbage, SRTP that does not authenticate. It is in no figure. */
  foreign(at: Micros, source: Address, destination: Address, bytes: Uint8Array): void
  observe(kind: Observation['kind'], text: string): void
}

export interface MediaDeps {
  readonly clock: Clock
  readonly random: Random
  readonly pacer: Pacer
  readonly ports: PortPool
  readonly limits: Pick<BudgetLimits, 'foreignSources'>
}

export type SourceSpec =
  | { readonly kind: 'samples'; readonly source: AudioSource }
  | { readonly kind: 'marker'; readonly source: SampleSource }
  | { readonly kind: 'echo' }

export type DtmfMode = 'rfc4733' | 'info' | 'inband'

export interface MediaOptions {
  /** The local address for RTP. */
  readonly host: string
  /** The host of the signalling peer, an IP literal, where it is known before the call: RTP from there is the peer's. */
  readonly signalling: string | null
  readonly codecs: readonly CodecName[]
  readonly encryption: Encryption
  readonly source: SourceSpec
  readonly recordTo: string | null
}

const codecs: Readonly<Record<CodecName, G711>> = { PCMU: pcmu, PCMA: pcma }
const samplesPerMs = 8
const noKey = new Uint8Array(0)
const longestTag = Math.max(...Object.values(suites))
/** The first report soon, so that short test calls have one; then every 2 s, half to one and a half (RFC 3550 6.3 randomises likewise). */
const firstReportMs = 500
const reportIntervalMs = 2000
/** Packets that come before an answer says whose they are. */
const mostWaiting = 64
/** Moves of the audio that are told one by one. */
const movesTold = 10
/** Packets of streams that are not followed, before they are worth a word. */
const fewUnfollowed = 8

/** The media of one call: a pair of sockets, one audio stream each way, RTCP, DTMF. Offers, answers and re-offers go through it. */
export class MediaSession implements Paced {
  readonly #deps: MediaDeps
  readonly #options: MediaOptions
  readonly #tap: MediaTap
  readonly #ssrc: number
  readonly #sessionId: string
  /** Our key of the next description, and that of the last offer. */
  #master: Uint8Array
  #offeredMaster: Uint8Array
  #sockets!: RtpPorts
  #version = 0
  #wanted = directionOf(true, true)
  #negotiated: Negotiated | null = null
  #encrypt: SrtpContext | null = null
  #decrypt: SrtpContext | null = null
  /** The peer's key until now: its packets may still be under way until the first with the new one. */
  #decryptBefore: SrtpContext | null = null
  readonly #keys = new SessionCrypto()
  #closed = false
  #muted = false
  /** DTMF tones in place of the source, and the packets that they still last. */
  #overlay: SampleSource | null = null
  #overlayLeft = 0
  // Sending.
  #sequence: number
  #timestamp: number
  #packets = 0
  #octets = 0
  #started = false
  #sending = false
  #begun = false
  #failed = false
  readonly #refusals: Refusals
  #frame = new Int16Array(160)
  readonly #dtmf = new DtmfSender()
  readonly #latch = new Latch(rtpTimes)
  readonly #allowance = new Allowance()
  #moves = 0
  // Receiving.
  readonly #control = new Latch(rtcpTimes)
  readonly #foreign: Foreign
  readonly #garbage: Garbage
  readonly #streams = new PeerStreams()
  #unfollowed = 0
  readonly #waiting: { readonly arrival: Arrival; readonly bytes: Uint8Array; readonly onRtpPort: boolean }[] = []
  readonly #header: RtpHeader = emptyRtpHeader()
  #receiver: ReceiverStream | null = null
  readonly #audio: ReceivedAudio
  #recorder: WavRecorder | null = null
  #reportTimer: Timer | null = null

  private constructor(deps: MediaDeps, options: MediaOptions, tap: MediaTap) {
    this.#deps = deps
    this.#options = options
    this.#tap = tap
    this.#ssrc = deps.random.uint32()
    this.#sequence = deps.random.uint32() & 0x7fff
    this.#timestamp = deps.random.uint32()
    this.#sessionId = String(deps.random.uint32())
    this.#master = this.#offeredMaster = this.#newMaster()
    this.#foreign = new Foreign(deps.limits.foreignSources, (text) => tap.observe('rtp-foreign', text))
    this.#refusals = new Refusals((text) => tap.observe('rtp-not-sent', text))
    this.#garbage = new Garbage((text) => tap.observe('rtp-garbage', text))
    if (options.signalling !== null) this.#trust(options.signalling)
    this.#audio = new ReceivedAudio(
      deps.clock,
      { keep: options.source.kind === 'echo' || options.recordTo !== null, listen: options.source.kind === 'marker' },
      (kind, text) => tap.observe(kind, text),
    )
  }

  /** Opens the sockets, and the recording where that can be. Throws RingbackError (machine). */
  static async open(deps: MediaDeps, options: MediaOptions, tap: MediaTap): Promise<MediaSession> {
    const session = new MediaSession(deps, options, tap)
    session.#sockets = await deps.ports.open(
      options.host,
      {
        message: (bytes, host, port) => session.#receive(bytes, { host, port }, true),
        error: (error) => session.#socketFailed('RTP', error),
      },
      {
        message: (bytes, host, port) => session.#receive(bytes, { host, port }, false),
        error: (error) => session.#socketFailed('RTCP', error),
      },
    )
    // A disk that is full keeps nobody from talking.
    try {
      if (options.recordTo !== null) session.#recorder = new WavRecorder(options.recordTo)
    } catch (error) {
      tap.observe('not-kept', explainError(error))
    }
    return session
  }

  get local(): Address {
    return this.#sockets.rtp.local
  }

  get negotiated(): Negotiated | null {
    return this.#negotiated
  }

  get intervalMs(): number {
    return this.#negotiated?.ptimeMs ?? 20
  }

  /**
   * The peer has proven that it is where its signalling comes from, so that media may go where its session description says. Until then
   * nothing goes there: at most three times what came from the peer goes back to where it came from. A call that came in is confirmed by the
   * ACK, by a PRACK or by another request inside the dialog; a call that was placed by its answer, from `host`. As often as one likes.
   */
  confirm(host?: string): void {
    if (host !== undefined) this.#trust(host)
    this.#allowance.confirm()
  }

  #trust(host: string): void {
    this.#latch.trust(host)
    this.#control.trust(host)
  }

  #newMaster(): Uint8Array {
    return this.#options.encryption === 'disabled' ? noKey : Uint8Array.from(this.#deps.random.bytes(masterBytes))
  }

  #localMedia(srtpMaster: Uint8Array): LocalMedia {
    const { codecs: ours, encryption } = this.#options
    return {
      address: this.local,
      codecs: ours,
      encryption,
      direction: this.#wanted,
      sessionId: this.#sessionId,
      version: this.#version,
      srtpMaster,
    }
  }

  /** A session description to offer; each one counts its version up (RFC 3264 8). */
  offer(): string {
    this.#version++
    this.#offeredMaster = this.#master
    return writeSdp(makeOffer(this.#localMedia(this.#master)))
  }

  /** Answers an offer; media follows it from now on. */
  answer(offerText: string): { readonly sdp: string } | NotNegotiated {
    const offer = read(offerText)
    if (isRefusal(offer)) return offer
    this.#version++
    const result = makeAnswer(offer, this.#localMedia(this.#master))
    if (isRefusal(result)) return result
    this.#apply(result.negotiated)
    return { sdp: writeSdp(result.answer) }
  }

  /** Takes in the answer to the last offer; null when media can flow. */
  answered(answerText: string): NotNegotiated | null {
    const answer = read(answerText)
    if (isRefusal(answer)) return answer
    const result = readAnswer(answer, this.#localMedia(this.#offeredMaster))
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
    this.#recorder?.close()
    this.#recorder = file === null ? null : new WavRecorder(file)
    if (file !== null) this.#audio.keep()
  }

  mute(on: boolean): void {
    this.#muted = on
    this.#tap.observe('note', on ? 'sending is muted' : 'sending is no longer muted')
  }

  /** Queues digits to be sent as telephone events or as tones. Returns why it cannot be done, or null. */
  sendDigits(digits: string, mode: 'rfc4733' | 'inband'): string | null {
    if (!this.#negotiated) return 'no media is agreed yet'
    if (mode === 'inband') {
      const gap = new Int16Array(inbandTimes.gapMs * samplesPerMs)
      const parts = [...digits].flatMap((digit) => [dtmfTone(digit, inbandTimes.digitMs), gap])
      const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
      let at = 0
      for (const part of parts) {
        samples.set(part, at)
        at += part.length
      }
      this.#overlay = new SampleSource(samples, false)
      this.#overlayLeft = Math.ceil(samples.length / this.#frame.length)
      this.#tap.observe('digit-sent', `digits ${digits} sent as tones in the audio`)
      return null
    }
    if (this.#negotiated.telephoneEvent === null)
      return 'the peer did not agree to telephone-event (RFC 4733): use info or inband'
    this.#dtmf.queue(digits)
    return null
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#deps.pacer.remove(this)
    this.#reportTimer?.cancel()
    if (this.#started) this.#sendReport(true)
    this.#tellCounts()
    this.#sockets.rtp.close()
    this.#sockets.rtcp.close()
    try {
      this.#recorder?.close()
    } catch (error) {
      this.#tap.observe('not-kept', explainError(error))
    }
  }

  #apply(negotiated: Negotiated): void {
    const before = this.#negotiated
    this.#negotiated = negotiated
    const nowMs = this.#deps.clock.monotonicMs()
    if (!before || !isAt(before.remote, negotiated.remote)) {
      this.#latch.expect(negotiated.remote, nowMs)
      this.#allowance.restart()
    }
    if (!before || !isAt(before.remoteRtcp, negotiated.remoteRtcp)) this.#control.expect(negotiated.remoteRtcp, nowMs)
    this.#applyCrypto(negotiated)
    const samples = negotiated.ptimeMs * samplesPerMs
    if (this.#frame.length !== samples) {
      this.#frame = new Int16Array(samples)
      this.#deps.pacer.remove(this)
      this.#sending = false
    }
    if (negotiated.remote === null && sends(negotiated.direction))
      this.#tap.observe('no-rtp-target', 'the session description names no address that RTP can be sent to')
    const shouldSend = sends(negotiated.direction) && !this.#failed
    if (shouldSend !== this.#sending) {
      this.#sending = shouldSend
      if (shouldSend) this.#deps.pacer.add(this)
      else this.#deps.pacer.remove(this)
    }
    if (!this.#started) {
      this.#started = true
      this.#scheduleReport(firstReportMs)
    }
    for (const { bytes, arrival, onRtpPort } of this.#waiting.splice(0)) this.#take(bytes, arrival, onRtpPort)
  }

  #applyCrypto({ crypto }: Negotiated): void {
    const receiver = crypto && this.#keys.receiver(crypto.suite, crypto.remoteMaster)
    if (receiver !== this.#decrypt) {
      this.#decryptBefore = receiver && this.#decrypt
      this.#decrypt = receiver
    }
    this.#encrypt = crypto && this.#keys.sender(crypto.suite, crypto.localMaster)
    // Sequence numbers go on in clear, uncounted by the key: where encryption begins anew, so does the key.
    if (!crypto) this.#master = this.#newMaster()
  }

  /** One packet interval: called by the pacer. */
  tick(): void {
    const negotiated = this.#negotiated
    if (!negotiated || this.#closed) return
    const frame = this.#frame
    const received = this.#audio.pull()
    const destination = this.#latch.destination
    const may = destination !== null && this.#allowance.spend(rtpHeaderBytes + frame.length + longestTag)
    if (!may && !this.#begun) {
      // Nothing of the source is lost before it may be heard.
      frame.fill(0)
      return this.#record(frame, received)
    }
    this.#nextFrame(frame, received)
    this.#record(frame, received)
    if (may) this.#sendFrame(frame, destination, negotiated)
    this.#timestamp = (this.#timestamp + frame.length) >>> 0
  }

  /** What `tick` threw: nothing more is sent. */
  failed(error: unknown): void {
    this.#failed = true
    this.#sending = false
    this.#deps.pacer.remove(this)
    this.#tap.observe('media-failed', `sending stopped: ${explainError(error)}`)
  }

  #sendFrame(frame: Int16Array, destination: Address, negotiated: Negotiated): void {
    const event =
      negotiated.telephoneEvent === null
        ? null
        : this.#dtmf.next(this.#timestamp, frame.length, (digit) =>
            this.#tap.observe('digit-sent', `digit ${digit} sent as telephone-event`),
          )
    if (event) {
      for (const payload of event.payloads)
        this.#sendRtp(
          Buffer.concat([Buffer.alloc(rtpHeaderBytes), payload]),
          destination,
          negotiated.telephoneEvent!,
          event.first,
          event.timestamp,
        )
    } else {
      const packet = Buffer.allocUnsafe(rtpHeaderBytes + frame.length)
      codecs[negotiated.codec].encode(frame, packet, rtpHeaderBytes)
      this.#sendRtp(packet, destination, negotiated.payloadType, !this.#begun, this.#timestamp)
    }
    this.#begun = true
  }

  #nextFrame(frame: Int16Array, received: Int16Array | null): void {
    const { source } = this.#options
    if (source.kind === 'echo') {
      if (received && received.length === frame.length) frame.set(received)
      else frame.fill(0)
    } else {
      if (source.kind === 'marker' && source.source.positionMs % markerPeriodMs === 0) this.#audio.markerSent()
      source.source.read(frame)
    }
    if (this.#overlay) {
      this.#overlay.read(frame)
      if (--this.#overlayLeft <= 0) this.#overlay = null
    }
    if (this.#muted) frame.fill(0)
  }

  #record(frame: Int16Array, received: Int16Array | null): void {
    try {
      this.#recorder?.write(frame, received, frame.length)
    } catch (error) {
      this.#recorder = null
      this.#tap.observe('not-kept', explainError(error))
    }
  }

  #sendRtp(packet: Buffer, destination: Address, payloadType: number, marker: boolean, timestamp: number): void {
    const sequence = this.#sequence
    writeRtpHeader(packet, payloadType, marker, sequence, timestamp, this.#ssrc)
    this.#sequence = (sequence + 1) & 0xffff
    const wire = this.#encrypt ? this.#encrypt.protectRtp(packet, rtpHeaderBytes, this.#ssrc, sequence) : packet
    const at = this.#deps.clock.nowUs()
    // Only what the system took has been sent.
    this.#sockets.rtp.send(wire, destination.host, destination.port, (error) =>
      this.#sent(error, at, destination, wire, packet),
    )
  }

  #sent(error: Error | null, at: Micros, destination: Address, wire: Uint8Array, packet: Uint8Array): void {
    if (this.#closed) return
    if (error) return this.#refusals.note(destination, error)
    this.#packets++
    this.#octets += packet.length - rtpHeaderBytes
    try {
      this.#tap.rtp(at, this.local, destination, wire, true, packet)
    } catch (fault) {
      this.failed(fault)
    }
  }

  #socketFailed(what: string, error: Error): void {
    if (!this.#closed) this.#tap.observe('note', `the ${what} port: ${explainError(error)}`)
  }

  /** A packet of one of our ports; what comes before anything is agreed waits for the answer that says whose it is. */
  #receive(bytes: Uint8Array, from: Address, onRtpPort: boolean): void {
    if (this.#closed) return
    const arrival = { from, at: this.#deps.clock.nowUs(), atMs: this.#deps.clock.monotonicMs() }
    if (this.#negotiated) this.#take(bytes, arrival, onRtpPort)
    else if (this.#waiting.length < mostWaiting) this.#waiting.push({ arrival, bytes, onRtpPort })
    else this.#ignore(bytes, arrival)
  }

  #take(bytes: Uint8Array, arrival: Arrival, onRtpPort: boolean): void {
    if (onRtpPort && !isRtcp(bytes)) this.#receiveRtp(bytes, arrival)
    else this.#receiveRtcp(bytes, arrival)
  }

  /** The figures, the audio and the address that is sent to know nothing of it. */
  #ignore(bytes: Uint8Array, { from, at }: Arrival): void {
    this.#foreign.note(from)
    this.#tap.foreign(at, from, this.local, bytes)
  }

  #discard(bytes: Uint8Array, { from, at }: Arrival, why: Refused | 'unreadable', text: string): void {
    this.#garbage.note(why, text)
    this.#tap.foreign(at, from, this.local, bytes)
  }

  #receiveRtp(bytes: Uint8Array, arrival: Arrival): void {
    const { from, at, atMs } = arrival
    const header = this.#header
    let clear = bytes
    if (this.#decrypt) {
      const clearBytes = rtpClearBytes(bytes)
      if (clearBytes === null)
        return this.#discard(bytes, arrival, 'unreadable', `a packet from ${formatAddress(from)} is no SRTP`)
      const opened = this.#open((context) =>
        context.unprotectRtp(bytes, clearBytes, readUint32(bytes, 8), (bytes[2]! << 8) | bytes[3]!),
      )
      if (typeof opened === 'string')
        return this.#discard(bytes, arrival, opened, `SRTP from ${formatAddress(from)}: ${opened}`)
      clear = opened
    }
    const fault = readRtp(clear, header)
    if (fault)
      return this.#discard(bytes, arrival, 'unreadable', `a packet from ${formatAddress(from)} is no RTP: ${fault}`)
    const { payloadType, telephoneEvent } = this.#negotiated!
    const agreed = header.payloadType === payloadType || header.payloadType === telephoneEvent
    const whose = this.#latch.heard({
      from,
      atMs,
      authentic: this.#decrypt !== null,
      nearby: false,
      stream: agreed ? header : null,
    })
    if (whose.kind === 'foreign') return this.#ignore(bytes, arrival)
    if (whose.moved) this.#moved(from, whose.moved)
    if (!this.#allowance.confirmed && isAt(from, this.#latch.source)) this.#allowance.heard(bytes.length)
    if (!this.#streams.takes(header.ssrc, header.sequence)) {
      this.#unfollowed++
      return this.#tap.foreign(at, from, this.local, bytes)
    }
    this.#tap.rtp(at, from, this.local, bytes, false, clear)
    this.#account(header, atMs)
    this.#audio.take(header, clear, this.#negotiated!)
  }

  /** A packet in clear with the peer's key, or with the one before it while that is still in use. */
  #open(open: (context: SrtpContext) => Buffer | Refused): Buffer | Refused {
    const opened = open(this.#decrypt!)
    if (typeof opened !== 'string') this.#decryptBefore = null
    return opened === 'authentication failed' && this.#decryptBefore ? open(this.#decryptBefore) : opened
  }

  #moved(to: Address, before: Address): void {
    this.#allowance.restart()
    // Who was followed until now is not believed about our packets either.
    this.#control.expect(this.#negotiated!.remoteRtcp, this.#deps.clock.monotonicMs())
    if (++this.#moves <= movesTold)
      this.#tap.observe(
        'latched',
        `RTP comes from ${formatAddress(to)}, not from ${formatAddress(before)}: sending there now`,
      )
  }

  #account(header: RtpHeader, atMs: number): void {
    const isEvent = header.payloadType === this.#negotiated?.telephoneEvent
    if (this.#receiver?.ssrc !== header.ssrc) this.#receiver = new ReceiverStream(header.ssrc, header.sequence, 8000)
    this.#receiver.received(header, atMs, !isEvent)
  }

  #receiveRtcp(bytes: Uint8Array, arrival: Arrival): void {
    const { from, at, atMs } = arrival
    let clear = bytes
    if (this.#decrypt) {
      const opened = this.#open((context) => context.unprotectRtcp(bytes))
      if (typeof opened === 'string')
        return this.#discard(bytes, arrival, opened, `SRTCP from ${formatAddress(from)}: ${opened}`)
      clear = opened
    }
    const packets = parseRtcp(clear)
    if (typeof packets === 'string')
      return this.#discard(bytes, arrival, 'unreadable', `a packet from ${formatAddress(from)} is no RTCP: ${packets}`)
    if (
      this.#control.heard({
        from,
        atMs,
        authentic: this.#decrypt !== null,
        nearby: from.host === this.#latch.source?.host,
        stream: null,
      }).kind === 'foreign'
    )
      return this.#ignore(bytes, arrival)
    this.#tap.rtcp(at, from, this.#sockets.rtp.local, bytes, false, clear)
    for (const packet of packets) {
      if (packet.type === 'sr' && this.#receiver?.ssrc === packet.ssrc)
        this.#receiver.senderReport(middleNtp(packet.ntpSeconds, packet.ntpFraction), atMs)
    }
  }

  /** What was counted and not told one by one. */
  #tellCounts(): void {
    for (const { arrival } of this.#waiting.splice(0)) this.#foreign.note(arrival.from)
    this.#foreign.close()
    this.#garbage.close()
    if (this.#unfollowed > fewUnfollowed)
      this.#tap.observe(
        'rtp-foreign',
        `RTP of the peer whose stream (SSRC) changes again and again: ${count(this.#unfollowed, 'packet')} ignored`,
      )
    this.#refusals.close()
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
    if (!to || !this.#allowance.confirmed || (this.#packets === 0 && !this.#receiver)) return
    const now = this.#deps.clock.monotonicMs()
    const at = this.#deps.clock.nowUs()
    const reports = this.#receiver ? [this.#receiver.report(now)] : []
    const ntp = toNtp(at)
    const compound = writeRtcp([
      this.#packets > 0
        ? {
            type: 'sr',
            ssrc: this.#ssrc,
            ntpSeconds: ntp.seconds,
            ntpFraction: ntp.fraction,
            rtpTimestamp: this.#timestamp,
            packets: this.#packets,
            octets: this.#octets,
            reports,
          }
        : { type: 'rr', ssrc: this.#ssrc, reports },
      { type: 'sdes', chunks: [{ ssrc: this.#ssrc, cname: `${this.#sessionId}@ringback` }] },
      ...(goodbye ? [{ type: 'bye' as const, ssrcs: [this.#ssrc], reason: null }] : []),
    ])
    const wire = this.#encrypt ? this.#encrypt.protectRtcp(compound) : compound
    this.#tap.rtcp(at, this.#sockets.rtcp.local, to, wire, true, compound)
    this.#sockets.rtcp.send(wire, to.host, to.port)
  }
}

function isAt(from: Address | null, address: Address | null): boolean {
  return from !== null && address !== null && from.port === address.port && from.host === address.host
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

function read(text: string): SessionDescription | NotNegotiated {
  const parsed = parseSdp(text)
  return typeof parsed === 'string' ? { refusal: 'unreadable', text: parsed } : parsed
}

export { silence }
