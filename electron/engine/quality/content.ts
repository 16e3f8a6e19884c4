import type { Micros } from '../../../shared/base/time.ts'
import type { RtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { Beeps, type Beep } from './beeps.ts'
import { LawCheck, type Disguised } from './law.ts'
import type { Meter } from './level.ts'

/** Beeps are looked for in the first two minutes: what answers a call beeps early, if it does. */
const lookedForUs = 120_000_000
/** No packet time is longer. */
const mostTicks = 1600

/** What the audio of a stream is by its content. */
export class Content {
  readonly #law = new LawCheck()
  readonly #beeps = new Beeps()
  #firstAt: Micros = 0
  #timestamp = 0

  /** A packet with energy, whose mean square is known. */
  note(at: Micros, packet: Uint8Array, header: RtpHeader, meter: Meter, meanSquare: number): void {
    const { payloadOffset, payloadLength, timestamp } = header
    if (this.#firstAt === 0) this.#firstAt = at
    const ticks = (timestamp - this.#timestamp) >>> 0
    this.#timestamp = timestamp
    const { laws, audio } = meter
    if (laws) this.#law.look(packet, payloadOffset, payloadLength, ticks <= mostTicks ? ticks : 0, laws)
    if (audio && at - this.#firstAt < lookedForUs && this.#beeps.isSteady(at, meanSquare))
      this.#beeps.look(at, audio.samples(packet, payloadOffset, payloadLength), audio.rateHz)
  }

  get disguised(): Disguised | null {
    return this.#law.disguised
  }

  get beeps(): readonly Beep[] {
    return this.#beeps.all
  }
}
