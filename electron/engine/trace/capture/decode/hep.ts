import { unzipSync } from 'node:zlib'
import type { TransportName } from '../../../../../shared/model/transport.ts'
import { hex, u16, u32, u32le } from './bytes.ts'
import type { Packet } from './packet.ts'

const ipv4 = 2
const protocolTypes: Readonly<Record<number, string>> = { 1: 'SIP', 4: 'RTP', 5: 'RTCP' }
const transports: Readonly<Record<number, TransportName>> = { 6: 'tcp', 17: 'udp' }
/** No message is longer: what unpacks to more was made to fill a machine. */
const mostUnpacked = 256 * 1024
/** A capture agent's clock may differ from that of who recorded it, but not by more. */
const mostApartUs = 366 * 86_400e6

/** Whether bytes are a message of a capture agent: HEP3 (or EEP1, its other name), or HEP1 and 2 by their shape. */
export function isHep(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 16) return false
  const word = u32(bytes, from)
  return word === 0x48455033 || word === 0x45455031 || oldHeader(bytes, from, to) > 0
}

/** The bytes before the payload of HEP1 and 2; 0 where it is none. */
function oldHeader(bytes: Uint8Array, from: number, to: number): number {
  const [version, length, family] = [bytes[from]!, bytes[from + 1]!, bytes[from + 2]!]
  if ((version !== 1 && version !== 2) || (family !== ipv4 && family !== 10)) return 0
  const addresses = 8 + (family === ipv4 ? 8 : 32)
  if (length !== addresses && length !== addresses + 12) return 0
  if (!transports[bytes[from + 3]!]) return 0
  const size = version === 2 ? addresses + 12 : addresses
  return from + size < to ? size : 0
}

/** Reads the message, hands its content on with the addresses and the time that it names. */
export function hep(packet: Packet, from: number, to: number): void {
  if (packet.bytes[from]! < 32) old(packet, from, to)
  else chunks(packet, from, to)
}

function old(packet: Packet, from: number, to: number): void {
  const { bytes, endpoints } = packet
  const at = from + oldHeader(bytes, from, to)
  const v4 = bytes[from + 2] === ipv4
  packet.sourcePort = u16(bytes, from + 4)
  packet.destinationPort = u16(bytes, from + 6)
  packet.sourceHost = v4 ? endpoints.host4(bytes, from + 8) : endpoints.host6(bytes, from + 8)
  packet.destinationHost = v4 ? endpoints.host4(bytes, from + 12) : endpoints.host6(bytes, from + 24)
  if (bytes[from] === 2) takeTime(packet, u32le(bytes, at - 12), u32le(bytes, at - 8))
  packet.ended(packet.receiver.relayed(packet, transports[bytes[from + 3]!]!, at, to))
}

function chunks(packet: Packet, from: number, to: number): void {
  const { bytes, endpoints } = packet
  const end = Math.min(to, from + u16(bytes, from + 4))
  let [transport, type, seconds, micros, payload, payloadEnd]: [TransportName, number, number, number, number, number] =
    ['udp', 0, 0, 0, -1, -1]
  let compressed = false
  for (let at = from + 6; at + 6 <= end;) {
    const length = u16(bytes, at + 4)
    if (length < 6 || at + length > end) return packet.unread('HEP messages with chunks that are longer than they are')
    const value = at + 6
    // Chunks of vendors may mean anything.
    const kind = u16(bytes, at) === 0 ? u16(bytes, at + 2) : -1
    if (kind === 2) transport = transports[bytes[value]!] ?? 'udp'
    else if (kind === 3) packet.sourceHost = endpoints.host4(bytes, value)
    else if (kind === 4) packet.destinationHost = endpoints.host4(bytes, value)
    else if (kind === 5) packet.sourceHost = endpoints.host6(bytes, value)
    else if (kind === 6) packet.destinationHost = endpoints.host6(bytes, value)
    else if (kind === 7) packet.sourcePort = u16(bytes, value)
    else if (kind === 8) packet.destinationPort = u16(bytes, value)
    else if (kind === 9) seconds = u32(bytes, value)
    else if (kind === 10) micros = u32(bytes, value)
    else if (kind === 11) type = bytes[value]!
    else if (kind === 15 || kind === 16) {
      payload = value
      payloadEnd = at + length
      compressed = kind === 16
    }
    at += length
  }
  if (payload < 0) return packet.other()
  if (!protocolTypes[type]) return packet.unread(`HEP messages of type ${hex(type, 2)}`)
  takeTime(packet, seconds, micros)
  if (!compressed) return packet.ended(packet.receiver.relayed(packet, transport, payload, payloadEnd))
  const plain = unpacked(bytes.subarray(payload, payloadEnd))
  if (!plain) return packet.unread('HEP messages with a compressed payload that cannot be unpacked')
  packet.instead(plain, () => packet.ended(packet.receiver.relayed(packet, transport, 0, plain.length)))
}

/** What was packed with zlib or gzip; null where it is neither, or too much. */
function unpacked(bytes: Uint8Array): Uint8Array | null {
  try {
    return unzipSync(bytes, { maxOutputLength: mostUnpacked })
  } catch {
    return null
  }
}

/** The time of the agent, who saw it pass, unless that cannot be. */
function takeTime(packet: Packet, seconds: number, micros: number): void {
  const at = seconds * 1e6 + micros
  if (Math.abs(at - packet.at) < mostApartUs) packet.at = at
}
