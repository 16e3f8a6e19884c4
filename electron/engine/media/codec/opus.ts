import { opus as descriptor } from '../../../../shared/model/codecs.ts'
import { readOpusParameters } from '../../../../shared/wire/sdp/opus-parameters.ts'
import { decodingMeter } from '../../quality/level.ts'
import type { Codec, Decoder, Encoder } from './codec.ts'
import { mostPacketBytes, mostSamples, opusLibrary } from './opus-library.ts'
import { registerCodec } from './registry.ts'

/** Opus (RFC 6716) in RTP as RFC 7587 says, by libopus. */

const rateHz = descriptor.sampleRateHz
/** OPUS_APPLICATION_VOIP, and requests of opus_defines.h. */
const voip = 2048
const set = {
  bitrate: 4002,
  maxBandwidth: 4004,
  vbr: 4006,
  complexity: 4010,
  fec: 4012,
  loss: 4014,
  dtx: 4016,
} as const
/** Half of the ten that there are: a quarter of the time for what nobody hears of speech. */
const complexity = 5
/** Per channel: more makes speech no better. */
const bitsPerSecond = 32_000
/** Loss that is taken for granted where the peer asks for packets that carry what the one before had. */
const expectedLossPercent = 10
/** OPUS_BANDWIDTH_NARROWBAND and those above it, by the highest rate that a receiver plays (RFC 7587 3.1.1). */
const bandwidths = [
  [8000, 1101],
  [12_000, 1102],
  [16_000, 1103],
  [24_000, 1104],
  [48_000, 1105],
] as const
/** The most that a frame has (RFC 6716 3.2.1), and its usual length in samples. More than one is never sent. */
const mostFrameBytes = 1275
const frameOf20Ms = 960
/** So few bytes say that nothing need be sent (libopus, OPUS_SET_DTX). */
const dtxBytes = 2

class OpusEncoder implements Encoder {
  readonly #library = opusLibrary()
  readonly #channels: 1 | 2
  readonly #dtx: boolean
  #state: number

  constructor(parameters: string | null) {
    const { exports } = this.#library
    const { stereo, fec, dtx, cbr, maxPlaybackRateHz, maxAverageBitrate } = readOpusParameters(parameters)
    this.#channels = stereo ? 2 : 1
    this.#dtx = dtx
    this.#state = this.#library.allocate(exports.opus_encoder_get_size(this.#channels))
    exports.opus_encoder_init(this.#state, rateHz, this.#channels, voip)
    const bandwidth = bandwidths.find(([hz]) => hz >= maxPlaybackRateHz)?.[1] ?? bandwidths.at(-1)![1]
    const wanted = {
      bitrate: Math.min(bitsPerSecond * this.#channels, maxAverageBitrate),
      maxBandwidth: bandwidth,
      vbr: Number(!cbr),
      complexity,
      fec: Number(fec),
      loss: fec ? expectedLossPercent : 0,
      dtx: Number(dtx),
    }
    for (const [name, value] of Object.entries(wanted))
      exports.opus_encoder_ctl_set(this.#state, set[name as keyof typeof set], value)
  }

  encode(samples: Int16Array, into: Uint8Array, offset: number): number {
    if (this.#state === 0) return 0
    const { exports, pcm, packet } = this.#library
    const memory = this.#library.samples
    const at = pcm >> 1
    if (this.#channels === 1) memory.set(samples, at)
    else for (let i = 0; i < samples.length; i++) memory[at + 2 * i] = memory[at + 2 * i + 1] = samples[i]!
    const bytes = exports.opus_encode(this.#state, pcm, samples.length, packet, mostFrameBytes)
    if (bytes <= 0 || (this.#dtx && bytes <= dtxBytes)) return 0
    into.set(this.#library.bytes.subarray(packet, packet + bytes), offset)
    return bytes
  }

  close(): void {
    if (this.#state !== 0) this.#library.exports.free(this.#state)
    this.#state = 0
  }
}

const nothing = new Int16Array(0)

class OpusDecoder implements Decoder {
  readonly #library = opusLibrary()
  #state: number

  constructor() {
    const { exports } = this.#library
    this.#state = this.#library.allocate(exports.opus_decoder_get_size(1))
    this.begin()
  }

  /** From here on it is another stream. */
  begin(): void {
    this.#library.exports.opus_decoder_init(this.#state, rateHz, 1)
  }

  decode(payload: Uint8Array, offset: number, length: number): Int16Array {
    return this.#decode(payload, offset, length, mostSamples, false)
  }

  /** What a packet repeats of the one before it, where that was asked for and sent (useinbandfec). */
  recover(payload: Uint8Array, offset: number, length: number): Int16Array | null {
    const samples = frameSamples(payload[offset] ?? 0)
    const recovered = length === 0 ? nothing : this.#decode(payload, offset, length, samples, true)
    return recovered.length > 0 ? recovered : null
  }

  close(): void {
    if (this.#state !== 0) this.#library.exports.free(this.#state)
    this.#state = 0
  }

  #decode(payload: Uint8Array, offset: number, length: number, most: number, recover: boolean): Int16Array {
    if (this.#state === 0 || length === 0 || length > mostPacketBytes) return nothing
    const { exports, packet, pcm } = this.#library
    this.#library.bytes.set(payload.subarray(offset, offset + length), packet)
    const samples = decoded(() => exports.opus_decode(this.#state, packet, length, pcm, most, Number(recover)))
    return samples > 0 ? this.#library.samples.slice(pcm >> 1, (pcm >> 1) + samples) : nothing
  }
}

/** WebAssembly that goes astray on what a stranger made ends itself: that packet has no samples. */
function decoded(decode: () => number): number {
  try {
    return decode()
  } catch {
    return 0
  }
}

/** Of one frame, by the first byte of a packet (RFC 6716 3.1). */
function frameSamples(toc: number): number {
  const configuration = toc >> 3
  if (configuration >= 16) return (rateHz / 400) << (configuration & 3)
  if (configuration >= 12) return configuration & 1 ? rateHz / 50 : rateHz / 100
  return [rateHz / 100, rateHz / 50, rateHz / 25, (rateHz * 3) / 50][configuration & 3]!
}

/** Decoders of levels: of more streams than these, one that was not heard for longest begins anew. */
const mostMetered = 128

/** What the levels of many streams are read with, in a bounded part of the library's memory. */
class MeterDecoders {
  /** The one that was used last is the last. */
  readonly #inUse = new Map<object, OpusDecoder>()

  for(stream: object): OpusDecoder {
    let decoder = this.#inUse.get(stream)
    if (decoder) this.#inUse.delete(stream)
    else if (this.#inUse.size < mostMetered) decoder = new OpusDecoder()
    else {
      const [oldest, oldestDecoder] = this.#inUse.entries().next().value!
      this.#inUse.delete(oldest)
      decoder = oldestDecoder
      decoder.begin()
    }
    this.#inUse.set(stream, decoder)
    return decoder
  }
}

const meterDecoders = new MeterDecoders()

registerCodec({
  descriptor,
  encoder: (parameters = null) => new OpusEncoder(parameters),
  decoder: () => new OpusDecoder(),
  takesAny(parameters) {
    const { cbr, maxPlaybackRateHz, maxAverageBitrate } = readOpusParameters(parameters)
    const usual = readOpusParameters(null)
    return !cbr && maxPlaybackRateHz === usual.maxPlaybackRateHz && maxAverageBitrate === usual.maxAverageBitrate
  },
  payloadBytes: (samples) => Math.ceil(samples / frameOf20Ms) * mostFrameBytes,
  level: decodingMeter(() => {
    const stream = {}
    return { decode: (payload, offset, length) => meterDecoders.for(stream).decode(payload, offset, length) }
  }, descriptor.sampleRateHz),
} satisfies Codec)
