import { markerTonesHz, toneShare } from './tones.ts'

const frameMs = 20
const enoughFrames = 3
const gapFrames = 2
const audible = 400 * 400

/** Finds our marker in received audio: its three tones in order, each for at least 60 ms. */
export class MarkerDetector {
  readonly #rateHz: number
  readonly #frame: Int16Array
  #filled = 0
  #tone = 0
  #frames = 0
  #gap = 0
  #startedMs = 0

  constructor(rateHz: number) {
    this.#rateHz = rateHz
    this.#frame = new Int16Array((frameMs * rateHz) / 1000)
  }

  /** Takes audio in pieces of any length; returns when the marker that ended in it began, or null. */
  push(samples: Int16Array, nowMs: number): number | null {
    let began: number | null = null
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + this.#frame.length - this.#filled)
      this.#frame.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled < this.#frame.length) break
      this.#filled = 0
      began = this.#push(this.#frame, nowMs) ?? began
    }
    return began
  }

  #push(frame: Int16Array, nowMs: number): number | null {
    let energy = 0
    for (const sample of frame) energy += sample * sample
    const heard =
      energy / frame.length < audible ? -1 : markerTonesHz.findIndex((hz) => toneShare(frame, hz, this.#rateHz) > 0.6)
    if (heard === this.#tone) {
      if (this.#tone === 0 && this.#frames === 0) this.#startedMs = nowMs
      this.#frames++
      this.#gap = 0
      if (this.#tone === 2 && this.#frames === enoughFrames) {
        this.#reset()
        return this.#startedMs
      }
      return null
    }
    if (this.#frames >= enoughFrames && heard === this.#tone + 1) {
      this.#tone++
      this.#frames = 1
      this.#gap = 0
      return null
    }
    if (this.#frames > 0 && ++this.#gap > gapFrames) {
      this.#reset()
      if (heard === 0) return this.#push(frame, nowMs)
    }
    return null
  }

  #reset(): void {
    this.#tone = 0
    this.#frames = 0
    this.#gap = 0
  }
}
