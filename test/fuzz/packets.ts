import { wavHeader } from '../../shared/base/wav.ts'
import { PcapEncoder, pcapHeader } from '../../electron/engine/trace/capture/pcap-write.ts'
import type { Address } from '../../shared/base/address.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'
import type { Dice } from './dice.ts'

// Binary formats from typed slots.

const border32 = [0, 1, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff]
const uint32 = (dice: Dice) => (dice.chance(0.2) ? dice.pick(border32) : dice.uint32())

export function rtpPacket(dice: Dice): Buffer {
  const payload = dice.bytes(dice.pick([160, 160, 160, 4, 0, 1, 80, 1200]))
  const packet = Buffer.alloc(rtpHeaderBytes + payload.length)
  writeRtpHeader(
    packet,
    dice.pick([0, 0, 8, 101, 13, 9, 96, 127]),
    dice.chance(0.1),
    uint32(dice) & 0xffff,
    uint32(dice),
    dice.pick([1, 2, 3, 0xffffffff, dice.uint32()]),
  )
  packet.set(payload, rtpHeaderBytes)
  if (dice.chance(0.2)) packet[0] = 0x80 | dice.below(64)
  return packet
}

export function rtcpPacket(dice: Dice): Buffer {
  const one = () => {
    const type = dice.pick([200, 201, 202, 203, 204, 205, 207, 192])
    const words = dice.pick([0, 1, 6, 7, 12, 13, 30])
    const body = Buffer.alloc(words * 4)
    for (let i = 0; i < words; i++) body.writeUInt32BE(uint32(dice), i * 4)
    const head = Buffer.from([0x80 | dice.below(dice.chance(0.7) ? 3 : 32), type, 0, 0])
    head.writeUInt16BE(dice.chance(0.9) ? words : uint32(dice) & 0xffff, 2)
    return Buffer.concat([head, body])
  }
  return Buffer.concat(Array.from({ length: dice.between(1, 4) }, one))
}

/** A binding request or response with attributes (RFC 8489). */
export function stunPacket(dice: Dice): Buffer {
  const attributes = Buffer.concat(
    Array.from({ length: dice.below(6) }, () => {
      const value = dice.bytes(dice.pick([0, 4, 8, 20, 33]))
      const head = Buffer.alloc(4)
      head.writeUInt16BE(dice.pick([0x0001, 0x0006, 0x0008, 0x0020, 0x0024, 0x0025, 0x8028, 0xffff]), 0)
      head.writeUInt16BE(dice.chance(0.9) ? value.length : uint32(dice) & 0xffff, 2)
      return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)])
    }),
  )
  const head = Buffer.alloc(8)
  head.writeUInt16BE(dice.pick([0x0001, 0x0101, 0x0111, 0x3fff]), 0)
  head.writeUInt16BE(dice.chance(0.9) ? attributes.length : uint32(dice) & 0xffff, 2)
  head.writeUInt32BE(0x2112a442, 4)
  return Buffer.concat([head, dice.bytes(12), attributes])
}

export function wavFile(dice: Dice): Buffer {
  const samples = dice.bytes(dice.pick([0, 1, 160, 3200, 30_000]))
  const header = Buffer.from(
    wavHeader(
      dice.pick([1, 2, 0, 33]),
      dice.pick([8000, 16_000, 44_100, 1000, 999, 384_000, 0]),
      dice.chance(0.8) ? samples.length : uint32(dice) >>> 1,
    ),
  )
  if (dice.chance(0.4)) header.writeUInt16LE(dice.pick([1, 3, 6, 7, 0xfffe, 17]), 20)
  if (dice.chance(0.4)) header.writeUInt16LE(dice.pick([8, 16, 24, 32, 64, 12, 0]), 34)
  if (dice.chance(0.2)) header.writeUInt32LE(uint32(dice), dice.pick([4, 16, 40]))
  const extra = dice.chance(0.3)
    ? Buffer.concat([
        Buffer.from(dice.pick(['LIST', 'fact', 'JUNK'])),
        Buffer.from([dice.below(9), 0, 0, dice.chance(0.1) ? 0xff : 0]),
        dice.bytes(8),
      ])
    : Buffer.alloc(0)
  return Buffer.concat([header.subarray(0, 36), extra, header.subarray(36), samples])
}

const hosts = [
  ['192.0.2.1', '192.0.2.99'],
  ['127.0.0.1', '127.0.0.1'],
  ['2001:db8::1', '2001:db8::2'],
] as const
const port = (dice: Dice) => dice.pick([5060, 5060, 40_000, 40_001, dice.below(65_536)])

/** A classic pcap of UDP datagrams and TCP segments with these payloads. */
export function pcapFile(dice: Dice, payloads: readonly Buffer[]): Buffer {
  const encoder = new PcapEncoder()
  let at = 1_700_000_000_000_000
  const records = payloads.map((payload) => {
    at += dice.below(2_000_000)
    const [source, destination] = dice
      .shuffled(dice.pick(hosts))
      .map((host) => ({ host, port: dice.chance(0.7) ? 5060 : port(dice) })) as [Address, Address]
    const datagram = payload.subarray(0, 60_000)
    if (dice.chance(0.75)) return encoder.udp(at, source, destination, datagram)
    return encoder.sip({
      at,
      transport: 'tcp',
      source,
      destination,
      direction: 'observed',
      bytes: datagram,
      message: { kind: 'unreadable', text: '' },
    })
  })
  return Buffer.concat([pcapHeader(), ...records])
}

/** The same packets in pcapng, with interfaces of odd link types and time resolutions. */
export function pcapngFile(dice: Dice, payloads: readonly Buffer[]): Buffer {
  const block = (type: number, body: Buffer) => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)])
    const length = Buffer.alloc(4)
    length.writeUInt32LE(padded.length + 12)
    const head = Buffer.alloc(4)
    head.writeUInt32LE(type)
    return Buffer.concat([head, length, padded, length])
  }
  const section = Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex')
  const link = Buffer.alloc(8)
  link.writeUInt16LE(dice.pick([101, 101, 101, 1, 113, 276, 0, 9999]), 0)
  const resolution = dice.chance(0.5)
    ? Buffer.from([9, 0, 1, 0, dice.pick([6, 9, 0, 0x80, 0x8a, 0xff, 0x7f]), 0, 0, 0, 0, 0, 0, 0])
    : Buffer.alloc(0)
  const packets = pcapFile(dice, payloads)
  const blocks: Buffer[] = [block(0x0a0d0d0a, section), block(1, Buffer.concat([link, resolution]))]
  for (let at = 24; at + 16 <= packets.length;) {
    const size = packets.readUInt32LE(at + 8)
    const frame = packets.subarray(at + 16, at + 16 + size)
    const head = Buffer.alloc(20)
    const time = BigInt(packets.readUInt32LE(at)) * 1_000_000n + BigInt(packets.readUInt32LE(at + 4))
    head.writeUInt32LE(dice.chance(0.95) ? 0 : uint32(dice), 0)
    head.writeUInt32LE(dice.chance(0.95) ? Number(time >> 32n) : uint32(dice), 4)
    head.writeUInt32LE(dice.chance(0.95) ? Number(time & 0xffffffffn) : uint32(dice), 8)
    head.writeUInt32LE(frame.length, 12)
    head.writeUInt32LE(frame.length, 16)
    blocks.push(block(6, Buffer.concat([head, frame])))
    at += 16 + size
  }
  return Buffer.concat(blocks)
}

/** One WebSocket frame of a client (RFC 6455 5.2), masked unless it is to be wrong. */
export function webSocketFrame(dice: Dice, payload: Buffer, odd: number): Buffer {
  const masked = !dice.chance(odd)
  const opcode = dice.chance(odd) ? dice.below(16) : 1
  const announced = dice.chance(odd) ? uint32(dice) : payload.length
  const length =
    announced < 126
      ? Buffer.of(announced)
      : announced < 65_536
        ? Buffer.from([126, announced >> 8, announced & 255])
        : Buffer.concat([
            Buffer.of(127),
            Buffer.alloc(4),
            Buffer.from([announced >>> 24, (announced >> 16) & 255, (announced >> 8) & 255, announced & 255]),
          ])
  if (masked) length[0] = length[0]! | 0x80
  const key = dice.bytes(4)
  const body = masked ? Buffer.from(payload.map((byte, i) => byte ^ key[i & 3]!)) : payload
  return Buffer.concat([
    Buffer.of((dice.chance(odd) ? dice.below(8) << 4 : 0x80) | opcode),
    length,
    ...(masked ? [key] : []),
    body,
  ])
}
