import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'

/** A packet that was handed to the system, which has not said yet whether it took it. */
interface Handed {
  at: Micros
  destination: Address
  wire: Uint8Array
  clear: Uint8Array
}

const none: Address = { host: '', port: 0 }
const nothing = new Uint8Array(0)
/** Places that wait for the next packet where none is under way. */
const mostKept = 2
/** Used again: nothing is to be kept alive by a place that waits for its next packet. */
const spokenOf: Handed = { at: 0, destination: none, wire: nothing, clear: nothing }

/** Packets between a socket's `send` and its word on them, which comes in the same order. The places are used again. */
export class InFlight {
  #places: Handed[] = []
  #first = 0
  #count = 0

  push(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void {
    if (this.#count === this.#places.length) this.#grow()
    const place = this.#places[(this.#first + this.#count++) % this.#places.length]!
    place.at = at
    place.destination = destination
    place.wire = wire
    place.clear = clear
  }

  /** The packet that the system speaks of now, to be read at once; null where there is none. */
  shift(): Readonly<Handed> | null {
    if (this.#count === 0) return null
    const place = this.#places[this.#first]!
    this.#first = (this.#first + 1) % this.#places.length
    this.#count--
    spokenOf.at = place.at
    spokenOf.destination = place.destination
    spokenOf.wire = place.wire
    spokenOf.clear = place.clear
    place.wire = place.clear = nothing
    // After a burst, or where packets are rare, nothing is kept for the next.
    if (this.#count === 0 && this.#places.length > mostKept) this.#places = []
    return spokenOf
  }

  #grow(): void {
    const before = this.#places
    const more = Array.from({ length: Math.max(1, before.length) }, () => ({
      at: 0,
      destination: none,
      wire: nothing,
      clear: nothing,
    }))
    this.#places = before.slice(this.#first).concat(before.slice(0, this.#first), more)
    this.#first = 0
  }
}
