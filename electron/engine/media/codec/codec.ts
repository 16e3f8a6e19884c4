import type { CodecDescriptor } from '../../../../shared/model/codecs.ts'
import type { Meter } from '../../quality/level.ts'

/** Turns samples into payloads, one stream of them: it may remember what came before. */
export interface Encoder {
  /**
   * Writes the payload of these mono samples from `offset` on; returns its bytes, `payloadBytes` at most. 0: there is
   * nothing to be sent in this interval.
   */
  encode(samples: Int16Array, into: Uint8Array, offset: number): number
  /** It is not used any more. */
  close?(): void
}

/** A payload as it came, of one frame. */
export interface Coded {
  readonly codec: Codec
  readonly bytes: Uint8Array
}

/** Turns payloads into mono samples, one stream of them. What cannot be decoded becomes no samples. */
export interface Decoder {
  decode(payload: Uint8Array, offset: number, length: number): Int16Array
  /** The samples of the packet before this one, which is lost, as far as this one tells; null where it does not. */
  recover?(payload: Uint8Array, offset: number, length: number): Int16Array | null
  /** It is not used any more. */
  close?(): void
}

/** All that is to be known of a codec. A file that hands one to `registerCodec` adds it. */
export interface Codec {
  readonly descriptor: CodecDescriptor
  /** `parameters`: what a=fmtp of the receiver asks for. */
  encoder(parameters?: string | null): Encoder
  decoder(): Decoder
  /** Whether a receiver that asks for that (a=fmtp) takes what another encoder made; left out: always. */
  takesAny?(parameters: string | null): boolean
  /** The most bytes that so many samples can take. */
  payloadBytes(samples: number): number
  /** Reads the level of a payload; null where that cannot be done. */
  readonly level: Meter | null
}
