import type { WebSocketTerms } from '../tcp/deflate.ts'
import { keyBlock } from './derive.ts'
import type { ServerHello } from './hello.ts'
import type { KeyLog } from './key-log.ts'
import { Aead12, Aead13, Cbc, macBytes, type RecordCipher } from './record-cipher.ts'
import { suiteOf } from './suites.ts'

const tls10 = 0x0301
const tls12 = 0x0303
const tls13 = 0x0304
/** Of all connections together that wait for their keys. */
const mostWaitingBytes = 32 * 1024 * 1024

/** The keys of a capture, and how much waits for more of them. */
export class TlsKeys {
  readonly log: KeyLog
  waitingBytes = 0

  constructor(log: KeyLog) {
    this.log = log
  }

  get isFull(): boolean {
    return this.waitingBytes > mostWaitingBytes
  }
}

export type Role = 'client' | 'server'

/** What both directions of a TLS connection share: what its hellos said. */
export class TlsSession {
  readonly keys: TlsKeys
  hello: ServerHello | null = null
  /** Where a WebSocket is inside. */
  webSocket: WebSocketTerms | null = null
  #clientRandom: Uint8Array | null = null

  constructor(keys: TlsKeys) {
    this.keys = keys
  }

  set clientRandom(random: Uint8Array) {
    this.#clientRandom = random
  }

  get isNew(): boolean {
    return this.hello !== null && this.hello.version >= tls13
  }

  /** Why its records can never be opened; null while they may be. */
  get fault(): string | null {
    const { hello } = this
    if (!hello) return null
    if (hello.version < tls10 || hello.version > tls13) return `TLS of version ${hello.version.toString(16)}`
    return suiteOf(hello.suite) ? null : `TLS with cipher suite 0x${hello.suite.toString(16).padStart(4, '0')}`
  }

  /** Those of one direction, in the order of their use; empty while the keys are not known. */
  ciphers(role: Role): RecordCipher[] {
    const { hello } = this
    const suite = hello && suiteOf(hello.suite)
    if (!hello || !suite || !this.#clientRandom) return []
    const random = Buffer.from(this.#clientRandom).toString('hex')
    if (this.isNew) {
      const side = role === 'client' ? 'CLIENT' : 'SERVER'
      return (['HANDSHAKE_TRAFFIC_SECRET', 'TRAFFIC_SECRET_0'] as const)
        .map((which) => this.keys.log.secret(`${side}_${which}`, random))
        .filter((secret) => secret !== null)
        .map((secret) => new Aead13(suite, secret))
    }
    const master = this.keys.log.secret('CLIENT_RANDOM', random)
    if (!master) return []
    const [mac, { keyBytes, ivBytes }] = [macBytes(suite), suite]
    const hash = hello.version >= tls12 ? suite.hash : null
    const block = keyBlock(master, hello.random, this.#clientRandom, hash, 2 * (mac + keyBytes + ivBytes))
    const n = role === 'client' ? 0 : 1
    const part = (from: number, size: number) => block.subarray(from + n * size, from + (n + 1) * size)
    const [macKey, key] = [part(0, mac), part(2 * mac, keyBytes)]
    const iv = part(2 * (mac + keyBytes), ivBytes)
    return suite.mode === 'cbc'
      ? [new Cbc(suite, key, macKey, hello.macAfter, hello.version === tls10 ? iv : null)]
      : [new Aead12(suite, key, iv)]
  }
}
