import { isUnspecified, type Address } from '../../../../shared/base/address.ts'
import { elide, visible } from '../../../../shared/base/text.ts'
import { agreeMedium, isEvent, type Leg } from '../../../../shared/wire/agreement/agree.ts'
import {
  directionOf,
  isMediaAddress,
  receives,
  reverse,
  sends,
  type DtlsDescription,
  type MediaDescription,
  type MediaDirection,
  type MediaFormat,
  type SessionDescription,
} from '../../../../shared/wire/sdp/sdp.ts'
import { usualPtimeMs, type CodecDescriptor } from '../../../../shared/model/codecs.ts'
import type { Encryption, SrtpSuite } from '../../../../shared/model/encryption.ts'
import { answeredKey, usableKey, type MasterKey, type SdesKey } from '../../srtp/sdes-key.ts'
import { cryptoLine, dtlsLines, refused, session, telephoneEvents, wantedXr, type LocalMedia } from './offer.ts'
import { eventOf, fitting, misdeclared, namesOf, noiseOf, pickCodec, ptimeOf, type PickedCodec } from './pick.ts'

export interface NegotiatedCrypto {
  readonly suite: SrtpSuite
  readonly localMaster: Uint8Array
  readonly remoteKeys: readonly MasterKey[]
}

/** DTLS-SRTP (RFC 5763), and ICE where the peer speaks it. */
export interface NegotiatedDtls {
  /** Ours: the client begins the handshake. */
  readonly role: 'client' | 'server'
  /** What the peer says of its certificate. */
  readonly fingerprints: DtlsDescription['fingerprints']
  readonly ice: DtlsDescription['ice']
  /** Where the peer may be met, its candidates first. */
  readonly candidates: readonly Address[]
  /** Whether we decide by which of them. */
  readonly controlling: boolean
}

/** What both sides agreed on (RFC 3264 6). */
export interface Negotiated {
  readonly codec: CodecDescriptor
  /** The payload type that we must send with, as the peer numbers it. */
  readonly payloadType: number
  /** What the peer asks of who sends it (a=fmtp). */
  readonly parameters: string | null
  readonly telephoneEvent: number | null
  /** Of comfort noise (RFC 3389), where both sides take it beside this codec. */
  readonly comfortNoise: number | null
  /** Null while the peer's address cannot be sent to (0.0.0.0, port 0 or a name). */
  readonly remote: Address | null
  readonly remoteRtcp: Address | null
  /** Ours. */
  readonly direction: MediaDirection
  readonly ptimeMs: number
  /** The peer asks for VoIP metrics of what it sends (RFC 3611 5). */
  readonly wantsXr: boolean
  readonly crypto: NegotiatedCrypto | null
  readonly dtls: NegotiatedDtls | null
}

/** Why there can be no media; the text names both sides. */
export interface NotNegotiated {
  readonly refusal: 'no-audio' | 'no-codec' | 'encryption' | 'unreadable'
  readonly text: string
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
  const usable = looked.filter((result): result is Accepted => !isRefusal(result))
  const accepted = usable.find(({ m, crypto }) => crypto !== null || isDtls(m)) ?? usable[0]
  if (!accepted) {
    const faults = looked.filter(isRefusal)
    return { ...faults[0]!, text: [...new Set(faults.map(({ text }) => text))].join('; ') }
  }
  const { m: chosen, codec, crypto } = accepted
  const wanted = reverse(chosen.direction)
  const direction = directionOf(sends(wanted) && sends(local.direction), receives(wanted) && receives(local.direction))
  const event = eventOf(chosen, codec.codec)
  const noise = noiseOf(chosen, codec.codec, local.codecs)
  const media = offer.media.map((m): MediaDescription => {
    if (m !== chosen) return refused(m)
    return {
      kind: 'audio',
      port: local.address.port,
      protocol: m.protocol,
      address: local.address.host,
      formats: [codec.format, ...(noise ? [noise] : []), ...(event ? [{ ...event, parameters: telephoneEvents }] : [])],
      direction,
      ptimeMs: fitting(local.ptimeMs ?? m.ptimeMs ?? usualPtimeMs, codec.codec),
      rtcpPort: null,
      rtcpMux: isDtls(m),
      ...(local.rtcpXr === true && { rtcpXr: wantedXr }),
      ...(isDtls(m) && dtlsLines(local.dtls!(m.dtls!.ice?.ufrag ?? null), answeredSetup(m), m.dtls!.ice !== null)),
      ...(m.mid === undefined ? {} : { mid: m.mid }),
      crypto: crypto ? [cryptoLine(crypto.tag, crypto.suiteName, local.keys(crypto.suite))] : [],
    }
  })
  const { toOfferer, toAnswerer } = agreeMedium(chosen, media[offer.media.indexOf(chosen)])
  const negotiated = {
    ...agreed(codec, { event, noise }, toOfferer, toAnswerer, local),
    wantsXr: wantsXr(chosen),
    crypto: agreedCrypto(crypto, local),
    dtls: isDtls(chosen) ? agreedDtls(chosen, answeredSetup(chosen) === 'active', false) : null,
  }
  const { mid } = chosen
  const bundle = mid !== undefined && offer.bundle?.includes(mid) ? [mid] : undefined
  return { answer: { ...session(local, media), ...(bundle && { bundle }) }, negotiated }
}

/** An audio line that we can answer. */
interface Accepted {
  readonly m: MediaDescription
  readonly codec: PickedCodec
  readonly crypto: SdesKey | null
}

function acceptable(m: MediaDescription, { codecs, encryption, suites }: LocalMedia): Accepted | NotNegotiated {
  const codec = pickCodec(m, codecs)
  if (!codec)
    return {
      refusal: 'no-codec',
      text:
        `no codec in common: offered ${namesOf(m) || 'none'}, accepted here ${codecs.join(', ')}` +
        misdeclared(m, codecs),
    }
  const unmet = isDtls(m) ? dtlsFault(m, encryption, 'offered') : null
  if (unmet) return { refusal: 'encryption', text: unmet }
  if (isDtls(m)) return { m, codec, crypto: null }
  const offered = usableKey(m.crypto, suites)
  const fault = encryptionFault(m, offered, encryption, 'offered')
  if (fault) return { refusal: 'encryption', text: fault }
  return { m, codec, crypto: typeof offered === 'string' || encryption === 'disabled' ? null : offered }
}

/**
 * What an answer to an offer of ours means for us. Of several lines that it takes, the first that it encrypts is used;
 * `index` is its place in the offer.
 */
export function readAnswer(
  answer: SessionDescription,
  offer: readonly MediaDescription[],
  local: LocalMedia,
): { readonly negotiated: Negotiated; readonly index: number } | NotNegotiated {
  const taken = answer.media.flatMap((m, i) => {
    const index = m.kind === 'audio' && m.port !== 0 ? placeIn(offer, m, i) : -1
    return index < 0 ? [] : [{ index, result: readLine(m, offer[index]!, local) }]
  })
  const [first] = taken
  if (!first) {
    const refused = answer.media.find((m) => m.kind === 'audio')
    return { refusal: 'no-audio', text: refused ? 'the answer refuses the audio (port 0)' : 'the answer has no audio' }
  }
  const read = taken.flatMap(({ index, result }) => (isRefusal(result) ? [] : [{ index, negotiated: result }]))
  return (
    read.find(({ negotiated }) => negotiated.crypto !== null || negotiated.dtls !== null) ??
    read[0] ??
    (first.result as NotNegotiated)
  )
}

/** The line of an offer that one of its answer stands for: that in its place, where an answer left none out. */
function placeIn(offer: readonly MediaDescription[], answered: MediaDescription, index: number): number {
  const isLike = (m: MediaDescription | undefined) =>
    m?.kind === 'audio' && m.port !== 0 && isSecure(m) === isSecure(answered)
  if (isLike(offer[index])) return index
  const alike = offer.findIndex(isLike)
  return alike >= 0 ? alike : offer.findIndex((m) => m.kind === 'audio' && m.port !== 0)
}

const isSecure = ({ protocol }: MediaDescription) => protocol.includes('SAVP')

function readLine(chosen: MediaDescription, offered: MediaDescription, local: LocalMedia): Negotiated | NotNegotiated {
  const codec = pickCodec(chosen, local.codecs)
  if (!codec)
    return {
      refusal: 'no-codec',
      text:
        `the answer has no codec of the offer: answered ${namesOf(chosen) || 'none'}, offered ` +
        `${local.codecs.join(', ')}${misdeclared(chosen, local.codecs)}`,
    }
  const answered = answeredKey(chosen.crypto, offered.crypto)
  const dtls = isDtls(chosen) && isDtls(offered)
  const fault = dtls
    ? dtlsFault(chosen, local.encryption, 'answered')
    : encryptionFault(chosen, answered, local.encryption, 'answered')
  if (fault) return { refusal: 'encryption', text: fault }
  // It says that it encrypts, and in a way that was not offered: neither side would understand the other.
  if (typeof answered === 'string' && chosen.crypto.length > 0 && local.encryption !== 'disabled')
    return { refusal: 'encryption', text: `encrypted media was answered without a usable key: ${answered}` }
  const { toAnswerer, toOfferer } = agreeMedium(offered, chosen)
  const event = eventOf(chosen, codec.codec) ?? chosen.formats.find(isEvent)
  const noise = noiseOf(chosen, codec.codec, local.codecs)
  return {
    ...agreed(codec, { event, noise }, toAnswerer, toOfferer, local),
    wantsXr: wantsXr(chosen),
    crypto: agreedCrypto(typeof answered === 'string' || local.encryption === 'disabled' ? null : answered, local),
    dtls: dtls ? agreedDtls(chosen, chosen.dtls!.setup === 'passive', true) : null,
  }
}

/** The peer's certificate comes in a handshake of DTLS (RFC 5764 8). */
const isDtls = ({ protocol }: MediaDescription): boolean => /^UDP\/TLS\/RTP\/SAVPF?$/.test(protocol)

/** The formats are words, some with parameters behind them: `voip-metrics`, `pkt-loss-rle=1500`. */
const wantsXr = ({ rtcpXr = '' }: MediaDescription): boolean => rtcpXr.split(/[\s=]/).includes(wantedXr)

/** Who leaves it to us waits for us. */
const answeredSetup = ({ dtls }: MediaDescription): 'active' | 'passive' =>
  dtls?.setup === 'active' ? 'passive' : 'active'

function agreedDtls(theirs: MediaDescription, isClient: boolean, offered: boolean): NegotiatedDtls {
  const { fingerprints, ice } = theirs.dtls!
  const candidates = (theirs.candidates ?? []).filter(({ component }) => component === 1)
  const described = isMediaAddress(theirs.address) && !isUnspecified(theirs.address)
  const all = [...candidates, ...(described ? [{ host: theirs.address!, port: theirs.port }] : [])]
  return {
    role: isClient ? 'client' : 'server',
    fingerprints,
    ice,
    candidates: all
      .map(({ host, port }) => ({ host, port }))
      .filter(({ host, port }, i, list) => list.findIndex((one) => one.host === host && one.port === port) === i),
    // Who makes no checks decides nothing (RFC 8445 6.1.1).
    controlling: offered || ice?.lite === true,
  }
}

function dtlsFault(m: MediaDescription, ours: Encryption, verb: 'offered' | 'answered'): string | null {
  if (ours === 'disabled')
    return (
      `encrypted media (${m.protocol}) was ${verb}, media encryption is disabled here: set it to ` +
      'allowed or required'
    )
  if ((m.dtls?.fingerprints.length ?? 0) === 0) return `${m.protocol} was ${verb} without a fingerprint (a=fingerprint)`
  return m.rtcpMux ? null : `${m.protocol} was ${verb} without a=rtcp-mux, without which it is not spoken here`
}

function agreedCrypto(key: SdesKey | null, { keys }: LocalMedia): NegotiatedCrypto | null {
  return key && { suite: key.suite, localMaster: keys(key.suite), remoteKeys: key.keys }
}

function encryptionFault(
  m: MediaDescription,
  key: SdesKey | string,
  ours: Encryption,
  verb: 'offered' | 'answered',
): string | null {
  const secure = isSecure(m)
  const profile = elide(visible(m.protocol), 40)
  if (ours === 'dtls') return `media profile ${profile} was ${verb}, and only UDP/TLS/RTP/SAVPF (DTLS) is spoken here`
  if (!/^RTP\/S?AVPF?$/.test(m.protocol))
    return `media profile ${profile} was ${verb}: RTP/AVP, RTP/SAVP (SDES) and UDP/TLS/RTP/SAVPF (DTLS) are spoken here`
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
  { codec, format, parameters }: PickedCodec,
  { event, noise }: { readonly event: MediaFormat | undefined; readonly noise: MediaFormat | undefined },
  toPeer: Leg,
  fromPeer: Leg,
  { ptimeMs }: LocalMedia,
): Omit<Negotiated, 'crypto' | 'dtls' | 'wantsXr'> {
  const remote = toPeer.to && isMediaAddress(toPeer.to.host) ? toPeer.to : null
  return {
    codec,
    payloadType: format.payloadType,
    parameters,
    telephoneEvent: event?.payloadType ?? null,
    comfortNoise: noise?.payloadType ?? null,
    remote,
    remoteRtcp: remote && toPeer.rtcpTo,
    direction: directionOf(toPeer.flows, fromPeer.flows),
    ptimeMs: ptimeOf(toPeer.ptimeMs, toPeer.maxPtimeMs, ptimeMs, codec),
  }
}
