import { markerPeriodMs, markerSamples, toneSamples } from './tones.ts'

/** Something that can be sent: fills 16-bit mono frames, one after the other. */
export interface AudioSource {
  read(frame: Int16Array): void
}

/** What a call sends. The samples are made at the rate of the codec that is agreed. */
export type SourceSpec =
  | { readonly kind: 'samples'; at(rateHz: number): AudioSource }
  | { readonly kind: 'marker' }
  | { readonly kind: 'echo' }

/** What a peer on hold hears, at a rate. */
export type MusicAt = (rateHz: number) => AudioSource

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

  /** Whether the next sample is the first of all, or of another round. */
  get isAtStart(): boolean {
    return this.#at === 0 || this.#at === this.#samples.length
  }
}

const nothing = new Int16Array(0)
export const silence = (): AudioSource => new SampleSource(nothing, false)
export const tone = (hz: number, rateHz: number): AudioSource => new SampleSource(toneSamples(hz, rateHz), true)
export const marker = (rateHz: number): SampleSource => new SampleSource(markerSamples(rateHz), true)
export { markerPeriodMs }
