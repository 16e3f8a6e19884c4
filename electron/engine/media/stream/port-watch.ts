import type { Address } from '../../../../shared/base/address.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { MediaTransport } from '../transport/transport.ts'

/** So long after the first packet of ours: long enough that a peer that speaks was heard. */
const askAfterMs = 1000

/** Asks the network whether what we send arrives anywhere, where nothing at all comes back: a closed port is silent. */
export class PortWatch {
  readonly #clock: Clock
  readonly #transport: Pick<MediaTransport, 'listenForRefusal'>
  readonly #destination: () => Address | null
  #heard = false
  #timer: Timer | null = null

  constructor(clock: Clock, transport: Pick<MediaTransport, 'listenForRefusal'>, destination: () => Address | null) {
    this.#clock = clock
    this.#transport = transport
    this.#destination = destination
  }

  ask(): void {
    const destination = this.#destination()
    if (destination) this.#transport.listenForRefusal(destination)
  }

  /** A packet of ours left. */
  sent(): void {
    this.#timer ??= this.#clock.after(askAfterMs, () => this.#heard || this.ask())
  }

  /** Anything came, from whomever. */
  heard(): void {
    this.#heard = true
  }

  /** What we send goes elsewhere from now on. */
  moved(): void {
    this.close()
    this.#timer = null
    this.#heard = false
  }

  close(): void {
    this.#timer?.cancel()
  }
}
