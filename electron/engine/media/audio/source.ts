import { dtmfTone, markerSamples, markerPeriodMs, toneSamples } from './tones.ts'

export const sampleRateHz = 8000

/** Something that can be sent: fills 16-bit mono frames at 8 kHz, one after the other. */
export interface AudioSource {
  read(frame: Int16Array): void
}

/** Samples from memory, once or for ever. */
export class SampleSource implements AudioSource {
  readonly #samples: Int16Array
  readonly #loop: boolean
  #at = 0

  constructor(samples: Int16Array, loop: boolean) {
    this.#samples = samples
    this.#loop = loop
  }

  read(frame: Int16Array): void {
    let filled = 0
    while (filled < frame.length) {
      if (this.#at >= this.#samples.length) {
        if (!this.#loop || this.#samples.length === 0) {
          frame.fill(0, filled)
          return
        }
        this.#at = 0
      }
      const part = this.#samples.subarray(this.#at, this.#at + frame.length - filled)
      frame.set(part, filled)
      filled += part.length
      this.#at += part.length
    }
  }

  /** Milliseconds from the last start of the loop to the next sample read. */
  get positionMs(): number {
    return (this.#at * 1000) / sampleRateHz
  }
}

const nothing = new Int16Array(0)
export const silence = (): AudioSource => new SampleSource(nothing, false)
export const tone = (hz: number): AudioSource => new SampleSource(toneSamples(hz), true)
export const marker = (): SampleSource => new SampleSource(markerSamples(), true)
export { dtmfTone, markerPeriodMs }
