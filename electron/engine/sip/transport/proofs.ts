import { formatAddress, type Address } from '../../../../shared/base/address.ts'
import type { Clock } from '../../base/clock.ts'
import type { Flow, Packet } from './flow.ts'

const lifeMs = 600_000
const mostProven = 10_000
/** How many times the bytes that came from an address may go back to it before it has proven anything. */
const amplification = 3
/** Kept back from repetitions, so that a BYE still fits. */
const reserveBytes = 300

/**
 * Datagram addresses that have shown that they get what is sent there: something came from them that only our message
 * could have told them.
 */
export class Proofs {
  readonly #clock: Clock
  readonly #proven = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(remote: Address): void {
    const key = formatAddress(remote)
    this.#proven.delete(key)
    this.#proven.set(key, this.#clock.monotonicMs() + lifeMs)
    if (this.#proven.size > mostProven) this.#proven.delete(this.#proven.keys().next().value!)
  }

  has(remote: Address): boolean {
    const until = this.#proven.get(formatAddress(remote))
    return until !== undefined && until > this.#clock.monotonicMs()
  }
}

/**
 * The way back to whoever sent a request in a datagram. A source address can be forged: until it has proven itself, at
 * most three times the bytes that came from it go there (RFC 9000 8 has the same rule for the same reason).
 */
export class AnswerFlow implements Flow {
  readonly transport = 'udp'
  readonly reliable = false
  readonly tls = null
  readonly local: Address
  readonly remote: Address
  readonly contact: Address
  readonly #flow: Flow
  readonly #proofs: Proofs
  readonly #held: () => void
  #allowance: number
  #last: Packet['message'] | null = null
  #reported = false

  /** `held` hears once, when a message is not sent for this reason. */
  constructor(flow: Flow, proofs: Proofs, heardBytes: number, held: () => void) {
    this.#flow = flow
    this.#proofs = proofs
    this.#held = held
    this.#allowance = heardBytes * amplification
    this.local = flow.local
    this.remote = flow.remote
    this.contact = flow.contact
  }

  to(remote: Address): Flow {
    return this.#flow.to(remote)
  }

  /** More bytes of the same request came. */
  heard(bytes: number): void {
    this.#allowance += bytes * amplification
  }

  send(packet: Packet, failed: (error: Error) => void): void {
    if (!this.#proofs.has(this.remote)) {
      const size = packet.bytes.length
      const needed = packet.message === this.#last ? size + reserveBytes : size
      if (needed > this.#allowance) {
        if (!this.#reported) this.#held()
        this.#reported = true
        return
      }
      this.#allowance -= size
    }
    this.#last = packet.message
    this.#flow.send(packet, failed)
  }
}
