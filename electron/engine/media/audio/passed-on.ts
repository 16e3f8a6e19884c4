import type { Coded } from '../codec/codec.ts'
import type { Guest } from './outgoing.ts'
import type { ReceivedAudio } from './received-audio.ts'
import { FrameResampler } from './resample.ts'

/** What one session hears, as another one sends it. */
export class PassedOn implements Guest {
  readonly #heard: ReceivedAudio
  coded: Coded | null = null
  #rates = ''
  #resampler: FrameResampler | null = null

  constructor(heard: ReceivedAudio) {
    this.#heard = heard
    heard.passOn(true)
  }

  read(frame: Int16Array, rateHz: number): void {
    const heardHz = this.#heard.rateHz ?? rateHz
    const length = Math.round((frame.length * heardHz) / rateHz)
    const samples = this.#heard.pullPassedOn(length)
    this.coded = samples && this.#heard.passedOnAs
    const rates = `${heardHz} ${rateHz}`
    if (this.#rates !== rates) this.#resampler = new FrameResampler(heardHz, rateHz)
    this.#rates = rates
    frame.set(this.#resampler!.next(samples ?? new Int16Array(length)))
  }

  close(): void {
    this.#heard.passOn(false)
  }
}
