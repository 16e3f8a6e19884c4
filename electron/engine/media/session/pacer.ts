import type { Clock, Timer } from '../../base/clock.ts'

const slotMs = 2
/** 120 ms hold a whole number of packets of 10, 20, 30, 40 and 60 ms. */
const slotCount = 60
/** After a stall longer than this the missed slots are skipped rather than sent in a burst. */
const longestCatchUpMs = 200

/** Called every `intervalMs`. */
export interface Paced {
  readonly intervalMs: number
  tick(): void
  /** What `tick` threw: it is called no more. */
  failed?(error: unknown): void
}

/**
 * One drift-corrected loop for every stream of the process, in slots of 2 ms; streams are spread over the slots, and
 * empty slots are slept through.
 */
export class Pacer {
  readonly #clock: Clock
  readonly #slots: Set<Paced>[] = Array.from({ length: slotCount }, () => new Set())
  readonly #where = new Map<Paced, number>()
  #timer: Timer | null = null
  #startMs = 0
  #slot = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(stream: Paced): void {
    if (this.#where.has(stream)) return
    const every = Math.max(1, Math.round(stream.intervalMs / slotMs))
    let best = 0
    for (let i = 1; i < Math.min(every, slotCount); i++)
      if (this.#slots[(this.#slot + i) % slotCount]!.size < this.#slots[(this.#slot + best) % slotCount]!.size) best = i
    for (let at = best; at < slotCount; at += every) this.#slots[(this.#slot + at) % slotCount]!.add(stream)
    this.#where.set(stream, best)
    if (!this.#timer) {
      this.#startMs = this.#clock.monotonicMs() - this.#slot * slotMs
      this.#schedule()
    }
  }

  remove(stream: Paced): void {
    if (!this.#where.delete(stream)) return
    for (const slot of this.#slots) slot.delete(stream)
    if (this.#where.size === 0) {
      this.#timer?.cancel()
      this.#timer = null
      this.#slot = 0
    }
  }

  #schedule(): void {
    let next = this.#slot
    while (this.#slots[next % slotCount]!.size === 0) next++
    const due = this.#startMs + next * slotMs
    this.#timer = this.#clock.after(Math.max(0, due - this.#clock.monotonicMs()), () => this.#run())
  }

  #run(): void {
    const now = this.#clock.monotonicMs()
    const behind = now - (this.#startMs + this.#slot * slotMs)
    if (behind > longestCatchUpMs) this.#startMs += Math.floor(behind / slotMs) * slotMs
    while (this.#where.size > 0 && this.#startMs + this.#slot * slotMs <= now + 0.5) {
      for (const stream of this.#slots[this.#slot % slotCount]!) this.#tick(stream)
      this.#slot++
    }
    if (this.#where.size > 0) this.#schedule()
  }

  /** What one stream throws is its own end, not that of the others. */
  #tick(stream: Paced): void {
    try {
      stream.tick()
    } catch (error) {
      this.remove(stream)
      try {
        stream.failed?.(error)
      } catch {
        // It is out already; there is nothing else to stop.
      }
    }
  }
}
