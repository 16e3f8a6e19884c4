import { decodeText } from '../../../../shared/base/text.ts'
import { parseSdp, staticFormat } from '../../../../shared/wire/sdp/sdp.ts'
import { header, type SipMessage } from '../../../../shared/wire/sip/message.ts'
import type { Meter } from '../../quality/level.ts'
import type { PayloadMeaning } from '../../quality/rtp-stats.ts'

/** What reads the level of a codec's payloads, by its name and RTP clock; null where none can be read. */
export type MeterOf = (codec: string, rtpClockHz: number) => Meter | null

const unknownPayload = (payloadType: number): PayloadMeaning => ({
  codec: `unknown(${payloadType})`,
  clockRateHz: 0,
  meter: null,
})

/** What the payload types of a call mean: as its session descriptions say, else as RFC 3551 does. */
export class PayloadMeanings {
  readonly #meterOf: MeterOf
  #known: Map<number, PayloadMeaning> | null = null
  #encrypted = false

  constructor(meterOf: MeterOf) {
    this.#meterOf = meterOf
  }

  /** `readable`: the payload is there without SRTP, so that its level can be read. */
  of(payloadType: number, readable: boolean): PayloadMeaning {
    const known = (this.#known ??= new Map())
    let meaning = known.get(payloadType)
    if (!meaning) {
      const fixed = staticFormat(payloadType)
      meaning = fixed ? { ...fixed, meter: this.#meterOf(fixed.codec, fixed.clockRateHz) } : unknownPayload(payloadType)
      known.set(payloadType, meaning)
    }
    // Nobody can read the level of SRTP from outside.
    return !readable && this.#encrypted && meaning.meter ? { ...meaning, meter: null } : meaning
  }

  learn(message: SipMessage): void {
    if (message.body.length === 0 || !/sdp/i.test(header(message, 'content-type') ?? '')) return
    const sdp = parseSdp(decodeText(message.body))
    if (typeof sdp === 'string') return
    for (const media of sdp.media) {
      if (media.protocol.includes('SAVP')) this.#encrypted = true
      for (const { payloadType, codec, clockRateHz } of media.formats) {
        const event = codec.toLowerCase() === 'telephone-event'
        const known = (this.#known ??= new Map())
        known.set(payloadType, {
          codec,
          clockRateHz: event ? 0 : clockRateHz,
          meter: this.#meterOf(codec, clockRateHz),
        })
      }
    }
  }
}
