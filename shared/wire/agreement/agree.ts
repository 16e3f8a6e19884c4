import { isIp, type Address } from '../../base/address.ts'
import {
  isHeldAddress,
  receives,
  reverse,
  sends,
  type MediaDescription,
  type MediaDirection,
  type MediaFormat,
  type SessionDescription,
} from '../sdp/sdp.ts'
import { staticFormat } from '../sdp/static-formats.ts'

/** What may be sent one way, and where to. */
export interface Leg {
  /** Both sides' directions allow it, and nobody is on hold. */
  readonly flows: boolean
  /**
   * Every format that both sides listed, with the number that its receiver gave it (RFC 3264 5.1), in the order of the
   * answer.
   */
  readonly formats: readonly MediaFormat[]
  /** Where its receiver listens; null where that is no address that can be sent to. The host may be a name. */
  readonly to: Address | null
  readonly rtcpTo: Address | null
  /** What else its receiver listens at: its candidates of ICE for RTP. */
  readonly candidates: readonly Address[]
  /** What its receiver asks for; null where it asks for nothing. */
  readonly ptimeMs: number | null
  /** The longest packets that its receiver takes; null where it sets no limit. */
  readonly maxPtimeMs: number | null
}

export type MediaEncryption = 'none' | 'sdes' | 'dtls'

/** What an offer and its answer say of one medium (RFC 3264 6). */
export interface MediumAgreement {
  /** Its place among the m= lines. */
  readonly index: number
  readonly kind: string
  /** Port 0 in the answer, or no such line: there is no such medium. */
  readonly refused: boolean
  readonly encryption: MediaEncryption
  /** The payload cannot be read by who has not the key: SRTP, but not with UNENCRYPTED_SRTP or a NULL cipher. */
  readonly ciphered: boolean
  readonly toOfferer: Leg
  readonly toAnswerer: Leg
  /** As the offerer sees it: what it may do. Hold by c=0.0.0.0 is included. */
  readonly direction: MediaDirection
  /** Where the answer breaks RFC 3264 or 4568, each a clause about the answer. */
  readonly faults: readonly string[]
}

/** What an offer and its answer agree on, medium by medium in the order of the offer. */
export function agree(offer: SessionDescription, answer: SessionDescription): MediumAgreement[] {
  return offer.media.map((offered, index) => agreeMedium(offered, answer.media[index], index))
}

/** A medium of an offer with its counterpart, which is undefined where the answer has fewer. */
export function agreeMedium(
  offered: MediaDescription,
  answered: MediaDescription | undefined,
  index = 0,
): MediumAgreement {
  const refused = offered.port === 0 || answered === undefined || answered.port === 0
  const pairs = answered ? commonFormats(offered, answered) : []
  const held = isHeld(offered) || (answered !== undefined && isHeld(answered))
  const allowed = reverse(answered?.direction ?? 'inactive')
  const [out, back] = [sends(offered.direction) && sends(allowed), receives(offered.direction) && receives(allowed)]
  const toAnswerer = legTo(
    answered,
    out && !refused && !isHeld(answered),
    pairs.map(([, theirs]) => theirs),
  )
  const toOfferer = legTo(
    offered,
    back && !refused && !isHeld(offered),
    pairs.map(([ours]) => ours),
  )
  return {
    index,
    kind: offered.kind,
    refused,
    ...encryptionOf(offered, answered),
    toOfferer,
    toAnswerer,
    direction: directionOf(toAnswerer.flows, toOfferer.flows),
    faults: answered ? faultsOf(offered, answered, pairs.length, held) : ['the answer leaves the medium out'],
  }
}

/** With ICE a description may have no address of its own (RFC 8839 4.2.1.2). */
export const isHeld = ({ address, dtls }: MediaDescription): boolean => !dtls?.ice && isHeldAddress(address)

function directionOf(send: boolean, receive: boolean): MediaDirection {
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive'
}

function legTo(receiver: MediaDescription | undefined, flows: boolean, formats: readonly MediaFormat[]): Leg {
  const to = receiver ? listensAt(receiver) : null
  return {
    flows,
    formats,
    to,
    rtcpTo: receiver ? rtcpAt(receiver) : null,
    candidates: (receiver?.candidates ?? [])
      .filter(({ component }) => component === 1)
      .map(({ host, port }) => ({ host, port })),
    ptimeMs: receiver?.ptimeMs ?? null,
    maxPtimeMs: receiver?.maxPtimeMs ?? null,
  }
}

/** Where RTP is to be sent; null for a refused medium, one on hold, and one without an address. */
export function listensAt({ address, port }: MediaDescription): Address | null {
  return address === null || port === 0 || isHeldAddress(address) ? null : { host: address, port }
}

/** Where RTCP is to be sent: beside the RTP, at the next port, or where a=rtcp says (RFC 3605, RFC 5761). */
export function rtcpAt(medium: MediaDescription): Address | null {
  const rtp = listensAt(medium)
  if (!rtp) return null
  const { rtcpMux, rtcpPort, rtcpAddress } = medium
  if (rtcpMux) return rtp
  const port = rtcpPort ?? rtp.port + 1
  return port > 65_535 ? null : { host: rtcpAddress ?? rtp.host, port }
}

/** All addresses at which a medium may be met, of RTP. */
export function addressesOf(medium: MediaDescription): Address[] {
  const rtp = listensAt(medium)
  const candidates = (medium.candidates ?? []).filter(({ component }) => component === 1)
  return [...(rtp && isIp(rtp.host) ? [rtp] : []), ...candidates.map(({ host, port }) => ({ host, port }))]
}

export const isEvent = ({ codec }: MediaFormat): boolean => codec.toLowerCase() === 'telephone-event'
export const isComfortNoise = ({ codec }: MediaFormat): boolean => codec.toLowerCase() === 'cn'
/** Neither digits nor comfort noise: what voices are coded in. */
export const isSpeech = (format: MediaFormat): boolean =>
  !isEvent(format) && !isComfortNoise(format) && format.codec.toLowerCase() !== 'red'

/** Formats that both list, as [the offer's, the answer's], in the order of the answer. */
export function commonFormats(
  offered: MediaDescription,
  answered: MediaDescription,
): (readonly [MediaFormat, MediaFormat])[] {
  const left = [...offered.formats]
  return answered.formats.flatMap((theirs) => {
    const alike = left.filter((ours) => isSame(ours, theirs))
    if (alike.length === 0) return []
    // One codec may stand there twice with other settings: the same number, then the same settings.
    const ours =
      alike.find(({ payloadType }) => payloadType === theirs.payloadType) ??
      alike.find(({ parameters }) => parameters === theirs.parameters) ??
      alike[0]!
    left.splice(left.indexOf(ours), 1)
    return [[ours, theirs] as const]
  })
}

function isSame(a: MediaFormat, b: MediaFormat): boolean {
  if (a.payloadType === b.payloadType && staticFormat(a.payloadType)) return true
  const clock = a.clockRateHz === b.clockRateHz || a.clockRateHz === 0 || b.clockRateHz === 0
  return clock && (a.codec === b.codec || a.codec.toLowerCase() === b.codec.toLowerCase())
}

/**
 * RTP/SAVP says that it is SRTP, RTP/AVP with keys on both sides too (RFC 8643): of the same tag and suite, else the
 * answer took none of them.
 */
function encryptionOf(
  offered: MediaDescription,
  answered: MediaDescription | undefined,
): Pick<MediumAgreement, 'encryption' | 'ciphered'> {
  const clear = { encryption: 'none', ciphered: false } as const
  if (!answered) return clear
  if (answered.protocol.startsWith('UDP/TLS/')) return { encryption: 'dtls', ciphered: true }
  const key = answered.crypto.find(({ tag, suite }) =>
    offered.crypto.some((ours) => ours.tag === tag && ours.suite.toUpperCase() === suite.toUpperCase()),
  )
  const secure = answered.protocol.includes('SAVP')
  if (secure || key) {
    if (!key && answered.crypto.length === 0 && answered.fingerprint) return { encryption: 'dtls', ciphered: true }
    const used = key ?? answered.crypto[0]
    const open = used && (/\bUNENCRYPTED_SRTP\b/i.test(used.sessionParams ?? '') || /^NULL_/i.test(used.suite))
    return { encryption: 'sdes', ciphered: !open }
  }
  return answered.fingerprint && offered.fingerprint ? { encryption: 'dtls', ciphered: true } : clear
}

function faultsOf(offered: MediaDescription, answered: MediaDescription, common: number, held: boolean): string[] {
  if (answered.port === 0 || offered.port === 0) {
    return offered.port === 0 && answered.port !== 0 ? ['it takes a medium that the offer refuses'] : []
  }
  const faults: string[] = []
  if (answered.kind.toLowerCase() !== offered.kind.toLowerCase())
    faults.push(`it has ${answered.kind} where the offer has ${offered.kind}`)
  const allowed = reverse(offered.direction)
  const may = (check: typeof sends) => !check(answered.direction) || check(allowed)
  if (!held && !(may(sends) && may(receives)))
    faults.push(`it says ${answered.direction}, which the offer (${offered.direction}) does not allow`)
  if (common === 0 && offered.formats.length > 0 && answered.protocol.includes('RTP'))
    faults.push('it has no format of the offer')
  const secure = ({ protocol }: MediaDescription) => protocol.includes('SAVP')
  if (secure(answered) !== secure(offered))
    faults.push(`its profile is ${answered.protocol}, the offer's is ${offered.protocol}`)
  const strange = answered.crypto.filter(
    ({ tag, suite }) =>
      !offered.crypto.some((ours) => ours.tag === tag && ours.suite.toUpperCase() === suite.toUpperCase()),
  )
  if (strange.length > 0 && strange.length === answered.crypto.length) {
    const { tag, suite } = strange[0]!
    faults.push(`its key has tag ${tag} and suite ${suite}, which the offer does not have`)
  }
  return faults
}
