import { formatAddress, type Address } from '../../../../shared/base/address.ts'
import { count } from '../../../../shared/base/text.ts'
import { errorCode, explainError } from '../../base/errors.ts'

/** So many causes are counted apart. */
const most = 3

/**
 * Packets that the system refused to send: the first of each cause is an observation at once, their number at the end;
 * and packets that the network sends back.
 */
export class Refusals {
  readonly #observe: (text: string) => void
  readonly #undeliverable: (text: string) => void
  /** What was told of, by address and by cause; null before anything was. */
  #told: Set<string> | null = null
  #counts: Map<string, number> | null = null

  constructor(observe: (text: string) => void, undeliverable: (text: string) => void) {
    this.#observe = observe
    this.#undeliverable = undeliverable
  }

  note(destination: Address, error: Error): void {
    const why = explainError(error)
    const counts = (this.#counts ??= new Map())
    const before = counts.get(why)
    if (before === undefined && counts.size >= most) return
    counts.set(why, (before ?? 0) + 1)
    if (before === undefined)
      this.#observe(`this computer refuses to send RTP to ${formatAddress(destination)}: ${why}`)
  }

  /** The network sends back what leaves. */
  undeliverable(destination: Address, error: Error): void {
    const to = formatAddress(destination)
    const told = (this.#told ??= new Set())
    if (told.has(to)) return
    told.add(to)
    const what =
      errorCode(error) === 'ECONNREFUSED'
        ? 'port unreachable: nothing listens there, or a firewall rejects it'
        : explainError(error)
    this.#undeliverable(`RTP to ${to} comes back (ICMP): ${what}`)
  }

  close(): void {
    for (const [why, packets] of this.#counts ?? [])
      this.#observe(`${count(packets, 'packet')} of RTP not sent: ${why}`)
    this.#counts = null
  }
}
