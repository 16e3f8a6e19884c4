import type { Micros } from '../../../../shared/base/time.ts'

interface Answer {
  readonly message: number
  readonly at: Micros
}

/** Who answered OPTIONS, to whom and when: what is silent to an INVITE may yet be there. */
export class Alive {
  /** Final responses by the address that gave them, then by the host that asked; in their order. */
  readonly #answers = new Map<number, Map<number, Answer[]>>()

  add(address: number, asker: number, message: number, at: Micros): void {
    let askers = this.#answers.get(address)
    if (!askers) this.#answers.set(address, (askers = new Map()))
    const known = askers.get(asker)
    if (known) known.push({ message, at })
    else askers.set(asker, [{ message, at }])
  }

  /** The answer of an address to that host nearest in time to `at`, no further away than `withinUs`; null for none. */
  near(address: number, asker: number, at: Micros, withinUs: number): Answer | null {
    const answers = this.#answers.get(address)?.get(asker) ?? []
    let [low, high] = [0, answers.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (answers[middle]!.at < at) low = middle + 1
      else high = middle
    }
    const [before, after] = [answers[low - 1], answers[low]]
    const nearest = !before || (after && after.at - at < at - before.at) ? after : before
    return nearest && Math.abs(nearest.at - at) <= withinUs ? nearest : null
  }
}
