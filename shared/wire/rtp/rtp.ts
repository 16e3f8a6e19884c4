/** The fixed header of RFC 3550 5.1 and where the payload lies. */
export interface RtpHeader {
  marker: boolean
  payloadType: number
  sequence: number
  timestamp: number
  ssrc: number
  payloadOffset: number
  payloadLength: number
}

export const rtpHeaderBytes = 12

export function emptyRtpHeader(): RtpHeader {
  return { marker: false, payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0, payloadOffset: 0, payloadLength: 0 }
}

/**
 * Fills `into` from a packet, the bytes between the two places; returns null, or why it is not RTP. Allocates nothing
 * on success. `payloadOffset` is a place in `bytes`.
 */
export function readRtp(bytes: Uint8Array, into: RtpHeader, from = 0, to = bytes.length): string | null {
  const size = to - from
  if (size < rtpHeaderBytes) return `${size} bytes are too few for an RTP header`
  const first = bytes[from]!
  if (first >> 6 !== 2) return `RTP version ${first >> 6} is not 2`
  const second = bytes[from + 1]!
  let offset = from + rtpHeaderBytes + (first & 0x0f) * 4
  if (first & 0x10) {
    if (offset + 4 > to) return 'the RTP header extension is cut off'
    offset += 4 + ((bytes[offset + 2]! << 8) | bytes[offset + 3]!) * 4
  }
  const padding = first & 0x20 ? bytes[to - 1]! : 0
  if (offset + padding > to) return 'the RTP header is longer than the packet'
  into.marker = (second & 0x80) !== 0
  into.payloadType = second & 0x7f
  into.sequence = (bytes[from + 2]! << 8) | bytes[from + 3]!
  into.timestamp = readUint32(bytes, from + 4)
  into.ssrc = readUint32(bytes, from + 8)
  into.payloadOffset = offset
  into.payloadLength = to - offset - padding
  return null
}

/** Four bytes of the network as a number. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** Writes the fixed header without CSRC and extension into the first 12 bytes. */
export function writeRtpHeader(
  bytes: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[0] = 0x80
  bytes[1] = (marker ? 0x80 : 0) | payloadType
  bytes[2] = sequence >> 8
  bytes[3] = sequence
  bytes[4] = timestamp >>> 24
  bytes[5] = timestamp >>> 16
  bytes[6] = timestamp >>> 8
  bytes[7] = timestamp
  bytes[8] = ssrc >>> 24
  bytes[9] = ssrc >>> 16
  bytes[10] = ssrc >>> 8
  bytes[11] = ssrc
}

/** Whether a version-2 packet is RTCP rather than RTP (RFC 5761 4: packet types 192 to 223). */
export function isRtcp(bytes: Uint8Array, from = 0, to = bytes.length): boolean {
  return to - from >= 8 && bytes[from]! >> 6 === 2 && bytes[from + 1]! >= 192 && bytes[from + 1]! <= 223
}

/** `0x0123abcd`. */
export function formatSsrc(ssrc: number): string {
  return `0x${ssrc.toString(16).padStart(8, '0')}`
}
