import { closeSync, openSync, writeSync } from 'node:fs'
import { writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'

// Captures of a size that no repository should hold: written again for each run.

const startS = 1_700_000_000
const flushBytes = 8 << 20

/** Writes records of a classic capture on Ethernet, without checksums. */
class PcapWriter {
  readonly #fd: number
  readonly #room = Buffer.alloc(flushBytes + 70_000)
  #size = 24

  constructor(path: string) {
    this.#fd = openSync(path, 'w')
    this.#room.set(Buffer.from('d4c3b2a1020004000000000000000000000004000100 0000'.replace(' ', ''), 'hex'))
  }

  /** A UDP datagram `us` microseconds after the begin; addresses are numbers in 10.0.0.0/8. */
  udp(us: number, source: number, sourcePort: number, destination: number, port: number, payload: Uint8Array): void {
    const room = this.#room
    let at = this.#size
    const length = 42 + payload.length
    room.writeUInt32LE(startS + Math.floor(us / 1e6), at)
    room.writeUInt32LE(us % 1e6, at + 4)
    room.writeUInt32LE(length, at + 8)
    room.writeUInt32LE(length, at + 12)
    at += 16
    room.fill(2, at, at + 12)
    room.writeUInt16BE(0x0800, at + 12)
    room.writeUInt16BE(0x4500, at + 14)
    room.writeUInt16BE(28 + payload.length, at + 16)
    room.writeUInt32BE(0x00004000, at + 18)
    room.writeUInt32BE(0x40110000, at + 22)
    room.writeUInt32BE(0x0a000000 + source, at + 26)
    room.writeUInt32BE(0x0a000000 + destination, at + 30)
    room.writeUInt16BE(sourcePort, at + 34)
    room.writeUInt16BE(port, at + 36)
    room.writeUInt16BE(8 + payload.length, at + 38)
    room.writeUInt16BE(0, at + 40)
    room.set(payload, at + 42)
    this.#size = at + length
    if (this.#size >= flushBytes) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#fd)
  }

  #flush(): void {
    writeSync(this.#fd, this.#room, 0, this.#size)
    this.#size = 0
  }
}

const voice = (n: number) => {
  const packet = new Uint8Array(172)
  for (let i = 12; i < 172; i++) packet[i] = (i * 37 + n * 11) & 0xff
  return packet
}

/** `streams` of G.711, 20 ms, all at once, `packets` in all, with a little jitter. */
export function rtpCapture(path: string, packets: number, streams: number): void {
  const writer = new PcapWriter(path)
  const payloads = Array.from({ length: 16 }, (_, n) => voice(n))
  for (let i = 0; i < packets; i++) {
    const [stream, n] = [i % streams, Math.floor(i / streams)]
    const packet = payloads[(stream + n) & 15]!
    writeRtpHeader(packet, 0, n === 0, n & 0xffff, (n * 160) >>> 0, 0x1000 + stream)
    const us = n * 20_000 + stream * 37 + ((n * 7919 + stream * 104_729) % 3000)
    writer.udp(
      us,
      1 + (stream >> 4),
      10_000 + (stream & 15) * 2,
      70_000 + (stream >> 4),
      20_000 + (stream & 15) * 2,
      packet,
    )
  }
  writer.close()
}

/** The messages of a call from INVITE to the 200 of BYE: seven; when, from which side, what. */
function callMessages(call: number): readonly (readonly [us: number, fromCaller: boolean, text: string])[] {
  const [caller, callee] = [hostOf(call, 0), hostOf(call, 1)]
  const id = `${call.toString(16).padStart(8, '0')}-4f2a-11ee@${caller}`
  const head = (cseq: string, branch: string, toTag: string) =>
    [
      `Via: SIP/2.0/UDP ${caller}:5060;branch=z9hG4bK${branch}${call};rport`,
      'Max-Forwards: 70',
      `From: "Caller ${call}" <sip:${1000 + call}@${caller}>;tag=f${call}`,
      `To: <sip:${900_000 + call}@${callee}>${toTag}`,
      `Call-ID: ${id}`,
      `CSeq: ${cseq}`,
      'User-Agent: bench',
      'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE',
      'Supported: timer, 100rel',
      '',
    ].join('\r\n')
  const sdp = (host: string, port: number) =>
    [
      'v=0',
      `o=- ${call} 1 IN IP4 ${host}`,
      's=-',
      `c=IN IP4 ${host}`,
      't=0 0',
      `m=audio ${port} RTP/AVP 0 8 101`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ].join('\r\n')
  const withBody = (body: string) => `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const none = 'Content-Length: 0\r\n\r\n'
  const tag = `;tag=t${call}`
  const [offer, answer] = [withBody(sdp(caller, portOf(call))), withBody(sdp(callee, portOf(call) + 20_000))]
  const contact = (host: string) => `Contact: <sip:${host}:5060>\r\n`
  const uri = `sip:${900_000 + call}@${callee}`
  return [
    [0, true, `INVITE ${uri} SIP/2.0\r\n${head('1 INVITE', 'i', '')}${contact(caller)}${offer}`],
    [3000, false, `SIP/2.0 100 Trying\r\n${head('1 INVITE', 'i', '')}${none}`],
    [120_000, false, `SIP/2.0 180 Ringing\r\n${head('1 INVITE', 'i', tag)}${contact(callee)}${none}`],
    [900_000, false, `SIP/2.0 200 OK\r\n${head('1 INVITE', 'i', tag)}${contact(callee)}${answer}`],
    [903_000, true, `ACK ${uri} SIP/2.0\r\n${head('1 ACK', 'a', tag)}${none}`],
    [1_900_000, true, `BYE ${uri} SIP/2.0\r\n${head('2 BYE', 'b', tag)}${none}`],
    [1_903_000, false, `SIP/2.0 200 OK\r\n${head('2 BYE', 'b', tag)}${none}`],
  ]
}

const hostNumber = (call: number, side: number) => 1 + side * 100_000 + (call % 5000)
const hostOf = (call: number, side: number) => {
  const host = hostNumber(call, side)
  return `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`
}
const portOf = (call: number) => 10_000 + (Math.floor(call / 5000) % 5000) * 2

/** `calls` of seven messages each, a hundred a second; `packets` of RTP in each direction of a call. */
export function callsCapture(path: string, calls: number, packets = 0): void {
  const writer = new PcapWriter(path)
  const packet = voice(1)
  const waiting: { us: number; write: () => void }[] = []
  const flush = (until: number) => {
    waiting.sort((a, b) => a.us - b.us)
    let n = 0
    while (n < waiting.length && waiting[n]!.us < until) waiting[n++]!.write()
    waiting.splice(0, n)
  }
  for (let call = 0; call < calls; call++) {
    const from = call * 10_000
    const hosts = [hostNumber(call, 0), hostNumber(call, 1)] as const
    for (const [us, fromCaller, text] of callMessages(call)) {
      const bytes = Buffer.from(text)
      const [source, destination] = fromCaller ? hosts : [hosts[1], hosts[0]]
      waiting.push({ us: from + us, write: () => writer.udp(from + us, source, 5060, destination, 5060, bytes) })
    }
    for (let n = 0; n < packets; n++) {
      for (const side of [0, 1] as const) {
        const us = from + 910_000 + n * 20_000 + side * 500
        const write = () => {
          writeRtpHeader(packet, 0, n === 0, n, n * 160, call * 2 + side + 1)
          const ports = [portOf(call), portOf(call) + 20_000] as const
          writer.udp(us, hosts[side], ports[side], hosts[1 - side]!, ports[1 - side]!, packet)
        }
        waiting.push({ us, write })
      }
    }
    if (call % 50 === 0) flush(from)
  }
  flush(Infinity)
  writer.close()
}
