import { getCiphers } from 'node:crypto'

/** A cipher suite as far as records need it. */
export interface Suite {
  readonly cipher: string
  readonly mode: 'gcm' | 'ccm' | 'chacha' | 'cbc'
  readonly keyBytes: number
  /** Of the key block: the fixed part of the nonce, or the first initialisation vector of TLS 1.0. */
  readonly ivBytes: number
  /** Of the pseudo-random function from TLS 1.2 on. */
  readonly hash: 'sha256' | 'sha384'
  /** Of records in CBC. */
  readonly mac: 'sha1' | 'sha256' | 'sha384' | null
  readonly tagBytes: number
}

const aead = (mode: 'gcm' | 'ccm', bits: 128 | 256, hash: Suite['hash'], tagBytes = 16): Suite => ({
  cipher: `aes-${bits}-${mode}`,
  mode,
  keyBytes: bits / 8,
  ivBytes: 4,
  hash,
  mac: null,
  tagBytes,
})
const cbc = (bits: 128 | 256, mac: 'sha1' | 'sha256' | 'sha384'): Suite => ({
  cipher: `aes-${bits}-cbc`,
  mode: 'cbc',
  keyBytes: bits / 8,
  ivBytes: 16,
  hash: mac === 'sha384' ? 'sha384' : 'sha256',
  mac,
  tagBytes: 0,
})
const chacha: Suite = {
  cipher: 'chacha20-poly1305',
  mode: 'chacha',
  keyBytes: 32,
  ivBytes: 12,
  hash: 'sha256',
  mac: null,
  tagBytes: 16,
}

/** By IANA's numbers, whatever the keys were exchanged by; those of TLS 1.3 begin with 0x13. */
const numbers: readonly (readonly [suite: Suite, ...numbers: number[]])[] = [
  [aead('gcm', 128, 'sha256'), 0x1301, 0x9c, 0x9e, 0xa8, 0xaa, 0xc02b, 0xc02d, 0xc02f, 0xc031],
  [aead('gcm', 256, 'sha384'), 0x1302, 0x9d, 0x9f, 0xa9, 0xab, 0xc02c, 0xc02e, 0xc030, 0xc032],
  [aead('ccm', 128, 'sha256'), 0x1304, 0xc09c, 0xc09e, 0xc0ac],
  [aead('ccm', 256, 'sha256'), 0xc09d, 0xc09f, 0xc0ad],
  [aead('ccm', 128, 'sha256', 8), 0x1305, 0xc0a0, 0xc0a2, 0xc0ae],
  [aead('ccm', 256, 'sha256', 8), 0xc0a1, 0xc0a3, 0xc0af],
  [chacha, 0x1303, 0xcca8, 0xcca9, 0xccaa, 0xccab, 0xccac],
  [cbc(128, 'sha1'), 0x2f, 0x32, 0x33, 0x8c, 0x90, 0xc004, 0xc009, 0xc00e, 0xc013, 0xc035],
  [cbc(256, 'sha1'), 0x35, 0x38, 0x39, 0x8d, 0x91, 0xc005, 0xc00a, 0xc00f, 0xc014, 0xc036],
  [cbc(128, 'sha256'), 0x3c, 0x40, 0x67, 0xae, 0xc023, 0xc025, 0xc027, 0xc029, 0xc037],
  [cbc(256, 'sha256'), 0x3d, 0x6a, 0x6b],
  [cbc(256, 'sha384'), 0xaf, 0xc024, 0xc026, 0xc028, 0xc02a, 0xc038],
]
const suites: ReadonlyMap<number, Suite> = new Map(
  numbers.flatMap(([suite, ...all]) => all.map((number) => [number, suite] as const)),
)

/** Those of the library that this runs with, which differ between Node and Electron. */
const available: ReadonlySet<string> = new Set(getCiphers())

/** The suite with that number; null where it is not undone here. */
export function suiteOf(number: number): Suite | null {
  const suite = suites.get(number)
  return suite && available.has(suite.cipher) ? suite : null
}
