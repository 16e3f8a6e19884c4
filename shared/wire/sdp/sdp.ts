import { isIp, isUnspecified } from '../../base/address.ts'

export { parseSdp } from './read.ts'
export { staticFormat } from './static-formats.ts'
export { writeSdp } from './write.ts'

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/**
 * One payload type of an m= line with what a=rtpmap and a=fmtp say of it (RFC 8866, RFC 3551 table 4 for static types).
 */
export interface MediaFormat {
  /** 0 to 127. */
  readonly payloadType: number
  /** As written; `unknown(97)` where nothing says what 97 is. */
  readonly codec: string
  /** 1 to 384,000; 0 where it is not known. */
  readonly clockRateHz: number
  /** 1 to 8. */
  readonly channels: number
  readonly parameters: string | null
}

/** An a=crypto line (RFC 4568). The key is a secret: `redact` before showing. */
export interface CryptoAttribute {
  /** Up to nine digits; no two of a medium are the same. */
  readonly tag: number
  readonly suite: string
  readonly keyParams: string
  readonly sessionParams: string | null
}

export interface MediaDescription {
  readonly kind: string
  /** 0 to 65535; 0 refuses the medium, and stands for a port that cannot be read. */
  readonly port: number
  /** In upper case. */
  readonly protocol: string
  /**
   * The c= address that holds for this medium, IPv6 in the form of RFC 5952; null when there is none. May be a host
   * name.
   */
  readonly address: string | null
  readonly formats: readonly MediaFormat[]
  readonly direction: MediaDirection
  /** Above 0, at most 200; null where none is given that could be used. */
  readonly ptimeMs: number | null
  /** The longest packets that are taken (RFC 8866 6.4); left out where no limit is set. */
  readonly maxPtimeMs?: number
  readonly rtcpPort: number | null
  readonly rtcpMux: boolean
  readonly crypto: readonly CryptoAttribute[]
  /** Protocol and formats as they stand in the m= line, where the formats are no payload types; left out else. */
  readonly written?: WrittenMedium
  /** The address that a=rtcp names beside its port (RFC 3605); left out where it names none. */
  readonly rtcpAddress?: string
  /** Addresses of ICE (RFC 8839); left out where there are none. */
  readonly candidates?: readonly Candidate[]
  /** A certificate is announced for DTLS (RFC 8122); left out where none is. */
  readonly fingerprint?: true
  /** What is said of DTLS and ICE; left out where nothing is. */
  readonly dtls?: DtlsDescription
  /** The name of the medium in groups (RFC 5888); left out where it has none. */
  readonly mid?: string
  /** Extended reports that its side wants of the audio that it sends (RFC 3611 5), as written; left out: none. */
  readonly rtcpXr?: string
}

/** RFC 8122 5, RFC 5763 5, RFC 8839 5.4. */
export interface DtlsDescription {
  /** The hash in lower case, the value as written. */
  readonly fingerprints: readonly { readonly hash: string; readonly value: string }[]
  /** Who begins the handshake; null where that is not said. */
  readonly setup: 'actpass' | 'active' | 'passive' | null
  readonly ice: { readonly ufrag: string; readonly pwd: string; readonly lite: boolean } | null
}

export interface WrittenMedium {
  readonly protocol: string
  readonly formats: readonly string[]
}

/** An address that packets may come from and go to (RFC 8839 5.1): of UDP only. */
export interface Candidate {
  /** 1: RTP, 2: RTCP. */
  readonly component: number
  readonly host: string
  readonly port: number
  /** host, srflx, prflx, relay */
  readonly type: string
}

export interface SessionDescription {
  /** `version` is 0 where it is no number below 2^53. */
  readonly origin: {
    readonly username: string
    readonly sessionId: string
    readonly version: number
    readonly address: string
  }
  readonly media: readonly MediaDescription[]
  /** Names of media that go over one path (RFC 9143); left out where there is no such group. */
  readonly bundle?: readonly string[]
  /** What could not be used, each in a sentence; left out when all could. */
  readonly problems?: readonly string[]
}

/** The first audio medium that is not refused; null when there is none. */
export function audioOf(session: SessionDescription): MediaDescription | null {
  return session.media.find((m) => m.kind === 'audio' && m.port !== 0) ?? null
}

/** Whether an address can be sent to at all. */
export function isMediaAddress(address: string | null): address is string {
  return address !== null && isIp(address)
}

/** No address at all: the way to hold of RFC 2543 (0.0.0.0, or :: of IPv6). */
export function isHeldAddress(address: string | null): boolean {
  return address !== null && isUnspecified(address)
}

/** What the answerer may choose when the offer says this (RFC 3264 6.1). */
export function reverse(offered: MediaDirection): MediaDirection {
  return offered === 'sendonly' ? 'recvonly' : offered === 'recvonly' ? 'sendonly' : offered
}

export const sends = (d: MediaDirection): boolean => d === 'sendrecv' || d === 'sendonly'
export const receives = (d: MediaDirection): boolean => d === 'sendrecv' || d === 'recvonly'

export function directionOf(send: boolean, receive: boolean): MediaDirection {
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive'
}
