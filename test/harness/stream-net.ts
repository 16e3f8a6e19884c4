import type { Address } from '../../shared/base/address.ts'
import type {
  Admission,
  Listener,
  StreamEvents,
  StreamSocket,
  WebSocketServerOptions,
} from '../../electron/engine/base/net.ts'
import { MemoryNet } from './memory-net.ts'

/** One end of a connection in memory, driven by the test. */
export class TestConnection {
  readonly written: string[] = []
  backlogBytes = 0
  /** What was written is not taken. */
  stuck = false
  pings = 0
  closed = false
  events: StreamEvents | null = null
  readonly #left: () => void

  constructor(left: () => void) {
    this.#left = left
  }

  socket(local: Address, remote: Address): StreamSocket {
    const backlog = () => this.backlogBytes
    return {
      local,
      remote,
      tls: null,
      get backlogBytes() {
        return backlog()
      },
      write: (bytes, done) => {
        this.written.push(Buffer.from(bytes).toString())
        if (!this.stuck) done?.(null)
      },
      start: (events) => void (this.events = events),
      ping: () => void this.pings++,
      end: () => {},
      destroy: () => this.close(),
    }
  }

  send(text: string): void {
    this.events!.data(Buffer.from(text))
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.#left()
    this.events?.close(null)
  }
}

/** A network in memory whose listeners can be connected to, and where whom we connect to is there. */
export class StreamNet extends MemoryNet {
  #admission: Admission | null = null
  #accept: ((socket: StreamSocket) => void) | null = null
  readonly #local = { host: '192.0.2.1', port: 5060 }
  /** The other ends of the WebSockets that were opened from here. */
  readonly opened: TestConnection[] = []

  override listenTcp(
    _host?: string,
    _port?: number,
    admission?: Admission,
    accept?: (socket: StreamSocket) => void,
  ): Promise<never> {
    this.#admission = admission!
    this.#accept = accept!
    return Promise.resolve({ local: this.#local, close: () => {} } satisfies Listener as never)
  }

  override listenWebSocket(
    host?: string,
    port?: number,
    _server?: WebSocketServerOptions,
    admission?: Admission,
    accept?: (socket: StreamSocket) => void,
  ): Promise<never> {
    return this.listenTcp(host, port, admission, accept)
  }

  override connectWebSocket(to?: Address): Promise<never> {
    const connection = new TestConnection(() => {})
    this.opened.push(connection)
    return Promise.resolve(connection.socket({ host: '192.0.2.1', port: 40_000 }, to!) as never)
  }

  /** A connection from that address; null where it was not admitted. */
  connect(remote: Address): TestConnection | null {
    if (!this.#admission!.admit(remote)) return null
    const connection = new TestConnection(() => this.#admission!.left(remote))
    this.#accept!(connection.socket(this.#local, remote))
    return connection
  }
}
