import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import type { SrtpSuite } from '../../../shared/model/encryption.ts'
import { suites } from './suites.ts'

/** What the packets of one direction are protected with (RFC 3711 4.3); GCM needs no key of authentication. */
export interface SessionKeys {
  /** Made once: from bytes a key costs more than a packet. */
  readonly cipher: KeyObject
  readonly auth: KeyObject
  readonly salt: Uint8Array
}

const authBytes = 20

/**
 * The keys that a master key and salt give (RFC 3711 4.3.1, RFC 6188 3, RFC 7714 11; no key derivation rate). `master`:
 * key and salt, as long as the suite has them.
 */
export function sessionKeys(suite: SrtpSuite, master: Uint8Array, of: 'rtp' | 'rtcp'): SessionKeys {
  const { keyBytes, saltBytes } = suites[suite]
  const first = of === 'rtp' ? 0 : 3
  const derive = (label: number, length: number): Uint8Array => {
    // A salt of 12 bytes stands for one of 14 that ends with zeros.
    const iv = Buffer.alloc(16)
    iv.set(master.subarray(keyBytes, keyBytes + saltBytes), 0)
    iv[7] = iv[7]! ^ label
    const name = keyBytes === 32 ? 'aes-256-ctr' : 'aes-128-ctr'
    return createCipheriv(name, master.subarray(0, keyBytes), iv).update(Buffer.alloc(length))
  }
  return {
    cipher: createSecretKey(derive(first, keyBytes)),
    auth: createSecretKey(derive(first + 1, authBytes)),
    salt: derive(first + 2, saltBytes),
  }
}
