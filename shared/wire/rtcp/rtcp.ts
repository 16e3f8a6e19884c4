import { concatBytes, encodeText } from '../../base/text.ts'
import { readXrBlocks, writeXrBlocks, type VoipMetrics } from './xr.ts'

/** A report block (RFC 3550 6.4.1). Jitter in timestamp units; lastSr and delaySinceLastSr in 1/65536 s. */
export interface ReportBlock {
  readonly ssrc: number
  readonly fractionLost: number
  readonly cumulativeLost: number
  readonly highestSequence: number
  readonly jitter: number
  readonly lastSr: number
  readonly delaySinceLastSr: number
}

export type RtcpPacket =
  | {
      readonly type: 'sr'
      readonly ssrc: number
      readonly ntpSeconds: number
      readonly ntpFraction: number
      readonly rtpTimestamp: number
      readonly packets: number
      readonly octets: number
      readonly reports: readonly ReportBlock[]
    }
  | { readonly type: 'rr'; readonly ssrc: number; readonly reports: readonly ReportBlock[] }
  | { readonly type: 'sdes'; readonly chunks: readonly { readonly ssrc: number; readonly cname: string | null }[] }
  | { readonly type: 'bye'; readonly ssrcs: readonly number[]; readonly reason: string | null }
  /** An extended report (RFC 3611); blocks of other kinds are left out. */
  | { readonly type: 'xr'; readonly ssrc: number; readonly voip: readonly VoipMetrics[] }
  | { readonly type: 'other'; readonly packetType: number }

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The packets of a compound packet; a string says why it is none (RFC 3550 A.2). */
export function parseRtcp(bytes: Uint8Array): RtcpPacket[] | string {
  const data = view(bytes)
  const packets: RtcpPacket[] = []
  let offset = 0
  while (offset < bytes.length) {
    if (bytes.length - offset < 4) return 'the RTCP packet is cut off'
    const first = data.getUint8(offset)
    if (first >> 6 !== 2) return `RTCP version ${first >> 6} is not 2`
    const end = offset + 4 + data.getUint16(offset + 2) * 4
    if (end > bytes.length) return `the RTCP packet announces ${end - offset} bytes, ${bytes.length - offset} are there`
    const packet = parseOne(data, first & 0x1f, data.getUint8(offset + 1), offset + 4, end)
    if (typeof packet === 'string') return packet
    packets.push(packet)
    offset = end
  }
  return packets
}

function parseOne(data: DataView, count: number, packetType: number, at: number, end: number): RtcpPacket | string {
  switch (packetType) {
    case 200: {
      if (end - at < 24 + count * 24) return 'the sender report is cut off'
      return {
        type: 'sr',
        ssrc: data.getUint32(at),
        ntpSeconds: data.getUint32(at + 4),
        ntpFraction: data.getUint32(at + 8),
        rtpTimestamp: data.getUint32(at + 12),
        packets: data.getUint32(at + 16),
        octets: data.getUint32(at + 20),
        reports: parseReports(data, at + 24, count),
      }
    }
    case 201:
      if (end - at < 4 + count * 24) return 'the receiver report is cut off'
      return { type: 'rr', ssrc: data.getUint32(at), reports: parseReports(data, at + 4, count) }
    case 202:
      return { type: 'sdes', chunks: parseSdes(data, at, end, count) }
    case 203: {
      if (end - at < count * 4) return 'the RTCP BYE is cut off'
      const ssrcs = Array.from({ length: count }, (_, i) => data.getUint32(at + i * 4))
      const length = at + count * 4 < end ? data.getUint8(at + count * 4) : 0
      const from = at + count * 4 + 1
      return { type: 'bye', ssrcs, reason: length > 0 && from + length <= end ? text(data, from, length) : null }
    }
    case 207: {
      if (end - at < 4) return 'the extended report is cut off'
      const voip = readXrBlocks(data, at + 4, end)
      return typeof voip === 'string' ? voip : { type: 'xr', ssrc: data.getUint32(at), voip }
    }
    default:
      return { type: 'other', packetType }
  }
}

function parseReports(data: DataView, at: number, count: number): ReportBlock[] {
  return Array.from({ length: count }, (_, i) => {
    const o = at + i * 24
    const lost = data.getUint32(o + 4)
    return {
      ssrc: data.getUint32(o),
      fractionLost: lost >>> 24,
      cumulativeLost: ((lost & 0xffffff) << 8) >> 8,
      highestSequence: data.getUint32(o + 8),
      jitter: data.getUint32(o + 12),
      lastSr: data.getUint32(o + 16),
      delaySinceLastSr: data.getUint32(o + 20),
    }
  })
}

function parseSdes(data: DataView, at: number, end: number, count: number): { ssrc: number; cname: string | null }[] {
  const chunks: { ssrc: number; cname: string | null }[] = []
  let o = at
  for (let i = 0; i < count && o + 4 <= end; i++) {
    const ssrc = data.getUint32(o)
    let cname: string | null = null
    o += 4
    while (o + 1 < end && data.getUint8(o) !== 0) {
      const length = data.getUint8(o + 1)
      if (data.getUint8(o) === 1 && o + 2 + length <= end) cname = text(data, o + 2, length)
      o += 2 + length
    }
    o = at + ((((o - at) >> 2) + 1) << 2)
    chunks.push({ ssrc, cname })
  }
  return chunks
}

function text(data: DataView, at: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(data.buffer, data.byteOffset + at, length))
}

/** The bytes of a compound packet (RFC 3550 6.1). */
export function writeRtcp(packets: readonly Exclude<RtcpPacket, { type: 'other' }>[]): Uint8Array {
  return concatBytes(packets.map(writeOne))
}

function writeOne(packet: Exclude<RtcpPacket, { type: 'other' }>): Uint8Array {
  switch (packet.type) {
    case 'sr': {
      const body = new DataView(new ArrayBuffer(24 + packet.reports.length * 24))
      ;[packet.ssrc, packet.ntpSeconds, packet.ntpFraction, packet.rtpTimestamp, packet.packets, packet.octets].forEach(
        (value, i) => body.setUint32(i * 4, value),
      )
      writeReports(body, 24, packet.reports)
      return framed(200, packet.reports.length, new Uint8Array(body.buffer))
    }
    case 'rr': {
      const body = new DataView(new ArrayBuffer(4 + packet.reports.length * 24))
      body.setUint32(0, packet.ssrc)
      writeReports(body, 4, packet.reports)
      return framed(201, packet.reports.length, new Uint8Array(body.buffer))
    }
    case 'sdes': {
      const chunks = packet.chunks.map(({ ssrc, cname }) => {
        const name = encodeText(cname ?? '').subarray(0, 255)
        const chunk = new Uint8Array(((4 + 2 + name.length) & ~3) + 4)
        view(chunk).setUint32(0, ssrc)
        chunk[4] = 1
        chunk[5] = name.length
        chunk.set(name, 6)
        return chunk
      })
      return framed(202, chunks.length, concatBytes(chunks))
    }
    case 'bye': {
      const reason = encodeText(packet.reason ?? '').subarray(0, 255)
      const size = packet.ssrcs.length * 4 + (reason.length > 0 ? (reason.length + 4) & ~3 : 0)
      const body = new Uint8Array(size)
      packet.ssrcs.forEach((ssrc, i) => view(body).setUint32(i * 4, ssrc))
      if (reason.length > 0) {
        body[packet.ssrcs.length * 4] = reason.length
        body.set(reason, packet.ssrcs.length * 4 + 1)
      }
      return framed(203, packet.ssrcs.length, body)
    }
    case 'xr': {
      const ssrc = new Uint8Array(4)
      view(ssrc).setUint32(0, packet.ssrc)
      return framed(207, 0, concatBytes([ssrc, writeXrBlocks(packet.voip)]))
    }
  }
}

function writeReports(body: DataView, at: number, reports: readonly ReportBlock[]): void {
  reports.forEach((report, i) => {
    const o = at + i * 24
    const lost = Math.max(-0x800000, Math.min(0x7fffff, report.cumulativeLost))
    body.setUint32(o, report.ssrc)
    body.setUint32(o + 4, ((report.fractionLost << 24) | (lost & 0xffffff)) >>> 0)
    body.setUint32(o + 8, report.highestSequence)
    body.setUint32(o + 12, Math.round(report.jitter))
    body.setUint32(o + 16, report.lastSr)
    body.setUint32(o + 20, report.delaySinceLastSr)
  })
}

function framed(packetType: number, count: number, body: Uint8Array): Uint8Array {
  const packet = new Uint8Array(4 + body.length)
  packet[0] = 0x80 | count
  packet[1] = packetType
  view(packet).setUint16(2, packet.length / 4 - 1)
  packet.set(body, 4)
  return packet
}

/** Seconds from 1900 to 1970 (RFC 3550 4). */
const ntpEpoch = 2_208_988_800

/** An instant (microseconds since 1970) as NTP seconds and fraction. */
export function toNtp(at: number): { seconds: number; fraction: number } {
  const seconds = Math.floor(at / 1e6)
  return { seconds: (seconds + ntpEpoch) >>> 0, fraction: Math.floor(((at - seconds * 1e6) / 1e6) * 2 ** 32) >>> 0 }
}

/** The middle 32 bits of an NTP timestamp: 1/65536 s, as LSR and DLSR use them. */
export function middleNtp(seconds: number, fraction: number): number {
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0
}

/** A longer round trip is one of another clock. */
const longestRoundTripMs = 60_000

/** The round trip that a report block about a stream of ours tells at `at`, in ms; null where it tells none. */
export function roundTripOf({ lastSr, delaySinceLastSr }: ReportBlock, at: number): number | null {
  const { seconds, fraction } = toNtp(at)
  const ms = ((middleNtp(seconds, fraction) - lastSr - delaySinceLastSr) >>> 0) / 65.536
  return lastSr === 0 || ms > longestRoundTripMs ? null : ms
}
