import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PcapEncoder, pcapHeader } from '../../electron/engine/trace/capture/pcap-write.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { request, sdp, type InviteParts } from './messages.ts'

export const captureStartUs = 1_700_000_000_000_000
const caller = { host: '192.0.2.99', port: 5060 }
const callee = { host: '192.0.2.1', port: 5060 }

/** A folder for the captures of one test. */
export class CaptureFiles {
  readonly folder = mkdtempSync(join(tmpdir(), 'ringback-captures-'))

  write(name: string, ...parts: readonly Uint8Array[]): string {
    const path = join(this.folder, name)
    writeFileSync(path, Buffer.concat(parts))
    return path
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A capture of requests, a millisecond apart. */
export function pcapOf(requests: Iterable<InviteParts>): Buffer {
  const encoder = new PcapEncoder()
  const records: Buffer[] = [pcapHeader()]
  let at = captureStartUs
  for (const parts of requests) {
    const bytes = Buffer.from(request(parts))
    records.push(
      encoder.sip({
        at: (at += 1000),
        transport: 'udp',
        source: caller,
        destination: callee,
        direction: 'observed',
        bytes,
        message: parseSip(bytes),
      }),
    )
  }
  return Buffer.concat(records)
}

export const invites = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ callId: `call-${i}`, branch: `z9hG4bK${i}`, body: sdp() }))

/** Blocks of a little-endian pcapng file; `lengthAtEnd` lies about itself. */
export const pcapng = {
  section: () => block(0x0a0d0d0a, Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex')),
  interface: (linkType = 101, resolution: number | null = null) =>
    block(
      1,
      Buffer.concat([
        u16(linkType),
        u16(0),
        u32(0),
        ...(resolution === null ? [] : [u16(9), u16(1), Buffer.from([resolution, 0, 0, 0]), u32(0)]),
      ]),
    ),
  packet: (ticks: bigint, frame: Uint8Array, { at = 0, lengthAtEnd = undefined as number | undefined } = {}) =>
    block(
      6,
      Buffer.concat([
        u32(at),
        u32(Number((ticks >> 32n) & 0xffffffffn)),
        u32(Number(ticks & 0xffffffffn)),
        u32(frame.length),
        u32(frame.length),
        frame,
        Buffer.alloc((4 - (frame.length % 4)) % 4),
      ]),
      lengthAtEnd,
    ),
}

/** The IP packets of a classic capture. */
export function framesOf(pcap: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 24; at < pcap.length;) {
    const length = pcap.readUInt32LE(at + 8)
    frames.push(pcap.subarray(at + 16, at + 16 + length))
    at += 16 + length
  }
  return frames
}

function block(type: number, body: Buffer, lengthAtEnd = body.length + 12): Buffer {
  return Buffer.concat([u32(type), u32(body.length + 12), body, u32(lengthAtEnd)])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
