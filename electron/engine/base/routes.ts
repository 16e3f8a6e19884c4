import type { Clock } from './clock.ts'
import type { Net } from './net.ts'

const freshMs = 10_000
const mostRoutes = 1000

/** The local address towards each peer, asked of the routing table once in a while. */
export class LocalRoutes {
  readonly #net: Net
  readonly #clock: Clock
  readonly #routes = new Map<string, { readonly local: string; readonly atMs: number }>()

  constructor(net: Net, clock: Clock) {
    this.#net = net
    this.#clock = clock
  }

  known(remote: string): string | null {
    const route = this.#routes.get(remote)
    return route && this.#clock.monotonicMs() - route.atMs < freshMs ? route.local : null
  }

  /** Rejects with the system error when there is no route. */
  async find(remote: string): Promise<string> {
    const known = this.known(remote)
    if (known !== null) return known
    const local = await this.#net.localAddressFor(remote)
    if (this.#routes.size >= mostRoutes) this.#routes.clear()
    this.#routes.set(remote, { local, atMs: this.#clock.monotonicMs() })
    return local
  }
}
