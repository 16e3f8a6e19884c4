import { afterAll, describe, expect, it } from 'vitest'
import { streamOf } from '../../../electron/engine/report/report.ts'
import { writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { CaptureFiles } from '../../harness/capture-files.ts'
import { openCaptures } from '../../harness/opened.ts'
import { predictableRandom } from '../../harness/random.ts'
import { ethernet, hex, ipPacket, ipv4, pcapFile, u16 } from '../../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

const random = predictableRandom(11)
const below = (n: number) => random.uint32() % n

const ports = [
  [30_000, 40_000],
  [30_000, 40_000],
  [30_002, 40_002],
  [500, 40_004],
  // Where VXLAN and the tunnel of IPsec may be.
  [4789, 40_006],
  [40_008, 4500],
] as const

/** RTP of several streams, with what is out of the ordinary here and there. */
function ipPackets(count: number): Buffer[] {
  const sent = ports.map(() => 0)
  return Array.from({ length: count }, () => {
    const stream = below(ports.length)
    const n = sent[stream]!++
    const rtp = Buffer.alloc(172, below(256))
    writeRtpHeader(rtp, [0, 0, 0, 8, 101][below(5)]!, false, n & 0xffff, n * 160, stream + 1)
    const [source, destination] = ports[stream]!
    const oddity = below(40)
    if (oddity === 0) rtp[1] = 200
    if (oddity === 1) rtp[0] = 0xa0
    if (oddity === 2) rtp[0] = 0x8f
    if (oddity === 3) rtp[0] = 0x40
    const datagram = Buffer.concat([u16(source), u16(destination), u16(8 + rtp.length), u16(0), rtp])
    if (oddity === 4) datagram.writeUInt16BE(below(200), 4)
    const packet = ipv4(17, oddity === 5 ? datagram.subarray(0, below(30)) : datagram)
    if (oddity === 6) packet.writeUInt16BE(below(200), 2)
    if (oddity === 7) packet.writeUInt16BE([0x2000, 0x4000, 0x8000, 0x0003][below(4)]!, 6)
    if (oddity === 8) packet[9] = [6, 1, 132, 136][below(4)]!
    if (oddity === 9) return Buffer.concat([hex('46'), packet.subarray(1, 20), hex('01010101'), packet.subarray(20)])
    if (oddity === 10) return ipPacket()
    if (oddity === 11) packet[0] = 0x60
    return oddity === 12 ? packet.subarray(0, 20 + below(40)) : packet
  })
}

const packets = ipPackets(5000)

/** What is found where each of them lies in such frames. */
async function found(name: string, linkType: number, frame: (packet: Buffer) => Buffer) {
  const path = files.write(`${name}.pcap`, pcapFile(linkType, packets.map(frame)))
  const { calls, unmatched, read, other, unread } = await openCaptures(path)
  const streams = unmatched.map((stream) => streamOf(stream, null))
  return { messages: calls.map(({ trace }) => trace.messages.length), streams, read, other, unread }
}

describe('a packet of a stream that was seen before', () => {
  it.each<[name: string, linkType: number, frame: (packet: Buffer) => Buffer]>([
    ['ethernet', 1, (packet) => ethernet(0x0800, packet)],
    ['cooked', 113, (packet) => Buffer.concat([hex('0000 0001 0006 0200000000010000 0800'), packet])],
    ['cooked-2', 276, (packet) => Buffer.concat([hex('0800 0000 00000001 0001 00 06 0200000000010000'), packet])],
  ])('counts in %s as one in a VLAN does, whose layers are all read', async (name, linkType, frame) => {
    const inVlan = await found(`vlan-${name}`, 1, (packet) =>
      ethernet(0x8100, Buffer.concat([hex('0064 0800'), packet])),
    )
    expect(inVlan.streams.length).toBeGreaterThan(3)
    expect(inVlan.unread.length).toBeGreaterThan(1)
    expect(await found(name, linkType, frame)).toEqual(inVlan)
  })

  it('is none of it where a cooked capture holds frames of another kind under the same numbers', async () => {
    const cooked = (hardware: string) => (packet: Buffer) =>
      Buffer.concat([hex(`0000 ${hardware} 0006 0200000000010000 0800`), packet])
    const mixed = await found('mixed', 113, (packet) => cooked(packets.indexOf(packet) % 2 ? '0321' : '0001')(packet))
    const alone = await found('alone', 113, (packet) =>
      packets.indexOf(packet) % 2 ? Buffer.alloc(16) : cooked('0001')(packet),
    )
    expect(mixed.streams).toEqual(alone.streams)
  })
})
