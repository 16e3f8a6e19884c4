import { l16 as descriptors, type CodecDescriptor } from '../../../../shared/model/codecs.ts'
import type { Level, Meter } from '../../quality/level.ts'
import type { Codec, Decoder, Encoder } from './codec.ts'
import { registerCodec } from './registry.ts'

/** L16 (RFC 3551 4.5.11): signed samples of 16 bits, the higher byte first, those of the channels in turns. */

const at = (payload: Uint8Array, i: number): number => ((payload[i]! << 24) >> 16) | payload[i + 1]!

/** Of all channels. */
const meter: Meter = {
  measure(packet: Uint8Array, offset: number, length: number, into: Level): void {
    let squares = 0
    let peak = 0
    for (let i = offset; i + 1 < offset + length; i += 2) {
      const sample = Math.abs(at(packet, i))
      squares += sample * sample
      if (sample > peak) peak = sample
    }
    into.squares = squares
    into.samples = length >> 1
    into.peak = peak
  },
}

function linear(descriptor: CodecDescriptor): Codec {
  const { channels } = descriptor
  const codec: Codec & Encoder & Decoder = {
    descriptor,
    encoder: () => codec,
    decoder: () => codec,
    payloadBytes: (samples) => samples * 2 * channels,
    level: meter,
    encode(samples, into, offset) {
      let i = offset
      for (const sample of samples)
        for (let channel = 0; channel < channels; channel++) {
          into[i++] = sample >> 8
          into[i++] = sample
        }
      return i - offset
    },
    decode(payload, offset, length) {
      const samples = new Int16Array(Math.floor(length / (2 * channels)))
      for (let i = 0; i < samples.length; i++) {
        let sum = 0
        for (let channel = 0; channel < channels; channel++) sum += at(payload, offset + 2 * (i * channels + channel))
        samples[i] = Math.round(sum / channels)
      }
      return samples
    },
  }
  return codec
}

descriptors.map(linear).forEach(registerCodec)
