import { ethernet, hep3, hex, ipv4, ipv6, pcapFile, tunnel, u16, u32, udp } from '../harness/wrapped.ts'
import type { Dice } from './dice.ts'
import { rtpPacket, webSocketFrame } from './packets.ts'

// Captures of what wraps SIP and RTP, and texts that they stand in.

type Wrap = (inner: Buffer, dice: Dice) => Buffer

/** IP in something that is carried in IP. */
const tunnels: readonly Wrap[] = [
  (inner) => ipv4(4, inner),
  (inner) => ipv6(4, inner),
  (inner) => ipv4(47, Buffer.concat([hex('0000 0800'), inner])),
  (inner, dice) =>
    ipv4(47, Buffer.concat([hex('1000 88be'), u32(dice.uint32()), dice.bytes(8), ethernet(0x800, inner)])),
  (inner, dice) => tunnel(4789, hex('0800 0000'), u32(dice.uint32()), ethernet(0x800, inner)),
  (inner) => tunnel(6081, hex('0000 6558 0000 0000'), ethernet(0x800, inner)),
  (inner, dice) => tunnel(2152, Buffer.from([0x30 | dice.below(8), 0xff]), u16(inner.length), u32(1), inner),
  (inner) => tunnel(37_008, hex('0100 0001 01'), ethernet(0x800, inner)),
  (inner) => tunnel(4754, hex('0000 0800'), inner),
  (inner, dice) =>
    ipv4(51, Buffer.concat([Buffer.from([4, dice.below(8), 0, 0]), u32(1), u32(1), dice.bytes(12), inner])),
  (inner, dice) => ipv4(132, Buffer.concat([dice.bytes(12), inner])),
  (inner, dice) => ipv6(44, Buffer.concat([Buffer.from([17, 0]), u16(dice.below(4)), u32(dice.below(3)), inner])),
]

/** A frame of a link type that begins with IP somewhere. */
const links: readonly (readonly [type: number, wrap: Wrap])[] = [
  [101, (ip) => ip],
  [1, (ip) => ethernet(0x800, ip)],
  [1, (ip, dice) => ethernet(0x8100, Buffer.concat([u16(dice.below(4096)), hex('0800'), ip]))],
  [1, (ip, dice) => ethernet(0x8847, Buffer.concat([u32(((dice.uint32() & ~0x1ff) | 0x1ff) >>> 0), ip]))],
  [1, (ip) => ethernet(0x8864, Buffer.concat([hex('1100 0001'), u16(ip.length + 2), hex('0021'), ip]))],
  [0, (ip) => Buffer.concat([hex('02000000'), ip])],
  [9, (ip) => Buffer.concat([hex('ff030021'), ip])],
  [104, (ip) => Buffer.concat([hex('0f00 0800'), ip])],
  [113, (ip, dice) => Buffer.concat([dice.bytes(14), hex('0800'), ip])],
  [276, (ip, dice) => Buffer.concat([hex('0800'), dice.bytes(18), ip])],
  [127, (ip, dice) => Buffer.concat([hex('0000 0800'), dice.bytes(4), dice.bytes(24), hex('aaaa03000000 0800'), ip])],
  [239, (ip) => Buffer.concat([hex('02000000'), u16(0), hex('0900'), ip])],
  [
    197,
    (ip, dice) => Buffer.concat([dice.bytes(8), Buffer.from([dice.below(30)]), dice.bytes(9), ethernet(0x800, ip)]),
  ],
]

/** A datagram, in pieces where it is to be (RFC 791 3.2), some missing. */
function fragments(dice: Dice, packet: Buffer): Buffer[] {
  if (!dice.chance(0.2) || packet.length < 60) return [packet]
  const step = 8 * dice.between(1, 20)
  const id = dice.below(4)
  const pieces: Buffer[] = []
  for (let at = 20; at < packet.length; at += step) {
    const piece = ipv4(packet[9]!, packet.subarray(at, at + step))
    piece.writeUInt16BE(id, 4)
    piece.writeUInt16BE(((at - 20) >> 3) | (at + step < packet.length ? 0x2000 : 0), 6)
    pieces.push(piece)
  }
  return dice.shuffled(pieces).filter(() => !dice.chance(0.05))
}

/** TCP segments of one connection, some out of their order. */
function segments(dice: Dice, bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const size = dice.between(1, 1400)
    const head = [u16(40_000), u16(5061), u32(1 + at), u32(0), hex('5018 ffff 0000 0000')]
    found.push(ipv4(6, Buffer.concat([...head, bytes.subarray(at, at + size)])))
    at += size
  }
  return dice.chance(0.3) ? dice.shuffled(found) : found
}

const clientRandom = Buffer.alloc(32, 7)

/** Secrets of every connection that begins with that random number. */
export const keyLog = [
  ['CLIENT_RANDOM', 48],
  ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 32],
  ['SERVER_HANDSHAKE_TRAFFIC_SECRET', 32],
  ['CLIENT_TRAFFIC_SECRET_0', 32],
  ['SERVER_TRAFFIC_SECRET_0', 32],
]
  .map(([label, size]) => `${label} ${clientRandom.toString('hex')} ${Buffer.alloc(Number(size), 9).toString('hex')}\n`)
  .join('')

/** Records of TLS with hellos that have what the reader looks for, and rubbish behind them. */
function tlsRecords(dice: Dice): Buffer {
  const record = (type: number, body: Buffer) =>
    Buffer.concat([Buffer.from([type, 3, dice.chance(0.9) ? 3 : dice.below(6)]), u16(body.length), body])
  const extension = dice.pick([hex('002b 0002 0304'), hex('0016 0000'), hex('002b 00ff 0304'), Buffer.alloc(0)])
  const suite = dice.pick([0x1301, 0x1303, 0xc02f, 0xc030, 0xcca8, 0xc013, 0x9c, 0x2f, dice.below(65_536)])
  const server = [hex('0303'), dice.bytes(32), hex('00'), u16(suite), hex('00'), u16(extension.length), extension]
  const body = dice.chance(0.5) ? Buffer.concat([hex('0303'), clientRandom, dice.bytes(20)]) : Buffer.concat(server)
  const hello = Buffer.concat([u32((dice.pick([1, 2]) << 24) | body.length), body])
  const more = Array.from({ length: dice.below(6) }, () =>
    record(dice.pick([20, 21, 22, 23, 23, 23]), dice.bytes(dice.pick([0, 1, 15, 16, 17, 32, 48, 300]))),
  )
  return Buffer.concat([record(22, hello), ...more])
}

/** A capture of messages and packets in whatever wraps them. */
export function wrappedCapture(dice: Dice, payloads: readonly Buffer[]): Buffer {
  const [type, link] = dice.pick(links)
  const frames = payloads.flatMap((payload) => {
    const carried: (() => Buffer[])[] = [
      () => fragments(dice, ipv4(17, udp(5060, payload))),
      () => fragments(dice, ipv4(17, udp(30_000, rtpPacket(dice)))),
      () => [ipv4(17, udp(9060, hep3(dice.pick([1, 1, 5, 4, 200]), payload)))],
      () => segments(dice, payload),
      () => segments(dice, tlsRecords(dice)),
      () => segments(dice, webSocketFrame(dice, payload, 0.1)),
    ]
    return dice
      .pick(carried)()
      .map((packet) => {
        let wrapped = packet
        while (dice.chance(0.4)) wrapped = dice.pick(tunnels)(wrapped, dice)
        return link(wrapped.subarray(0, 60_000), dice)
      })
  })
  return pcapFile(dice.chance(0.95) ? type : dice.below(300), frames)
}

const logged: readonly ((dice: Dice) => string)[] = [
  () => '',
  (dice) => `2026/03/01 12:00:0${dice.below(10)}.${dice.below(1_000_000)} 192.0.2.1:5060 -> 192.0.2.2:5060`,
  (dice) => `U 2026/0${dice.below(99)}/01 12:00:00 [2001:db8::1]:${dice.below(99_999)} -> 192.0.2.2:5060`,
  () => '<--- SIP read from UDP:192.0.2.1:5060 --->',
  (dice) => `<--- Transmitting SIP response (${dice.below(5000)} bytes) to TLS:192.0.2.1:5060 --->`,
  (dice) => `Mar ${dice.below(40)} 12:00:00 host kamailio[${dice.below(9999)}]: received from 192.0.2.1:5060`,
  () => 'recv 400 bytes from udp/[192.0.2.1]:5060 at 12:00:01.000000:',
  (dice) => `time: 17723664${dice.below(100)}.500000\nsrcip: 192.0.2.1\nsrcport: ${dice.below(70_000)}\n~~~~~~`,
]

/** A log, or what somebody pasted: messages with what stands between them, some with each line changed. */
export function textLog(dice: Dice, messages: readonly Buffer[]): Buffer {
  const parts = messages.map((message) => {
    const text = message.toString('latin1')
    const lines = dice.pick([
      text,
      text.replaceAll('\r\n', '\n'),
      text.replaceAll('\r\n', '.\n'),
      text.replaceAll('\r\n', '#015#012'),
      text.replaceAll(/^/gm, dice.pick(['> ', '   ', `[12:00:00] [${dice.below(99)}] `])),
      JSON.stringify({ time: '2026-03-01T12:00:00.5Z', msg: text }),
    ])
    return `${dice.pick(logged)(dice)}\n${lines}${dice.pick(['', '\n', '\n\n', '\n<------------>\n', '\n---\n'])}`
  })
  return Buffer.from(parts.join(''), 'latin1')
}
