import { encodeText } from '../../../../shared/base/text.ts'
import type { TransportName } from '../../../../shared/model/transport.ts'
import { StreamFramer } from '../../../../shared/wire/sip/frame.ts'
import type { Address } from '../../../../shared/base/address.ts'
import type { StreamSocket, TlsFacts } from '../../base/net.ts'
import type { Flow, Packet } from './flow.ts'

export interface ConnectionEvents {
  message(connection: Connection, bytes: Uint8Array): void
  sent(connection: Connection, packet: Packet): void
  broken(connection: Connection, bytes: Uint8Array, text: string): void
  closed(connection: Connection, error: Error | null): void
}

/** One TCP or TLS connection, either side's: a byte stream cut into SIP messages (RFC 3261 18.3). */
export class Connection implements Flow {
  readonly transport: TransportName
  readonly reliable = true
  readonly local: Address
  readonly remote: Address
  readonly tls: TlsFacts | null
  readonly contact: Address
  readonly #socket: StreamSocket
  readonly #events: ConnectionEvents
  readonly #framer = new StreamFramer()
  #open = true

  constructor(transport: TransportName, socket: StreamSocket, contact: Address | null, events: ConnectionEvents) {
    this.transport = transport
    this.#socket = socket
    this.#events = events
    this.local = socket.local
    this.remote = socket.remote
    this.tls = socket.tls
    this.contact = contact ?? socket.local
    socket.start({ data: (bytes) => this.#data(bytes), close: (error) => this.#closed(error) })
  }

  get open(): boolean {
    return this.#open
  }

  send(packet: Packet, failed: (error: Error) => void): void {
    if (!this.#open) return failed(new Error('the connection is closed'))
    this.#events.sent(this, packet)
    this.#socket.write(packet.bytes, (error) => error && failed(error))
  }

  to(): Flow {
    return this
  }

  close(): void {
    this.#socket.end()
    this.#socket.destroy()
  }

  #data(bytes: Uint8Array): void {
    for (const frame of this.#framer.push(bytes)) {
      switch (frame.kind) {
        case 'message':
          this.#events.message(this, frame.bytes)
          break
        case 'ping':
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
    this.#events.closed(this, error)
  }
}
