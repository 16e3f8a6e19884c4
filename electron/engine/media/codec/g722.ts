import { g722 as descriptor } from '../../../../shared/model/codecs.ts'
import { decodingMeter } from '../../quality/level.ts'
import type { Codec, Decoder, Encoder } from './codec.ts'
import { higherBand, lowerBand, saturated } from './g722-band.ts'
import { evenTaps, higherSteps, lowerSteps, oddTaps, q6, qm2, qm4, qm6 } from './g722-tables.ts'
import { registerCodec } from './registry.ts'

/**
 * G.722 (ITU-T G.722 at 64 kbit/s): two bands of 8 kHz, each coded by what it differs from its prediction, in one byte
 * for two samples of 16 kHz. RFC 3551 4.5.2 keeps the RTP clock of 8000 Hz that an early text had by mistake.
 */

/** How many samples before a pair its filters look back at. */
const history = 22

const limited = (value: number): number => (value > 16383 ? 16383 : value < -16384 ? -16384 : value)

/** What a filter looks at: the samples of a packet, and before them the last of the packet before. */
class Line {
  samples = new Int32Array(history)

  /** Room for so many new ones, from `history` on. */
  room(length: number): Int32Array {
    if (this.samples.length < history + length) {
      const longer = new Int32Array(history + length)
      longer.set(this.samples.subarray(0, history))
      this.samples = longer
    }
    return this.samples
  }

  passed(length: number): void {
    this.samples.copyWithin(0, length, length + history)
  }
}

class G722Encoder implements Encoder {
  readonly #line = new Line()
  readonly #lower = lowerBand()
  readonly #higher = higherBand()

  encode(samples: Int16Array, into: Uint8Array, offset: number): number {
    const bytes = samples.length >> 1
    const line = this.#line.room(samples.length)
    line.set(samples, history)
    for (let i = 0; i < bytes; i++) {
      let even = 0
      let odd = 0
      for (let tap = 0; tap < 12; tap++) {
        even += line[2 * (i + tap)]! * evenTaps[tap]!
        odd += line[2 * (i + tap) + 1]! * oddTaps[tap]!
      }
      const higher = this.#codeHigher(limited((odd - even) >> 14))
      into[offset + i] = (higher << 6) | this.#codeLower(limited((odd + even) >> 14))
    }
    this.#line.passed(samples.length)
    return bytes
  }

  /** SUBTRA, QUANTL: a code of six bits. */
  #codeLower(sample: number): number {
    const band = this.#lower
    const { scale } = band
    const difference = saturated(sample - band.predicted)
    const magnitude = difference < 0 ? ~difference : difference
    let level = 1
    let above = 30
    while (level < above) {
      const middle = (level + above) >> 1
      if (magnitude >= (q6[middle]! * scale) >> 12) level = middle + 1
      else above = middle
    }
    const code = difference < 0 ? (level < 3 ? 64 - level : 34 - level) : 62 - level
    band.adapt((scale * qm4[code >> 2]!) >> 15, lowerSteps[code >> 2]!)
    return code
  }

  /** SUBTRA, QUANTH: a code of two bits. */
  #codeHigher(sample: number): number {
    const band = this.#higher
    const { scale } = band
    const difference = saturated(sample - band.predicted)
    const magnitude = difference < 0 ? ~difference : difference
    const isFar = magnitude >= (564 * scale) >> 12
    const code = difference < 0 ? (isFar ? 0 : 1) : isFar ? 2 : 3
    band.adapt((scale * qm2[code]!) >> 15, higherSteps[code]!)
    return code
  }
}

class G722Decoder implements Decoder {
  readonly #line = new Line()
  readonly #lower = lowerBand()
  readonly #higher = higherBand()

  decode(payload: Uint8Array, offset: number, length: number): Int16Array {
    const line = this.#line.room(2 * length)
    for (let i = 0; i < length; i++) {
      const code = payload[offset + i]!
      const low = this.#lowerSample(code & 0x3f)
      const high = this.#higherSample(code >> 6)
      line[history + 2 * i] = low + high
      line[history + 2 * i + 1] = low - high
    }
    const samples = new Int16Array(2 * length)
    for (let i = 0; i < length; i++) {
      let even = 0
      let odd = 0
      for (let tap = 0; tap < 12; tap++) {
        even += line[2 * (i + tap)]! * evenTaps[tap]!
        odd += line[2 * (i + tap) + 1]! * oddTaps[tap]!
      }
      samples[2 * i] = saturated(odd >> 11)
      samples[2 * i + 1] = saturated(even >> 11)
    }
    this.#line.passed(2 * length)
    return samples
  }

  /** INVQBL of all six bits for the sample, INVQAL of the upper four for what is adapted. */
  #lowerSample(code: number): number {
    const band = this.#lower
    const { scale } = band
    const sample = limited(band.predicted + ((scale * qm6[code]!) >> 15))
    band.adapt((scale * qm4[code >> 2]!) >> 15, lowerSteps[code >> 2]!)
    return sample
  }

  /** INVQAH */
  #higherSample(code: number): number {
    const band = this.#higher
    const difference = (band.scale * qm2[code]!) >> 15
    const sample = limited(band.predicted + difference)
    band.adapt(difference, higherSteps[code]!)
    return sample
  }
}

registerCodec({
  descriptor,
  encoder: () => new G722Encoder(),
  decoder: () => new G722Decoder(),
  payloadBytes: (samples) => samples >> 1,
  level: decodingMeter(() => new G722Decoder(), 16_000),
} satisfies Codec)
