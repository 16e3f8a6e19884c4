import { formatAddress, type Address } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import { budgets } from '../../../../shared/model/budgets.ts'

/**
 * Counts the packets that belong to nobody of a call, by where they come from; each source is an observation when it is
 * first seen and at the end.
 */
export class Foreign {
  readonly #most: number
  readonly #observe: (text: string) => void
  #packets: Map<string, number> | null = null
  #beyond = 0

  /** `most`: sources that are counted apart. */
  constructor(most: number, observe: (text: string) => void) {
    this.#most = most
    this.#observe = observe
  }

  note(from: Address): void {
    const source = formatAddress(from)
    const packets = (this.#packets ??= new Map())
    const known = packets.get(source)
    if (known !== undefined) packets.set(source, known + 1)
    else if (packets.size < this.#most) {
      packets.set(source, 1)
      this.#observe(`RTP comes from ${source}, which belongs to nobody of this call: it is ignored`)
    } else if (this.#beyond++ === 0) this.#observe(budgets.foreignSources.reached)
  }

  /** The counts, once. */
  close(): void {
    for (const [source, packets] of this.#packets ?? [])
      this.#observe(`RTP from ${source} that belongs to nobody of this call: ${count(packets, 'packet')} ignored`)
    if (this.#beyond > 0)
      this.#observe(
        `RTP from further sources that belong to nobody of this call: ${count(this.#beyond, 'packet')} ignored`,
      )
    this.#packets = null
    this.#beyond = 0
  }
}
