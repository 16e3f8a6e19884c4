import { formatAddress, isSameAddress, type Address } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import { parseRtcp, type RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, readRtp, type RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import type { MediaTap } from '../session/tap.ts'
import type { Arrival, Unusable } from '../transport/transport.ts'
import type { Allowance } from './allowance.ts'
import { Foreign } from './foreign.ts'
import { Garbage } from './garbage.ts'
import { Latch, rtcpTimes, rtpTimes } from './latch.ts'
import { PeerStreams } from './peer-streams.ts'

/** Moves of the audio that are observations of their own. */
const movesObserved = 10
/** Packets of streams that are not followed, before they are worth a word. */
const fewUnfollowed = 8

/** Of the packet that is being looked at, whosever it is. */
const header: RtpHeader = emptyRtpHeader()

/** Payload types that may move the audio. */
export interface AgreedTypes {
  readonly payloadType: number
  readonly telephoneEvent: number | null
}

/**
 * Whose the packets are that arrive, and so where ours go. It knows no socket: packets in clear go in, those of the
 * peer come out.
 */
export class RtpReceiver {
  readonly #tap: MediaTap
  readonly #allowance: Allowance
  readonly #latch: Latch
  readonly #control = new Latch(rtcpTimes)
  readonly #foreign: Foreign
  readonly #garbage: Garbage
  readonly #streams = new PeerStreams()
  #remoteRtcp: Address | null = null
  #moves = 0
  #unfollowed = 0

  /** `foreignSources`: strangers that are counted apart; `follows`: as in Latch. */
  constructor(tap: MediaTap, allowance: Allowance, foreignSources: number, follows = true) {
    this.#latch = new Latch(rtpTimes, follows)
    this.#tap = tap
    this.#allowance = allowance
    this.#foreign = new Foreign(foreignSources, (text) => tap.observe('rtp-foreign', text))
    this.#garbage = new Garbage((text) => tap.observe('rtp-garbage', text))
  }

  /** Where RTP is sent to; null while nothing is known. */
  get destination(): Address | null {
    return this.#latch.destination
  }

  /** Whether RTP of the peer has come. */
  get hasHeard(): boolean {
    return this.#latch.source !== null
  }

  /** The host of the signalling peer, an IP literal: RTP from there is the peer's. */
  trust(host: string): void {
    this.#latch.trust(host)
    this.#control.trust(host)
  }

  /** What the session description says from now on; a re-offer that says the same changes nothing. */
  expectRtp(remote: Address | null, nowMs: number): void {
    this.#latch.expect(remote, nowMs)
    this.#allowance.restart()
  }

  /** Both go there, and come from there. */
  expectBoth(remote: Address, nowMs: number): void {
    this.expectRtp(remote, nowMs)
    this.expectRtcp(remote, nowMs)
  }

  expectRtcp(remote: Address | null, nowMs: number): void {
    this.#remoteRtcp = remote
    this.#control.expect(remote, nowMs)
  }

  /**
   * The header of a packet that is the peer's, good until the next packet; null for any other, which is dealt with
   * here.
   */
  rtp(clear: Uint8Array, arrival: Arrival, agreed: AgreedTypes, authentic: boolean): RtpHeader | null {
    const { from, to, at, atMs, wire } = arrival
    const fault = readRtp(clear, header)
    if (fault) {
      this.unusable(arrival, 'unreadable', `a packet from ${formatAddress(from)} is no RTP: ${fault}`)
      return null
    }
    const isAgreed = header.payloadType === agreed.payloadType || header.payloadType === agreed.telephoneEvent
    const whose = this.#latch.heard({ from, atMs, authentic, nearby: false, stream: isAgreed ? header : null })
    if (whose.kind === 'foreign') {
      this.ignore(arrival)
      return null
    }
    if (whose.moved) this.#moved(from, whose.moved, atMs)
    if (!this.#allowance.confirmed && isSameAddress(from, this.#latch.destination)) this.#allowance.heard(wire.length)
    if (!this.#streams.takes(header.ssrc, header.sequence)) {
      this.#unfollowed++
      this.#tap.foreign(at, from, to, wire)
      return null
    }
    this.#tap.rtp(at, from, to, wire, clear, false, header)
    return header
  }

  /** The packets of a compound that is the peer's; null for any other. */
  rtcp(clear: Uint8Array, arrival: Arrival, authentic: boolean): readonly RtcpPacket[] | null {
    const { from, to, at, atMs, wire } = arrival
    const packets = parseRtcp(clear)
    if (typeof packets === 'string') {
      this.unusable(arrival, 'unreadable', `a packet from ${formatAddress(from)} is no RTCP: ${packets}`)
      return null
    }
    const nearby = from.host === this.#latch.source?.host
    if (this.#control.heard({ from, atMs, authentic, nearby, stream: null }).kind === 'foreign') {
      this.ignore(arrival)
      return null
    }
    this.#tap.rtcp(at, from, to, wire, clear, false, packets)
    return packets
  }

  /** The figures, the audio and the address that is sent to know nothing of it. */
  ignore(arrival: Arrival): void {
    this.#foreign.note(arrival.from)
    this.#tap.foreign(arrival.at, arrival.from, arrival.to, arrival.wire)
  }

  /** It waited, and the call ended before anyone knew whose it is: it is counted. */
  abandon({ from }: Arrival): void {
    this.#foreign.note(from)
  }

  unusable({ from, to, at, wire }: Arrival, why: Unusable, text: string): void {
    this.#garbage.note(why, text)
    this.#tap.foreign(at, from, to, wire)
  }

  /** Observes what was only counted until now. */
  close(): void {
    this.#foreign.close()
    this.#garbage.close()
    if (this.#unfollowed > fewUnfollowed)
      this.#tap.observe(
        'rtp-foreign',
        `RTP of the peer whose stream (SSRC) changes again and again: ${count(this.#unfollowed, 'packet')} ignored`,
      )
  }

  #moved(to: Address, before: Address, atMs: number): void {
    this.#allowance.restart()
    // Who was followed until now is not believed about our packets either.
    this.#control.expect(this.#remoteRtcp, atMs)
    if (++this.#moves <= movesObserved)
      this.#tap.observe(
        'latched',
        `RTP comes from ${formatAddress(to)}, not from ${formatAddress(before)}: sending there now`,
      )
  }
}
