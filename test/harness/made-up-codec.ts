import type { Codec } from '../../electron/engine/media/codec/codec.ts'
import { registerCodec } from '../../electron/engine/media/codec/registry.ts'

/**
 * A codec that nobody else has: 16 kHz at an RTP clock of 8 kHz, two bytes a sample, each the difference from the one
 * before.
 */
const madeUp: Codec = {
  descriptor: {
    name: 'WIDE',
    rtpClockHz: 8000,
    sampleRateHz: 16_000,
    channels: 1,
    staticType: null,
    fmtp: 'mode=difference',
    title: 'Made up for a test',
    impairment: null,
  },
  encoder() {
    let before = 0
    return {
      encode(samples, into, offset) {
        for (let i = 0; i < samples.length; i++) {
          const difference = (samples[i]! - before) & 0xffff
          into[offset + 2 * i] = difference >> 8
          into[offset + 2 * i + 1] = difference
          before = samples[i]!
        }
        return samples.length * 2
      },
    }
  },
  decoder() {
    let before = 0
    return {
      decode(payload, offset, length) {
        const samples = new Int16Array(length >> 1)
        for (let i = 0; i < samples.length; i++)
          before = samples[i] = before + ((payload[offset + 2 * i]! << 8) | payload[offset + 2 * i + 1]!)
        return samples
      },
    }
  },
  payloadBytes: (samples) => samples * 2,
  // Not the level of the samples, but one that shows who measured: every sample is a thousand.
  level: {
    measure(_packet, _offset, length, into) {
      into.samples = length / 2
      into.squares = into.samples * 1_000_000
      into.peak = 1000
    },
  },
}

registerCodec(madeUp)
