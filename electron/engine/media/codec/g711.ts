import { pcma, pcmu, type CodecDescriptor } from '../../../../shared/model/codecs.ts'
import { lawMeter } from '../../quality/level.ts'
import type { Codec, Decoder, Encoder } from './codec.ts'
import { registerCodec } from './registry.ts'

/** G.711 (ITU-T G.711): 8-bit logarithmic codes of 16-bit linear samples. */

const unheardBits = 1

function ulawToLinear(code: number): number {
  const inverted = ~code & 0xff
  const magnitude = (((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4)
  return inverted & 0x80 ? 0x84 - magnitude : magnitude - 0x84
}

function alawToLinear(code: number): number {
  const toggled = code ^ 0x55
  const segment = (toggled & 0x70) >> 4
  const base = ((toggled & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? base : (base + 0x100) << (segment - 1)
  return toggled & 0x80 ? magnitude : -magnitude
}

function decodeTable(decode: (code: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => decode(code))
}

/**
 * The code whose value lies nearest, for each 16-bit sample (offset 32768) without its last bit: no border between
 * two codes lies between samples that differ in it only.
 */
function encodeTable(decoded: Int16Array): Uint8Array {
  const codes = Array.from({ length: 256 }, (_, code) => code).sort((a, b) => decoded[a]! - decoded[b]! || a - b)
  const table = new Uint8Array(65536 >> unheardBits)
  let at = 0
  for (let sample = -32768; sample <= 32767; sample += 1 << unheardBits) {
    while (at + 1 < 256 && Math.abs(decoded[codes[at + 1]!]! - sample) <= Math.abs(decoded[codes[at]!]! - sample)) at++
    table[(sample + 32768) >> unheardBits] = codes[at]!
  }
  return table
}

/** One of the two laws; nothing is remembered from packet to packet. */
export interface G711 extends Codec, Encoder, Decoder {
  readonly decodeTable: Int16Array
}

function g711(descriptor: CodecDescriptor, linear: Int16Array, other: Int16Array): G711 {
  const codes = encodeTable(linear)
  const codec: G711 = {
    descriptor,
    decodeTable: linear,
    encoder: () => codec,
    decoder: () => codec,
    payloadBytes: (samples) => samples,
    level: lawMeter({ announced: linear, other }, descriptor.sampleRateHz),
    encode(samples, into, offset) {
      for (let i = 0; i < samples.length; i++) into[offset + i] = codes[(samples[i]! + 32768) >> unheardBits]!
      return samples.length
    },
    decode(payload, offset, length) {
      const samples = new Int16Array(length)
      for (let i = 0; i < length; i++) samples[i] = linear[payload[offset + i]!]!
      return samples
    },
  }
  return codec
}

const [ulawTable, alawTable] = [decodeTable(ulawToLinear), decodeTable(alawToLinear)]
export const ulaw = g711(pcmu, ulawTable, alawTable)
export const alaw = g711(pcma, alawTable, ulawTable)
registerCodec(ulaw)
registerCodec(alaw)
