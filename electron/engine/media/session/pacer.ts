import type { Clock, Timer } from '../../base/clock.ts'

const slotMs = 2
/** More than the longest interval of 60 ms has: nothing comes round to the slot that it is taken from. */
const slotCount = 32
/** After a stall longer than this the missed slots are skipped rather than sent in a burst. */
const longestCatchUpMs = 200

/** Called every `intervalMs`, 2 to 62. */
export interface Paced {
  readonly intervalMs: number
  tick(): void
  /** What `tick` threw: it is called no more. */
  failed?(error: unknown): void
}

interface Due {
  readonly stream: Paced
  /** Since the start of the loop. */
  atMs: number
  removed: boolean
}

/**
 * One drift-corrected loop for every stream of the process, in slots of 2 ms: a wheel on which each stream moves on by
 * its interval. Streams are spread over the slots, and empty slots are slept through.
 */
export class Pacer {
  readonly #clock: Clock
  readonly #slots: Due[][] = Array.from({ length: slotCount }, () => [])
  readonly #where = new Map<Paced, Due>()
  #timer: Timer | null = null
  #startMs = 0
  #slot = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(stream: Paced): void {
    if (this.#where.has(stream)) return
    const every = Math.max(1, Math.floor(stream.intervalMs / slotMs))
    let best = 0
    for (let i = 1; i < Math.min(every, slotCount); i++)
      if (this.#at(this.#slot + i).length < this.#at(this.#slot + best).length) best = i
    const due = { stream, atMs: (this.#slot + best) * slotMs, removed: false }
    this.#at(this.#slot + best).push(due)
    this.#where.set(stream, due)
    if (!this.#timer) {
      this.#startMs = this.#clock.monotonicMs() - this.#slot * slotMs
      this.#schedule()
    }
  }

  remove(stream: Paced): void {
    const due = this.#where.get(stream)
    if (!due) return
    this.#where.delete(stream)
    due.removed = true
    if (this.#where.size === 0) {
      this.#timer?.cancel()
      this.#timer = null
      this.#slot = 0
    }
  }

  #at(slot: number): Due[] {
    return this.#slots[slot % slotCount]!
  }

  #schedule(): void {
    let next = this.#slot
    while (this.#at(next).length === 0) next++
    const dueMs = this.#startMs + next * slotMs
    this.#timer = this.#clock.after(Math.max(0, dueMs - this.#clock.monotonicMs()), () => this.#run())
  }

  #run(): void {
    const now = this.#clock.monotonicMs()
    const behind = now - (this.#startMs + this.#slot * slotMs)
    if (behind > longestCatchUpMs) this.#startMs += Math.floor(behind / slotMs) * slotMs
    while (this.#where.size > 0 && this.#startMs + this.#slot * slotMs <= now + 0.5) {
      const dues = this.#at(this.#slot)
      for (const due of dues) if (!due.removed) this.#tick(due)
      dues.length = 0
      this.#slot++
    }
    if (this.#where.size > 0) this.#schedule()
  }

  /** What one stream throws is its own end, not that of the others. */
  #tick(due: Due): void {
    const { stream } = due
    try {
      stream.tick()
      if (!due.removed) this.#move(due)
    } catch (error) {
      this.remove(stream)
      try {
        stream.failed?.(error)
      } catch {
        // It is out already; there is nothing else to stop.
      }
    }
  }

  #move(due: Due): void {
    due.atMs += due.stream.intervalMs
    this.#at(Math.floor(due.atMs / slotMs)).push(due)
  }
}
