import { foreign, type Outcome } from '../account.ts'
import { u16 } from '../decode/bytes.ts'
import { isStun, stunHeaderBytes } from '../decode/stun.ts'
import { Held, type ByteStream, type TakeMessage } from './byte-stream.ts'

const channelHeader = 4
/** Send and Data indications: what they carry is that of the relay's client (RFC 8656 11). */
const indications: ReadonlySet<number> = new Set([0x0016, 0x0017])

const isChannel = (first: number) => first >= 0x40 && first <= 0x4f

/** Whether a connection begins with a message of STUN, as one with a relay does. */
export const beginsStun = (bytes: Uint8Array): boolean => isStun(bytes, 0, bytes.length)

/** What a client and its TURN server say over TCP: messages of STUN and of channels, these padded (RFC 8656 12.5). */
export class RelayStream implements ByteStream {
  readonly #held = new Held()
  #carries = false

  get held(): number {
    return this.#held.size
  }

  get outcome(): Outcome {
    return this.#carries ? 'read' : foreign.stun
  }

  push(chunk: Uint8Array, take: TakeMessage): boolean {
    this.#held.add(chunk)
    const bytes = this.#held.bytes
    let at = 0
    while (bytes.length - at >= channelHeader) {
      const channel = isChannel(bytes[at]!)
      if (!channel && bytes[at]! >> 6 !== 0) return false
      const length = u16(bytes, at + 2) + (channel ? channelHeader : stunHeaderBytes)
      const padded = (length + 3) & ~3
      if (bytes.length - at < padded) break
      if (!channel && !isStun(bytes, at, at + length)) return false
      this.#carries ||= channel || indications.has(u16(bytes, at))
      take(bytes.subarray(at, at + length))
      at += padded
    }
    this.#held.drop(at)
    return true
  }

  end(): void {
    this.#held.drop(this.#held.size)
  }
}
