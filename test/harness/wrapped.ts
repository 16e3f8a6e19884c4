import { PcapEncoder } from '../../electron/engine/trace/capture/pcap-write.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { captureStartUs, framesOf } from './capture-files.ts'
import { request, sdp } from './messages.ts'

const source = { host: '192.0.2.99', port: 5060 }
const destination = { host: '192.0.2.1', port: 5060 }

/** An INVITE in UDP in IPv4: what lies inside of every wrapping. */
export function ipPacket(): Buffer {
  const bytes = Buffer.from(request({ callId: 'wrapped', body: sdp() }))
  const message = parseSip(bytes)
  const event = { at: captureStartUs, transport: 'udp', source, destination, direction: 'observed' } as const
  const record = new PcapEncoder().sip({ ...event, bytes, message })
  return framesOf(Buffer.concat([Buffer.alloc(24), record]))[0]!
}

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const addresses = hex('020000000001 020000000002')

export const ethernet = (type: number, payload: Buffer): Buffer => Buffer.concat([addresses, u16(type), payload])

/** IPv4 from 198.51.100.1 to 198.51.100.2 around a payload. */
export function ipv4(protocol: number, payload: Buffer): Buffer {
  const head = hex('4500 0000 0000 0000 4000 0000 c6336401 c6336402')
  head.writeUInt16BE(20 + payload.length, 2)
  head[9] = protocol
  return Buffer.concat([head, payload])
}

/** IPv6 around a payload, `next` its first header. */
export function ipv6(next: number, payload: Buffer): Buffer {
  const head = hex('60000000 0000 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002')
  head.writeUInt16BE(payload.length, 4)
  head[6] = next
  return Buffer.concat([head, payload])
}

export const udp = (port: number, payload: Buffer): Buffer =>
  Buffer.concat([u16(50_000), u16(port), u16(8 + payload.length), u16(0), payload])

/** A UDP datagram to a port, as a whole IPv4 packet. */
export const tunnel = (port: number, ...parts: readonly Buffer[]): Buffer => ipv4(17, udp(port, Buffer.concat(parts)))

/** A chunk of HEP3. */
const chunk = (type: number, value: Buffer): Buffer => Buffer.concat([u16(0), u16(type), u16(6 + value.length), value])

/** A HEP3 message with what a capture agent sends on; `type` 1 is SIP, 5 RTCP. */
export function hep3(type: number, payload: Buffer, at = captureStartUs): Buffer {
  const chunks = Buffer.concat([
    chunk(1, Buffer.from([2])),
    chunk(2, Buffer.from([17])),
    chunk(3, hex('c0000263')),
    chunk(4, hex('c0000201')),
    chunk(7, u16(5060)),
    chunk(8, u16(5060)),
    chunk(9, u32(Math.floor(at / 1e6))),
    chunk(10, u32(at % 1e6)),
    chunk(11, Buffer.from([type])),
    chunk(15, payload),
  ])
  return Buffer.concat([Buffer.from('HEP3'), u16(6 + chunks.length), chunks])
}

/** A classic capture of such frames, a millisecond apart. */
export function pcapFile(linkType: number, frames: readonly Buffer[]): Buffer {
  const head = hex('d4c3b2a1 0200 0400 00000000 00000000 00000400 00000000')
  head.writeUInt32LE(linkType, 20)
  const records = frames.map((frame, i) => {
    const record = Buffer.alloc(16)
    record.writeUInt32LE(captureStartUs / 1e6, 0)
    record.writeUInt32LE(i * 1000, 4)
    record.writeUInt32LE(frame.length, 8)
    record.writeUInt32LE(frame.length, 12)
    return Buffer.concat([record, frame])
  })
  return Buffer.concat([head, ...records])
}
