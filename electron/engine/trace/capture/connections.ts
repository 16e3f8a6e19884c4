import type { Micros } from '../../../../shared/base/time.ts'
import type { Account, Outcome } from './account.ts'
import { u32 } from './decode/bytes.ts'
import type { Packet } from './decode/packet.ts'
import type { StreamKind } from './tcp/byte-stream.ts'
import { TcpStream } from './tcp/tcp-stream.ts'
import type { KeyLog } from './tls/key-log.ts'
import { TlsKeys, TlsSession } from './tls/session.ts'
import { ofTls, tlsWithoutBegin } from './tls/tls-stream.ts'

const mostConnections = 20_000
const mostHeldBytes = 256 * 1024 * 1024
/** Numbers of endpoints are below this: two of them make the number of a connection. */
const mostEndpoints = 2 ** 26

/** One direction of a connection, between two endpoints by their numbers. */
export interface Connection {
  readonly source: number
  readonly destination: number
  readonly stream: TcpStream
}

export type TakeFromStream = (at: Micros, connection: Connection, message: Uint8Array, kind: StreamKind) => void

/** The TCP connections of a capture. */
export class Connections {
  /** How many had to make room with something in them. */
  givenUp = 0
  readonly #account: Account
  readonly #keys: TlsKeys
  /** Those that speak TLS which is not read, by a number of the lower and the higher endpoint. */
  readonly #sealed = new Set<number>()
  readonly #take: TakeFromStream
  /** The one that was used longest ago first. */
  readonly #all = new Map<number, Connection>()
  #heldBytes = 0
  #lastAt: Micros = 0

  constructor(account: Account, keys: KeyLog, take: TakeFromStream) {
    this.#account = account
    this.#keys = new TlsKeys(keys)
    this.#take = take
  }

  /** How many speak TLS that is not read. */
  get sealed(): number {
    return this.#sealed.size
  }

  /** Takes the segment whose header begins there; `source` and `destination` are numbers of endpoints. */
  segment(packet: Packet, from: number, to: number, source: number, destination: number): Outcome {
    const { bytes, at } = packet
    const headerBytes = (bytes[from + 12]! >> 4) * 4
    if (headerBytes < 20 || from + headerBytes > to) return 'cut off inside of a header'
    const connection = this.#connection(source, destination)
    const { stream } = connection
    const held = stream.heldBytes
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
    if (this.#all.size > mostConnections || this.#heldBytes > mostHeldBytes) this.#giveUp()
    return this.#outcome(connection)
  }

  /** Gives out what is there of messages that are not whole. */
  end(): void {
    for (const connection of this.#all.values()) this.#finish(connection)
    this.#all.clear()
  }

  #connection(source: number, destination: number): Connection {
    const key = source * mostEndpoints + destination
    const connection = this.#all.get(key) ?? this.#begin(source, destination)
    this.#all.delete(key)
    this.#all.set(key, connection)
    return connection
  }

  #begin(source: number, destination: number): Connection {
    const other = () => this.#all.get(destination * mostEndpoints + source)?.stream
    const stream = new TcpStream(
      () => other()?.tls?.session ?? new TlsSession(this.#keys),
      () => other()?.webSocket ?? null,
    )
    return { source, destination, stream }
  }

  #outcome(connection: Connection): Outcome {
    const outcome = this.#settle(connection)
    const { stream } = connection
    const [unread, ...earlier] = stream.unread.splice(0)
    this.#leave(stream, earlier)
    if (unread !== undefined) return unread
    if (outcome !== 'read') stream.undecided++
    return outcome
  }

  /** All segments of one direction end as what it turned out to carry; those that were read stay so. */
  #settle({ source, destination, stream }: Connection): Outcome {
    const { outcome } = stream
    if (outcome !== stream.countedAs) {
      this.#account.count(stream.countedAs, -stream.undecided)
      this.#account.count(outcome, stream.undecided)
      stream.countedAs = outcome
      if (outcome === 'read') stream.undecided = 0
    }
    if (stream.tls) {
      const pair = Math.min(source, destination) * mostEndpoints + Math.max(source, destination)
      if (outcome === ofTls || outcome === tlsWithoutBegin) this.#sealed.add(pair)
      else if (outcome === 'read') this.#sealed.delete(pair)
    }
    return outcome
  }

  /** Segments that were counted when they came, and turn out not to be read when what they waited for is known. */
  #leave(stream: TcpStream, reasons: readonly string[]): void {
    for (const reason of reasons) {
      this.#account.count(stream.countedAs, -1)
      if (stream.countedAs !== 'read') stream.undecided--
      this.#account.count(reason, 1)
    }
  }

  #finish(connection: Connection): void {
    const { stream } = connection
    stream.finish(this.#lastAt, (at, message, kind) => this.#take(at, connection, message, kind))
    this.#settle(connection)
    this.#leave(stream, stream.unread.splice(0))
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
