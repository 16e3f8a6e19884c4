import { elide, visible } from '../../../../shared/base/text.ts'
import { codecsNamed, usualPtimeMs, type CodecDescriptor } from '../../../../shared/model/codecs.ts'
import { isComfortNoise, isEvent } from '../../../../shared/wire/agreement/agree.ts'
import type { MediaDescription, MediaFormat } from '../../../../shared/wire/sdp/sdp.ts'

// Which of the other side's formats are ours, and in which packets.

const shortestPtimeMs = 10
const longestPtimeMs = 60

/**
 * How we send to who asks for that packet time (RFC 8866 6.4), or for none, and takes no longer packets than `longest`:
 * never outside 10 to 60 ms, and as the codec can.
 */
export function ptimeOf(
  asked: number | null,
  longest: number | null,
  ours: number | undefined,
  codec: CodecDescriptor,
): number {
  const wanted = Math.min(Math.round(asked ?? ours ?? usualPtimeMs), Math.floor(longest ?? longestPtimeMs))
  const ms = Math.min(longestPtimeMs, Math.max(shortestPtimeMs, wanted))
  return fitting(ms, codec)
}

/** The longest packet time up to that one that the codec has, else its shortest. */
export const fitting = (ms: number, { packetTimesMs }: CodecDescriptor): number =>
  packetTimesMs?.findLast((time) => time <= ms) ?? packetTimesMs?.[0] ?? ms

export interface PickedCodec {
  readonly codec: CodecDescriptor
  /** As our side describes it. */
  readonly format: MediaFormat
  /** What the other side asks of who sends it. */
  readonly parameters: string | null
}

/** The first codec of the other side's list that we have (its order is its preference). */
export function pickCodec(m: MediaDescription, ours: readonly string[]): PickedCodec | null {
  for (const format of m.formats) {
    const codec = ourCodecs(format, ours).find(
      ({ rtpClockHz, channels }) => rtpClockHz === format.clockRateHz && channels === format.channels,
    )
    if (codec) return { codec, format: { ...format, parameters: codec.fmtp }, parameters: format.parameters }
  }
  return null
}

const ourCodecs = ({ codec }: MediaFormat, ours: readonly string[]) =>
  codecsNamed(codec).filter(({ name, isNoise }) => ours.includes(name) && !isNoise)

/** A clause that names a codec that both have, and that the other side declares as there is none; else nothing. */
export function misdeclared(m: MediaDescription, ours: readonly string[]): string {
  for (const format of m.formats) {
    const known = ourCodecs(format, ours)
    if (known.length === 0) continue
    const { name } = known[0]!
    const written = (clockRateHz: number, channels: number) =>
      `${name}/${clockRateHz}${channels > 1 ? `/${channels}` : ''}`
    const right = known.map(({ rtpClockHz, channels }) => written(rtpClockHz, channels)).join(', ')
    return `; ${name} is declared as ${written(format.clockRateHz, format.channels)}, and ${right} is what there is`
  }
  return ''
}

/** The telephone-event that goes with a codec. */
export function eventOf(m: MediaDescription, codec: CodecDescriptor): MediaFormat | undefined {
  return m.formats.find((format) => isEvent(format) && format.clockRateHz === codec.rtpClockHz)
}

/** The comfort noise that goes with a codec, where our side takes it too. */
export function noiseOf(m: MediaDescription, codec: CodecDescriptor, ours: readonly string[]): MediaFormat | undefined {
  const taken = ours.flatMap(codecsNamed).some(({ isNoise }) => isNoise)
  return taken
    ? m.formats.find((format) => isComfortNoise(format) && format.clockRateHz === codec.rtpClockHz)
    : undefined
}

/** The formats of a medium, for a person. */
export const namesOf = (m: MediaDescription) =>
  elide(
    visible(
      m.formats
        .slice(0, 20)
        .map((format) => format.codec)
        .join(', '),
    ),
    200,
  )
