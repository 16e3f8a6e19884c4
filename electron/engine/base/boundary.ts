import type { Micros } from '../../../shared/base/time.ts'
import type { Clock, Timer } from './clock.ts'
import { explainError } from './errors.ts'
import type { DatagramEvents, Net, StreamSocket } from './net.ts'

const none: ReadonlyMap<string, number> = new Map()

/** What was thrown where the outside can reach. */
export interface Fault {
  /** The callback that it was thrown in: `datagram`, `timer`, `HTTP request`. */
  readonly place: string
  readonly error: unknown
}

/**
 * Between the outside and the engine: every callback that a datagram, a segment, a request, a timer or a promise
 * reaches runs in here. What is thrown drops the one thing that the callback was about, is counted, reported to
 * `caught`, and goes no further.
 */
export class Boundary {
  readonly #caught: (fault: Fault) => void
  readonly #outer: Boundary | null
  #counts: Map<string, number> | null = null

  constructor(caught: (fault: Fault) => void, outer: Boundary | null = null) {
    this.#caught = caught
    this.#outer = outer
  }

  /** How often something was caught, by place. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts ?? none
  }

  /** A boundary of one call or connection inside this one: `caught` ends that, this one counts too. */
  within(caught: (fault: Fault) => void): Boundary {
    return new Boundary(caught, this)
  }

  /** Runs the work; a promise of it is watched too. */
  run(place: string, work: () => unknown): void {
    this.guard(place, work)()
  }

  /** The callback as the outside may call it. Nothing is made for each call: datagrams come by tens of thousands. */
  guard<Args extends unknown[]>(place: string, callback: (...args: Args) => unknown): (...args: Args) => void {
    return (...args) => {
      try {
        const result = callback(...args)
        if (result instanceof Promise) result.catch((error: unknown) => this.fault(place, error))
      } catch (error) {
        this.fault(place, error)
      }
    }
  }

  fault(place: string, error: unknown): void {
    const counts = (this.#counts ??= new Map())
    counts.set(place, (counts.get(place) ?? 0) + 1)
    try {
      this.#caught({ place, error })
    } catch {
      // Nobody is left to tell.
    }
    this.#outer?.fault(place, error)
  }

  clock(clock: Clock): Clock {
    return new GuardedClock(this, clock)
  }

  net(net: Net): Net {
    const accepting = (accept: (socket: StreamSocket) => void) =>
      this.guard('connection', (socket: StreamSocket) => accept(this.#socket(socket)))
    return {
      bindUdp: (host, port, events, options) => net.bindUdp(host, port, new GuardedDatagrams(this, events), options),
      connectTcp: async (to, options) => this.#socket(await net.connectTcp(to, options)),
      connectTls: async (to, options) => this.#socket(await net.connectTls(to, options)),
      connectWebSocket: async (to, options) => this.#socket(await net.connectWebSocket(to, options)),
      listenTcp: (host, port, limits, accept) => net.listenTcp(host, port, limits, accepting(accept)),
      listenTls: (host, port, server, limits, accept, failed) =>
        net.listenTls(host, port, server, limits, accepting(accept), this.guard('TLS handshake', failed)),
      listenWebSocket: (host, port, server, limits, accept, failed) =>
        net.listenWebSocket(host, port, server, limits, accepting(accept), this.guard('WebSocket handshake', failed)),
      probeUdp: (localHost, to, bytes, waitMs) => net.probeUdp(localHost, to, bytes, waitMs),
      ownAddresses: () => net.ownAddresses(),
      localAddressFor: (host) => net.localAddressFor(host),
    }
  }

  /** A connection: what is thrown over its bytes closes it. */
  #socket(socket: StreamSocket): StreamSocket {
    const own = this.within(() => socket.destroy())
    return {
      local: socket.local,
      remote: socket.remote,
      tls: socket.tls,
      get backlogBytes() {
        return socket.backlogBytes
      },
      write: (bytes, done) => socket.write(bytes, done && this.guard('write', done)),
      start: (events) =>
        socket.start({
          data: own.guard('segment', (bytes: Uint8Array) => events.data(bytes)),
          partial: own.guard('segment', () => events.partial()),
          alive: own.guard('segment', () => events.alive()),
          close: this.guard('close', (error: Error | null) => events.close(error)),
        }),
      ...(socket.ping && { ping: () => socket.ping!() }),
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    }
  }
}

class GuardedClock implements Clock {
  readonly #boundary: Boundary
  readonly #clock: Clock

  constructor(boundary: Boundary, clock: Clock) {
    this.#boundary = boundary
    this.#clock = clock
  }

  nowUs(): Micros {
    return this.#clock.nowUs()
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#clock.after(delayMs, this.#boundary.guard('timer', run))
  }
}

/** Not by `guard`: datagrams come by tens of thousands, and each call has two sockets. */
class GuardedDatagrams implements DatagramEvents {
  readonly #boundary: Boundary
  readonly #events: DatagramEvents

  constructor(boundary: Boundary, events: DatagramEvents) {
    this.#boundary = boundary
    this.#events = events
  }

  message(bytes: Uint8Array, host: string, port: number): void {
    try {
      this.#events.message(bytes, host, port)
    } catch (error) {
      this.#boundary.fault('datagram', error)
    }
  }

  error(error: Error): void {
    try {
      this.#events.error(error)
    } catch (fault) {
      this.#boundary.fault('socket error', fault)
    }
  }
}

/** Place and cause for a log or an observation. */
export function faultText({ place, error }: Fault): string {
  return `${place}: ${explainError(error)}`
}
