/** Blocks and options of pcapng (draft-ietf-opsawg-pcapng). */
const section = 0x0a0d0d0a
const interfaceDescription = 1
const enhancedPacket = 6
const comment = 1
const endOfOptions = 0
const snapLength = 262_144

/** A pcap of ours (little-endian, microseconds) as pcapng; `text` is the comment of its section. */
export function pcapngOf(pcap: Uint8Array, text: string): Buffer {
  const bytes = Buffer.from(pcap.buffer, pcap.byteOffset, pcap.byteLength)
  const head = Buffer.alloc(16)
  head.writeUInt32LE(0x1a2b3c4d, 0)
  head.writeUInt16LE(1, 4)
  // The length of the section is not given.
  head.fill(0xff, 8, 16)
  const device = Buffer.alloc(8)
  device.writeUInt16LE(bytes.readUInt32LE(20), 0)
  device.writeUInt32LE(snapLength, 4)
  const blocks = [block(section, Buffer.concat([head, options(text)])), block(interfaceDescription, device)]
  for (let at = 24; at + 16 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 8)
    const micros = BigInt(bytes.readUInt32LE(at)) * 1_000_000n + BigInt(bytes.readUInt32LE(at + 4))
    const packet = Buffer.alloc(20)
    packet.writeUInt32LE(Number(micros >> 32n), 4)
    packet.writeUInt32LE(Number(micros & 0xffffffffn), 8)
    packet.writeUInt32LE(length, 12)
    packet.writeUInt32LE(bytes.readUInt32LE(at + 12), 16)
    blocks.push(block(enhancedPacket, Buffer.concat([packet, padded(bytes.subarray(at + 16, at + 16 + length))])))
    at += 16 + length
  }
  return Buffer.concat(blocks)
}

function block(type: number, body: Buffer): Buffer {
  const ends = Buffer.alloc(8)
  ends.writeUInt32LE(type, 0)
  ends.writeUInt32LE(12 + body.length, 4)
  return Buffer.concat([ends, body, ends.subarray(4)])
}

function options(text: string): Buffer {
  const value = Buffer.from(text).subarray(0, 0xffff)
  const head = Buffer.alloc(4)
  head.writeUInt16LE(comment, 0)
  head.writeUInt16LE(value.length, 2)
  const end = Buffer.alloc(4)
  end.writeUInt16LE(endOfOptions, 0)
  return Buffer.concat([head, padded(value), end])
}

const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
