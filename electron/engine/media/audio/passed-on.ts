import type { Coded } from '../codec/codec.ts'
import type { Heard, Tap } from './heard.ts'
import type { Guest } from './outgoing.ts'
import { FrameResampler } from './resample.ts'

/** What is heard elsewhere, in frames of any rate. */
export class PassedOn implements Guest {
  readonly #heard: Heard
  readonly #tap: Tap
  coded: Coded | null = null
  #rates = ''
  #resampler: FrameResampler | null = null

  constructor(heard: Heard) {
    this.#heard = heard
    this.#tap = heard.tap()
  }

  read(frame: Int16Array, rateHz: number): void {
    const heardHz = this.#heard.rateHz ?? rateHz
    const length = Math.round((frame.length * heardHz) / rateHz)
    const samples = this.#tap.pull(length)
    this.coded = samples && this.#tap.coded
    const rates = `${heardHz} ${rateHz}`
    if (this.#rates !== rates) this.#resampler = new FrameResampler(heardHz, rateHz)
    this.#rates = rates
    frame.set(this.#resampler!.next(samples ?? new Int16Array(length)))
  }

  close(): void {
    this.#tap.close()
  }
}
