import type { Clock, Timer } from '../base/clock.ts'

/** Where a registered user is reached (RFC 3261 10). */
export interface Binding {
  readonly uri: string
  /** Its Contact, without `expires`. */
  readonly contact: string
  readonly q: number
  readonly callId: string
  readonly cseq: number
  readonly source: string
  readonly userAgent: string | null
  readonly expiresS: number
  readonly endsMs: number
}

/** Bindings by user, each until its time is over. */
export class Bindings {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #byUser = new Map<string, readonly Binding[]>()
  #timer: Timer | null = null
  /** When it fires. */
  #wakesMs = Infinity

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  /** Of users. */
  get size(): number {
    return this.#byUser.size
  }

  get users(): readonly string[] {
    return [...this.#byUser.keys()]
  }

  /** The preferred first (RFC 3261 20.10), then the newest. */
  of(user: string): readonly Binding[] {
    const now = this.#clock.monotonicMs()
    const live = (this.#byUser.get(user) ?? []).filter(({ endsMs }) => endsMs > now)
    return live.sort((a, b) => b.q - a.q || b.endsMs - b.expiresS * 1000 - (a.endsMs - a.expiresS * 1000))
  }

  set(user: string, bindings: readonly Binding[]): void {
    if (bindings.length > 0) this.#byUser.set(user, bindings)
    else this.#byUser.delete(user)
    this.#wait(bindings)
    this.#changed()
  }

  close(): void {
    this.#timer?.cancel()
  }

  /** Lets go of what is over when the first of all is: of those, or of what is waited for already. */
  #wait(bindings: readonly Binding[]): void {
    const ends = bindings.reduce((first, { endsMs }) => Math.min(first, endsMs), Infinity)
    if (this.#byUser.size > 0 && ends >= this.#wakesMs) return
    this.#timer?.cancel()
    this.#wakesMs = ends
    this.#timer = ends === Infinity ? null : this.#clock.after(ends - this.#clock.monotonicMs(), () => this.#expire())
  }

  #expire(): void {
    for (const user of this.users) {
      const live = this.of(user)
      if (live.length > 0) this.#byUser.set(user, live)
      else this.#byUser.delete(user)
    }
    this.#wakesMs = Infinity
    this.#wait([...this.#byUser.values()].flat())
    this.#changed()
  }
}
