import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { encryptedBit, rtcpHeaderBytes, wordBytes, type Protection } from './protection.ts'
import type { SessionKeys } from './session-keys.ts'

/** Of reports, whatever the suite (RFC 4568 6.2). */
const rtcpTagBytes = 10

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
  return createCipheriv(cipher.symmetricKeySize === 32 ? 'aes-256-ctr' : 'aes-128-ctr', cipher, counter).update(data)
}

/** AES counter mode with HMAC-SHA1 (RFC 3711, RFC 6188). */
export class CounterMode implements Protection {
  readonly behindMki: Protection['behindMki']
  readonly overhead: Protection['overhead']
  readonly #rtp: SessionKeys
  readonly #rtcp: SessionKeys
  readonly #tagBytes: number

  constructor(rtp: SessionKeys, rtcp: SessionKeys, tagBytes: number) {
    this.#rtp = rtp
    this.#rtcp = rtcp
    this.#tagBytes = tagBytes
    this.behindMki = { rtp: tagBytes, rtcp: rtcpTagBytes }
    this.overhead = { rtp: tagBytes, rtcp: wordBytes + rtcpTagBytes }
  }

  sealRtp(packet: Uint8Array, headerBytes: number, ssrc: number, index: number): Buffer {
    const sealed = Buffer.allocUnsafe(packet.length + this.#tagBytes)
    sealed.set(packet.subarray(0, headerBytes))
    sealed.set(crypt(this.#rtp, ssrc, index, packet.subarray(headerBytes)), headerBytes)
    sealed.set(this.#tag(sealed.subarray(0, packet.length), index), packet.length)
    return sealed
  }

  openRtp(sealed: Uint8Array, headerBytes: number, ssrc: number, index: number): Buffer | null {
    const end = sealed.length - this.#tagBytes
    if (!timingSafeEqual(this.#tag(sealed.subarray(0, end), index), sealed.subarray(end))) return null
    const clear = Buffer.allocUnsafe(end)
    clear.set(sealed.subarray(0, headerBytes))
    clear.set(crypt(this.#rtp, ssrc, index, sealed.subarray(headerBytes, end)), headerBytes)
    return clear
  }

  sealRtcp(packet: Uint8Array, ssrc: number, word: number): Buffer {
    const end = packet.length + wordBytes
    const sealed = Buffer.allocUnsafe(end + rtcpTagBytes)
    sealed.set(packet.subarray(0, rtcpHeaderBytes))
    sealed.set(crypt(this.#rtcp, ssrc, word - encryptedBit, packet.subarray(rtcpHeaderBytes)), rtcpHeaderBytes)
    sealed.writeUInt32BE(word, packet.length)
    sealed.set(this.#rtcpTag(sealed.subarray(0, end)), end)
    return sealed
  }

  openRtcp(sealed: Uint8Array, ssrc: number, word: number): Buffer | null {
    const end = sealed.length - rtcpTagBytes
    if (!timingSafeEqual(this.#rtcpTag(sealed.subarray(0, end)), sealed.subarray(end))) return null
    const body = sealed.subarray(rtcpHeaderBytes, end - wordBytes)
    return Buffer.concat([
      sealed.subarray(0, rtcpHeaderBytes),
      word >= encryptedBit ? crypt(this.#rtcp, ssrc, word - encryptedBit, body) : body,
    ])
  }

  rtcpWord(sealed: Uint8Array): number {
    return Buffer.from(sealed.subarray(-rtcpTagBytes - wordBytes)).readUInt32BE()
  }

  /** The tag covers the rollover counter too, which no packet carries (RFC 3711 4.2). */
  #tag(sealed: Uint8Array, index: number): Buffer {
    rollover.writeUInt32BE(Math.floor(index / 65536))
    return createHmac('sha1', this.#rtp.auth).update(sealed).update(rollover).digest().subarray(0, this.#tagBytes)
  }

  #rtcpTag(sealed: Uint8Array): Buffer {
    return createHmac('sha1', this.#rtcp.auth).update(sealed).digest().subarray(0, rtcpTagBytes)
  }
}
