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

interface PacketOptions {
  /** Number of the interface. */
  readonly at?: number
  /** What the block says of its length at its end, where that is a lie. */
  readonly lengthAtEnd?: number | undefined
}

/** Blocks of a pcapng file in one byte order. */
function blocksOf(little: boolean) {
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4)
    if (little) bytes.writeUInt32LE(value >>> 0)
    else bytes.writeUInt32BE(value >>> 0)
    return bytes
  }
  const u16 = (value: number) => {
    const bytes = Buffer.alloc(2)
    if (little) bytes.writeUInt16LE(value)
    else bytes.writeUInt16BE(value)
    return bytes
  }
  const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
  const block = (type: number, parts: readonly Uint8Array[], lengthAtEnd?: number) => {
    const body = Buffer.concat(parts)
    return Buffer.concat([u32(type), u32(body.length + 12), body, u32(lengthAtEnd ?? body.length + 12)])
  }
  const time = (ticks: bigint) => [u32(Number((ticks >> 32n) & 0xffffffffn)), u32(Number(ticks & 0xffffffffn))]
  const interfaceWith = (options: readonly (readonly [code: number, value: Uint8Array])[], linkType = 101) =>
    block(1, [
      u16(linkType),
      u16(0),
      u32(0),
      ...options.flatMap(([code, value]) => [u16(code), u16(value.length), padded(value)]),
      ...(options.length > 0 ? [u32(0)] : []),
    ])
  return {
    section: () => block(0x0a0d0d0a, [u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)]),
    interfaceWith,
    interface: (linkType = 101, resolution: number | null = null) =>
      interfaceWith(resolution === null ? [] : [[9, Buffer.from([resolution])]], linkType),
    packet: (ticks: bigint, frame: Uint8Array, { at = 0, lengthAtEnd }: PacketOptions = {}) =>
      block(6, [u32(at), ...time(ticks), u32(frame.length), u32(frame.length), padded(frame)], lengthAtEnd),
    oldPacket: (ticks: bigint, frame: Uint8Array) =>
      block(2, [u16(0), u16(0), ...time(ticks), u32(frame.length), u32(frame.length), padded(frame)]),
    simplePacket: (frame: Uint8Array) => block(3, [u32(frame.length), padded(frame)]),
    secrets: (log: string) => block(10, [u32(0x544c534b), u32(log.length), padded(Buffer.from(log))]),
    statistics: (dropped: number) => block(5, [u32(0), ...time(1n), u16(5), u16(8), u32(dropped), u32(0), u32(0)]),
  }
}

/** Blocks of a little-endian pcapng file; those of `big` are of the other order. */
export const pcapng = { ...blocksOf(true), big: blocksOf(false) }

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
