import type { Address } from '../../../../shared/base/address.ts'
import type {
  CryptoAttribute,
  MediaDescription,
  MediaDirection,
  MediaFormat,
  SessionDescription,
} from '../../../../shared/wire/sdp/sdp.ts'
import { codecDescriptor } from '../../../../shared/model/codecs.ts'
import type { Encryption } from '../../../../shared/model/encryption.ts'

/** Dynamic payload types (RFC 3551 3); 101 is for telephone-event, as everybody does. */
const firstDynamic = 96
const telephoneEventType = 101
/** The keypad and the flash. */
export const telephoneEvents = '0-16'

/** What our side brings to the negotiation. */
export interface LocalMedia {
  readonly address: Address
  /** Names of codecs, the preferred one first. */
  readonly codecs: readonly string[]
  readonly encryption: Encryption
  /** What we want to do; the answer may allow less. */
  readonly direction: MediaDirection
  /** The packet time that is asked for, 10 to 60; left out: as the other side likes it, or 20. */
  readonly ptimeMs?: number | undefined
  readonly sessionId: string
  readonly version: number
  /**
   * Our SDES master key and salt, 30 bytes: of the description that is being made, or of the offer that is being
   * answered.
   */
  readonly srtpMaster: Uint8Array
}

export const usualPtimeMs = 20
/** The one a=crypto line that is offered. */
export const offeredCrypto = { tag: 1, suite: 'AES_CM_128_HMAC_SHA1_80' } as const

function ourFormats(codecs: readonly string[]): MediaFormat[] {
  const ours = codecs.map(codecDescriptor).filter((descriptor) => descriptor !== null)
  let next = firstDynamic
  const dynamic = () => (next === telephoneEventType ? (next += 2) - 1 : next++)
  const audio = ours.map(({ name, rtpClockHz, channels, staticType, fmtp }): MediaFormat => ({
    payloadType: staticType ?? dynamic(),
    codec: name,
    clockRateHz: rtpClockHz,
    channels,
    parameters: fmtp,
  }))
  // Events have the clock of the codec beside them (RFC 4733 2.1).
  const clocks = [...new Set(ours.map(({ rtpClockHz }) => rtpClockHz))]
  const events = clocks.map((clockRateHz, i) => ({
    payloadType: i === 0 ? telephoneEventType : dynamic(),
    codec: 'telephone-event',
    clockRateHz,
    channels: 1,
    parameters: telephoneEvents,
  }))
  return [...audio, ...events]
}

export function inline(master: Uint8Array): string {
  return `inline:${Buffer.from(master).toString('base64')}`
}

export function session(local: LocalMedia, media: readonly MediaDescription[]): SessionDescription {
  return {
    origin: { username: '-', sessionId: local.sessionId, version: local.version, address: local.address.host },
    media,
  }
}

/**
 * An offer; after an earlier description of ours it has each of its lines again in its place (RFC 3264 8), those that
 * are no longer used with port 0.
 */
export function makeOffer(local: LocalMedia, before: readonly MediaDescription[] = []): SessionDescription {
  const used = before.findIndex((m) => m.kind === 'audio' && m.port !== 0)
  const audio = offeredAudio(local, before[used]?.protocol)
  if (used < 0) return session(local, [...before.map(refused), audio])
  return session(
    local,
    before.map((m, i) => (i === used ? audio : refused(m))),
  )
}

export function offeredAudio(local: LocalMedia, protocol: string | undefined): MediaDescription {
  const crypto: CryptoAttribute[] =
    local.encryption === 'disabled'
      ? []
      : [{ ...offeredCrypto, keyParams: inline(local.srtpMaster), sessionParams: null }]
  return {
    kind: 'audio',
    port: local.address.port,
    protocol: protocol ?? (local.encryption === 'required' ? 'RTP/SAVP' : 'RTP/AVP'),
    address: local.address.host,
    formats: ourFormats(local.codecs),
    direction: local.direction,
    ptimeMs: local.ptimeMs ?? usualPtimeMs,
    rtcpPort: null,
    rtcpMux: false,
    crypto,
  }
}

/** A line of theirs or of ours that is not used: its kind, its protocol and a format of its own (RFC 3264 6). */
export function refused(m: MediaDescription): MediaDescription {
  return {
    ...m,
    port: 0,
    address: null,
    crypto: [],
    formats: m.formats.slice(0, 1),
    direction: 'inactive',
    ptimeMs: null,
    rtcpPort: null,
  }
}
