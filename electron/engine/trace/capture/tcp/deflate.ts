import { constants, inflateRawSync } from 'node:zlib'

/** So much of what came before a message may be repeated (RFC 7692 7.1.2). */
const windowBytes = 32 * 1024
/** What each message leaves out at its end (RFC 7692 7.2.1). */
const tail = Buffer.from([0x00, 0x00, 0xff, 0xff])

/** What the two sides of a WebSocket agreed on: which of them goes on with its window from message to message. */
export interface DeflateTerms {
  readonly clientKeeps: boolean
  readonly serverKeeps: boolean
}

/** What both directions of a WebSocket share: how its handshake was accepted. */
export class WebSocketTerms {
  /** Null where no acceptance was seen, `none` where it has no compression, `other` where it has another kind of it. */
  deflate: DeflateTerms | 'none' | 'other' | null = null

  /** Takes the head of the response that accepts (RFC 6455 11.3.2, RFC 7692 7.1). */
  accept(head: string): void {
    const extensions = [...head.matchAll(/\nsec-websocket-extensions:([^\n]*)/gi)]
      .flatMap(([, value]) => value!.split(','))
      .map((extension) => extension.split(';').map((part) => part.trim().toLowerCase()))
    const deflate = extensions.find(([name]) => name === 'permessage-deflate')
    const isOther = extensions.some(([name]) => name!.includes('deflate') || name!.includes('compress'))
    this.deflate = deflate
      ? {
          clientKeeps: !deflate.includes('client_no_context_takeover'),
          serverKeeps: !deflate.includes('server_no_context_takeover'),
        }
      : isOther
        ? 'other'
        : 'none'
  }
}

/** One direction of a WebSocket whose messages are compressed. */
export class Inflater {
  #window: Uint8Array = new Uint8Array(0)

  /**
   * A message as it was; null where its bytes are none, or it is longer than `most`. `keeps`: the next one may repeat
   * what stands in this.
   */
  inflate(bytes: Uint8Array, keeps: boolean, most: number): Uint8Array | null {
    try {
      const message = inflateRawSync(Buffer.concat([bytes, tail]), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: most,
        ...(this.#window.length > 0 && { dictionary: this.#window }),
      })
      if (keeps) this.#window = Buffer.concat([this.#window, message]).subarray(-windowBytes)
      return message
    } catch {
      return null
    }
  }
}
