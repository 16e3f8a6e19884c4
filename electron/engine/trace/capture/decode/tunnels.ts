import { hex, u16, u32 } from './bytes.ts'
import { nextEtherTypes } from './ethernet.ts'
import { ppp, rawIp } from './serial.ts'
import type { Layer, PortLayer } from './packet.ts'

const ethernetFrame = 1
const bridged = 0x6558
const erspan = 0x88be
const erspan3 = 0x22eb
const wccp = 0x883e

/** GRE with its optional fields (RFC 2784, RFC 2890), PPTP's version of it (RFC 2637 4.1), ERSPAN I to III. */
export const gre: Layer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 4) return packet.cut()
  const flags = u16(bytes, from)
  const type = u16(bytes, from + 2)
  const version = flags & 7
  const [checksum, routing, key, sequence] = [flags & 0x8000, flags & 0x4000, flags & 0x2000, flags & 0x1000]
  if (version > 1 || routing) return packet.unread('GRE of another version')
  let at = from + 4 + (checksum ? 4 : 0) + (key ? 4 : 0) + (sequence ? 4 : 0)
  if (version === 1) {
    if (flags & 0x0080) at += 4
    // Without a sequence number it only acknowledges.
    return sequence ? ppp(packet, at, to) : packet.other()
  }
  if (at >= to) return packet.cut()
  if (type === bridged) return packet.link(ethernetFrame, at, to)
  if (type === erspan) return packet.link(ethernetFrame, sequence ? at + 8 : at, to)
  if (type === erspan3) return packet.link(ethernetFrame, at + (bytes[at + 11]! & 1 ? 20 : 12), to)
  if (type === wccp) return rawIp(packet, bytes[at]! >> 4 === 4 ? at : at + 4, to)
  packet.etherType(type, at, to)
}

/** EtherIP: two bytes, then a frame (RFC 3378). */
export const etherIp: Layer = (packet, from, to) => packet.link(ethernetFrame, from + 2, to)

/** AH of IPv4: says how long it is and what follows (RFC 4302 2). */
export const authentication: Layer = (packet, from, to) => {
  if (to - from < 12) return packet.cut()
  packet.protocol(packet.bytes[from]!, from + (packet.bytes[from + 1]! + 2) * 4, to)
}

export const l2tpv3: Layer = (packet) => packet.unread('L2TPv3')
export const ipComp: Layer = (packet) => packet.unread('compressed (IPComp)')

/** VXLAN: flags with the I bit, a network identifier, a frame (RFC 7348 5). */
export const vxlan: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 8 + 14 || (bytes[from]! & 0x08) === 0 || bytes[from + 7] !== 0) return false
  // RTP on such a port has another first byte than the flags.
  if (bytes[from]! & 0xc0) return false
  packet.link(ethernetFrame, from + 8, to)
  return true
}

const gpeTypes: Readonly<Record<number, number>> = { ...nextEtherTypes, 4: 0x894f }

/** VXLAN with a protocol number (VXLAN-GPE). */
export const vxlanGpe: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 8 || (bytes[from]! & 0x0c) !== 0x0c) return false
  const type = gpeTypes[bytes[from + 3]!]
  if (type !== undefined) packet.etherType(type, from + 8, to)
  else if (bytes[from + 3] === 3) packet.link(ethernetFrame, from + 8, to)
  else packet.unread('VXLAN-GPE of another protocol')
  return true
}

/** Geneve: options by their length, then what its protocol says (RFC 8926 3.4). */
export const geneve: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  const at = from + 8 + (bytes[from]! & 0x3f) * 4
  if (to - from < 8 || bytes[from]! >> 6 !== 0 || at > to || bytes[from + 7] !== 0) return false
  const type = u16(bytes, from + 2)
  if (type === bridged) packet.link(ethernetFrame, at, to)
  else packet.etherType(type, at, to)
  return true
}

const userPacket = 0xff

/** GTP-U: version 1 with its optional fields and extension headers, then a packet (3GPP TS 29.281 5). */
export const gtpU: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  const flags = bytes[from]!
  if (to - from < 8 || flags >> 4 !== 3 || u16(bytes, from + 2) > to - from - 8) return false
  if (bytes[from + 1] !== userPacket) {
    packet.other()
    return true
  }
  let at = from + 8
  if (flags & 7) {
    at += 4
    for (let next = flags & 4 ? bytes[at - 1]! : 0; next !== 0 && at < to;) {
      const size = bytes[at]! * 4
      if (size === 0) break
      at += size
      next = bytes[at - 1]!
    }
  }
  const version = bytes[at]! >> 4
  if (version === 4 || version === 6) rawIp(packet, at, to)
  else packet.link(ethernetFrame, at, to)
  return true
}

const tzspLinks: Readonly<Record<number, number>> = { 1: 1, 18: 105, 119: 119, 127: 163 }

/** TZSP: a header, tags, a frame, as access points and routers stream what they see. */
export const tzsp: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 5 || bytes[from] !== 1 || bytes[from + 1]! > 5) return false
  const link = tzspLinks[u16(bytes, from + 2)]
  let at = from + 4
  while (at < to && bytes[at] !== 1) at += bytes[at] === 0 ? 1 : 2 + bytes[at + 1]!
  if (bytes[from + 1]! > 1) packet.other()
  else if (link === undefined) packet.unread(`TZSP of type ${hex(u16(bytes, from + 2), 4)}`)
  else packet.link(link, at + 1, to)
  return true
}

/** L2TP: data messages carry PPP (RFC 2661 3.1). */
export const l2tp: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  const flags = u16(bytes, from)
  if (to - from < 6 || (flags & 0x34ff) !== 2) return false
  if (flags & 0x8000) {
    packet.other()
    return true
  }
  let at = from + 6 + (flags & 0x4000 ? 2 : 0) + (flags & 0x0800 ? 4 : 0)
  if (flags & 0x0200) at += 2 + u16(bytes, at)
  ppp(packet, at, to)
  return true
}

/** IPv6 in UDP (RFC 4380 5.1.1). */
export const teredo: PortLayer = (packet, from, to) => {
  if (to - from < 40 || packet.bytes[from]! >> 4 !== 6) return false
  packet.etherType(0x86dd, from, to)
  return true
}

export const mplsInUdp: PortLayer = (packet, from, to) => {
  if (to - from < 24) return false
  packet.etherType(0x8847, from, to)
  return true
}

export const greInUdp: PortLayer = (packet, from, to) => {
  if (to - from < 24 || (u16(packet.bytes, from) & 0x4fff) !== 0) return false
  gre(packet, from, to)
  return true
}

/** IPsec behind a NAT: four zero bytes are a key exchange, one byte keeps the path open (RFC 3948 2). */
export const espInUdp: PortLayer = (packet, from, to) => {
  const spi = to - from < 8 ? 0 : u32(packet.bytes, from)
  if (spi === 0) packet.other()
  else packet.unread('encrypted by IPsec (ESP)')
  return true
}

/** A locator of LISP: eight bytes, the first with flags, then IP (RFC 9300 5). */
export const lisp: PortLayer = (packet, from, to) => {
  if (to - from < 28 || (packet.bytes[from]! & 0x07) !== 0) return false
  const version = packet.bytes[from + 8]! >> 4
  if (version !== 4 && version !== 6) return false
  rawIp(packet, from + 8, to)
  return true
}

const wirelessFrame = 105

/** What an access point sends its controller: a header that says its length, then 802.11 or Ethernet (RFC 5415 4.3). */
export const capwap: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 8) return false
  if (bytes[from] === 1) {
    packet.unread('encrypted by DTLS (CAPWAP)')
    return true
  }
  if (bytes[from] !== 0) return false
  const [length, isFragment, isNative] = [(bytes[from + 1]! >> 3) * 4, bytes[from + 3]! & 0x80, bytes[from + 2]! & 1]
  if (length < 8) return false
  if (isFragment) packet.unread('fragments of CAPWAP')
  else if (bytes[from + 3]! & 0x08) packet.other()
  else packet.link(isNative ? wirelessFrame : ethernetFrame, from + length, to)
  return true
}

/** Generic UDP encapsulation: a header with the number of a protocol, or an IP packet alone (GUE). */
export const gue: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  const first = bytes[from]!
  if (to - from < 20) return false
  if (first >> 6 === 1) rawIp(packet, from, to)
  else if (first >> 5 === 0) packet.protocol(bytes[from + 1]!, from + 4 + (first & 0x1f) * 4, to)
  else return false
  return true
}

/** Data messages of WireGuard say their type in four bytes, and are multiples of sixteen. */
export const wireGuard: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  const type = to - from < 32 ? 0 : u32(bytes, from)
  if (type < 0x01000000 || type > 0x04000000 || type & 0xffffff) return false
  if (type === 0x04000000) packet.unread('encrypted by WireGuard')
  else packet.other()
  return true
}

const udpProtocol = 17
const ipHeaderBytes = 20

/** Whether an IPv4 packet lies there, all of it: its length and the checksum of its header say so. */
function isIpv4(bytes: Uint8Array, from: number, to: number): boolean {
  const header = (bytes[from]! & 15) * 4
  if (bytes[from]! >> 4 !== 4 || header < ipHeaderBytes || header > to - from || u16(bytes, from + 2) !== to - from)
    return false
  let sum = 0
  for (let at = from; at < from + header; at += 2) sum += u16(bytes, at)
  return (sum & 0xffff) + (sum >>> 16) === 0xffff
}

/** Whether an IPv6 packet with UDP in it lies there: its length says so. */
function isIpv6(bytes: Uint8Array, from: number, to: number): boolean {
  const next = bytes[from + 6]
  return to - from > 48 && bytes[from]! >> 4 === 6 && u16(bytes, from + 4) === to - from - 40 && next === udpProtocol
}

/** Bytes before the packet that say it is one: none (FOU), those of generic encapsulation or of GRE for either IP. */
const wrappings: readonly (readonly [size: number, word: number])[] = [
  [0, 0],
  [4, 0x00040000],
  [4, 0x00290000],
  [4, 0x00000800],
  [4, 0x000086dd],
]

/** An IP packet in UDP on whatever port, where its own header proves it; false where none does. */
export const onAnyPort: PortLayer = (packet, from, to) => {
  const { bytes } = packet
  for (const [size, word] of wrappings) {
    if (size > 0 && u32(bytes, from) !== word) continue
    const at = from + size
    if (!isIpv4(bytes, at, to) && !isIpv6(bytes, at, to)) continue
    rawIp(packet, at, to)
    return true
  }
  return false
}
