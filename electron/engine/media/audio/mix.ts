import type { Heard } from './heard.ts'
import { PassedOn } from './passed-on.ts'

/** What a call of a conference sends beside its own: what all others say, in one. */
export class Mix {
  readonly #parts = new Map<Heard, PassedOn>()
  #part = new Int16Array(0)
  #sum = new Int32Array(0)
  /** What the call sends of its own is heard; else its source waits. */
  speaks = true

  /** Who is there already goes on without a seam. */
  hear(others: readonly Heard[]): void {
    for (const [heard, part] of this.#parts)
      if (!others.includes(heard)) {
        part.close()
        this.#parts.delete(heard)
      }
    for (const heard of others) if (!this.#parts.has(heard)) this.#parts.set(heard, new PassedOn(heard))
  }

  /** Adds them to a frame; what is louder than full scale then is full scale. */
  addTo(frame: Int16Array, rateHz: number): void {
    if (this.#parts.size === 0) return
    if (this.#part.length !== frame.length) {
      this.#part = new Int16Array(frame.length)
      this.#sum = new Int32Array(frame.length)
    }
    this.#sum.set(frame)
    for (const part of this.#parts.values()) {
      part.read(this.#part, rateHz)
      for (let i = 0; i < frame.length; i++) this.#sum[i]! += this.#part[i]!
    }
    for (let i = 0; i < frame.length; i++) frame[i] = Math.max(-32_768, Math.min(32_767, this.#sum[i]!))
  }

  close(): void {
    this.hear([])
  }
}
