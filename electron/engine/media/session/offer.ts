import type { Address } from '../../../../shared/base/address.ts'
import { remembering } from '../../../../shared/base/text.ts'
import type {
  CryptoAttribute,
  MediaDescription,
  MediaDirection,
  MediaFormat,
  SessionDescription,
} from '../../../../shared/wire/sdp/sdp.ts'
import { codecsNamed, usualPtimeMs } from '../../../../shared/model/codecs.ts'
import type { LocalDtls } from '../transport/transport.ts'
import type { Encryption, EncryptionForm, SrtpSuite } from '../../../../shared/model/encryption.ts'

/** Dynamic payload types (RFC 3551 3); 101 is for telephone-event, as everybody does. */
const firstDynamic = 96
const telephoneEventType = 101
/** What we ask for of extended reports. */
export const wantedXr = 'voip-metrics'
/** The keypad and the flash. */
export const telephoneEvents = '0-16'

/** What our side brings to the negotiation. */
export interface LocalMedia {
  readonly address: Address
  /** Names of codecs, the preferred one first. */
  readonly codecs: readonly string[]
  readonly encryption: Encryption
  /** How encryption that is allowed is offered. */
  readonly form: EncryptionForm
  /** What is offered, in this order, or accepted in an offer. */
  readonly suites: readonly SrtpSuite[]
  /** What we want to do; the answer may allow less. */
  readonly direction: MediaDirection
  /** The packet time that is asked for, 10 to 60; left out: as the other side likes it, or 20. */
  readonly ptimeMs?: number | undefined
  /** Extended reports are asked for (RFC 3611 5). */
  readonly rtcpXr?: boolean | undefined
  readonly sessionId: string
  readonly version: number
  /** Our SDES key and salt for a suite: of the description that is made, or of the offer that is being answered. */
  readonly keys: (suite: SrtpSuite) => Uint8Array
  /** What we say for DTLS and ICE, to who begins ICE with that name; left out where DTLS is not spoken. */
  readonly dtls?: ((remoteUfrag: string | null) => LocalDtls) | undefined
}

/** Of each list of codecs once: calls keep what they offered. */
const formatsOf = remembering((list: string) => ourFormats(list.split(' ')))

function ourFormats(codecs: readonly string[]): MediaFormat[] {
  const known = codecs.flatMap(codecsNamed)
  // The first is what an answerer takes: noise alone is no call.
  const ours = [...known.filter(({ isNoise }) => !isNoise), ...known.filter(({ isNoise }) => isNoise)]
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

export function session(local: LocalMedia, media: readonly MediaDescription[]): SessionDescription {
  const bundle = media.flatMap(({ port, dtls, mid }) => (port !== 0 && dtls && mid !== undefined ? [mid] : []))
  return {
    origin: { username: '-', sessionId: local.sessionId, version: local.version, address: local.address.host },
    media,
    ...(bundle.length > 0 && { bundle }),
  }
}

/**
 * An offer; after an earlier description of ours it has each of its lines again in its place (RFC 3264 8), those that
 * are no longer used with port 0.
 */
export function makeOffer(local: LocalMedia, before: readonly MediaDescription[] = []): SessionDescription {
  const used = before.findIndex((m) => m.kind === 'audio' && m.port !== 0)
  if (used >= 0)
    return session(
      local,
      before.map((m, i) => (i === used ? offeredAudio(local, m.protocol, m.mid) : refused(m))),
    )
  // A line that was refused makes room for another try (RFC 3264 8.1).
  const lines = profilesOf(local).map((protocol) => offeredAudio(local, protocol))
  const rest = before.map((m) => (m.kind === 'audio' ? (lines.shift() ?? refused(m)) : refused(m)))
  return session(local, [...rest, ...lines])
}

function profilesOf({ encryption, form }: LocalMedia): readonly string[] {
  if (encryption === 'dtls') return ['UDP/TLS/RTP/SAVPF']
  if (encryption === 'required') return ['RTP/SAVP']
  return encryption === 'allowed' && form === 'two-lines' ? ['RTP/SAVP', 'RTP/AVP'] : ['RTP/AVP']
}

/** RTP/SAVP has keys, and so has RTP/AVP where it is the only line. */
function offeredAudio(local: LocalMedia, protocol: string, mid = '0'): MediaDescription {
  const { encryption, form, suites } = local
  const isDtls = protocol.startsWith('UDP/TLS/')
  const keyed = !isDtls && encryption !== 'disabled' && (protocol.includes('SAVP') || form === 'one-line')
  return {
    kind: 'audio',
    port: local.address.port,
    protocol,
    address: local.address.host,
    formats: formatsOf(local.codecs.join(' ')),
    direction: local.direction,
    ptimeMs: local.ptimeMs ?? usualPtimeMs,
    rtcpPort: null,
    rtcpMux: isDtls,
    ...(local.rtcpXr === true && { rtcpXr: wantedXr }),
    ...(isDtls && { ...dtlsLines(local.dtls!(null), 'actpass', true), mid }),
    crypto: keyed ? suites.map((suite, i) => cryptoLine(i + 1, suite, local.keys(suite))) : [],
  }
}

export function cryptoLine(tag: number, suite: string, master: Uint8Array): CryptoAttribute {
  return { tag, suite, keyParams: `inline:${Buffer.from(master).toString('base64')}`, sessionParams: null }
}

/** What a line says for DTLS, with our one candidate. */
export function dtlsLines(
  { fingerprint, ice, address: { host, port } }: LocalDtls,
  setup: 'actpass' | 'active' | 'passive',
  withIce: boolean,
): Pick<MediaDescription, 'dtls' | 'candidates'> {
  return {
    dtls: {
      fingerprints: [{ hash: 'sha-256', value: fingerprint }],
      setup,
      ice: withIce ? { ...ice, lite: false } : null,
    },
    ...(withIce && { candidates: [{ component: 1, host, port, type: 'host' }] }),
  }
}

/** A line of theirs or of ours that is not used: its kind, its protocol and a format of its own (RFC 3264 6). */
export function refused(m: MediaDescription): MediaDescription {
  return {
    ...without(m),
    port: 0,
    address: null,
    crypto: [],
    formats: m.formats.slice(0, 1),
    direction: 'inactive',
    ptimeMs: null,
    rtcpPort: null,
    rtcpMux: false,
  }
}

/** A line that is refused says nothing for DTLS. */
function without({ dtls: _dtls, fingerprint: _fingerprint, candidates: _candidates, ...rest }: MediaDescription) {
  return rest
}
