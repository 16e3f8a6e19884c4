import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { SrtpSuite } from '../../../../shared/model/encryption.ts'
import type { ObservationKind } from '../../../../shared/model/wire.ts'
import type { NegotiatedCrypto, NegotiatedDtls } from '../session/negotiate.ts'
import type { Refused } from '../../srtp/srtp.ts'

/**
 * A packet that came: from where, to which of our ports, when (wall time, and milliseconds of the monotonic clock), and
 * its bytes as they were on the wire.
 */
export interface Arrival {
  readonly from: Address
  readonly to: Address
  readonly at: Micros
  readonly atMs: number
  readonly wire: Uint8Array
}

/** Why a packet that came can be used for nothing. */
export type Unusable = Refused | 'unreadable'

/** What a transport reports. */
export interface TransportEvents {
  /** RTP in clear. */
  rtp(clear: Uint8Array, arrival: Arrival): void
  /** RTCP in clear. */
  rtcp(clear: Uint8Array, arrival: Arrival): void
  unusable(arrival: Arrival, why: Unusable, text: string): void
  /** It came before anything was agreed, and more waited already. */
  unclaimed(arrival: Arrival): void
  /** It waited for an agreement that never came. */
  abandoned(arrival: Arrival): void
  /** The system took a packet of RTP, handed over at `at`. */
  rtpSent(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void
  rtcpSent(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void
  /** The system did not take a packet of RTP. */
  notSent(destination: Address, error: Error): void
  /** The network said of RTP to that address that it cannot be delivered (ICMP). */
  undeliverable(destination: Address, error: Error): void
  failed(port: 'RTP' | 'RTCP', error: Error): void
  /** The peer is met at that address from now on, whatever the descriptions say. */
  path(to: Address): void
  told(kind: ObservationKind, text: string): void
  /** Runs what takes a while; what it throws ends the call. */
  run(place: string, work: () => Promise<void>): void
}

/**
 * What a transport that lies over another hands on of what that reports: `came` is its own, the rest passes as it is.
 * Named one by one: a spread leaves out the methods of a class.
 */
export function fromBeneath(came: Pick<TransportEvents, 'rtp' | 'rtcp'>, events: TransportEvents): TransportEvents {
  return {
    ...came,
    unusable: (arrival, why, text) => events.unusable(arrival, why, text),
    unclaimed: (arrival) => events.unclaimed(arrival),
    abandoned: (arrival) => events.abandoned(arrival),
    rtpSent: (at, destination, wire, clear) => events.rtpSent(at, destination, wire, clear),
    rtcpSent: (at, destination, wire, clear) => events.rtcpSent(at, destination, wire, clear),
    notSent: (destination, error) => events.notSent(destination, error),
    undeliverable: (destination, error) => events.undeliverable(destination, error),
    failed: (port, error) => events.failed(port, error),
    path: (to) => events.path(to),
    told: (kind, text) => events.told(kind, text),
    run: (place, work) => events.run(place, work),
  }
}

/** Our key of SDES for a suite: key and salt; empty where there is none. */
export type OurKeys = (suite: SrtpSuite) => Uint8Array

/** What our side says of itself for DTLS and ICE. */
export interface LocalDtls {
  readonly fingerprint: string
  readonly ice: { readonly ufrag: string; readonly pwd: string }
  readonly address: Address
}

/** Carries one call's RTP and RTCP, and hides how they are protected. */
export interface MediaTransport {
  /** Of RTP; known once it is open, which is before anything is offered or answered. */
  readonly local: Address
  readonly localRtcp: Address
  /** Whether what arrives has proven that it is the peer's. */
  readonly isAuthentic: boolean
  /** Whether what is handed over leaves: something is agreed, and a handshake is over where there is one. */
  readonly isReady: boolean
  /** The most bytes that a packet grows by on the wire. */
  readonly overheadBytes: number
  /**
   * Opens at that local address what an offer or an answer names; what was open at another one is closed. Throws
   * RingbackError (machine).
   */
  open(host: string, events: TransportEvents): Promise<void>
  /** Our keys for an offer, for the answer to an offer, or of the offer that was answered. */
  keys(of: 'offer' | 'answer' | 'offered'): OurKeys
  /** What our descriptions say for DTLS; `remoteUfrag`: that of an offer, which another one begins ICE anew. */
  describe?(remoteUfrag: string | null): LocalDtls
  /** Once, before the first of those. */
  prepare?(): Promise<void>
  /** The peer has shown that it is where its signalling comes from: addresses that it names may be tried. */
  confirm?(): void
  /** What is agreed from now on. What came before is handed on. */
  agree(crypto: NegotiatedCrypto | null, dtls: NegotiatedDtls | null): void
  /** `wire`: the packet where another transport has protected it. */
  sendRtp(clear: Uint8Array, destination: Address, wire?: Uint8Array): void
  /** Returns what goes on the wire. */
  sendRtcp(clear: Uint8Array, destination: Address, wire?: Uint8Array): Uint8Array
  /**
   * Listens, for a moment, to what the network says of RTP to that address. Meanwhile nothing comes in from anywhere
   * else.
   */
  listenForRefusal(destination: Address): void
  /** Once; what waits is abandoned. Nothing is reported any more. */
  close(): void
}
