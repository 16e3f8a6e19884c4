import type { Address } from '../../../../shared/base/address.ts'
import { elide, visible } from '../../../../shared/base/text.ts'
import { agreeMedium, isEvent, type Leg } from '../../../../shared/wire/agreement/agree.ts'
import {
  audioOf,
  directionOf,
  isMediaAddress,
  receives,
  reverse,
  sends,
  type CryptoAttribute,
  type MediaDescription,
  type MediaDirection,
  type MediaFormat,
  type SessionDescription,
} from '../../../../shared/wire/sdp/sdp.ts'
import { codecDescriptor, type CodecDescriptor } from '../../../../shared/model/codecs.ts'
import type { Encryption } from '../../../../shared/model/encryption.ts'
import { answeredKey, usableKey, type SdesKey } from '../transport/sdes-key.ts'
import type { SrtpSuite } from '../transport/srtp.ts'

/** Dynamic payload types (RFC 3551 3); 101 is for telephone-event, as everybody does. */
const firstDynamic = 96
const telephoneEventType = 101
/** The keypad and the flash. */
const telephoneEvents = '0-16'

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

const usualPtimeMs = 20
const shortestPtimeMs = 10
const longestPtimeMs = 60

/** How we send to who asks for that packet time (RFC 8866 6.4), or for none: never outside 10 to 60 ms. */
function ptimeOf(asked: number | null, ours: number | undefined): number {
  const ms = Math.round(asked ?? ours ?? usualPtimeMs)
  return Math.min(longestPtimeMs, Math.max(shortestPtimeMs, ms))
}

/** The one a=crypto line that is offered. */
const offeredCrypto = { tag: 1, suite: 'AES_CM_128_HMAC_SHA1_80' } as const

export interface NegotiatedCrypto {
  readonly suite: SrtpSuite
  readonly localMaster: Uint8Array
  readonly remoteMaster: Uint8Array
}

/** What both sides agreed on (RFC 3264 6). */
export interface Negotiated {
  readonly codec: CodecDescriptor
  /** The payload type that we must send with, as the peer numbers it. */
  readonly payloadType: number
  readonly telephoneEvent: number | null
  /** Null while the peer's address cannot be sent to (0.0.0.0, port 0 or a name). */
  readonly remote: Address | null
  readonly remoteRtcp: Address | null
  /** Ours. */
  readonly direction: MediaDirection
  readonly ptimeMs: number
  readonly crypto: NegotiatedCrypto | null
}

/** Why there can be no media; the text names both sides. */
export interface NotNegotiated {
  readonly refusal: 'no-audio' | 'no-codec' | 'encryption' | 'unreadable'
  readonly text: string
}

const describe = (m: MediaDescription) =>
  elide(
    visible(
      m.formats
        .slice(0, 20)
        .map((format) => format.codec)
        .join(', '),
    ),
    200,
  )

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

function inline(master: Uint8Array): string {
  return `inline:${Buffer.from(master).toString('base64')}`
}

function session(local: LocalMedia, media: readonly MediaDescription[]): SessionDescription {
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

function offeredAudio(local: LocalMedia, protocol: string | undefined): MediaDescription {
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
function refused(m: MediaDescription): MediaDescription {
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

export function isRefusal(result: object): result is NotNegotiated {
  return 'refusal' in result
}

/** The answer to an offer, every medium in its place (RFC 3264 6), and what it means for us. */
export function makeAnswer(
  offer: SessionDescription,
  local: LocalMedia,
): { readonly answer: SessionDescription; readonly negotiated: Negotiated } | NotNegotiated {
  const lines = offer.media.filter((m) => m.kind === 'audio' && m.port !== 0)
  if (lines.length === 0) return { refusal: 'no-audio', text: 'the offer has no audio' }
  const looked = lines.map((m) => acceptable(m, local))
  const accepted = looked.find((result): result is Accepted => !isRefusal(result))
  if (!accepted) {
    const faults = looked.filter(isRefusal)
    return { ...faults[0]!, text: [...new Set(faults.map(({ text }) => text))].join('; ') }
  }
  const { m: chosen, codec, crypto } = accepted
  const wanted = reverse(chosen.direction)
  const direction = directionOf(sends(wanted) && sends(local.direction), receives(wanted) && receives(local.direction))
  const event = eventOf(chosen, codec.codec)
  const media = offer.media.map((m): MediaDescription => {
    if (m !== chosen) return refused(m)
    return {
      kind: 'audio',
      port: local.address.port,
      protocol: m.protocol,
      address: local.address.host,
      formats: event ? [codec.format, { ...event, parameters: telephoneEvents }] : [codec.format],
      direction,
      ptimeMs: local.ptimeMs ?? m.ptimeMs ?? usualPtimeMs,
      rtcpPort: null,
      rtcpMux: false,
      crypto: crypto
        ? [{ tag: crypto.tag, suite: crypto.suite, keyParams: inline(local.srtpMaster), sessionParams: null }]
        : [],
    }
  })
  const { toOfferer, toAnswerer } = agreeMedium(chosen, media[offer.media.indexOf(chosen)])
  const negotiated = {
    ...agreed(codec, event?.payloadType ?? null, toOfferer, toAnswerer, local),
    crypto: agreedCrypto(crypto, local),
  }
  return { answer: session(local, media), negotiated }
}

/** An audio line that we can answer. */
interface Accepted {
  readonly m: MediaDescription
  readonly codec: PickedCodec
  readonly crypto: SdesKey | null
}

function acceptable(m: MediaDescription, { codecs, encryption }: LocalMedia): Accepted | NotNegotiated {
  const codec = pickCodec(m, codecs)
  if (!codec)
    return {
      refusal: 'no-codec',
      text: `no codec in common: offered ${describe(m) || 'none'}, accepted here ${codecs.join(', ')}`,
    }
  const offered = usableKey(m.crypto)
  const fault = encryptionFault(m, offered, encryption, 'offered')
  if (fault) return { refusal: 'encryption', text: fault }
  return { m, codec, crypto: typeof offered === 'string' || encryption === 'disabled' ? null : offered }
}

/** What an answer to our offer means for us. */
export function readAnswer(answer: SessionDescription, local: LocalMedia): Negotiated | NotNegotiated {
  const chosen = audioOf(answer)
  if (!chosen) {
    const refused = answer.media.find((m) => m.kind === 'audio')
    return { refusal: 'no-audio', text: refused ? 'the answer refuses the audio (port 0)' : 'the answer has no audio' }
  }
  const codec = pickCodec(chosen, local.codecs)
  if (!codec)
    return {
      refusal: 'no-codec',
      text:
        `the answer has no codec of the offer: answered ${describe(chosen) || 'none'}, offered ` +
        `${local.codecs.join(', ')}`,
    }
  const answered = answeredKey(chosen.crypto, offeredCrypto)
  const fault = encryptionFault(chosen, answered, local.encryption, 'answered')
  if (fault) return { refusal: 'encryption', text: fault }
  // It says that it encrypts, and in a way that was not offered: neither side would understand the other.
  if (typeof answered === 'string' && chosen.crypto.length > 0 && local.encryption !== 'disabled')
    return { refusal: 'encryption', text: `encrypted media was answered without a usable key: ${answered}` }
  const { toAnswerer, toOfferer } = agreeMedium(offeredAudio(local, chosen.protocol), chosen)
  const event = eventOf(chosen, codec.codec) ?? chosen.formats.find(isEvent)
  return {
    ...agreed(codec, event?.payloadType ?? null, toAnswerer, toOfferer, local),
    crypto: agreedCrypto(typeof answered === 'string' || local.encryption === 'disabled' ? null : answered, local),
  }
}

function agreedCrypto(key: SdesKey | null, { srtpMaster }: LocalMedia): NegotiatedCrypto | null {
  return key && { suite: key.suite, localMaster: srtpMaster, remoteMaster: key.master }
}

interface PickedCodec {
  readonly codec: CodecDescriptor
  readonly format: MediaFormat
}

/** The first codec of the other side's list that we have (its order is its preference). */
function pickCodec(m: MediaDescription, ours: readonly string[]): PickedCodec | null {
  for (const format of m.formats) {
    const codec = codecDescriptor(format.codec)
    if (
      codec &&
      ours.includes(codec.name) &&
      format.clockRateHz === codec.rtpClockHz &&
      format.channels === codec.channels
    )
      return { codec, format: { ...format, parameters: codec.fmtp } }
  }
  return null
}

/** The telephone-event that goes with a codec. */
function eventOf(m: MediaDescription, codec: CodecDescriptor): MediaFormat | undefined {
  return m.formats.find((format) => isEvent(format) && format.clockRateHz === codec.rtpClockHz)
}

function encryptionFault(
  m: MediaDescription,
  key: SdesKey | string,
  ours: Encryption,
  verb: 'offered' | 'answered',
): string | null {
  const secure = m.protocol.includes('SAVP')
  if (!/^RTP\/S?AVPF?$/.test(m.protocol))
    return `media profile ${elide(visible(m.protocol), 40)} was ${verb}: RTP/AVP and RTP/SAVP (SDES) are spoken here`
  if (secure && ours === 'disabled')
    return `encrypted media (RTP/SAVP) was ${verb}, media encryption is disabled here: set it to allowed or required`
  if (secure && typeof key === 'string') return `encrypted media (RTP/SAVP) was ${verb} without a usable key: ${key}`
  if (typeof key === 'string' && ours === 'required')
    return (
      `media in clear (RTP/AVP) was ${verb}, media encryption is required here: set the peer to SRTP, or ` +
      'this side to allowed'
    )
  return null
}

/** What the two legs of an agreement mean for our side. */
function agreed(
  { codec, format }: PickedCodec,
  telephoneEvent: number | null,
  toPeer: Leg,
  fromPeer: Leg,
  { ptimeMs }: LocalMedia,
): Omit<Negotiated, 'crypto'> {
  const remote = toPeer.to && isMediaAddress(toPeer.to.host) ? toPeer.to : null
  return {
    codec,
    payloadType: format.payloadType,
    telephoneEvent,
    remote,
    remoteRtcp: remote && toPeer.rtcpTo,
    direction: directionOf(toPeer.flows, fromPeer.flows),
    ptimeMs: ptimeOf(toPeer.ptimeMs, ptimeMs),
  }
}
