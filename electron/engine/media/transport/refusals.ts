import { formatAddress, type Address } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import { explainError } from '../../base/errors.ts'

/** So many causes are counted apart. */
const most = 3

/**
 * Packets that the system refused to send: the first of each cause is an observation at once, their number at the end.
 */
export class Refusals {
  readonly #observe: (text: string) => void
  readonly #counts = new Map<string, number>()

  constructor(observe: (text: string) => void) {
    this.#observe = observe
  }

  note(destination: Address, error: Error): void {
    const why = explainError(error)
    const before = this.#counts.get(why)
    if (before === undefined && this.#counts.size >= most) return
    this.#counts.set(why, (before ?? 0) + 1)
    if (before === undefined)
      this.#observe(`this computer refuses to send RTP to ${formatAddress(destination)}: ${why}`)
  }

  close(): void {
    for (const [why, packets] of this.#counts) this.#observe(`${count(packets, 'packet')} of RTP not sent: ${why}`)
    this.#counts.clear()
  }
}
