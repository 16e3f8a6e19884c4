import { u16 } from './bytes.ts'
import type { Layer, Packet } from './packet.ts'

const udp = 17
/** Type and codes of "destination unreachable" (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1; RFC 4443 3.1). */
const unreachable4 = 3
const unreachable6 = 1
const portUnreachable = 'port unreachable: nothing listens there, or a firewall rejects it'
const reasons4 = new Map([
  [0, 'network unreachable'],
  [1, 'host unreachable'],
  [2, 'protocol unreachable'],
  [3, portUnreachable],
  [9, 'administratively prohibited'],
  [10, 'administratively prohibited'],
  [13, 'administratively prohibited'],
])
const reasons6 = new Map([
  [0, 'no route to the destination'],
  [1, 'administratively prohibited'],
  [3, 'address unreachable'],
  [4, portUnreachable],
])

/** An error that says of a datagram that it could not be delivered; what else ICMP says is nothing of SIP or RTP. */
export const icmp4: Layer = (packet, from, to) => {
  const { bytes } = packet
  const reason = to - from >= 36 && bytes[from] === unreachable4 ? reasons4.get(bytes[from + 1]!) : undefined
  const header = from + 8
  const ports = header + (bytes[header]! & 15) * 4
  if (reason === undefined || bytes[header]! >> 4 !== 4 || bytes[header + 9] !== udp || ports + 4 > to)
    return packet.other()
  const { endpoints } = packet
  refused(packet, reason, endpoints.host4(bytes, header + 12), endpoints.host4(bytes, header + 16), ports)
}

export const icmp6: Layer = (packet, from, to) => {
  const { bytes } = packet
  const reason = to - from >= 52 && bytes[from] === unreachable6 ? reasons6.get(bytes[from + 1]!) : undefined
  const header = from + 8
  if (reason === undefined || bytes[header]! >> 4 !== 6 || bytes[header + 6] !== udp) return packet.other()
  const { endpoints } = packet
  refused(packet, reason, endpoints.host6(bytes, header + 8), endpoints.host6(bytes, header + 24), header + 40)
}

/** The packet stands for the datagram that it is about, from now on. */
function refused(packet: Packet, reason: string, source: number, destination: number, ports: number): void {
  packet.sourceHost = source
  packet.destinationHost = destination
  packet.sourcePort = u16(packet.bytes, ports)
  packet.destinationPort = u16(packet.bytes, ports + 2)
  packet.receiver.sentBack?.(packet, reason)
  packet.other()
}
