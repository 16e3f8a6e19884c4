import { impairmentOf, type Impairment } from '../../../../shared/model/impairments.ts'
import { digitToEvent, writeTelephoneEvent } from '../../../../shared/wire/rtp/telephone-event.ts'

const digitMs = 160
const gapMs = 60

/** How events are sent. */
export interface EventForm {
  /** The marker bit at their beginning (RFC 4733 2.2.1). */
  readonly marked: boolean
  /** Packets that say that they end. */
  readonly ends: number
}

const rightForm: EventForm = { marked: true, ends: 3 }

/** As is right, or wrong on purpose. */
export const formOf = (impairments: readonly Impairment[]): EventForm => ({
  marked: !impairmentOf(impairments, 'dtmf-no-marker'),
  ends: impairmentOf(impairments, 'dtmf-one-end') ? 1 : rightForm.ends,
})

/**
 * What to send instead of audio in one packet interval; every packet carries the timestamp of the event's beginning.
 */
export interface EventPackets {
  readonly payload: Uint8Array
  /** So many packets of it. */
  readonly times: number
  readonly timestamp: number
  readonly first: boolean
}

/**
 * Digits as telephone events (RFC 4733 2.5.1): updates every packet interval, the end three times, a pause between
 * digits.
 */
export class DtmfSender {
  readonly #began: (digit: string) => void
  readonly #form: EventForm
  readonly #digits: string[] = []
  #event: { readonly code: number; readonly start: number; elapsed: number } | null = null
  #pauseMs = 0

  /** `began` hears of each digit. */
  constructor(began: (digit: string) => void, form = rightForm) {
    this.#began = began
    this.#form = form
  }

  queue(digits: string): void {
    this.#digits.push(...digits)
  }

  /** Called once a packet interval of so many ticks of the RTP clock; null: send audio. */
  next(timestamp: number, ticks: number, clockHz: number): EventPackets | null {
    if (!this.#event) {
      if (this.#pauseMs > 0) {
        this.#pauseMs -= (ticks * 1000) / clockHz
        return null
      }
      const digit = this.#digits.shift()
      if (digit === undefined) return null
      this.#event = { code: digitToEvent(digit), start: timestamp, elapsed: 0 }
      this.#began(digit)
    }
    const event = this.#event
    const first = event.elapsed === 0
    event.elapsed += ticks
    const end = event.elapsed * 1000 >= digitMs * clockHz
    if (end) {
      this.#event = null
      this.#pauseMs = gapMs
    }
    const duration = Math.min(event.elapsed, 0xffff)
    return {
      payload: writeTelephoneEvent({ event: event.code, end, volume: 10, duration }),
      times: end ? this.#form.ends : 1,
      timestamp: event.start,
      first: first && this.#form.marked,
    }
  }
}

/** The same digits as tones for the audio itself, with the same times. */
export const inbandTimes = { digitMs, gapMs } as const
