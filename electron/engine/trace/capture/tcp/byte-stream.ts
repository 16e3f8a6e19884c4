import type { Outcome } from '../account.ts'

/** What a connection carries. */
export type StreamKind = 'unknown' | 'sip' | 'websocket' | 'hep' | 'turn' | 'tls'

/**
 * Takes a message that is whole; the bytes stay as they are only during the call. `kind`: of the innermost stream,
 * where one lies in another. `before`: it was whole without what is pushed now.
 */
export type TakeMessage = (bytes: Uint8Array, kind?: StreamKind, before?: boolean) => void

/** One direction of a connection, from its first byte that was captured, as what is carried in it. */
export interface ByteStream {
  /** Bytes that are kept for what is to come. */
  readonly held: number
  /** How its packets end; where it has none, as read. */
  readonly outcome?: Outcome
  /** Why a message of what was pushed since the last time is not read; null where all are. */
  takeUnread?(): string | null
  /** False when nothing more can be made of the stream. */
  push(chunk: Uint8Array, take: TakeMessage): boolean
  /** What is missing will not come, or nothing more will: gives out what there is of the message under way. */
  end(take: TakeMessage): void
}

const smallestRoom = 2048

/** Bytes that grow at one end and are used at the other: adding to them copies each byte a few times at most. */
export class Held {
  #room: Uint8Array = new Uint8Array(0)
  size = 0

  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.size)
  }

  add(chunk: Uint8Array): void {
    const size = this.size + chunk.length
    if (size > this.#room.length) {
      const room = new Uint8Array(Math.max(size, this.size * 2, smallestRoom))
      room.set(this.#room.subarray(0, this.size))
      this.#room = room
    }
    this.#room.set(chunk, this.size)
    this.size = size
  }

  drop(count: number): void {
    this.#room.copyWithin(0, count, this.size)
    this.size -= count
    if (this.size === 0 && this.#room.length > smallestRoom) this.#room = new Uint8Array(0)
  }
}
