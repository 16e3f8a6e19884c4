import { u16, u32 } from '../decode/bytes.ts'
import { Held, type ByteStream, type TakeMessage } from './byte-stream.ts'

const hep3 = 0x48455033
const eep1 = 0x45455031

export function beginsHep(bytes: Uint8Array): boolean {
  const word = bytes.length < 6 ? 0 : u32(bytes, 0)
  return word === hep3 || word === eep1
}

/** What capture agents send on over TCP: one HEP3 message after the other, each with its length. */
export class HepStream implements ByteStream {
  readonly #held = new Held()

  get held(): number {
    return this.#held.size
  }

  push(chunk: Uint8Array, take: TakeMessage): boolean {
    this.#held.add(chunk)
    const bytes = this.#held.bytes
    let at = 0
    while (bytes.length - at >= 6) {
      const length = u16(bytes, at + 4)
      if (!beginsHep(bytes.subarray(at)) || length < 6) return false
      if (bytes.length - at < length) break
      take(bytes.subarray(at, at + length))
      at += length
    }
    this.#held.drop(at)
    return true
  }

  end(): void {
    this.#held.drop(this.#held.size)
  }
}
