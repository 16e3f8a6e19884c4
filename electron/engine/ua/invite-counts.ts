import type { Clock } from '../base/clock.ts'

/** How long INVITEs of one Call-ID are counted together. */
const countedMs = 30_000
const mostCallIds = 10_000

/** INVITEs outside a dialog by their Call-ID. */
export class InviteCounts {
  readonly #clock: Clock
  /** The oldest first. */
  readonly #counts = new Map<string, { count: number; readonly untilMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many came with that Call-ID within half a minute, this one included. */
  count(callId: string): number {
    const nowMs = this.#clock.monotonicMs()
    const known = this.#counts.get(callId)
    if (known && known.untilMs > nowMs) return ++known.count
    this.#counts.delete(callId)
    this.#counts.set(callId, { count: 1, untilMs: nowMs + countedMs })
    for (const [oldest, { untilMs }] of this.#counts) {
      if (untilMs > nowMs && this.#counts.size <= mostCallIds) break
      this.#counts.delete(oldest)
    }
    return 1
  }
}
