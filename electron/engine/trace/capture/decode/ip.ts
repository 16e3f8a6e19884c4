import { u16, u32 } from './bytes.ts'
import type { Layer, Packet } from './packet.ts'

/** IPv4 with options and fragments (RFC 791). */
export const ipv4: Layer = (packet, from, to) => {
  const { bytes } = packet
  const headerBytes = (bytes[from]! & 15) * 4
  if (to - from < 20 || headerBytes < 20 || from + headerBytes > to) return packet.cut()
  const total = u16(bytes, from + 2)
  // Offloading leaves 0 where the length was not known yet.
  const end = total >= headerBytes ? Math.min(to, from + total) : to
  const protocol = bytes[from + 9]!
  packet.limit = to
  const flags = u16(bytes, from + 6)
  packet.sourceHost = packet.endpoints.host4(bytes, from + 12)
  packet.destinationHost = packet.endpoints.host4(bytes, from + 16)
  if ((flags & 0x3fff) === 0) return packet.protocol(protocol, from + headerBytes, end)
  fragment(
    packet,
    u16(bytes, from + 4),
    protocol,
    (flags & 0x1fff) * 8,
    (flags & 0x2000) !== 0,
    from + headerBytes,
    end,
  )
}

const extensions = new Set([0, 43, 60, 135, 139, 140])
const fragmentHeader = 44
const authentication = 51
const nothing = 59

/** IPv6 with its extension headers and fragments (RFC 8200 4). */
export const ipv6: Layer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 40) return packet.cut()
  packet.sourceHost = packet.endpoints.host6(bytes, from + 8)
  packet.destinationHost = packet.endpoints.host6(bytes, from + 24)
  const length = u16(bytes, from + 4)
  packet.limit = to
  const end = length === 0 ? to : Math.min(to, from + 40 + length)
  inIpv6(packet, bytes[from + 6]!, from + 40, end)
}

function inIpv6(packet: Packet, first: number, from: number, to: number): void {
  const { bytes } = packet
  let next = first
  let at = from
  for (;;) {
    if (next === nothing) return packet.other()
    if (!extensions.has(next) && next !== fragmentHeader && next !== authentication)
      return packet.protocol(next, at, to)
    if (to - at < 8) return packet.cut()
    const size = next === authentication ? (bytes[at + 1]! + 2) * 4 : (bytes[at + 1]! + 1) * 8
    if (next === fragmentHeader) {
      const word = u16(bytes, at + 2)
      const whole = (word & 0xfff9) === 0
      if (!whole) return fragment(packet, u32(bytes, at + 4), bytes[at]!, word & 0xfff8, (word & 1) !== 0, at + 8, to)
      next = bytes[at]!
      at += 8
      continue
    }
    next = bytes[at]!
    at += size
  }
}

function fragment(
  packet: Packet,
  id: number,
  protocol: number,
  offset: number,
  more: boolean,
  from: number,
  to: number,
): void {
  const key = `${packet.sourceHost} ${packet.destinationHost} ${id} ${protocol}`
  packet.waits()
  const whole = packet.fragments.add(key, offset, more, packet.bytes.subarray(from, to))
  if (whole) packet.whole(protocol, whole.bytes, whole.frames)
}

/** What may follow the fragment header of IPv6 in a datagram that was put together, and in AH: further headers. */
export const extension =
  (number: number): Layer =>
  (packet, from, to) =>
    inIpv6(packet, number, from, to)
