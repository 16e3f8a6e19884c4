import { formatAddress, type Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { Observation } from '../../../../shared/model/wire.ts'
import { middleNtp, parseRtcp, toNtp, writeRtcp } from '../../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, isRtcp, readRtp, rtpHeaderBytes, writeRtpHeader, type RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { directionOf, parseSdp, sends, writeSdp, type SessionDescription } from '../../../../shared/wire/sdp/sdp.ts'
import { SampleSource, dtmfTone, markerPeriodMs, silence, type AudioSource } from '../audio/source.ts'
import { WavRecorder } from '../audio/wav.ts'
import { pcma, pcmu, type G711 } from '../codec/g711.ts'
import { ReceiverStream } from '../rtcp/receiver.ts'
import { DtmfSender, inbandTimes } from '../rtp/dtmf-sender.ts'
import { Latch } from '../rtp/latch.ts'
import type { PortPool, RtpPorts } from '../rtp/ports.ts'
import type { Paced, Pacer } from '../rtp/pacer.ts'
import { SrtpContext, masterBytes } from '../srtp/srtp.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { explainError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { ReceivedAudio } from './received-audio.ts'
import { isRefusal, makeAnswer, makeOffer, readAnswer, type CodecName, type Encryption, type LocalMedia, type Negotiated, type NotNegotiated } from './negotiate.ts'

/** Where a session's packets are reported, as they leave and arrive. SRTP is reported as it is on the wire. */
export interface MediaTap {
  rtp(at: Micros, source: Address, destination: Address, bytes: Uint8Array, sent: boolean, clear: Uint8Array): void
  rtcp(at: Micros, source: Address, destination: Address, bytes: Uint8Array, sent: boolean, clear: Uint8Array): void
  observe(kind: Observation['kind'], text: string): void
}

export interface MediaDeps {
  readonly clock: Clock
  readonly random: Random
  readonly pacer: Pacer
  readonly ports: PortPool
}

export type SourceSpec =
  | { readonly kind: 'samples'; readonly source: AudioSource }
  | { readonly kind: 'marker'; readonly source: SampleSource }
  | { readonly kind: 'echo' }

export type DtmfMode = 'rfc4733' | 'info' | 'inband'

export interface MediaOptions {
  /** The local address for RTP. */
  readonly host: string
  readonly codecs: readonly CodecName[]
  readonly encryption: Encryption
  readonly source: SourceSpec
  readonly recordTo: string | null
}

const codecs: Readonly<Record<CodecName, G711>> = { PCMU: pcmu, PCMA: pcma }
const samplesPerMs = 8
const noKey = new Uint8Array(0)
/** The first report soon, so that short test calls have one; then every 2 s, half to one and a half (RFC 3550 6.3 randomises likewise). */
const firstReportMs = 500
const reportIntervalMs = 2000

/** The media of one call: a pair of sockets, one audio stream each way, RTCP, DTMF. Offers, answers and re-offers go through it. */
export class MediaSession implements Paced {
  readonly #deps: MediaDeps
  readonly #options: MediaOptions
  readonly #tap: MediaTap
  readonly #ssrc: number
  readonly #sessionId: string
  readonly #master: Uint8Array
  #sockets!: RtpPorts
  #version = 0
  #wanted = directionOf(true, true)
  #negotiated: Negotiated | null = null
  #encrypt: SrtpContext | null = null
  #decrypt: SrtpContext | null = null
  #cryptoKey = ''
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
  #frame = new Int16Array(160)
  readonly #dtmf = new DtmfSender()
  readonly #latch = new Latch()
  // Receiving.
  readonly #header: RtpHeader = emptyRtpHeader()
  #receiver: ReceiverStream | null = null
  readonly #audio: ReceivedAudio
  #recorder: WavRecorder | null = null
  #garbage = 0
  #reportTimer: Timer | null = null

  private constructor(deps: MediaDeps, options: MediaOptions, tap: MediaTap) {
    this.#deps = deps
    this.#options = options
    this.#tap = tap
    this.#ssrc = deps.random.uint32()
    this.#sequence = deps.random.uint32() & 0x7fff
    this.#timestamp = deps.random.uint32()
    this.#sessionId = String(deps.random.uint32())
    this.#master = options.encryption === 'disabled' ? noKey : Uint8Array.from(deps.random.bytes(masterBytes))
    this.#audio = new ReceivedAudio(deps.clock, { keep: options.source.kind === 'echo' || options.recordTo !== null, listen: options.source.kind === 'marker' }, (kind, text) => tap.observe(kind, text))
  }

  /** Opens the sockets, and the recording where that can be. Throws RingbackError (machine). */
  static async open(deps: MediaDeps, options: MediaOptions, tap: MediaTap): Promise<MediaSession> {
    const session = new MediaSession(deps, options, tap)
    session.#sockets = await deps.ports.open(
      options.host,
      { message: (bytes, host, port) => session.#receiveRtp(bytes, host, port), error: () => {} },
      { message: (bytes, host, port) => session.#receiveRtcp(bytes, { host, port }), error: () => {} },
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

  #localMedia(): LocalMedia {
    const { codecs: ours, encryption } = this.#options
    return { address: this.local, codecs: ours, encryption, direction: this.#wanted, sessionId: this.#sessionId, version: this.#version, srtpMaster: this.#master }
  }

  /** A session description to offer; each one counts its version up (RFC 3264 8). */
  offer(): string {
    this.#version++
    return writeSdp(makeOffer(this.#localMedia()))
  }

  /** Answers an offer; media follows it from now on. */
  answer(offerText: string): { readonly sdp: string } | NotNegotiated {
    const offer = read(offerText)
    if (isRefusal(offer)) return offer
    this.#version++
    const result = makeAnswer(offer, this.#localMedia())
    if (isRefusal(result)) return result
    this.#apply(result.negotiated)
    return { sdp: writeSdp(result.answer) }
  }

  /** Takes in the answer to the last offer; null when media can flow. */
  answered(answerText: string): NotNegotiated | null {
    const answer = read(answerText)
    if (isRefusal(answer)) return answer
    const result = readAnswer(answer, this.#localMedia())
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
    if (this.#negotiated.telephoneEvent === null) return 'the peer did not agree to telephone-event (RFC 4733): use info or inband'
    this.#dtmf.queue(digits)
    return null
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#deps.pacer.remove(this)
    this.#reportTimer?.cancel()
    if (this.#started) this.#sendReport(true)
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
    const moved = !before?.remote || !negotiated.remote || formatAddress(before.remote) !== formatAddress(negotiated.remote)
    if (moved) this.#latch.expect(negotiated.remote)
    this.#applyCrypto(negotiated)
    const samples = negotiated.ptimeMs * samplesPerMs
    if (this.#frame.length !== samples) {
      this.#frame = new Int16Array(samples)
      this.#deps.pacer.remove(this)
      this.#sending = false
    }
    if (negotiated.remote === null && sends(negotiated.direction)) this.#tap.observe('no-rtp-target', 'the session description names no address that RTP can be sent to')
    const shouldSend = this.#latch.destination !== null && sends(negotiated.direction)
    if (shouldSend !== this.#sending) {
      this.#sending = shouldSend
      if (shouldSend) this.#deps.pacer.add(this)
      else this.#deps.pacer.remove(this)
    }
    if (!this.#started) {
      this.#started = true
      this.#scheduleReport(firstReportMs)
    }
  }

  #applyCrypto({ crypto }: Negotiated): void {
    const key = crypto ? `${crypto.suite} ${Buffer.from(crypto.localMaster).toString('base64')} ${Buffer.from(crypto.remoteMaster).toString('base64')}` : ''
    if (key === this.#cryptoKey) return
    this.#cryptoKey = key
    this.#encrypt = crypto && new SrtpContext(crypto.suite, crypto.localMaster)
    this.#decrypt = crypto && new SrtpContext(crypto.suite, crypto.remoteMaster)
  }

  /** One packet interval: called by the pacer. */
  tick(): void {
    const negotiated = this.#negotiated
    if (!negotiated || !this.#latch.destination || this.#closed) return
    const frame = this.#frame
    const received = this.#audio.pull()
    this.#nextFrame(frame, received)
    this.#record(frame, received)
    const event = negotiated.telephoneEvent === null ? null : this.#dtmf.next(this.#timestamp, frame.length, (digit) => this.#tap.observe('digit-sent', `digit ${digit} sent as telephone-event`))
    if (event) {
      for (const payload of event.payloads) this.#sendRtp(Buffer.concat([Buffer.alloc(rtpHeaderBytes), payload]), negotiated.telephoneEvent!, event.first, event.timestamp)
    } else {
      const packet = Buffer.allocUnsafe(rtpHeaderBytes + frame.length)
      codecs[negotiated.codec].encode(frame, packet, rtpHeaderBytes)
      this.#sendRtp(packet, negotiated.payloadType, this.#packets === 0, this.#timestamp)
    }
    this.#timestamp = (this.#timestamp + frame.length) >>> 0
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

  #sendRtp(packet: Buffer, payloadType: number, marker: boolean, timestamp: number): void {
    const destination = this.#latch.destination!
    const sequence = this.#sequence
    writeRtpHeader(packet, payloadType, marker, sequence, timestamp, this.#ssrc)
    this.#sequence = (sequence + 1) & 0xffff
    this.#packets++
    this.#octets += packet.length - rtpHeaderBytes
    const wire = this.#encrypt ? this.#encrypt.protectRtp(packet, rtpHeaderBytes, this.#ssrc, sequence) : packet
    this.#tap.rtp(this.#deps.clock.nowUs(), this.local, destination, wire, true, packet)
    this.#sockets.rtp.send(wire, destination.host, destination.port)
  }

  #receiveRtp(bytes: Uint8Array, host: string, port: number): void {
    if (this.#closed) return
    const at = this.#deps.clock.nowUs()
    const from = { host, port }
    if (isRtcp(bytes)) return this.#receiveRtcp(bytes, from)
    const header = this.#header
    const fault = readRtp(bytes, header)
    if (fault) return this.#noteGarbage(`a packet from ${formatAddress(from)} is no RTP: ${fault}`)
    let clear = bytes
    if (this.#decrypt) {
      const opened = this.#decrypt.unprotectRtp(bytes, header.payloadOffset, header.ssrc, header.sequence)
      if (typeof opened === 'string') {
        this.#tap.rtp(at, from, this.local, bytes, false, bytes)
        return this.#noteGarbage(`SRTP from ${formatAddress(from)}: ${opened}`)
      }
      clear = opened
      header.payloadLength = opened.length - header.payloadOffset
    }
    this.#tap.rtp(at, from, this.local, bytes, false, clear)
    this.#follow(from)
    this.#account(header)
    if (this.#negotiated) this.#audio.take(header, clear, this.#negotiated)
  }

  #follow(from: Address): void {
    const left = this.#latch.heard(from)
    if (left) this.#tap.observe('latched', `RTP comes from ${formatAddress(from)}, not from ${formatAddress(left)} as the session description says: sending there now`)
  }

  #account(header: RtpHeader): void {
    const isEvent = header.payloadType === this.#negotiated?.telephoneEvent
    if (this.#receiver?.ssrc !== header.ssrc) this.#receiver = new ReceiverStream(header.ssrc, header.sequence, 8000)
    this.#receiver.received(header, this.#deps.clock.monotonicMs(), !isEvent)
  }

  #receiveRtcp(bytes: Uint8Array, from: Address): void {
    if (this.#closed) return
    const at = this.#deps.clock.nowUs()
    let clear = bytes
    if (this.#decrypt) {
      const opened = this.#decrypt.unprotectRtcp(bytes)
      if (typeof opened === 'string') return this.#noteGarbage(`SRTCP from ${formatAddress(from)}: ${opened}`)
      clear = opened
    }
    const packets = parseRtcp(clear)
    if (typeof packets === 'string') return this.#noteGarbage(`a packet from ${formatAddress(from)} is no RTCP: ${packets}`)
    this.#tap.rtcp(at, from, this.#sockets.rtcp.local, bytes, false, clear)
    for (const packet of packets) {
      if (packet.type === 'sr' && this.#receiver?.ssrc === packet.ssrc) this.#receiver.senderReport(middleNtp(packet.ntpSeconds, packet.ntpFraction), this.#deps.clock.monotonicMs())
    }
  }

  #noteGarbage(text: string): void {
    if (this.#garbage++ < 3) this.#tap.observe('rtp-garbage', text)
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
    if (!to || (this.#packets === 0 && !this.#receiver)) return
    const now = this.#deps.clock.monotonicMs()
    const at = this.#deps.clock.nowUs()
    const reports = this.#receiver ? [this.#receiver.report(now)] : []
    const ntp = toNtp(at)
    const compound = writeRtcp([
      this.#packets > 0
        ? { type: 'sr', ssrc: this.#ssrc, ntpSeconds: ntp.seconds, ntpFraction: ntp.fraction, rtpTimestamp: this.#timestamp, packets: this.#packets, octets: this.#octets, reports }
        : { type: 'rr', ssrc: this.#ssrc, reports },
      { type: 'sdes', chunks: [{ ssrc: this.#ssrc, cname: `${this.#sessionId}@ringback` }] },
      ...(goodbye ? [{ type: 'bye' as const, ssrcs: [this.#ssrc], reason: null }] : []),
    ])
    const wire = this.#encrypt ? this.#encrypt.protectRtcp(compound) : compound
    this.#tap.rtcp(at, this.#sockets.rtcp.local, to, wire, true, compound)
    this.#sockets.rtcp.send(wire, to.host, to.port)
  }
}

function read(text: string): SessionDescription | NotNegotiated {
  const parsed = parseSdp(text)
  return typeof parsed === 'string' ? { refusal: 'unreadable', text: parsed } : parsed
}

export { silence }
