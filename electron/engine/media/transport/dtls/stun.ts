import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { ipBytes, type Address } from '../../../../../shared/base/address.ts'

// STUN (RFC 8489) as far as ICE needs it: binding requests and their responses, with short-term credentials.

const cookie = 0x2112a442
const headerBytes = 20
const integrityBytes = 20
const mostBytes = 1500
/** FINGERPRINT is the CRC of what is before it, so turned (RFC 8489 14.7). */
const fingerprintMask = 0x5354554e

export const attributes = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  mappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const

const kinds = { request: 0x0001, indication: 0x0011, success: 0x0101, error: 0x0111 } as const
export type StunKind = keyof typeof kinds

export interface StunMessage {
  readonly kind: StunKind
  /** Twelve bytes. */
  readonly transaction: Buffer
  /** By number; the first of each counts. */
  readonly attributes: ReadonlyMap<number, Buffer>
  readonly bytes: Buffer
  /** Where MESSAGE-INTEGRITY begins; null without one. What is after it counts for nothing, FINGERPRINT aside. */
  readonly integrityAt: number | null
}

/** Whether a packet is STUN rather than DTLS, RTP or RTCP (RFC 7983 7). */
export const isStun = (bytes: Uint8Array): boolean => bytes.length > 0 && bytes[0]! < 4

/** A binding message; null for anything else, and for one whose lengths or FINGERPRINT are wrong. */
export function parseStun(packet: Uint8Array): StunMessage | null {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.length)
  if (bytes.length < headerBytes || bytes.length > mostBytes || bytes.readUInt32BE(4) !== cookie) return null
  const type = bytes.readUInt16BE(0)
  const kind = (Object.keys(kinds) as StunKind[]).find((name) => kinds[name] === type)
  if (kind === undefined || bytes.readUInt16BE(2) !== bytes.length - headerBytes || bytes.length % 4 !== 0) return null
  const found = new Map<number, Buffer>()
  let integrityAt: number | null = null
  for (let at = headerBytes; at < bytes.length;) {
    const name = bytes.readUInt16BE(at)
    const size = bytes.readUInt16BE(at + 2)
    const end = at + 4 + size
    if (end > bytes.length) return null
    const value = bytes.subarray(at + 4, end)
    if (name === attributes.fingerprint && (size !== 4 || value.readUInt32BE(0) !== fingerprintOf(bytes, at)))
      return null
    if (integrityAt === null && !found.has(name)) found.set(name, value)
    if (name === attributes.integrity) integrityAt ??= at
    at = end + ((4 - (size % 4)) % 4)
  }
  return { kind, transaction: bytes.subarray(8, headerBytes), attributes: found, bytes, integrityAt }
}

/** Whether who wrote the message knows the password (RFC 8489 14.5). */
export function isFrom(password: string, { bytes, integrityAt, attributes: found }: StunMessage): boolean {
  const given = found.get(attributes.integrity)
  if (integrityAt === null || given?.length !== integrityBytes) return false
  return timingSafeEqual(given, integrityOf(bytes.subarray(0, integrityAt), password))
}

/** A binding message with MESSAGE-INTEGRITY and FINGERPRINT. */
export function writeStun(
  kind: StunKind,
  transaction: Uint8Array,
  given: readonly (readonly [attribute: number, value: Uint8Array])[],
  password: string,
): Buffer {
  const head = Buffer.alloc(headerBytes)
  head.writeUInt16BE(kinds[kind], 0)
  head.writeUInt32BE(cookie, 4)
  head.set(transaction, 8)
  const body = Buffer.concat([head, ...given.map(([name, value]) => attribute(name, value))])
  const whole = Buffer.concat([body, attribute(attributes.integrity, integrityOf(body, password))])
  whole.writeUInt16BE(whole.length + 8 - headerBytes, 2)
  const fingerprint = Buffer.alloc(4)
  fingerprint.writeUInt32BE(fingerprintOf(whole, whole.length))
  return Buffer.concat([whole, attribute(attributes.fingerprint, fingerprint)])
}

function attribute(name: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  bytes.writeUInt16BE(name, 0)
  bytes.writeUInt16BE(value.length, 2)
  bytes.set(value, 4)
  return bytes
}

/** Of a message up to MESSAGE-INTEGRITY, whose length then ends with that. */
function integrityOf(before: Uint8Array, password: string): Buffer {
  const bytes = Buffer.from(before)
  bytes.writeUInt16BE(bytes.length + 4 + integrityBytes - headerBytes, 2)
  return createHmac('sha1', password).update(bytes).digest()
}

function fingerprintOf(bytes: Buffer, at: number): number {
  return (crc32(bytes.subarray(0, at)) ^ fingerprintMask) >>> 0
}

/** XOR-MAPPED-ADDRESS (RFC 8489 14.2). */
export function mappedAddress({ host, port }: Address, transaction: Uint8Array): Buffer {
  const ip = ipBytes(host) ?? [0, 0, 0, 0]
  const mask = Buffer.alloc(16)
  mask.writeUInt32BE(cookie)
  mask.set(transaction, 4)
  const bytes = Buffer.alloc(4 + ip.length)
  bytes[1] = ip.length === 4 ? 1 : 2
  bytes.writeUInt16BE(port ^ (cookie >>> 16), 2)
  ip.forEach((byte, i) => (bytes[4 + i] = byte ^ mask[i]!))
  return bytes
}

/** The number of ERROR-CODE; null without one. */
export function errorCodeOf({ attributes: found }: StunMessage): number | null {
  const value = found.get(attributes.errorCode)
  return value && value.length >= 4 ? (value[2]! & 7) * 100 + value[3]! : null
}

export const errorCode = (code: number): Buffer => Buffer.from([0, 0, Math.floor(code / 100), code % 100])
