import { addCodec } from '../../../../shared/model/codecs.ts'
import type { Meter } from '../../quality/level.ts'
import type { Codec } from './codec.ts'

const codecs = new Map<string, Codec>()

/**
 * Adds a codec to what is offered, accepted, measured and listed. Throws Error when it comes too late, or its name is
 * taken.
 */
export function registerCodec(codec: Codec): void {
  addCodec(codec.descriptor)
  codecs.set(codec.descriptor.name.toUpperCase(), codec)
}

/** By its name, in upper or lower case; null for one that is not spoken here. */
export function codecOf(name: string): Codec | null {
  return codecs.get(name.toUpperCase()) ?? null
}

/** The codec whose payload type RFC 3551 fixes; null for other types. */
export function staticCodec(payloadType: number): Codec | null {
  for (const codec of codecs.values()) if (codec.descriptor.staticType === payloadType) return codec
  return null
}

/**
 * What reads the level of a codec's payloads; null where that takes decoding, or the clock shows that it is another
 * codec.
 */
export function meterOf(name: string, rtpClockHz: number): Meter | null {
  const codec = codecOf(name)
  return codec?.descriptor.rtpClockHz === rtpClockHz ? codec.level : null
}
