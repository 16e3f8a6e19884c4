import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import type { TelephoneEvent } from '../../../../shared/wire/rtp/telephone-event.ts'

/** What its sender is to send of the end (RFC 4733 2.5.1.4). */
const endsDue = 3
/** So many packets of audio behind an event end it: the repetitions of its end may stand among them. */
const audioAfter = 25

interface Open {
  readonly name: string
  readonly code: number
  ends: number
  audio: number
}

/**
 * What is wrong with telephone events that come (RFC 4733). It goes by packets that came one after the other: what was
 * lost on the way is no fault of their sender.
 */
export class EventCheck {
  readonly #fault: (text: string) => void
  #last: number | null
  #timestamp = -1
  /** The event that goes on; null where none does, or packets of it are missing. */
  #open: Open | null = null

  /** `last`: the sequence number of the packet before the first event; null where there was none. */
  constructor(last: number | null, fault: (text: string) => void) {
    this.#last = last
    this.#fault = fault
  }

  /** A packet of an event, `name` for people. */
  event({ sequence, timestamp, marker }: RtpHeader, { event, end }: TelephoneEvent, name: string): void {
    const follows = this.#follows(sequence)
    if (timestamp !== this.#timestamp) {
      // A long event goes on in segments, without an end between them and without a marker (RFC 4733 2.5.1.3).
      const goesOn = this.#open?.code === event && this.#open.ends === 0
      if (!goesOn) this.#close()
      if (follows && !marker && !goesOn) this.#fault(`${name} began without the marker bit (RFC 4733 2.2.2)`)
      this.#timestamp = timestamp
      this.#open = follows ? { name, code: event, ends: 0, audio: 0 } : null
    }
    if (this.#open && end) this.#open.ends++
  }

  /** A packet of something else. */
  other(sequence: number): void {
    this.#follows(sequence)
    if (this.#open && ++this.#open.audio >= audioAfter) this.#close()
  }

  /** Whether nothing is missing before that packet; where something is, nobody knows what was sent of the event. */
  #follows(sequence: number): boolean {
    const follows = this.#last !== null && sequence === ((this.#last + 1) & 0xffff)
    this.#last = sequence
    if (!follows) this.#open = null
    return follows
  }

  #close(): void {
    if (this.#open && this.#open.ends < endsDue) {
      const { name, ends } = this.#open
      const times = ends === 0 ? 'not sent' : ends === 1 ? 'sent once' : 'sent twice'
      this.#fault(
        `the end of ${name} was ${times}, and is due three times: where it is lost, the digit seems to go on ` +
          '(RFC 4733 2.5.1.4)',
      )
    }
    this.#open = null
  }
}
