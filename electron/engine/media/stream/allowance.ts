const times = 3

/**
 * What may be sent to the peer's address before the peer has proven that it asked for it: three times what came from
 * there. A call whose signalling was answered, or acknowledged, may send without counting.
 */
export class Allowance {
  #confirmed = false
  #bytes = 0

  get confirmed(): boolean {
    return this.#confirmed
  }

  confirm(): void {
    this.#confirmed = true
  }

  /** Packets come from another address now: what the former one was owed is not the new one's. */
  restart(): void {
    this.#bytes = 0
  }

  heard(bytes: number): void {
    this.#bytes += bytes * times
  }

  /** Whether so many bytes may be sent; then they are as good as sent. */
  spend(bytes: number): boolean {
    if (this.#confirmed) return true
    if (this.#bytes < bytes) return false
    this.#bytes -= bytes
    return true
  }
}
