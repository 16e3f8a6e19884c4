import { u16, u32le } from './bytes.ts'
import type { Layer } from './packet.ts'

const ipVersions: ReadonlyMap<number, number> = new Map([
  [4, 0x0800],
  [6, 0x86dd],
])

/** An IP packet without any link, by its version (LINKTYPE_RAW and the like). */
export const rawIp: Layer = (packet, from, to) => {
  if (to <= from) return packet.cut()
  const type = ipVersions.get(packet.bytes[from]! >> 4)
  if (type === undefined) packet.other()
  else packet.etherType(type, from, to)
}

/** Four bytes of the address family, in whatever order, then IP (LINKTYPE_NULL, LINKTYPE_LOOP). */
export const loopback: Layer = (packet, from, to) => rawIp(packet, from + 4, to)

/** OpenBSD's packet filter log: a header that says its length, then IP (LINKTYPE_PFLOG). */
export const pflog: Layer = (packet, from, to) => rawIp(packet, from + ((packet.bytes[from]! + 3) & ~3), to)

/** PPP, with or without the address and control bytes, its protocol in one byte or two (RFC 1661 2, RFC 1662 3). */
export const ppp: Layer = (packet, from, to) => {
  const { bytes } = packet
  const at = bytes[from] === 0xff && bytes[from + 1] === 0x03 ? from + 2 : from
  if (to - at < 2) return packet.cut()
  if (bytes[at]! & 1) packet.ppp(bytes[at]!, at + 1, to)
  else packet.ppp(u16(bytes, at), at + 2, to)
}

/** PPP behind a byte that tells the direction (LINKTYPE_PPP_WITH_DIR, LINKTYPE_PPP_PPPD). */
export const directedPpp: Layer = (packet, from, to) =>
  packet.bytes[from]! <= 1 ? ppp(packet, from + 1, to) : ppp(packet, from, to)

/** Cisco HDLC: address, control, then an EtherType (RFC 4349); with a PPP address it is PPP in HDLC framing. */
export const hdlc: Layer = (packet, from, to) => {
  if (packet.bytes[from] === 0xff) return ppp(packet, from, to)
  if (to - from < 4) return packet.cut()
  packet.etherType(u16(packet.bytes, from + 2), from + 4, to)
}

/** Frame Relay with two bytes of address, then IP by its network identifier or by SNAP (RFC 2427). */
export const frameRelay: Layer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 10) return packet.cut()
  if (bytes[from + 2] !== 0x03) return packet.etherType(u16(bytes, from + 2), from + 4, to)
  const at = bytes[from + 3] === 0 ? from + 4 : from + 3
  if (bytes[at] === 0xcc || bytes[at] === 0x8e) return rawIp(packet, at + 1, to)
  if (bytes[at] === 0x80) return packet.etherType(u16(bytes, at + 4), at + 6, to)
  packet.other()
}

/** The header of a packet that another link type follows (LINKTYPE_PPI). */
export const perPacket: Layer = (packet, from, to) => {
  if (to - from < 8) return packet.cut()
  packet.link(u32le(packet.bytes, from + 4), from + (packet.bytes[from + 2]! | (packet.bytes[from + 3]! << 8)), to)
}

/** IPv4, IPv6 and MPLS in PPP, as their EtherTypes. */
export const pppProtocols: ReadonlyMap<number, number> = new Map([
  [0x0021, 0x0800],
  [0x0057, 0x86dd],
  [0x0281, 0x8847],
  [0x0283, 0x8848],
])
