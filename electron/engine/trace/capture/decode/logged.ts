import type { TransportName } from '../../../../../shared/model/transport.ts'
import { u16, u16le, u32, u32le } from './bytes.ts'
import { hdlc, rawIp } from './serial.ts'
import type { Layer } from './packet.ts'

const payloadAttribute = 9

/** What netfilter logs: four bytes, then attributes, one of which is the IP packet (LINKTYPE_NFLOG). */
export const nflog: Layer = (packet, from, to) => {
  const { bytes } = packet
  // Lengths are in the order of the machine that wrote them: the first says which, since none is longer than its
  // packet.
  const first = u16le(bytes, from + 4)
  const number = first >= 4 && first <= to - from - 4 ? u16le : u16
  for (let at = from + 4; at + 4 <= to;) {
    const length = number(bytes, at)
    if (length < 4) break
    if ((number(bytes, at + 2) & 0x7fff) === payloadAttribute) return rawIp(packet, at + 4, Math.min(to, at + length))
    at += (length + 3) & ~3
  }
  packet.cut()
}

const erfEthernet = new Set([2, 11, 16, 20])
const erfSerial = new Set([1, 5, 10, 17, 19])
const erfIp = new Set([22, 23])

/** Endace's records: 16 bytes, further headers, then the frame (LINKTYPE_ERF). */
export const erf: Layer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 16) return packet.cut()
  let at = from + 16
  for (let more = bytes[from + 8]! & 0x80; more && at + 8 <= to; at += 8) more = bytes[at]! & 0x80
  const type = bytes[from + 8]! & 0x7f
  if (erfEthernet.has(type)) packet.link(1, at + 2, to)
  else if (erfSerial.has(type)) hdlc(packet, at, to)
  else if (erfIp.has(type)) rawIp(packet, at, to)
  else packet.unread(`ERF records of type ${type}`)
}

/** Apple's header of a packet: says how long it is and which link type follows (LINKTYPE_PKTAP). */
export const pktap: Layer = (packet, from, to) => {
  const { bytes } = packet
  const length = to - from < 12 ? 0 : u32le(bytes, from)
  if (length < 12 || length > to - from) return packet.cut()
  packet.link(u32le(bytes, from + 8), from + length, to)
}

const carriers: Readonly<Record<number, TransportName>> = { 2: 'tcp', 3: 'udp' }

/**
 * What Wireshark writes of an upper layer alone ("Export PDUs"): tags, each with its length, that say between whom it
 * passed, then the message (LINKTYPE_WIRESHARK_UPPER_PDU).
 */
export const exported: Layer = (packet, from, to) => {
  const { bytes, endpoints } = packet
  let [at, transport]: [number, TransportName] = [from, 'udp']
  for (let tag = u16(bytes, at); tag !== 0; tag = u16(bytes, at)) {
    const [value, next] = [at + 4, at + 4 + u16(bytes, at + 2)]
    if (next + 4 > to) return packet.cut()
    if (tag === 20) packet.sourceHost = endpoints.host4(bytes, value)
    else if (tag === 21) packet.destinationHost = endpoints.host4(bytes, value)
    else if (tag === 22) packet.sourceHost = endpoints.host6(bytes, value)
    else if (tag === 23) packet.destinationHost = endpoints.host6(bytes, value)
    else if (tag === 24) transport = carriers[u32(bytes, value)] ?? 'udp'
    else if (tag === 25) packet.sourcePort = u32(bytes, value) & 0xffff
    else if (tag === 26) packet.destinationPort = u32(bytes, value) & 0xffff
    at = next
  }
  packet.ended(packet.receiver.relayed(packet, transport, at + 4, to))
}
