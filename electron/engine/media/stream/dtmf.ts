import { digitToEvent, writeTelephoneEvent } from '../../../../shared/wire/rtp/telephone-event.ts'

const digitMs = 160
const gapMs = 60
const samplesPerMs = 8

/** What to send instead of audio in one packet interval; every packet carries the timestamp of the event's beginning. */
export interface EventPackets {
  readonly payloads: readonly Uint8Array[]
  readonly timestamp: number
  readonly first: boolean
}

/** Digits as telephone events (RFC 4733 2.5.1): updates every packet interval, the end three times, a pause between digits. */
export class DtmfSender {
  readonly #digits: string[] = []
  #event: { readonly code: number; readonly start: number; elapsed: number } | null = null
  #pauseMs = 0

  queue(digits: string): void {
    this.#digits.push(...digits)
  }

  /** Called once a packet interval of `samples`; null: send audio. `began` hears of each digit. */
  next(timestamp: number, samples: number, began: (digit: string) => void): EventPackets | null {
    if (!this.#event) {
      if (this.#pauseMs > 0) {
        this.#pauseMs -= samples / samplesPerMs
        return null
      }
      const digit = this.#digits.shift()
      if (digit === undefined) return null
      this.#event = { code: digitToEvent(digit), start: timestamp, elapsed: 0 }
      began(digit)
    }
    const event = this.#event
    const first = event.elapsed === 0
    event.elapsed += samples
    const end = event.elapsed >= digitMs * samplesPerMs
    const payload = writeTelephoneEvent({
      event: event.code,
      end,
      volume: 10,
      duration: Math.min(event.elapsed, 0xffff),
    })
    if (end) {
      this.#event = null
      this.#pauseMs = gapMs
    }
    return { payloads: Array<Uint8Array>(end ? 3 : 1).fill(payload), timestamp: event.start, first }
  }
}

/** The same digits as tones for the audio itself, with the same times. */
export const inbandTimes = { digitMs, gapMs } as const
