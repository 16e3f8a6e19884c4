import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto'

/** The suites of RFC 4568 6.2 that are spoken here, with the bytes of the RTP authentication tag. */
export const suites = { AES_CM_128_HMAC_SHA1_80: 10, AES_CM_128_HMAC_SHA1_32: 4 } as const
export type SrtpSuite = keyof typeof suites

export const masterBytes = 30
const rtcpTagBytes = 10
const window = 128

/** One direction's session keys (RFC 3711 4.3). */
interface Keys {
  readonly cipher: Uint8Array
  readonly auth: Uint8Array
  readonly salt: Uint8Array
}

function derive(master: Uint8Array, label: number, length: number): Uint8Array {
  const iv = Buffer.alloc(16)
  iv.set(master.subarray(16, 30), 0)
  iv[7] = iv[7]! ^ label
  return createCipheriv('aes-128-ctr', master.subarray(0, 16), iv).update(Buffer.alloc(length))
}

function keys(master: Uint8Array, firstLabel: number): Keys {
  return { cipher: derive(master, firstLabel, 16), auth: derive(master, firstLabel + 1, 20), salt: derive(master, firstLabel + 2, 14) }
}

/** AES counter mode with the IV of RFC 3711 4.1.1; encryption and decryption are the same. */
function crypt({ cipher, salt }: Keys, ssrc: number, index: number, data: Uint8Array): Buffer {
  const iv = Buffer.alloc(16)
  iv.set(salt, 0)
  iv.writeUInt32BE((iv.readUInt32BE(4) ^ ssrc) >>> 0, 4)
  iv.writeUInt16BE(iv.readUInt16BE(8) ^ Math.floor(index / 2 ** 32), 8)
  iv.writeUInt32BE((iv.readUInt32BE(10) ^ (index % 2 ** 32)) >>> 0, 10)
  return createCipheriv('aes-128-ctr', cipher, iv).update(data)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

/** The last indices seen, against replay (RFC 3711 3.3.2). */
class ReplayWindow {
  readonly #seen = new Float64Array(window).fill(-1)
  #highest = -1

  fresh(index: number): boolean {
    return index > this.#highest - window && this.#seen[index % window] !== index
  }

  note(index: number): void {
    this.#seen[index % window] = index
    if (index > this.#highest) this.#highest = index
  }
}

interface StreamIndex {
  roc: number
  highest: number
  readonly replay: ReplayWindow
}

/** One direction of an SRTP and SRTCP session with an SDES key (RFC 3711, RFC 4568). */
export class SrtpContext {
  readonly #rtp: Keys
  readonly #rtcp: Keys
  readonly #tagBytes: number
  readonly #streams = new Map<number, StreamIndex>()
  readonly #rtcpReplay = new Map<number, ReplayWindow>()
  #rtcpIndex = 0

  /** `master`: 16 bytes of key and 14 of salt. */
  constructor(suite: SrtpSuite, master: Uint8Array) {
    this.#rtp = keys(master, 0)
    this.#rtcp = keys(master, 3)
    this.#tagBytes = suites[suite]
  }

  /** The protected packet; `headerBytes` stay in clear. */
  protectRtp(packet: Uint8Array, headerBytes: number, ssrc: number, sequence: number): Buffer {
    const stream = this.#stream(ssrc, sequence)
    if (sequence < stream.highest && stream.highest - sequence > 32768) stream.roc++
    stream.highest = sequence
    const sealed = Buffer.concat([packet.subarray(0, headerBytes), crypt(this.#rtp, ssrc, stream.roc * 65536 + sequence, packet.subarray(headerBytes))])
    return Buffer.concat([sealed, this.#tag(sealed, stream.roc)])
  }

  /** The packet in clear, or why it is refused. */
  unprotectRtp(packet: Uint8Array, headerBytes: number, ssrc: number, sequence: number): Buffer | 'too short' | 'authentication failed' | 'replayed' {
    const end = packet.length - this.#tagBytes
    if (end < headerBytes) return 'too short'
    const known = this.#streams.get(ssrc)
    const stream = known ?? { roc: 0, highest: sequence, replay: new ReplayWindow() }
    const roc = guessRoc(stream, sequence)
    const sealed = packet.subarray(0, end)
    if (!timingSafeEqual(this.#tag(sealed, roc), packet.subarray(end))) return 'authentication failed'
    const index = roc * 65536 + sequence
    if (!stream.replay.fresh(index)) return 'replayed'
    stream.replay.note(index)
    if (roc > stream.roc || (roc === stream.roc && sequence > stream.highest)) {
      stream.roc = roc
      stream.highest = sequence
    }
    if (!known) this.#streams.set(ssrc, stream)
    return Buffer.concat([packet.subarray(0, headerBytes), crypt(this.#rtp, ssrc, index, packet.subarray(headerBytes, end))])
  }

  protectRtcp(packet: Uint8Array): Buffer {
    const ssrc = Buffer.from(packet.subarray(4, 8)).readUInt32BE()
    const index = this.#rtcpIndex++
    const sealed = Buffer.concat([packet.subarray(0, 8), crypt(this.#rtcp, ssrc, index, packet.subarray(8)), uint32(0x80000000 + index)])
    return Buffer.concat([sealed, createHmac('sha1', this.#rtcp.auth).update(sealed).digest().subarray(0, rtcpTagBytes)])
  }

  unprotectRtcp(packet: Uint8Array): Buffer | 'too short' | 'authentication failed' | 'replayed' {
    const end = packet.length - rtcpTagBytes
    if (end < 12) return 'too short'
    const sealed = packet.subarray(0, end)
    const tag = createHmac('sha1', this.#rtcp.auth).update(sealed).digest().subarray(0, rtcpTagBytes)
    if (!timingSafeEqual(tag, packet.subarray(end))) return 'authentication failed'
    const word = Buffer.from(sealed.subarray(end - 4)).readUInt32BE()
    const index = word & 0x7fffffff
    const ssrc = Buffer.from(sealed.subarray(4, 8)).readUInt32BE()
    let replay = this.#rtcpReplay.get(ssrc)
    if (!replay) this.#rtcpReplay.set(ssrc, (replay = new ReplayWindow()))
    if (!replay.fresh(index)) return 'replayed'
    replay.note(index)
    const body = sealed.subarray(8, end - 4)
    return Buffer.concat([sealed.subarray(0, 8), word & 0x80000000 ? crypt(this.#rtcp, ssrc, index, body) : body])
  }

  #stream(ssrc: number, sequence: number): StreamIndex {
    let stream = this.#streams.get(ssrc)
    if (!stream) this.#streams.set(ssrc, (stream = { roc: 0, highest: sequence, replay: new ReplayWindow() }))
    return stream
  }

  #tag(sealed: Uint8Array, roc: number): Buffer {
    return createHmac('sha1', this.#rtp.auth).update(sealed).update(uint32(roc)).digest().subarray(0, this.#tagBytes)
  }
}

/** RFC 3711 3.3.1 and appendix A. */
function guessRoc({ roc, highest }: StreamIndex, sequence: number): number {
  if (highest < 32768) return sequence - highest > 32768 ? Math.max(0, roc - 1) : roc
  return highest - 32768 > sequence ? roc + 1 : roc
}
