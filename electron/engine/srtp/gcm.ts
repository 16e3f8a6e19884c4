import { createCipheriv, createDecipheriv } from 'node:crypto'
import { encryptedBit, rtcpHeaderBytes, wordBytes, type Protection } from './protection.ts'
import type { SessionKeys } from './session-keys.ts'

const tagBytes = 16
/** Used again for every packet. */
const iv = Buffer.alloc(12)

/** AES in Galois/counter mode, which encrypts and authenticates in one (RFC 7714). */
export class Gcm implements Protection {
  /** An MKI is the last of a packet. */
  readonly behindMki = { rtp: 0, rtcp: 0 }
  readonly overhead = { rtp: tagBytes, rtcp: tagBytes + wordBytes }
  readonly #rtp: SessionKeys
  readonly #rtcp: SessionKeys

  constructor(rtp: SessionKeys, rtcp: SessionKeys) {
    this.#rtp = rtp
    this.#rtcp = rtcp
  }

  sealRtp(packet: Uint8Array, headerBytes: number, ssrc: number, index: number): Buffer {
    const header = packet.subarray(0, headerBytes)
    return Buffer.concat([header, seal(this.#rtp, ssrc, index, header, packet.subarray(headerBytes))])
  }

  openRtp(sealed: Uint8Array, headerBytes: number, ssrc: number, index: number): Buffer | null {
    const header = sealed.subarray(0, headerBytes)
    const clear = open(this.#rtp, ssrc, index, header, sealed.subarray(headerBytes))
    return clear && Buffer.concat([header, clear])
  }

  sealRtcp(packet: Uint8Array, ssrc: number, word: number): Buffer {
    const header = packet.subarray(0, rtcpHeaderBytes)
    const last = bytesOf(word)
    const sealed = seal(
      this.#rtcp,
      ssrc,
      word - encryptedBit,
      Buffer.concat([header, last]),
      packet.subarray(rtcpHeaderBytes),
    )
    return Buffer.concat([header, sealed, last])
  }

  /** What is not encrypted is authenticated all the same (RFC 7714 9.3). */
  openRtcp(sealed: Uint8Array, ssrc: number, word: number): Buffer | null {
    const end = sealed.length - wordBytes
    const last = sealed.subarray(end)
    if (word >= encryptedBit) {
      const header = sealed.subarray(0, rtcpHeaderBytes)
      const known = Buffer.concat([header, last])
      const clear = open(this.#rtcp, ssrc, word - encryptedBit, known, sealed.subarray(rtcpHeaderBytes, end))
      return clear && Buffer.concat([header, clear])
    }
    const packet = Buffer.from(sealed.subarray(0, end - tagBytes))
    const tag = sealed.subarray(end - tagBytes, end)
    return open(this.#rtcp, ssrc, word, Buffer.concat([packet, last]), tag) && packet
  }

  rtcpWord(sealed: Uint8Array): number {
    return Buffer.from(sealed.subarray(-wordBytes)).readUInt32BE()
  }
}

function bytesOf(word: number): Buffer {
  const bytes = Buffer.allocUnsafe(wordBytes)
  bytes.writeUInt32BE(word)
  return bytes
}

/** RFC 7714 8.1 and 9.1: the index of RTP has six bytes, that of RTCP fills the last four of them. */
function nonce(salt: Uint8Array, ssrc: number, index: number): Buffer {
  iv.writeUInt16BE(0, 0)
  iv.writeUInt32BE(ssrc, 2)
  iv.writeUIntBE(index, 6, 6)
  for (let i = 0; i < iv.length; i++) iv[i] = iv[i]! ^ salt[i]!
  return iv
}

const nameOf = ({ cipher }: SessionKeys) => (cipher.symmetricKeySize === 32 ? 'aes-256-gcm' : 'aes-128-gcm')

function seal(keys: SessionKeys, ssrc: number, index: number, known: Uint8Array, clear: Uint8Array): Buffer {
  const cipher = createCipheriv(nameOf(keys), keys.cipher, nonce(keys.salt, ssrc, index))
  cipher.setAAD(known)
  return Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()])
}

function open(keys: SessionKeys, ssrc: number, index: number, known: Uint8Array, sealed: Uint8Array): Buffer | null {
  const end = sealed.length - tagBytes
  const cipher = createDecipheriv(nameOf(keys), keys.cipher, nonce(keys.salt, ssrc, index))
  cipher.setAAD(known)
  cipher.setAuthTag(sealed.subarray(end))
  const clear = cipher.update(sealed.subarray(0, end))
  try {
    return Buffer.concat([clear, cipher.final()])
  } catch {
    return null
  }
}
