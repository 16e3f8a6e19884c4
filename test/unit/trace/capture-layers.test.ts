import { deflateSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { openCaptures } from '../../harness/opened.ts'
import { CaptureFiles } from '../../harness/capture-files.ts'
import { request } from '../../harness/messages.ts'
import { ethernet, hep3, hex, ipPacket, ipv4, ipv6, pcapFile, tunnel, u16, u32, udp } from '../../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

const ip = ipPacket()
const frame = ethernet(0x0800, ip)
const segment = ip.subarray(20)
const load = (name: string, linkType: number, frames: readonly Buffer[]) =>
  openCaptures(files.write(`${name.replace(/\W/g, '-')}.pcap`, pcapFile(linkType, frames)))
const after = (...parts: readonly (string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? hex(part) : part)))

const snap = after('aaaa03 000000 0800', ip)
const wireless = after('0801 0000 020000000001 020000000002 020000000003 0000', snap)
const quality = after('8801 0000 020000000001 020000000002 020000000003 0000 0000', snap)
const aggregate = after('020000000001 020000000002', u16(snap.length), snap)
const aggregated = after('8801 0000 020000000001 020000000002 020000000003 0000 8000', aggregate)
const nflog = (order: 'LE' | 'BE') => {
  const [prefix, payload] = [Buffer.alloc(8), Buffer.alloc(4)]
  prefix[order === 'LE' ? 'writeUInt16LE' : 'writeUInt16BE'](5, 0)
  prefix[order === 'LE' ? 'writeUInt16LE' : 'writeUInt16BE'](10, 2)
  payload[order === 'LE' ? 'writeUInt16LE' : 'writeUInt16BE'](4 + ip.length, 0)
  payload[order === 'LE' ? 'writeUInt16LE' : 'writeUInt16BE'](9, 2)
  return after('02 00 0000', prefix, payload, ip)
}
const erf = (type: number, ...parts: readonly (string | Buffer)[]) =>
  after('0000000000000000', Buffer.from([type]), '00', u16(18 + frame.length), '0000', u16(frame.length), ...parts)
const invite = Buffer.from(request({ callId: 'wrapped' }))

const links: readonly (readonly [name: string, linkType: number, frame: Buffer])[] = [
  ['Ethernet', 1, frame],
  ['a VLAN', 1, ethernet(0x8100, after('0064 0800', ip))],
  ['a VLAN in a VLAN', 1, ethernet(0x88a8, after('0064 8100 0065 0800', ip))],
  ['802.3 with LLC and SNAP', 1, ethernet(snap.length, snap)],
  ['802.3 in a VLAN', 1, ethernet(0x8100, after('0064', u16(snap.length), snap))],
  ['MPLS with two labels', 1, ethernet(0x8847, after('00010040 00020140', ip))],
  ['Ethernet in MPLS', 1, ethernet(0x8847, after('00010140 00000000', frame))],
  ['PPPoE', 1, ethernet(0x8864, after('1100 0001', u16(ip.length + 2), '0021', ip))],
  ['a backbone (802.1ah)', 1, ethernet(0x88e7, after('00000001', frame))],
  ['a security group', 1, ethernet(0x8909, after('0101 0001 0007 0800', ip))],
  ['a service path', 1, ethernet(0x894f, after('0fc6 0101 000000ff 00000000000000000000000000000000', ip))],
  ['a service path with Ethernet', 1, ethernet(0x894f, after('0002 0203 000000ff', frame))],
  ['the header of Apple', 258, after('0c000000 01000000 01000000', frame)],
  ['Linux cooked', 113, after('0000 0001 0006 0200000000010000 0800', ip)],
  ['a VLAN in Linux cooked', 113, after('0000 0001 0006 0200000000010000 8100 0064 0800', ip)],
  ['LLC in Linux cooked', 113, after('0000 0001 0006 0200000000010000 0004', snap)],
  ['Linux cooked 2', 276, after('0800 0000 00000001 0001 00 06 0200000000010000', ip)],
  ['a VLAN in Linux cooked 2', 276, after('88a8 0000 00000001 0001 00 06 0200000000010000 0064 8100 0065 0800', ip)],
  ['raw IP', 101, ip],
  ['raw IP as BSD numbers it', 12, ip],
  ['the loopback of BSD', 0, after('02000000', ip)],
  ['the loopback of OpenBSD', 108, after('00000002', ip)],
  ['PPP', 9, after('0021', ip)],
  ['PPP with address and control', 9, after('ff03 0021', ip)],
  ['PPP with a short protocol', 9, after('21', ip)],
  ['PPP in HDLC', 50, after('ff03 0021', ip)],
  ['PPPoE without Ethernet', 51, after('1100 0001', u16(ip.length + 2), '0021', ip)],
  ['Cisco HDLC', 104, after('0f00 0800', ip)],
  ['PPP with a direction', 204, after('01 ff03 0021', ip)],
  ['Frame Relay', 107, after('1841 03 cc', ip)],
  ['802.11', 105, wireless],
  ['802.11 with quality of service', 105, quality],
  ['802.11 with several frames in one', 105, aggregated],
  ['802.11 with radiotap', 127, after('0000 0900 02000000 00', wireless)],
  [
    '802.11 with radiotap, a clock and a checksum',
    127,
    after('0000 1100 03000000 0000000000000000 10', wireless, u32(0)),
  ],
  ['802.11 with a prism header', 119, after('44000000 08000000', wireless)],
  ['per-packet information', 192, after('0000 0800 01000000', frame)],
  ['netfilter log, little-endian', 239, nflog('LE')],
  ['netfilter log, big-endian', 239, nflog('BE')],
  ['ERF with Ethernet', 197, erf(2, '0000', frame)],
  ['ERF with a further header', 197, erf(0x82, '0000000000000000', '0000', frame)],
  ['ERF with PPP', 197, erf(1, 'ff03 0021', ip)],
  ['PDUs that Wireshark exports', 252, exported(invite)],
]

const tunnels: readonly (readonly [name: string, ip: Buffer])[] = [
  ['IP in IP', ipv4(4, ip)],
  ['IPv4 in IPv6', ipv6(4, ip)],
  ['GRE', ipv4(47, after('0000 0800', ip))],
  ['GRE with checksum, key and sequence', ipv4(47, after('b000 0800 00000000 00000001 00000002', ip))],
  ['Ethernet in GRE', ipv4(47, after('0000 6558', frame))],
  ['PPTP', ipv4(47, after('3081 880b', u16(ip.length + 2), '0001 00000001 00000001 0021', ip))],
  ['ERSPAN I', ipv4(47, after('0000 88be', frame))],
  ['ERSPAN II', ipv4(47, after('1000 88be 00000001 1000 0001 00000000', frame))],
  ['ERSPAN III', ipv4(47, after('1000 22eb 00000001 2000 0001 00000000 00000000', frame))],
  ['ERSPAN III with more', ipv4(47, after('1000 22eb 00000001 2000 0001 00000000 00000001 0000000000000000', frame))],
  ['VXLAN', tunnel(4789, hex('0800000000000100'), frame)],
  ['VXLAN-GPE', tunnel(4790, hex('0c00000100000100'), ip)],
  ['Geneve', tunnel(6081, hex('0000 6558 00000100'), frame)],
  ['Geneve with options', tunnel(6081, hex('0200 0800 00000100 0102800100000000'), ip)],
  ['GTP-U', tunnel(2152, hex('30ff'), u16(ip.length), hex('00000001'), ip)],
  [
    'GTP-U with a sequence and an extension',
    tunnel(2152, hex('36ff'), u16(ip.length + 8), hex('00000001 0001 00 85 01 00 00 00'), ip),
  ],
  ['a service path in VXLAN-GPE', tunnel(4790, hex('0c00000400000100 0002 0201 000000ff'), ip)],
  ['LISP', tunnel(4341, hex('8000000000000001'), ip)],
  ['CAPWAP with 802.11', tunnel(5247, hex('00 10 03 00 00000000'), wireless)],
  ['CAPWAP with Ethernet', tunnel(5247, hex('00 10 00 00 00000000'), frame)],
  ['generic UDP encapsulation', tunnel(6080, hex('00 04 0000'), ip)],
  ['generic UDP encapsulation without a header', tunnel(6080, ip)],
  ['IP in UDP on any port (FOU)', tunnel(5555, withChecksum(ip))],
  ['generic UDP encapsulation on any port', tunnel(5555, hex('00040000'), withChecksum(ip))],
  ['GRE in UDP on any port', tunnel(5555, hex('00000800'), withChecksum(ip))],
  ['IPv6 in UDP on any port', tunnel(5555, ipv6(17, segment))],
  ['TZSP', tunnel(37_008, hex('01 00 0001 0a0100 00 01'), frame)],
  ['L2TP', tunnel(1701, hex('0002 0001 0001 ff03 0021'), ip)],
  ['MPLS in UDP', tunnel(6635, hex('00010140'), ip)],
  ['AH', ipv4(51, after('11 04 0000 00000001 00000001 000000000000000000000000', segment))],
  ['AH of IPv6', ipv6(51, after('11 04 0000 00000001 00000001 000000000000000000000000', segment))],
  ['IPv6 with extension headers', ipv6(0, after('3c00 0000 00000000', '1100 0000 00000000', segment))],
  ['IPv6 with a fragment that is all', ipv6(44, after('1100 0000 00000001', segment))],
  ['UDP-Lite', ipv4(136, segment)],
  ['HEP3', tunnel(9060, hep3(1, invite))],
  ['HEP3 with a compressed payload', tunnel(9060, compressedHep(deflateSync(invite)))],
  ['HEP3 packed with gzip', tunnel(9060, compressedHep(gzipSync(invite)))],
  ['HEP2', tunnel(9060, hex('021c 02 11 13c4 13c4 c0000263 c0000201 00f15365 00000000 0001 0000'), invite)],
  ['HEP1', tunnel(9060, hex('0110 02 11 13c4 13c4 c0000263 c0000201'), invite)],
  ['HEP3 in VXLAN', tunnel(4789, hex('0800000000000100'), ethernet(0x0800, tunnel(9060, hep3(1, invite))))],
]

describe('a call is found', () => {
  it.each(links)('on %s', async (name, linkType, bytes) => {
    const { calls, problems, read } = await load(name, linkType, [bytes])
    expect(calls.map(({ trace }) => trace.callId)).toEqual(['wrapped'])
    expect({ problems, read }).toEqual({ problems: [], read: 1 })
  })

  it.each(tunnels)('in %s', async (name, bytes) => {
    const { calls, problems, read } = await load(name, 101, [bytes])
    expect(calls.map(({ trace }) => trace.messages.length)).toEqual([1])
    expect({ problems, read }).toEqual({ problems: [], read: 1 })
  })

  it('with the addresses and the time that a capture agent names', async () => {
    const { calls } = await load('agent', 101, [tunnel(9060, hep3(1, invite, 1_699_999_999_250_000))])
    expect(calls[0]!.trace.messages[0]!.event).toMatchObject({
      at: 1_699_999_999_250_000,
      source: { host: '192.0.2.99', port: 5060 },
      destination: { host: '192.0.2.1', port: 5060 },
    })
  })
})

describe('what is not read is said, with the number of packets', () => {
  const reasons: readonly (readonly [string, number, Buffer, string])[] = [
    ['SCTP', 101, ipv4(132, Buffer.alloc(40)), 'SCTP, in which SIP may be'],
    ['an unknown link', 147, ip, 'link type 147'],
    ['an unknown Ethernet type', 1, ethernet(0x1234, ip), 'Ethernet type 0x1234'],
    ['IPsec', 101, ipv4(50, Buffer.alloc(40)), 'encrypted by IPsec (ESP)'],
    ['WireGuard', 101, tunnel(51_820, hex('04000000'), Buffer.alloc(44)), 'encrypted by WireGuard'],
    [
      'an access point that encrypts',
      101,
      tunnel(5247, hex('01000000'), Buffer.alloc(44)),
      'encrypted by DTLS (CAPWAP)',
    ],
    [
      'RTP without its header',
      101,
      ipv4(17, udp(4000, Buffer.alloc(172))).subarray(0, 36),
      'cut off inside of a header',
    ],
    ['MACsec', 1, ethernet(0x88e5, Buffer.alloc(40)), 'encrypted by MACsec'],
    ['GRE of the future', 101, ipv4(47, after('0003 0800', ip)), 'GRE of another version'],
    [
      'a HEP payload that is not compressed as it says',
      101,
      tunnel(9060, compressedHep(invite)),
      'HEP messages with a compressed payload that cannot be unpacked',
    ],
    [
      'a HEP payload that would fill the machine',
      101,
      tunnel(9060, compressedHep(deflateSync(Buffer.alloc(8 << 20)))),
      'HEP messages with a compressed payload that cannot be unpacked',
    ],
    ['Wi-Fi that is encrypted', 105, after('0841', wireless.subarray(2)), 'Wi-Fi frames that are encrypted'],
    ['a header that is cut off', 101, ip.subarray(0, 22), 'cut off inside of a header'],
    ['a fragment without the others', 101, fragmentOf(ip), 'fragments of datagrams that are not complete'],
    ['a tunnel in a tunnel without end', 101, deep(ip), 'wrapped more than 24 times'],
    ['tags without end', 1, ethernet(0x8100, Buffer.alloc(60_000, hex('00648100'))), 'wrapped more than 24 times'],
  ]

  it.each(reasons)('of %s', async (name, linkType, bytes, reason) => {
    const { unread, problems, packets, read, other } = await load(name, linkType, [bytes, bytes])
    expect(unread).toEqual([{ reason, packets: 2 }])
    expect(problems).toEqual([`2 packets not read: ${reason}`])
    expect({ packets, read, other }).toEqual({ packets: 2, read: 0, other: 0 })
  })

  it('and what never carries SIP is not accused of hiding it', async () => {
    const arp = ethernet(0x0806, Buffer.alloc(28))
    const query = tunnel(53, Buffer.alloc(30))
    const ping = ethernet(0x0800, ipv4(1, Buffer.alloc(64)))
    const tree = ethernet(38, hex('424203 0000000000'))
    const cisco = ethernet(40, hex('aaaa03 00000c 2000 02b4'))
    const { problems, other } = await load('other', 1, [arp, ethernet(0x0800, query), ping, tree, cisco])
    expect({ problems, other }).toEqual({ problems: [], other: 5 })
  })

  it('and RTP is not taken for a tunnel because of its port', async () => {
    const packets = Array.from({ length: 20 }, (_, i) =>
      ipv4(17, udp(4789, after('8000', u16(i), u32(i * 160), '00000007', Buffer.alloc(160)))),
    )
    const { unmatched, read } = await load('media on a tunnel port', 101, packets)
    expect(unmatched.map(({ stats }) => stats.packets)).toEqual([20])
    expect(read).toBe(20)
  })
})

/** What a capture agent sends on, its payload marked as compressed. */
function compressedHep(payload: Buffer): Buffer {
  const message = hep3(1, payload)
  message.writeUInt16BE(16, message.length - payload.length - 4)
  return message
}

/** With the checksum that its header lacks. */
function withChecksum(bytes: Buffer): Buffer {
  const packet = Buffer.from(bytes)
  packet.writeUInt16BE(0, 10)
  let sum = 0
  for (let at = 0; at < 20; at += 2) sum += packet.readUInt16BE(at)
  sum = (sum & 0xffff) + (sum >>> 16)
  packet.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 10)
  return packet
}

/** As "Export PDUs" writes a message: who dissected it, its ends, the message. */
function exported(message: Buffer): Buffer {
  const tag = (type: number, value: Buffer) => Buffer.concat([u16(type), u16(value.length), value])
  return Buffer.concat([
    tag(12, Buffer.from('sip\0')),
    tag(20, hex('c0000263')),
    tag(21, hex('c0000201')),
    tag(24, u32(2)),
    tag(25, u32(5060)),
    tag(26, u32(5061)),
    u32(0),
    message,
  ])
}

function fragmentOf(whole: Buffer): Buffer {
  const bytes = Buffer.from(whole)
  bytes.writeUInt16BE(0x2000, 6)
  return bytes
}

function deep(inner: Buffer): Buffer {
  let bytes = inner
  for (let i = 0; i < 40; i++) bytes = ipv4(4, bytes)
  return bytes
}
