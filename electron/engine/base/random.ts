import { randomBytes } from 'node:crypto'

/** Where the engine gets its chance from. Tests pass a predictable one. */
export interface Random {
  bytes(length: number): Uint8Array
  /** Lower-case letters and digits, `length` of them. */
  token(length: number): string
  uint32(): number
}

/** A UUID of version 4 (RFC 9562 5.4). */
export function uuidOf(random: Random): string {
  const bytes = Buffer.from(random.bytes(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const alphabet = '0123456789abcdefghijklmnopqrstuv'

class PooledRandom implements Random {
  #pool: Buffer = Buffer.alloc(0)
  #used = 0

  bytes(length: number): Uint8Array {
    if (length > 1024) return randomBytes(length)
    if (this.#used + length > this.#pool.length) {
      this.#pool = randomBytes(4096)
      this.#used = 0
    }
    this.#used += length
    return this.#pool.subarray(this.#used - length, this.#used)
  }

  token(length: number): string {
    let text = ''
    for (const byte of this.bytes(length)) text += alphabet[byte & 31]
    return text
  }

  uint32(): number {
    const [a, b, c, d] = this.bytes(4) as unknown as [number, number, number, number]
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  }
}

export const systemRandom: Random = new PooledRandom()
