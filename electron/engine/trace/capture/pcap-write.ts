import { closeSync } from 'node:fs'
import { formatAddress, ipBytes, type Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { transports } from '../../../../shared/model/transport.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { redact } from '../../../../shared/wire/sip/redact.ts'
import { notWritten, openGrowing, writeAll } from '../../base/durable.ts'
import { explainError } from '../../base/errors.ts'
import { hideValues, type CustomHeader } from '../../base/secret-headers.ts'
import type { EventSink } from '../journal/events.ts'
import { frameOf, isFromClient, upgradeRequest, upgradeResponse } from './web-socket-write.ts'

/** Classic pcap, microseconds, raw IP (LINKTYPE_RAW). */
export function pcapHeader(): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(262_144, 16)
  header.writeUInt32LE(101, 20)
  return header
}

const largestSegment = 16_000

function record(at: Micros, packet: Buffer): Buffer {
  const head = Buffer.alloc(16)
  const seconds = Math.floor(at / 1e6)
  head.writeUInt32LE(seconds, 0)
  head.writeUInt32LE(Math.round(at - seconds * 1e6), 4)
  head.writeUInt32LE(packet.length, 8)
  head.writeUInt32LE(packet.length, 12)
  return Buffer.concat([head, packet])
}

function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0
  let high = true
  for (const part of parts) {
    for (const byte of part) {
      sum += high ? byte << 8 : byte
      high = !high
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** An IP packet around a UDP or TCP segment whose checksum field (at `checksumAt`) is still zero. */
function ipPacket(
  source: Address,
  destination: Address,
  protocol: 6 | 17,
  segment: Buffer,
  checksumAt: number,
  id: number,
): Buffer {
  const from = Uint8Array.from(ipBytes(source.host) ?? [0, 0, 0, 0])
  const to = Uint8Array.from(ipBytes(destination.host) ?? [0, 0, 0, 0])
  const v6 = from.length === 16
  const pseudo = Buffer.alloc(4)
  pseudo[1] = protocol
  pseudo.writeUInt16BE(segment.length, 2)
  segment.writeUInt16BE(checksum([from, to, pseudo, segment]) || 0xffff, checksumAt)
  const header = Buffer.alloc(v6 ? 40 : 20)
  if (v6) {
    header[0] = 0x60
    header.writeUInt16BE(segment.length, 4)
    header[6] = protocol
    header[7] = 64
    header.set(from, 8)
    header.set(to, 24)
  } else {
    header[0] = 0x45
    header.writeUInt16BE(20 + segment.length, 2)
    header.writeUInt16BE(id & 0xffff, 4)
    header[8] = 64
    header[9] = protocol
    header.set(from, 12)
    header.set(to, 16)
    header.writeUInt16BE(checksum([header]), 10)
  }
  return Buffer.concat([header, segment])
}

/** Digest responses, passwords and SRTP keys masked in place; the length stays. */
export function redactBytes(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const masked = redact(text)
  return masked === text ? bytes : Buffer.from(masked, 'latin1')
}

type Segment = Pick<SipEvent, 'at' | 'source' | 'destination'>

/**
 * Turns what was seen into pcap records. Streams get TCP sequence numbers that fit, so that readers can put them
 * together.
 */
export class PcapEncoder {
  readonly #sent = new Map<string, number>()
  /** Of the two ends of each WebSocket the one that opened it. */
  readonly #clients = new Map<string, string>()
  readonly #secrets: readonly CustomHeader[]
  #id = 0

  /** `secrets`: headers whose values are masked wherever messages have them. */
  constructor(secrets: readonly CustomHeader[] = []) {
    this.#secrets = secrets
  }

  udp(at: Micros, source: Address, destination: Address, payload: Uint8Array): Buffer {
    const head = Buffer.alloc(8)
    head.writeUInt16BE(source.port, 0)
    head.writeUInt16BE(destination.port, 2)
    head.writeUInt16BE(8 + payload.length, 4)
    return record(at, ipPacket(source, destination, 17, Buffer.concat([head, payload]), 6, this.#id++))
  }

  sip(event: SipEvent): Buffer {
    const bytes = redactBytes(this.#hidden(event.bytes))
    if (event.transport === 'udp') return this.udp(event.at, event.source, event.destination, bytes)
    if (transports[event.transport].webSocket) return this.#webSocket(event, bytes)
    return this.#stream(event, bytes)
  }

  /** Begins with a handshake in words of ours: the messages are kept, what opened the connection is not. */
  #webSocket(event: SipEvent, bytes: Uint8Array): Buffer {
    const key = [event.source, event.destination].map(formatAddress).sort().join(' ')
    const opened = this.#clients.get(key)
    const client = opened ?? formatAddress(isFromClient(event) ? event.source : event.destination)
    const fromClient = client === formatAddress(event.source)
    const message = () => this.#stream(event, frameOf(bytes, fromClient))
    if (opened !== undefined) return message()
    this.#clients.set(key, client)
    const back = { at: event.at, source: event.destination, destination: event.source }
    const [asks, accepts] = fromClient ? [event, back] : [back, event]
    return Buffer.concat([this.#stream(asks, upgradeRequest), this.#stream(accepts, upgradeResponse), message()])
  }

  #stream(ends: Segment, bytes: Uint8Array): Buffer {
    const records: Buffer[] = []
    for (let at = 0; at < bytes.length; at += largestSegment)
      records.push(this.#tcp(ends, bytes.subarray(at, at + largestSegment)))
    return Buffer.concat(records)
  }

  /** Masked byte for byte: the length stays. */
  #hidden(bytes: Uint8Array): Uint8Array {
    if (this.#secrets.length === 0) return bytes
    const inBytes = this.#secrets.map(({ name, value }) => ({ name, value: Buffer.from(value).toString('latin1') }))
    return Buffer.from(hideValues(Buffer.from(bytes).toString('latin1'), inBytes), 'latin1')
  }

  #tcp({ at, source, destination }: Segment, payload: Uint8Array): Buffer {
    const key = `${formatAddress(source)} ${formatAddress(destination)}`
    const sequence = this.#sent.get(key) ?? 1
    const acknowledged = this.#sent.get(`${formatAddress(destination)} ${formatAddress(source)}`) ?? 1
    this.#sent.set(key, (sequence + payload.length) >>> 0)
    const head = Buffer.alloc(20)
    head.writeUInt16BE(source.port, 0)
    head.writeUInt16BE(destination.port, 2)
    head.writeUInt32BE(sequence, 4)
    head.writeUInt32BE(acknowledged, 8)
    head[12] = 0x50
    head[13] = 0x18
    head.writeUInt16BE(65_535, 14)
    return record(at, ipPacket(source, destination, 6, Buffer.concat([head, payload]), 16, this.#id++))
  }
}

const flushBytes = 64 * 1024
const flushAfterUs = 1e6

/**
 * Writes a capture as the packets happen: complete however long the call, with a few kilobytes of memory. Messages are
 * in the file at once, packets within a second of the call, whatever becomes of this process.
 */
export class PcapFile implements EventSink {
  readonly #path: string
  readonly #fd: number
  readonly #encoder: PcapEncoder
  #pending: Buffer[] = []
  #pendingBytes = 0
  #pendingSince: Micros | null = null
  #open = true
  /** Why writing stopped; null while all is well. */
  fault: string | null = null

  /** Throws RingbackError (machine) when the file cannot be made. */
  constructor(path: string, secrets: readonly CustomHeader[] = []) {
    this.#path = path
    this.#encoder = new PcapEncoder(secrets)
    try {
      this.#fd = openGrowing(path)
    } catch (error) {
      throw notWritten(path, error)
    }
    this.#append(pcapHeader())
    this.#flush()
  }

  sip(event: SipEvent): void {
    this.#append(this.#encoder.sip(event))
    this.#flush()
  }

  /** A capture has no place for what only an endpoint knows. */
  observation(): void {}

  packet(_callId: string, at: Micros, source: Address, destination: Address, payload: Uint8Array): void {
    this.#append(this.#encoder.udp(at, source, destination, payload))
    this.#pendingSince ??= at
    if (this.#pendingBytes > flushBytes || at - this.#pendingSince >= flushAfterUs) this.#flush()
  }

  close(): void {
    if (!this.#open) return
    this.#flush()
    if (this.#open) closeSync(this.#fd)
    this.#open = false
  }

  #append(bytes: Buffer): void {
    if (!this.#open) return
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
  }

  #flush(): void {
    if (!this.#open) return
    try {
      writeAll(this.#fd, Buffer.concat(this.#pending))
    } catch (error) {
      this.fault = `writing ${this.#path} stopped: ${explainError(error)}`
      this.#open = false
      closeSync(this.#fd)
    }
    this.#pending = []
    this.#pendingBytes = 0
    this.#pendingSince = null
  }
}
