import * as sdpTransform from 'sdp-transform'
import { isIp } from '../../base/address.ts'

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** One payload type of an m= line with what a=rtpmap and a=fmtp say of it (RFC 8866, RFC 3551 table 4 for static types). */
export interface MediaFormat {
  readonly payloadType: number
  readonly codec: string
  readonly clockRateHz: number
  readonly channels: number
  readonly parameters: string | null
}

/** An a=crypto line (RFC 4568). The key is a secret: `redact` before showing. */
export interface CryptoAttribute {
  readonly tag: number
  readonly suite: string
  readonly keyParams: string
  readonly sessionParams: string | null
}

export interface MediaDescription {
  readonly kind: string
  readonly port: number
  readonly protocol: string
  /** The c= address that holds for this medium; null when there is none. */
  readonly address: string | null
  readonly formats: readonly MediaFormat[]
  readonly direction: MediaDirection
  readonly ptimeMs: number | null
  readonly rtcpPort: number | null
  readonly rtcpMux: boolean
  readonly crypto: readonly CryptoAttribute[]
}

export interface SessionDescription {
  readonly origin: { readonly username: string; readonly sessionId: string; readonly version: number; readonly address: string }
  readonly media: readonly MediaDescription[]
}

/** RFC 3551 table 4: what a static payload type means without a=rtpmap. */
const staticFormats: Readonly<Record<number, readonly [string, number]>> = {
  0: ['PCMU', 8000], 3: ['GSM', 8000], 4: ['G723', 8000], 5: ['DVI4', 8000], 6: ['DVI4', 16000], 7: ['LPC', 8000], 8: ['PCMA', 8000],
  9: ['G722', 8000], 10: ['L16', 44100], 11: ['L16', 44100], 12: ['QCELP', 8000], 13: ['CN', 8000], 15: ['G728', 8000],
  16: ['DVI4', 11025], 17: ['DVI4', 22050], 18: ['G729', 8000], 34: ['H263', 90000],
}

export function staticFormat(payloadType: number): { codec: string; clockRateHz: number } | null {
  const known = staticFormats[payloadType]
  return known ? { codec: known[0], clockRateHz: known[1] } : null
}

const directions = new Set<string>(['sendrecv', 'sendonly', 'recvonly', 'inactive'])
const direction = (text: string | undefined, fallback: MediaDirection): MediaDirection =>
  text !== undefined && directions.has(text) ? (text as MediaDirection) : fallback

/** Reads a session description; a string says why it is none. */
export function parseSdp(text: string): SessionDescription | string {
  if (!/^v=0\r?\n/.test(text)) return 'the session description does not begin with v=0'
  let parsed: sdpTransform.SessionDescription
  try {
    parsed = sdpTransform.parse(text)
  } catch {
    return 'the session description cannot be read'
  }
  const { origin } = parsed
  if (!origin) return 'the session description has no o= line'
  const sessionDirection = direction(parsed.direction, 'sendrecv')
  // The parser leaves out what a line does not have, whatever its types say.
  const media = (parsed.media ?? []).filter((m) => m.protocol !== undefined).map((m): MediaDescription => ({
    kind: m.type,
    port: validPort(m.port) ? m.port : 0,
    protocol: m.protocol.toUpperCase(),
    address: m.connection?.ip ?? parsed.connection?.ip ?? null,
    formats: formatsOf(m),
    direction: direction(m.direction, sessionDirection),
    ptimeMs: typeof m.ptime === 'number' && m.ptime > 0 && m.ptime <= 200 ? m.ptime : null,
    rtcpPort: m.rtcp && validPort(m.rtcp.port) ? m.rtcp.port : null,
    rtcpMux: m.rtcpMux !== undefined,
    crypto: (m.crypto ?? []).filter((c) => c.config !== undefined).map((c) => ({ tag: Number(c.id), suite: c.suite, keyParams: c.config, sessionParams: c.sessionConfig ?? null })),
  }))
  return {
    origin: { username: origin.username, sessionId: String(origin.sessionId), version: Number(origin.sessionVersion), address: origin.address },
    media,
  }
}

const validPort = (port: unknown): port is number => typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65535

type TransformMedia = sdpTransform.SessionDescription['media'][number]

function formatsOf(m: TransformMedia): MediaFormat[] {
  return String(m.payloads ?? '').split(' ').filter((text) => /^\d{1,3}$/.test(text)).map((text) => {
    const payloadType = Number(text)
    const map = m.rtp?.find((entry) => entry.payload === payloadType)
    const known = staticFormat(payloadType)
    const parameters = m.fmtp?.find((entry) => entry.payload === payloadType)?.config ?? null
    return {
      payloadType,
      codec: map?.codec ?? known?.codec ?? `unknown(${payloadType})`,
      clockRateHz: map?.rate ?? known?.clockRateHz ?? 0,
      channels: Number(map?.encoding ?? 1) || 1,
      parameters,
    }
  })
}

export function writeSdp(session: SessionDescription): string {
  const { origin } = session
  const version = (address: string) => (address.includes(':') ? 6 : 4)
  return sdpTransform.write({
    version: 0,
    origin: {
      username: origin.username, sessionId: origin.sessionId, sessionVersion: origin.version,
      netType: 'IN', ipVer: version(origin.address), address: origin.address,
    },
    name: '-',
    timing: { start: 0, stop: 0 },
    connection: { version: version(origin.address), ip: origin.address },
    media: session.media.map((m) => ({
      type: m.kind,
      port: m.port,
      protocol: m.protocol,
      payloads: m.formats.map((format) => format.payloadType).join(' '),
      ...(m.address !== null && m.address !== origin.address ? { connection: { version: version(m.address), ip: m.address } } : {}),
      rtp: m.formats.map((format) => ({
        payload: format.payloadType, codec: format.codec, rate: format.clockRateHz, ...(format.channels > 1 ? { encoding: format.channels } : {}),
      })),
      fmtp: m.formats.filter((format) => format.parameters !== null).map((format) => ({ payload: format.payloadType, config: format.parameters! })),
      ...(m.ptimeMs !== null ? { ptime: m.ptimeMs } : {}),
      ...(m.crypto.length > 0 ? { crypto: m.crypto.map((c) => ({ id: c.tag, suite: c.suite, config: c.keyParams, ...(c.sessionParams ? { sessionConfig: c.sessionParams } : {}) })) } : {}),
      direction: m.direction,
    })),
  })
}

/** The first audio medium that is not refused; null when there is none. */
export function audioOf(session: SessionDescription): MediaDescription | null {
  return session.media.find((m) => m.kind === 'audio' && m.port !== 0) ?? null
}

/** Whether an address can be sent to at all. */
export function isMediaAddress(address: string | null): address is string {
  return address !== null && isIp(address)
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
