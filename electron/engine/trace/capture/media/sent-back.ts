import type { Micros } from '../../../../../shared/base/time.ts'
import type { SentBack } from '../../streams/traced-stream.ts'
import { WordTable } from '../word-table.ts'

/** More pairs of endpoints than any capture has that is not made to fill a machine. */
const mostPairs = 100_000

/** What the network sent back (ICMP), by the endpoints of the datagrams that it speaks of. */
export class SentBackTable {
  readonly #ids = new WordTable()
  readonly #pairs: SentBack[] = []

  add(at: Micros, source: number, destination: number, reason: string): void {
    if (this.#ids.size >= mostPairs && this.#ids.find(source, destination, 0, 0) < 0) return
    const id = this.#ids.idOf(source, destination, 0, 0)
    const known = (this.#pairs[id] ??= { reason, firstAt: at, lastAt: at, times: 0 })
    known.times++
    known.lastAt = Math.max(known.lastAt, at)
  }

  of(source: number, destination: number): SentBack | null {
    return this.#pairs[this.#ids.find(source, destination, 0, 0)] ?? null
  }
}
