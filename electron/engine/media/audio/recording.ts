import { explainError } from '../../base/errors.ts'
import { resample } from './resample.ts'
import { WavRecorder } from './wav.ts'

/**
 * The recording of a call, where there is one: a disk that is full, or a folder that is gone, keeps nobody from
 * talking.
 */
export class Recording {
  readonly #failed: (text: string) => void
  #file: WavRecorder | null = null

  /** `failed` hears why something is not kept. */
  constructor(failed: (text: string) => void) {
    this.#failed = failed
  }

  /** Goes on in another file, or ends. Throws RingbackError (machine) when the file cannot be written. */
  switch(file: string | null, rateHz: number): void {
    this.#file?.close()
    this.#file = file === null ? null : new WavRecorder(file, rateHz)
  }

  /** As `switch`; what fails is passed on. */
  begin(file: string, rateHz: number): void {
    this.#try(() => this.switch(file, rateHz))
  }

  /** One packet interval of what we sent and what came, at that rate. */
  write(sent: Int16Array, received: Int16Array | null, rateHz: number): void {
    const file = this.#file
    if (!file) return
    file.prefer(rateHz)
    const ours = resample(sent, rateHz, file.rateHz)
    const theirs = received && resample(received, rateHz, file.rateHz)
    if (!this.#try(() => file.write(ours, theirs, ours.length))) this.#file = null
  }

  close(): void {
    this.#try(() => this.#file?.close())
  }

  #try(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      this.#failed(explainError(error))
      return false
    }
  }
}
