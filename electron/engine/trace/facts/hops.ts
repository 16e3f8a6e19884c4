import { isSameAddress, type Address } from '../../../../shared/base/address.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import type { SipMessage } from '../../../../shared/wire/sip/message.ts'

interface Hop {
  readonly ends: readonly [Address, Address]
}

/** More elements than a call passes. */
const mostHops = 32

/** Between which two SIP elements messages pass, numbered in the order in which the call came by. */
export class Hops {
  readonly #observed: boolean
  readonly #hops: Hop[] = []

  /** An endpoint that records itself has one. */
  constructor(observed: boolean) {
    this.#observed = observed
  }

  of({ source, destination }: SipEvent, message: SipMessage): number {
    if (!this.#observed) return 0
    const ends = [source, destination] as const
    const known = this.#hops.findIndex((hop) => touches(hop, source) && touches(hop, destination))
    if (known >= 0) return known
    // What follows the first INVITE may come from another port, or past a proxy: it goes on with what it touches.
    const begins = message.kind === 'request' && messageIds(message).toTag === null
    const near = begins ? -1 : this.#hops.findIndex((hop) => touches(hop, source) || touches(hop, destination))
    if (near >= 0) return near
    if (this.#hops.length >= mostHops) return mostHops - 1
    return this.#hops.push({ ends }) - 1
  }
}

const touches = ({ ends }: Hop, address: Address) => isSameAddress(ends[0], address) || isSameAddress(ends[1], address)
