import { createHmac } from 'node:crypto'

const hmac = (hash: string, key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => {
  const mac = createHmac(hash, key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** P_hash (RFC 5246 5). */
function expand(hash: string, secret: Uint8Array, seed: Uint8Array, length: number): Buffer {
  const out: Buffer[] = []
  let a: Uint8Array = seed
  for (let got = 0; got < length;) {
    a = hmac(hash, secret, a)
    const block = hmac(hash, secret, a, seed)
    out.push(block)
    got += block.length
  }
  return Buffer.concat(out).subarray(0, length)
}

/** The key block of TLS 1.0 to 1.2 (RFC 2246 6.3, RFC 5246 6.3). `hash`: of TLS 1.2; null before. */
export function keyBlock(
  master: Uint8Array,
  serverRandom: Uint8Array,
  clientRandom: Uint8Array,
  hash: string | null,
  length: number,
): Buffer {
  const seed = Buffer.concat([Buffer.from('key expansion'), serverRandom, clientRandom])
  if (hash !== null) return expand(hash, master, seed, length)
  const half = Math.ceil(master.length / 2)
  const block = expand('md5', master.subarray(0, half), seed, length)
  const other = expand('sha1', master.subarray(master.length - half), seed, length)
  for (let i = 0; i < length; i++) block[i]! ^= other[i]!
  return block
}

/** HKDF-Expand-Label with an empty context (RFC 8446 7.1). */
export function expandLabel(hash: string, secret: Uint8Array, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`)
  const info = Buffer.concat([Buffer.from([length >> 8, length & 255, name.length]), name, Buffer.from([0])])
  const out: Buffer[] = []
  let block: Buffer = Buffer.alloc(0)
  for (let n = 1, got = 0; got < length; n++) {
    block = hmac(hash, secret, block, info, Buffer.from([n]))
    out.push(block)
    got += block.length
  }
  return Buffer.concat(out).subarray(0, length)
}
