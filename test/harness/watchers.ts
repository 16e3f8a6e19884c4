/** Those who wait for something that changes. */
export class Watchers {
  readonly #looks = new Set<() => void>()

  /** It has changed. */
  note(): void {
    for (const look of this.#looks) look()
  }

  /**
   * The first of what `find` gives, now or after a change. Rejects with what that throws, and with `late` when the time
   * has run out.
   */
  until<T>(find: () => T | undefined, timeoutMs: number, late: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(timer)
        this.#looks.delete(look)
        then()
      }
      const look = () => {
        try {
          const found = find()
          if (found !== undefined) settle(() => resolve(found))
        } catch (error) {
          settle(() => reject(error as Error))
        }
      }
      const timer = setTimeout(() => settle(() => reject(new Error(late()))), timeoutMs)
      this.#looks.add(look)
      look()
    })
  }
}
