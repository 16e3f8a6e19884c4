import type { Micros } from '../../../../shared/base/time.ts'
import type { Account, Outcome } from './account.ts'
import { u32 } from './decode/bytes.ts'
import type { Packet } from './decode/packet.ts'
import { TcpStream, type StreamKind } from './tcp/tcp-stream.ts'

const mostConnections = 20_000
const mostHeldBytes = 256 * 1024 * 1024
/** Numbers of endpoints are below this: two of them make the number of a connection. */
const mostEndpoints = 2 ** 26
export const ofTls = 'TLS connections whose keys are not known'

/** One direction of a connection, between two endpoints by their numbers. */
export interface Connection {
  readonly source: number
  readonly destination: number
  readonly stream: TcpStream
}

export type TakeFromStream = (at: Micros, connection: Connection, message: Uint8Array, kind: StreamKind) => void

/** The TCP connections of a capture. */
export class Connections {
  /** How many speak TLS, and how many had to make room with something in them. */
  tls = 0
  givenUp = 0
  readonly #account: Account
  readonly #take: TakeFromStream
  /** The one that was used longest ago first. */
  readonly #all = new Map<number, Connection>()
  #heldBytes = 0
  #lastAt: Micros = 0

  constructor(account: Account, take: TakeFromStream) {
    this.#account = account
    this.#take = take
  }

  /** Takes the segment whose header begins there; `source` and `destination` are numbers of endpoints. */
  segment(packet: Packet, from: number, to: number, source: number, destination: number): Outcome | string {
    const { bytes, at } = packet
    const headerBytes = (bytes[from + 12]! >> 4) * 4
    if (headerBytes < 20 || from + headerBytes > to) return 'cut off inside of a header'
    const connection = this.#connection(source, destination)
    const { stream } = connection
    const [before, held] = [stream.kind, stream.heldBytes]
    const flags = bytes[from + 13]!
    const segment = {
      sequence: u32(bytes, from + 4),
      syn: (flags & 2) !== 0,
      end: (flags & 5) !== 0,
      payload: bytes.subarray(from + headerBytes, to),
    }
    this.#lastAt = Math.max(this.#lastAt, at)
    stream.push(at, segment, (when, message, kind) => this.#take(when, connection, message, kind))
    this.#heldBytes += stream.heldBytes - held
    const back = this.#all.get(destination * mostEndpoints + source)
    if (before !== 'tls' && stream.kind === 'tls' && back?.stream.kind !== 'tls') this.tls++
    if (this.#all.size > mostConnections || this.#heldBytes > mostHeldBytes) this.#giveUp()
    return this.#outcome(stream)
  }

  /** Gives out what is there of messages that are not whole. */
  end(): void {
    for (const connection of this.#all.values()) this.#finish(connection)
    this.#all.clear()
  }

  #connection(source: number, destination: number): Connection {
    const key = source * mostEndpoints + destination
    const connection = this.#all.get(key) ?? { source, destination, stream: new TcpStream() }
    this.#all.delete(key)
    this.#all.set(key, connection)
    return connection
  }

  #outcome(stream: TcpStream): Outcome | string {
    if (stream.kind === 'tls') return ofTls
    if (stream.kind === 'unknown') {
      stream.undecided++
      return 'other'
    }
    this.#account.move('other', 'read', stream.undecided)
    stream.undecided = 0
    return 'read'
  }

  #finish(connection: Connection): void {
    const { stream } = connection
    stream.finish(this.#lastAt, (at, message, kind) => this.#take(at, connection, message, kind))
    this.#account.unread('WebSocket with compression', stream.compressed)
    this.#account.count('read', -stream.compressed)
  }

  /** The connection that was silent longest makes room. */
  #giveUp(): void {
    const [key, connection] = this.#all.entries().next().value!
    const held = connection.stream.heldBytes
    this.#all.delete(key)
    this.#heldBytes -= held
    if (held > 0) this.givenUp++
    this.#finish(connection)
  }
}
