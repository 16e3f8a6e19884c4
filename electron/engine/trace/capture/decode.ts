import { ipFromBytes, type Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { Frame } from './pcap-read.ts'

export interface PacketHandler {
  udp(at: Micros, source: Address, destination: Address, payload: Uint8Array): void
  tcp(at: Micros, source: Address, destination: Address, segment: TcpSegment): void
}

export interface TcpSegment {
  readonly sequence: number
  readonly syn: boolean
  readonly end: boolean
  readonly payload: Uint8Array
}

const ethernet = 1
const rawIp = new Set([12, 14, 101, 228, 229])
const cooked = 113
const cooked2 = 276
const loopback = new Set([0, 108])

/** Link types that can be read; others are named in the problems. */
export function knowsLinkType(linkType: number): boolean {
  return (
    linkType === ethernet ||
    linkType === cooked ||
    linkType === cooked2 ||
    rawIp.has(linkType) ||
    loopback.has(linkType)
  )
}

/** Datagrams whose fragments are waited for. */
const mostFragmented = 1000
/** No IP datagram is longer (RFC 791 3.1). */
const longestDatagram = 65_535
/** Paths cut a datagram into far fewer; more are an attack. */
const mostParts = 256

interface Fragments {
  /** By offset; where several begin there, the first. */
  readonly parts: Map<number, Uint8Array>
  held: number
  /** Known once the last one has come. */
  total: number | null
}

/**
 * From frames to UDP payloads and TCP segments: Ethernet (VLAN, PPPoE), cooked, raw IP; IPv4 and IPv6 with fragments;
 * IP in IP.
 */
export class PacketDecoder {
  readonly #handler: PacketHandler
  readonly #fragments = new Map<string, Fragments>()

  constructor(handler: PacketHandler) {
    this.#handler = handler
  }

  frame({ at, linkType, bytes }: Frame): void {
    if (linkType === ethernet) this.#ethernet(at, bytes)
    else if (linkType === cooked) this.#byType(at, u16(bytes, 14), bytes.subarray(16))
    else if (linkType === cooked2) this.#byType(at, u16(bytes, 0), bytes.subarray(20))
    else if (rawIp.has(linkType)) this.#ip(at, bytes, 0)
    else if (loopback.has(linkType)) this.#ip(at, bytes.subarray(4), 0)
  }

  #ethernet(at: Micros, bytes: Uint8Array): void {
    let offset = 12
    let type = u16(bytes, offset)
    while (type === 0x8100 || type === 0x88a8 || type === 0x9100) type = u16(bytes, (offset += 4))
    this.#byType(at, type, bytes.subarray(offset + 2))
  }

  #byType(at: Micros, type: number, bytes: Uint8Array): void {
    if (type === 0x0800 || type === 0x86dd) this.#ip(at, bytes, 0)
    else if (type === 0x8864 && (u16(bytes, 6) === 0x0021 || u16(bytes, 6) === 0x0057))
      this.#ip(at, bytes.subarray(8), 0)
  }

  #ip(at: Micros, bytes: Uint8Array, depth: number): void {
    if (depth > 4 || bytes.length < 20) return
    const version = bytes[0]! >> 4
    if (version === 4) this.#ipv4(at, bytes, depth)
    else if (version === 6 && bytes.length >= 40) this.#ipv6(at, bytes, depth)
  }

  #ipv4(at: Micros, bytes: Uint8Array, depth: number): void {
    const headerBytes = (bytes[0]! & 15) * 4
    const total = u16(bytes, 2)
    if (headerBytes < 20 || headerBytes > bytes.length) return
    const body = bytes.subarray(headerBytes, total >= headerBytes ? Math.min(total, bytes.length) : bytes.length)
    const source = ipFromBytes(bytes, 12, 4)
    const destination = ipFromBytes(bytes, 16, 4)
    const flags = u16(bytes, 6)
    const whole =
      flags & 0x3fff
        ? this.#fragment(
            `${source} ${destination} ${u16(bytes, 4)} ${bytes[9]}`,
            (flags & 0x1fff) * 8,
            (flags & 0x2000) !== 0,
            body,
          )
        : body
    if (whole) this.#transport(at, bytes[9]!, source, destination, whole, depth)
  }

  #ipv6(at: Micros, bytes: Uint8Array, depth: number): void {
    const source = ipFromBytes(bytes, 8, 16)
    const destination = ipFromBytes(bytes, 24, 16)
    let next = bytes[6]!
    let body = bytes.subarray(40, Math.min(bytes.length, 40 + (u16(bytes, 4) || bytes.length)))
    for (;;) {
      if (next === 0 || next === 43 || next === 60) {
        if (body.length < 8) return
        const size = (body[1]! + 1) * 8
        next = body[0]!
        body = body.subarray(size)
      } else if (next === 44) {
        if (body.length < 8) return
        const word = u16(body, 2)
        const after = body[0]!
        const whole = this.#fragment(
          `${source} ${destination} ${u16(body, 4)}.${u16(body, 6)} ${after}`,
          word & 0xfff8,
          (word & 1) !== 0,
          body.subarray(8),
        )
        if (!whole) return
        next = after
        body = whole
      } else break
    }
    this.#transport(at, next, source, destination, body, depth)
  }

  /** Collects fragments; the whole datagram once it is complete (RFC 791 3.2, RFC 8200 4.5). */
  #fragment(key: string, offset: number, more: boolean, bytes: Uint8Array): Uint8Array | null {
    if (offset + bytes.length > longestDatagram) return null
    let entry = this.#fragments.get(key)
    if (!entry) {
      if (this.#fragments.size >= mostFragmented) this.#fragments.delete(this.#fragments.keys().next().value!)
      this.#fragments.set(key, (entry = { parts: new Map(), held: 0, total: null }))
    }
    if (!entry.parts.has(offset)) {
      entry.parts.set(offset, bytes.slice())
      entry.held += bytes.length
    }
    if (!more) entry.total = offset + bytes.length
    if (entry.parts.size > mostParts) this.#fragments.delete(key)
    if (entry.total === null || entry.held < entry.total) return null
    const whole = together(entry.parts, entry.total)
    if (whole) this.#fragments.delete(key)
    return whole
  }

  #transport(
    at: Micros,
    protocol: number,
    source: string,
    destination: string,
    bytes: Uint8Array,
    depth: number,
  ): void {
    if (protocol === 4 || protocol === 41) return this.#ip(at, bytes, depth + 1)
    if (protocol === 17 && bytes.length >= 8) {
      const length = u16(bytes, 4)
      const payload = bytes.subarray(8, length >= 8 ? Math.min(length, bytes.length) : bytes.length)
      this.#handler.udp(at, { host: source, port: u16(bytes, 0) }, { host: destination, port: u16(bytes, 2) }, payload)
    }
    if (protocol === 6 && bytes.length >= 20) {
      const headerBytes = (bytes[12]! >> 4) * 4
      if (headerBytes < 20 || headerBytes > bytes.length) return
      const flags = bytes[13]!
      this.#handler.tcp(
        at,
        { host: source, port: u16(bytes, 0) },
        { host: destination, port: u16(bytes, 2) },
        {
          sequence: ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0,
          syn: (flags & 2) !== 0,
          end: (flags & 5) !== 0,
          payload: bytes.subarray(headerBytes),
        },
      )
    }
  }
}

/** The parts side by side; null while one is missing. */
function together(parts: ReadonlyMap<number, Uint8Array>, total: number): Uint8Array | null {
  const whole = new Uint8Array(total)
  let filled = 0
  for (const [offset, bytes] of [...parts].sort(([a], [b]) => a - b)) {
    if (offset > filled) return null
    const fresh = bytes.subarray(filled - offset, total - offset)
    if (fresh.length === 0) continue
    whole.set(fresh, filled)
    filled += fresh.length
  }
  return filled >= total ? whole : null
}

function u16(bytes: Uint8Array, at: number): number {
  return at + 1 < bytes.length ? (bytes[at]! << 8) | bytes[at + 1]! : 0
}
