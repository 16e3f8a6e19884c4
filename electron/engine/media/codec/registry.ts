import { addCodec, type CodecDescriptor } from '../../../../shared/model/codecs.ts'
import type { Meter } from '../../quality/level.ts'
import type { Codec } from './codec.ts'

const codecs = new Map<CodecDescriptor, Codec>()

/**
 * Adds a codec to what is offered, accepted, measured and listed. Throws Error when it comes too late, or its name is
 * taken.
 */
export function registerCodec(codec: Codec): void {
  addCodec(codec.descriptor)
  codecs.set(codec.descriptor, codec)
}

/** What codes and decodes it; null for what is no voice. */
export function codecOf(descriptor: CodecDescriptor): Codec | null {
  return codecs.get(descriptor) ?? null
}

/** The codec whose payload type RFC 3551 fixes; null for other types. */
export function staticCodec(payloadType: number): Codec | null {
  for (const codec of codecs.values()) if (codec.descriptor.staticType === payloadType) return codec
  return null
}

/**
 * What reads the level of a codec's payloads, by its name in upper or lower case; null where that cannot be done, or
 * the clock shows that it is another codec.
 */
export function meterOf(name: string, rtpClockHz: number): Meter | null {
  const upper = name.toUpperCase()
  for (const { descriptor, level } of codecs.values())
    if (descriptor.rtpClockHz === rtpClockHz && descriptor.name.toUpperCase() === upper) return level
  return null
}
