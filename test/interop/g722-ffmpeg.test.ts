import { describe, expect, it } from 'vitest'
import { codecOf } from '../../electron/engine/media/codec/index.ts'
import { g722 as descriptor } from '../../shared/model/codecs.ts'
import { decoded, encoded, snr, speechLike } from '../harness/coding.ts'
import { ffmpegG722 } from '../harness/ffmpeg-coding.ts'
import { findPeer } from '../harness/install-peers.ts'

const g722 = codecOf(descriptor)!

/** Whole packets of 20 ms. */
const signals: readonly (readonly [name: string, samples: Int16Array])[] = [
  ['of speech-like tones', speechLike(16_000, 5)],
  ['of something very quiet', speechLike(16_000, 5, 40)],
  ['near full scale', speechLike(16_000, 5, 24_000)],
  ['of silence', new Int16Array(16_000)],
  ['of steps', Int16Array.from({ length: 32_000 }, (_, i) => ((i / 500) & 1 ? 9000 : -9000))],
]

describe.skipIf(!findPeer('ffmpeg'))('G.722 beside ffmpeg', () => {
  it.each(signals)('makes the same bytes %s, and the same samples of them', (_, samples) => {
    const [ours, theirs] = [Buffer.concat(encoded(g722, samples)), ffmpegG722.encode(samples)]
    expect(ours.equals(theirs.subarray(0, ours.length))).toBe(true)
    expect(ffmpegG722.decode(ours)).toEqual(decoded(g722, [ours]))
  })

  it('makes the same samples of bytes that no coder made', () => {
    const bytes = Uint8Array.from({ length: 40_000 }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 0xff)
    expect(ffmpegG722.decode(bytes)).toEqual(decoded(g722, [bytes]))
  })

  it('hears ffmpeg, and ffmpeg hears it, where samples fill 16 bits', () => {
    const square = Int16Array.from({ length: 16_000 }, (_, i) => ((i >> 4) & 1 ? 32_767 : -32_768))
    expect(snr(square, decoded(g722, [ffmpegG722.encode(square)]), 22)).toBeGreaterThan(8)
    expect(snr(square, ffmpegG722.decode(Buffer.concat(encoded(g722, square))), 22)).toBeGreaterThan(8)
  })
})
