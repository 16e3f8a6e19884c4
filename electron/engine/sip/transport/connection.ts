import { encodeText } from '../../../../shared/base/text.ts'
import { transports, type TransportName } from '../../../../shared/model/transport.ts'
import { StreamFramer } from '../../../../shared/wire/sip/frame.ts'
import type { Address } from '../../../../shared/base/address.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { StreamSocket, TlsFacts } from '../../base/net.ts'
import type { Flow, Packet } from './flow.ts'
import { MessageFramer } from './web-socket.ts'

/** Sent and not yet taken by the peer's side of the connection: more, and it does not read. */
const mostBacklogBytes = 4 * 1024 * 1024
const lineEnd = encodeText('\r\n')

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

/** How often a peer that we connected to over a WebSocket is asked whether it is there: proxies forget idle ones. */
const keepAliveMs = 25_000

export interface ConnectionOptions {
  /** Where the peer may open a flow to us; null: where the connection itself comes from. */
  readonly contact?: Address | null
  /** For connections that the peer opened. */
  readonly patience?: Patience | null
  /** See `seenAt` of a flow. */
  readonly contactRewrite?: boolean | undefined
  readonly clock: Clock
}

/** One connection, either side's: a byte stream cut into SIP messages (RFC 3261 18.3), or a WebSocket (RFC 7118). */
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
  readonly #framer: StreamFramer | MessageFramer
  readonly #patience: Patience | null
  #timer: Timer | null = null
  /** Since when a message is incomplete, or none has come at all. */
  #waitingSinceMs: number | null = null
  #lastMessageMs = 0
  #open = true
  #answering = false
  /** A ping that is not answered yet. */
  #asked = false
  /** Why we closed it. */
  #fault: Error | null = null

  constructor(
    transport: TransportName,
    socket: StreamSocket,
    events: ConnectionEvents,
    { contact = null, patience = null, contactRewrite = false, clock }: ConnectionOptions,
  ) {
    this.transport = transport
    this.#socket = socket
    this.#events = events
    this.local = socket.local
    this.remote = socket.remote
    this.tls = socket.tls
    this.#contact = contact ?? socket.local
    const { webSocket } = transports[transport]
    this.#framer = webSocket ? new MessageFramer() : new StreamFramer()
    if (contactRewrite) this.seenAt = (address) => void (this.#contact = address)
    this.#patience = patience
    if (patience) {
      this.#lastMessageMs = patience.clock.monotonicMs()
      // Who opened a WebSocket has asked for SIP already, and may wait before it says something.
      if (!webSocket) this.#waitingSinceMs = this.#lastMessageMs
      this.#watch(patience)
    }
    socket.start({
      data: (bytes) => this.#data(bytes),
      partial: () => this.#partial(),
      alive: () => this.#alive(),
      close: (error) => this.#closed(error),
    })
    if (webSocket && !patience) this.#keepAlive(clock)
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

  /** Asks the peer again and again whether it is there, and closes the connection where it has not answered. */
  #keepAlive(clock: Clock): void {
    this.#timer = clock.after(keepAliveMs, () => {
      if (this.#asked) {
        this.#fault = new Error('the peer does not answer the pings that keep the connection open: it is closed')
        return this.close()
      }
      this.#asked = true
      this.#socket.ping?.()
      this.#keepAlive(clock)
    })
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
    if (this.#framer.pending) this.#waits()
  }

  /** Part of a message came: the rest must, in time. */
  #waits(): void {
    if (!this.#patience || !this.#open || this.#waitingSinceMs !== null) return
    this.#waitingSinceMs = this.#patience.clock.monotonicMs()
    this.#watch(this.#patience)
  }

  #partial(): void {
    if (this.#framer instanceof MessageFramer) this.#framer.begun()
    this.#waits()
  }

  #alive(): void {
    this.#lastMessageMs = this.#patience?.clock.monotonicMs() ?? 0
    this.#asked = false
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
          this.#pong()
          break
        case 'pong':
          break
        case 'broken':
          this.#fault = new Error(
            `what came over the connection cannot be followed, so it is closed here: ${frame.text}`,
          )
          this.#events.broken(this, frame.bytes, frame.text)
          this.close()
          break
      }
    }
  }

  /** One that the peer has not taken yet answers for all: it must not make us keep more than it reads. */
  #pong(): void {
    if (this.#answering) return
    this.#answering = true
    this.#socket.write(lineEnd, () => void (this.#answering = false))
  }

  #closed(error: Error | null): void {
    if (!this.#open) return
    this.#open = false
    this.#timer?.cancel()
    this.#events.closed(this, this.#fault ?? error)
  }
}
