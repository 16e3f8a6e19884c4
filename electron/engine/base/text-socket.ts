import type { Address } from '../../../shared/base/address.ts'
import { decodeText, encodeText } from '../../../shared/base/text.ts'
import type { StreamEvents, StreamSocket } from './net.ts'

/** Channels have no addresses: these stand for their ends in what is shown and saved. */
const host = '127.0.0.1'

/** A WebSocket without one: its messages come and go as texts of another channel. */
export class TextSocket implements StreamSocket {
  readonly local: Address = { host, port: 1 }
  readonly remote: Address = { host, port: 2 }
  readonly tls = null
  readonly backlogBytes = 0
  readonly #say: (message: string) => void
  #events: StreamEvents | null = null
  #open = true

  constructor(say: (message: string) => void) {
    this.#say = say
  }

  get open(): boolean {
    return this.#open
  }

  /** A message of the peer. */
  take(message: string): void {
    if (this.#open) this.#events?.data(encodeText(message))
  }

  write(bytes: Uint8Array, done?: (error: Error | null) => void): void {
    this.#say(decodeText(bytes))
    done?.(null)
  }

  start(events: StreamEvents): void {
    this.#events = events
  }

  end(): void {
    this.destroy()
  }

  destroy(): void {
    if (!this.#open) return
    this.#open = false
    this.#events?.close(null)
  }
}
