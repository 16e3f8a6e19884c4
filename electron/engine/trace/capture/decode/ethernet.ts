import { u16, u32 } from './bytes.ts'
import type { Layer, Packet } from './packet.ts'

/** Numbers below are the length of an 802.3 frame, others an EtherType. */
const lowestEtherType = 0x600
const snap = 0xaa
const ipSap = 0x06
/** Under this organisation EtherTypes cross token rings (802.1H). */
const bridgedTypes = 0xf8

/** Ethernet II and 802.3 (LINKTYPE_ETHERNET). */
export const ethernet: Layer = (packet, from, to) => {
  if (to - from < 14) return packet.cut()
  typeOrLength(packet, from + 12, to)
}

function typeOrLength(packet: Packet, at: number, to: number): void {
  const type = u16(packet.bytes, at)
  if (type >= lowestEtherType) return packet.etherType(type, at + 2, to)
  llc(packet, at + 2, Math.min(to, at + 2 + type))
}

/** 802.2 with SNAP, whatever the link is (IEEE 802.2, RFC 1042). */
export const llc: Layer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 3) return packet.cut()
  const service = bytes[from]!
  if (service === ipSap) return packet.etherType(0x0800, from + 3, to)
  if (service !== snap) return packet.other()
  if (to - from < 8) return packet.cut()
  const organisation = (u16(bytes, from + 3) << 8) | bytes[from + 5]!
  // What other organisations number is their own.
  if (organisation !== 0 && organisation !== bridgedTypes) return packet.other()
  packet.etherType(u16(bytes, from + 6), from + 8, to)
}

/** A tag of 802.1Q or 802.1ad: its number, then the type of what follows. */
export const vlan: Layer = (packet, from, to) => {
  if (to - from < 4) return packet.cut()
  typeOrLength(packet, from + 2, to)
}

/** 802.1ah: a service tag before a whole Ethernet frame. */
export const macInMac: Layer = (packet, from, to) => packet.link(1, from + 4, to)

/** VN-Tag (802.1BR): four bytes, then the type of what follows. */
export const vnTag: Layer = (packet, from, to) => {
  if (to - from < 6) return packet.cut()
  packet.etherType(u16(packet.bytes, from + 4), from + 6, to)
}

/** MPLS labels to the bottom of the stack, then IP, or Ethernet of a pseudowire (RFC 3032, RFC 4448). */
export const mpls: Layer = (packet, from, to) => {
  const { bytes } = packet
  let at = from
  while (at + 4 <= to && (bytes[at + 2]! & 1) === 0) at += 4
  at += 4
  if (at >= to) return packet.cut()
  const version = bytes[at]! >> 4
  if (version === 4 || version === 6) return packet.etherType(version === 4 ? 0x0800 : 0x86dd, at, to)
  // A control word begins with four zero bits; without one the frame itself follows.
  packet.link(1, version === 0 && u32(bytes, at) >>> 16 === 0 ? at + 4 : at, to)
}

/** A PPPoE session: six bytes, then PPP (RFC 2516 4). */
export const pppoe: Layer = (packet, from, to) => {
  if (to - from < 8) return packet.cut()
  const end = Math.min(to, from + 6 + u16(packet.bytes, from + 4))
  packet.ppp(u16(packet.bytes, from + 6), from + 8, end)
}

/** A security group of Cisco's: six bytes, then the type of what follows (CMD). */
export const securityTag: Layer = (packet, from, to) => {
  if (to - from < 8) return packet.cut()
  packet.etherType(u16(packet.bytes, from + 6), from + 8, to)
}

/** EtherTypes of the numbers that a service path and VXLAN-GPE say what follows with; 3 is Ethernet itself. */
export const nextEtherTypes: Readonly<Record<number, number>> = { 1: 0x0800, 2: 0x86dd, 5: 0x8847 }

/** A service path: its length in words of four bytes, then IP, Ethernet or MPLS (RFC 8300 2). */
export const serviceHeader: Layer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 8) return packet.cut()
  const at = from + Math.max(8, (bytes[from + 1]! & 0x3f) * 4)
  const type = nextEtherTypes[bytes[from + 3]!]
  if (type !== undefined) packet.etherType(type, at, to)
  else if (bytes[from + 3] === 3) packet.link(1, at, to)
  else packet.unread(`a service path (NSH) of protocol ${bytes[from + 3]}`)
}

export const macSec: Layer = (packet) => packet.unread('encrypted by MACsec')

/** ARP, discovery, loop detection, clocks and what else never carries SIP. */
export const otherEtherTypes: ReadonlySet<number> = new Set([
  0x0806, 0x0842, 0x22ea, 0x22f0, 0x6003, 0x8035, 0x809b, 0x80f3, 0x8137, 0x8138, 0x8204, 0x876b, 0x8808, 0x8809,
  0x8819, 0x8863, 0x886d, 0x886f, 0x8870, 0x887b, 0x888e, 0x8892, 0x8899, 0x889a, 0x88a2, 0x88a4, 0x88ab, 0x88b8,
  0x88b9, 0x88ba, 0x88bf, 0x88c7, 0x88cc, 0x88cd, 0x88dc, 0x88e1, 0x88e3, 0x88f5, 0x88f6, 0x88f7, 0x88f8, 0x8902,
  0x8906, 0x8914, 0x8915, 0x892f, 0x893a, 0x893f, 0x894b, 0x9000, 0x9003, 0xfffa,
])
