import { rtpHeaderBytes } from '../../../../../shared/wire/rtp/rtp.ts'
import { u16 } from './bytes.ts'
import type { Layer } from './packet.ts'

/** UDP: what a known port carries is read as that where it is, else by whoever asked (RFC 768). */
export const udp: Layer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 8) return packet.cut()
  const length = u16(bytes, from + 4)
  // Of RTP not even its header was captured.
  if (length >= 8 + rtpHeaderBytes && packet.limit - from < 8 + rtpHeaderBytes) return packet.cut()
  // Where IP says less than UDP and the bytes are there, UDP is right.
  datagram(packet, from, length >= 8 ? Math.min(Math.max(to, packet.limit), from + length) : to)
}

/** UDP-Lite: where UDP has its length, this has what its checksum covers (RFC 3828 3.1). */
export const udpLite: Layer = (packet, from, to) => {
  if (to - from < 8) return packet.cut()
  datagram(packet, from, to)
}

const datagram: Layer = (packet, from, to) => {
  const { bytes } = packet
  packet.sourcePort = u16(bytes, from)
  packet.destinationPort = u16(bytes, from + 2)
  const layer = packet.udpPort(packet.destinationPort) ?? packet.udpPort(packet.sourcePort)
  if (layer?.(packet, from + 8, to)) return
  packet.ended(packet.receiver.udp(packet, from + 8, to))
}

export const tcp: Layer = (packet, from, to) => {
  if (to - from < 20) return packet.cut()
  packet.sourcePort = u16(packet.bytes, from)
  packet.destinationPort = u16(packet.bytes, from + 2)
  packet.ended(packet.receiver.tcp(packet, from, to))
}

export const sctp: Layer = (packet) => packet.unread('SCTP, in which SIP may be')
export const esp: Layer = (packet) => packet.unread('encrypted by IPsec (ESP)')
