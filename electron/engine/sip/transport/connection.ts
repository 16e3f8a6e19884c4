import { encodeText } from '../../../../shared/base/text.ts'
import type { TransportName } from '../../../../shared/model/transport.ts'
import { StreamFramer } from '../../../../shared/wire/sip/frame.ts'
import type { Address } from '../../../../shared/base/address.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { StreamSocket, TlsFacts } from '../../base/net.ts'
import type { Flow, Packet } from './flow.ts'

/** Sent and not yet taken by the peer's side of the connection: more, and it does not read. */
const mostBacklogBytes = 4 * 1024 * 1024

export interface ConnectionEvents {
  message(connection: Connection, bytes: Uint8Array): void
  sent(connection: Connection, packet: Packet): void
  broken(connection: Connection, bytes: Uint8Array, text: string): void
  closed(connection: Connection, error: Error | null): void
}

/** How long an accepted connection may keep us waiting. */
export interface Patience {
  readonly clock: Clock
  /** For a message that has begun, and for the first one. */
  readonly wholeMs: () => number
  /** Between messages; asked again where something is still going on over the connection. */
  readonly idleMs: () => number
  busy(connection: Connection): boolean
  /** It was closed because it took too long. */
  lost(why: 'headerSeconds' | 'idleSeconds'): void
}

/** One TCP or TLS connection, either side's: a byte stream cut into SIP messages (RFC 3261 18.3). */
export class Connection implements Flow {
  readonly transport: TransportName
  readonly reliable = true
  readonly local: Address
  readonly remote: Address
  readonly tls: TlsFacts | null
  readonly seenAt?: (address: Address) => void
  #contact: Address
  readonly #socket: StreamSocket
  readonly #events: ConnectionEvents
  readonly #framer = new StreamFramer()
  readonly #patience: Patience | null
  #timer: Timer | null = null
  /** Since when a message is incomplete, or none has come at all. */
  #waitingSinceMs: number | null = null
  #lastMessageMs = 0
  #open = true

  /** `patience`: for connections that the peer opened. */
  constructor(
    transport: TransportName,
    socket: StreamSocket,
    contact: Address | null,
    events: ConnectionEvents,
    patience: Patience | null = null,
    contactRewrite = false,
  ) {
    this.transport = transport
    this.#socket = socket
    this.#events = events
    this.local = socket.local
    this.remote = socket.remote
    this.tls = socket.tls
    this.#contact = contact ?? socket.local
    if (contactRewrite) this.seenAt = (address) => void (this.#contact = address)
    this.#patience = patience
    if (patience) {
      this.#waitingSinceMs = this.#lastMessageMs = patience.clock.monotonicMs()
      this.#watch(patience)
    }
    socket.start({ data: (bytes) => this.#data(bytes), close: (error) => this.#closed(error) })
  }

  get contact(): Address {
    return this.#contact
  }

  get open(): boolean {
    return this.#open
  }

  send(packet: Packet, failed: (error: Error) => void): void {
    if (!this.#open) return failed(new Error('the connection is closed'))
    if (this.#socket.backlogBytes > mostBacklogBytes) {
      this.close()
      return failed(new Error('the peer does not read what it is sent: the connection is closed'))
    }
    this.#events.sent(this, packet)
    this.#socket.write(packet.bytes, (error) => error && failed(error))
  }

  to(): Flow {
    return this
  }

  close(): void {
    this.#timer?.cancel()
    this.#socket.end()
    this.#socket.destroy()
  }

  /** Closes a connection that keeps us waiting; looks again when the wait that is on now would be over. */
  #watch(patience: Patience): void {
    const nowMs = patience.clock.monotonicMs()
    const waiting = this.#waitingSinceMs !== null
    let dueMs = waiting ? this.#waitingSinceMs! + patience.wholeMs() : this.#lastMessageMs + patience.idleMs()
    if (dueMs <= nowMs) {
      if (waiting || !patience.busy(this)) {
        patience.lost(waiting ? 'headerSeconds' : 'idleSeconds')
        return this.close()
      }
      this.#lastMessageMs = nowMs
      dueMs = nowMs + patience.idleMs()
    }
    this.#timer?.cancel()
    this.#timer = patience.clock.after(dueMs - nowMs, () => this.#watch(patience))
  }

  #data(bytes: Uint8Array): void {
    this.#frames(bytes)
    if (!this.#patience || !this.#open) return
    const nowMs = this.#patience.clock.monotonicMs()
    const begun = this.#framer.pending
    if (begun && this.#waitingSinceMs === null) {
      this.#waitingSinceMs = nowMs
      this.#watch(this.#patience)
    }
  }

  #frames(bytes: Uint8Array): void {
    for (const frame of this.#framer.push(bytes)) {
      switch (frame.kind) {
        case 'message':
          this.#lastMessageMs = this.#patience?.clock.monotonicMs() ?? 0
          this.#waitingSinceMs = null
          // A copy: whoever keeps the message must not keep the chunk that it came in.
          this.#events.message(this, frame.bytes.slice())
          break
        case 'ping':
          this.#lastMessageMs = this.#patience?.clock.monotonicMs() ?? 0
          this.#socket.write(encodeText('\r\n'))
          break
        case 'pong':
          break
        case 'broken':
          this.#events.broken(this, frame.bytes, frame.text)
          this.close()
          break
      }
    }
  }

  #closed(error: Error | null): void {
    if (!this.#open) return
    this.#open = false
    this.#timer?.cancel()
    this.#events.closed(this, error)
  }
}
