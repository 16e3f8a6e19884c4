import type { Clock, Timer } from '../../electron/engine/base/clock.ts'

interface Due {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/** Time that moves only when a test says so. */
export class VirtualClock implements Clock {
  #nowMs = 1_000_000
  #order = 0
  #due: Due[] = []

  nowUs(): number {
    return 1_700_000_000_000_000 + this.#nowMs * 1000
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): Timer {
    const due = { atMs: this.#nowMs + delayMs, order: this.#order++, run }
    this.#due.push(due)
    return { cancel: () => void (this.#due = this.#due.filter((other) => other !== due)) }
  }

  /** Timers that are waiting. */
  get pending(): number {
    return this.#due.length
  }

  /** Moves on, running what falls due in order; promises settle between. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms
    await settle()
    for (;;) {
      const next = this.#due.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
      if (!next) break
      this.#due = this.#due.filter((other) => other !== next)
      this.#nowMs = next.atMs
      next.run()
      await settle()
    }
    this.#nowMs = end
  }
}

/** Lets promises that are ready run their course. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}
