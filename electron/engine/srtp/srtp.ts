import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto'

/** The suites of RFC 4568 6.2 that are spoken here, with the bytes of the RTP authentication tag. */
export const suites = { AES_CM_128_HMAC_SHA1_80: 10, AES_CM_128_HMAC_SHA1_32: 4 } as const
export type SrtpSuite = keyof typeof suites

export const masterBytes = 30
const rtcpTagBytes = 10
const window = 128
/** Streams of one key whose indices are remembered; the one that was silent longest makes room. */
const mostStreams = 16
/** RFC 3711 9.2: no more packets than this under one key. */
const mostRtp = 2 ** 48
const mostRtcp = 2 ** 31

/** One direction's session keys (RFC 3711 4.3). */
export interface SessionKeys {
  readonly cipher: Uint8Array
  readonly auth: Uint8Array
  readonly salt: Uint8Array
}

export type Refused = 'too short' | 'authentication failed' | 'replayed'

function derive(master: Uint8Array, label: number, length: number): Uint8Array {
  const iv = Buffer.alloc(16)
  iv.set(master.subarray(16, 30), 0)
  iv[7] = iv[7]! ^ label
  return createCipheriv('aes-128-ctr', master.subarray(0, 16), iv).update(Buffer.alloc(length))
}

/** The keys that a master key and salt give (RFC 3711 4.3.1; no key derivation rate). */
export function sessionKeys(master: Uint8Array, of: 'rtp' | 'rtcp'): SessionKeys {
  const first = of === 'rtp' ? 0 : 3
  return { cipher: derive(master, first, 16), auth: derive(master, first + 1, 20), salt: derive(master, first + 2, 14) }
}

/** Used again for every packet: who reads them copies them. */
const counter = Buffer.alloc(16)
const rollover = Buffer.alloc(4)

/** AES counter mode with the IV of RFC 3711 4.1.1; encryption and decryption are the same. */
export function crypt(
  { cipher, salt }: Pick<SessionKeys, 'cipher' | 'salt'>,
  ssrc: number,
  index: number,
  data: Uint8Array,
): Buffer {
  counter.set(salt, 0)
  counter.writeUInt16BE(0, 14)
  counter.writeUInt32BE((counter.readUInt32BE(4) ^ ssrc) >>> 0, 4)
  counter.writeUInt16BE(counter.readUInt16BE(8) ^ Math.floor(index / 2 ** 32), 8)
  counter.writeUInt32BE((counter.readUInt32BE(10) ^ (index % 2 ** 32)) >>> 0, 10)
  return createCipheriv('aes-128-ctr', cipher, counter).update(data)
}

/**
 * The bytes of an RTP packet that SRTP leaves in clear: header, CSRC and extension (RFC 3711 3.1); null when they are
 * not all there.
 */
export function rtpClearBytes(packet: Uint8Array): number | null {
  const fixed = 12 + (packet[0]! & 0x0f) * 4
  const length = packet[0]! & 0x10 ? fixed + 4 + ((packet[fixed + 2]! << 8) | packet[fixed + 3]!) * 4 : fixed
  return packet.length >= 12 && packet[0]! >> 6 === 2 && packet.length >= length ? length : null
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

interface Received {
  roc: number
  highest: number
  readonly replay: ReplayWindow
}

/** A map that forgets what was used longest ago. */
class Recent<Value> {
  readonly #entries = new Map<number, Value>()

  get(key: number): Value | undefined {
    return this.#entries.get(key)
  }

  /** It was used now. */
  used(key: number, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > mostStreams) this.#entries.delete(this.#entries.keys().next().value!)
  }
}

/**
 * One direction of an SRTP and SRTCP session with an SDES key (RFC 3711, RFC 4568). Whoever sends with it keeps it for
 * as long as the key may be used: it is what remembers which indices were, and so that no keystream is used twice.
 */
export class SrtpContext {
  /** How long the tag of RTP packets is: all that the suites differ in. The indices of the key go on. */
  suite: SrtpSuite
  readonly #rtp: SessionKeys
  readonly #rtcp: SessionKeys
  /** The next index by SSRC: never forgotten, since there are only our own. */
  readonly #next = new Map<number, number>()
  readonly #received = new Recent<Received>()
  readonly #rtcpReplay = new Recent<ReplayWindow>()
  #rtcpIndex = 0

  /** `master`: 16 bytes of key and 14 of salt. */
  constructor(suite: SrtpSuite, master: Uint8Array) {
    this.suite = suite
    this.#rtp = sessionKeys(master, 'rtp')
    this.#rtcp = sessionKeys(master, 'rtcp')
  }

  /**
   * The protected packet; `headerBytes` stay in clear. Sequence numbers only go forward: one that is not above the last
   * has gone over 65,535. Throws RangeError when the key is used up.
   */
  protectRtp(packet: Uint8Array, headerBytes: number, ssrc: number, sequence: number): Buffer {
    const next = this.#next.get(ssrc) ?? 0
    let index = Math.floor(next / 65536) * 65536 + sequence
    if (index < next) index += 65536
    if (index >= mostRtp) throw new RangeError('as many packets as a key allows were sent with it')
    this.#next.set(ssrc, index + 1)
    const sealed = Buffer.allocUnsafe(packet.length + suites[this.suite])
    sealed.set(packet.subarray(0, headerBytes))
    sealed.set(crypt(this.#rtp, ssrc, index, packet.subarray(headerBytes)), headerBytes)
    sealed.set(this.#tag(sealed.subarray(0, packet.length), Math.floor(index / 65536)), packet.length)
    return sealed
  }

  /** The packet in clear, or why it is refused: then nothing has changed. */
  unprotectRtp(packet: Uint8Array, headerBytes: number, ssrc: number, sequence: number): Buffer | Refused {
    const end = packet.length - suites[this.suite]
    if (end < headerBytes) return 'too short'
    const known = this.#received.get(ssrc)
    const roc = known ? guessRoc(known, sequence) : 0
    const sealed = packet.subarray(0, end)
    if (!timingSafeEqual(this.#tag(sealed, roc), packet.subarray(end))) return 'authentication failed'
    const index = roc * 65536 + sequence
    if (known && !known.replay.fresh(index)) return 'replayed'
    const stream = known ?? { roc, highest: sequence, replay: new ReplayWindow() }
    this.#received.used(ssrc, stream)
    stream.replay.note(index)
    if (roc > stream.roc || (roc === stream.roc && sequence > stream.highest)) {
      stream.roc = roc
      stream.highest = sequence
    }
    const clear = Buffer.allocUnsafe(end)
    clear.set(packet.subarray(0, headerBytes))
    clear.set(crypt(this.#rtp, ssrc, index, packet.subarray(headerBytes, end)), headerBytes)
    return clear
  }

  /** Throws RangeError when the key is used up. */
  protectRtcp(packet: Uint8Array): Buffer {
    const ssrc = Buffer.from(packet.subarray(4, 8)).readUInt32BE()
    const index = this.#rtcpIndex++
    if (index >= mostRtcp) throw new RangeError('as many packets as a key allows were sent with it')
    const end = packet.length + 4
    const sealed = Buffer.allocUnsafe(end + rtcpTagBytes)
    sealed.set(packet.subarray(0, 8))
    sealed.set(crypt(this.#rtcp, ssrc, index, packet.subarray(8)), 8)
    sealed.writeUInt32BE(0x80000000 + index, packet.length)
    sealed.set(this.#rtcpTag(sealed.subarray(0, end)), end)
    return sealed
  }

  /** The compound packet in clear, or why it is refused: then nothing has changed. */
  unprotectRtcp(packet: Uint8Array): Buffer | Refused {
    const end = packet.length - rtcpTagBytes
    if (end < 12) return 'too short'
    const sealed = packet.subarray(0, end)
    if (!timingSafeEqual(this.#rtcpTag(sealed), packet.subarray(end))) return 'authentication failed'
    const word = Buffer.from(sealed.subarray(end - 4)).readUInt32BE()
    const index = word & 0x7fffffff
    const ssrc = Buffer.from(sealed.subarray(4, 8)).readUInt32BE()
    const known = this.#rtcpReplay.get(ssrc)
    if (known && !known.fresh(index)) return 'replayed'
    const replay = known ?? new ReplayWindow()
    this.#rtcpReplay.used(ssrc, replay)
    replay.note(index)
    const body = sealed.subarray(8, end - 4)
    return Buffer.concat([sealed.subarray(0, 8), word & 0x80000000 ? crypt(this.#rtcp, ssrc, index, body) : body])
  }

  #tag(sealed: Uint8Array, roc: number): Buffer {
    rollover.writeUInt32BE(roc >>> 0)
    return createHmac('sha1', this.#rtp.auth).update(sealed).update(rollover).digest().subarray(0, suites[this.suite])
  }

  #rtcpTag(sealed: Uint8Array): Buffer {
    return createHmac('sha1', this.#rtcp.auth).update(sealed).digest().subarray(0, rtcpTagBytes)
  }
}

/** RFC 3711 3.3.1 and appendix A. */
function guessRoc({ roc, highest }: Received, sequence: number): number {
  if (highest < 32768) return sequence - highest > 32768 ? Math.max(0, roc - 1) : roc
  return highest - 32768 > sequence ? roc + 1 : roc
}
