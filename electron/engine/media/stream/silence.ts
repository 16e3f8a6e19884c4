import type { Clock, Timer } from '../../base/clock.ts'

const lookEveryMs = 1000
/** Nothing for so long is worth a word, whatever follows from it. */
const worthAWordMs = 10_000

export interface SilenceEvents {
  /** Nothing came for so long; again after each time that something came. */
  silent(ms: number): void
  /** It lasted as long as it may. */
  timedOut(ms: number): void
}

/** Watches that something comes from the peer while audio is to come, RTP or RTCP. */
export class Silence {
  readonly #clock: Clock
  readonly #timeoutMs: number | null
  readonly #events: SilenceEvents
  #heardMs = 0
  #expecting = false
  #said = false
  #timer: Timer | null = null

  /** `timeoutMs` null: it may last for ever. */
  constructor(clock: Clock, timeoutMs: number | null, events: SilenceEvents) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#events = events
  }

  /** Whether audio is to come from now on. */
  expect(audio: boolean): void {
    if (audio === this.#expecting) return
    this.#expecting = audio
    this.#timer?.cancel()
    this.#timer = null
    if (audio) {
      this.heard(this.#clock.monotonicMs())
      this.#wait()
    }
  }

  heard(atMs: number): void {
    this.#heardMs = atMs
    this.#said = false
  }

  close(): void {
    this.expect(false)
  }

  #wait(): void {
    this.#timer = this.#clock.after(lookEveryMs, () => this.#look())
  }

  #look(): void {
    const ms = this.#clock.monotonicMs() - this.#heardMs
    if (ms >= (this.#timeoutMs ?? Infinity)) {
      this.close()
      return this.#events.timedOut(ms)
    }
    if (ms >= worthAWordMs && !this.#said) {
      this.#said = true
      this.#events.silent(ms)
    }
    this.#wait()
  }
}

/** That nothing came for so long. */
export const silenceText = (ms: number): string =>
  `nothing has come from the peer for ${Math.round(ms / 1000)} s, neither RTP nor RTCP`
