import type { CodecDescriptor } from '../../../../shared/model/codecs.ts'
import type { Meter } from '../../quality/level.ts'

/** Turns samples into payloads, one stream of them: it may remember what came before. */
export interface Encoder {
  /** Writes the payload of these mono samples from `offset` on; returns its bytes, `payloadBytes` at most. */
  encode(samples: Int16Array, into: Uint8Array, offset: number): number
}

/** Turns payloads into mono samples, one stream of them. */
export interface Decoder {
  decode(payload: Uint8Array, offset: number, length: number): Int16Array
}

/** All that is to be known of a codec. A file that hands one to `registerCodec` adds it. */
export interface Codec {
  readonly descriptor: CodecDescriptor
  encoder(): Encoder
  decoder(): Decoder
  /** The most bytes that so many samples can take. */
  payloadBytes(samples: number): number
  /** Reads the level of a payload without decoding it; null where that cannot be done. */
  readonly level: Meter | null
}
