import { createDecipheriv, createHmac, timingSafeEqual, type CipherGCMTypes } from 'node:crypto'
import { expandLabel } from './derive.ts'
import type { Suite } from './suites.ts'

/** A record that was protected: its type and version as its header has them. */
export interface Sealed {
  readonly type: number
  readonly version: number
  readonly body: Uint8Array
}

/** Undoes the protection of one direction's records. */
export interface RecordCipher {
  /** The contents, with their type; null where they are not authentic. `sequence`: how many came before. */
  open(record: Sealed, sequence: number): { readonly type: number; readonly content: Buffer } | null
}

function header(sequence: number, type: number, version: number, length: number): Buffer {
  const bytes = Buffer.alloc(13)
  bytes.writeBigUInt64BE(BigInt(sequence), 0)
  bytes[8] = type
  bytes.writeUInt16BE(version, 9)
  bytes.writeUInt16BE(length, 11)
  return bytes
}

function unseal(
  { cipher, tagBytes }: Suite,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Buffer | null {
  const end = sealed.length - tagBytes
  if (end < 0) return null
  const decipher = createDecipheriv(cipher as CipherGCMTypes, key, nonce, { authTagLength: tagBytes })
  decipher.setAuthTag(sealed.subarray(end))
  decipher.setAAD(aad, { plaintextLength: end })
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
  } catch {
    return null
  }
}

/** XORs the number of a record into the end of a nonce (RFC 8446 5.3, RFC 7905 2). */
function numbered(iv: Uint8Array, sequence: number): Buffer {
  const nonce = Buffer.from(iv)
  nonce.writeUInt32BE((nonce.readUInt32BE(4) ^ Math.floor(sequence / 2 ** 32)) >>> 0, 4)
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ (sequence % 2 ** 32)) >>> 0, 8)
  return nonce
}

/** AEAD in TLS 1.2 (RFC 5288, RFC 6655, RFC 7905). */
export class Aead12 implements RecordCipher {
  readonly #suite: Suite
  readonly #key: Uint8Array
  readonly #iv: Uint8Array

  constructor(suite: Suite, key: Uint8Array, iv: Uint8Array) {
    this.#suite = suite
    this.#key = key
    this.#iv = iv
  }

  open({ type, version, body }: Sealed, sequence: number) {
    const explicit = this.#suite.mode === 'chacha' ? 0 : 8
    const length = body.length - explicit - this.#suite.tagBytes
    if (length < 0) return null
    const nonce = explicit === 0 ? numbered(this.#iv, sequence) : Buffer.concat([this.#iv, body.subarray(0, explicit)])
    const aad = header(sequence, type, version, length)
    const content = unseal(this.#suite, this.#key, nonce, aad, body.subarray(explicit))
    return content && { type, content }
  }
}

/** TLS 1.3 (RFC 8446 5.2). */
export class Aead13 implements RecordCipher {
  readonly #suite: Suite
  readonly #secret: Uint8Array
  readonly #key: Buffer
  readonly #iv: Buffer

  constructor(suite: Suite, secret: Uint8Array) {
    this.#suite = suite
    this.#secret = secret
    this.#key = expandLabel(suite.hash, secret, 'key', suite.keyBytes)
    this.#iv = expandLabel(suite.hash, secret, 'iv', 12)
  }

  /** That of the keys that come after these (RFC 8446 7.2). */
  next(): Aead13 {
    return new Aead13(this.#suite, expandLabel(this.#suite.hash, this.#secret, 'traffic upd', this.#secret.length))
  }

  open({ type, version, body }: Sealed, sequence: number) {
    const aad = header(0, type, version, body.length).subarray(8)
    const inner = unseal(this.#suite, this.#key, numbered(this.#iv, sequence), aad, body)
    if (!inner) return null
    let end = inner.length
    while (end > 0 && inner[end - 1] === 0) end--
    return end === 0 ? null : { type: inner[end - 1]!, content: inner.subarray(0, end - 1) }
  }
}

/** CBC (RFC 5246 6.2.3.2), with the MAC before or after encryption (RFC 7366). */
export class Cbc implements RecordCipher {
  readonly #suite: Suite
  readonly #key: Uint8Array
  readonly #macKey: Uint8Array
  readonly #macAfter: boolean
  /** The last block of the record before, which TLS 1.0 goes on with; null where each record has its own. */
  #iv: Uint8Array | null

  constructor(suite: Suite, key: Uint8Array, macKey: Uint8Array, macAfter: boolean, iv: Uint8Array | null) {
    this.#suite = suite
    this.#key = key
    this.#macKey = macKey
    this.#macAfter = macAfter
    this.#iv = iv
  }

  open({ type, version, body }: Sealed, sequence: number) {
    const mac = macBytes(this.#suite)
    const end = this.#macAfter ? body.length - mac : body.length
    const from = this.#iv ? 0 : 16
    if (end - from < 16 || (end - from) % 16 !== 0) return null
    if (this.#macAfter && !this.#isAuthentic(sequence, type, version, body.subarray(0, end), body.subarray(end)))
      return null
    const decipher = createDecipheriv(this.#suite.cipher, this.#key, this.#iv ?? body.subarray(0, 16))
    decipher.setAutoPadding(false)
    const padded = Buffer.concat([decipher.update(body.subarray(from, end)), decipher.final()])
    const length = padded.length - 1 - padded.at(-1)! - (this.#macAfter ? 0 : mac)
    if (length < 0) return null
    const content = padded.subarray(0, length)
    if (!this.#macAfter && !this.#isAuthentic(sequence, type, version, content, padded.subarray(length, length + mac)))
      return null
    if (this.#iv) this.#iv = body.slice(end - 16, end)
    return { type, content }
  }

  #isAuthentic(sequence: number, type: number, version: number, content: Uint8Array, mac: Uint8Array): boolean {
    const due = createHmac(this.#suite.mac!, this.#macKey)
      .update(header(sequence, type, version, content.length))
      .update(content)
      .digest()
    return due.length === mac.length && timingSafeEqual(due, mac)
  }
}

export function macBytes({ mac }: Suite): number {
  return mac === null ? 0 : { sha1: 20, sha256: 32, sha384: 48 }[mac]
}
