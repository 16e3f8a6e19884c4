import { describe, expect, it } from 'vitest'
import { codecOf, meterOf, staticCodec } from '../../../../electron/engine/media/codec/index.ts'
import type { Level } from '../../../../electron/engine/quality/level.ts'
import { l16 } from '../../../../shared/model/codecs.ts'
import { decoded, encoded, speechLike } from '../../../harness/coding.ts'

describe('L16', () => {
  it('has the higher byte first, and its sign', () => {
    const [payload] = encoded(
      codecOf(l16[1]!)!,
      Int16Array.of(0x1234, -2, -32_768, 32_767, ...Array<number>(76).fill(0)),
      10,
    )
    expect([...payload!.subarray(0, 8)]).toEqual([0x12, 0x34, 0xff, 0xfe, 0x80, 0, 0x7f, 0xff])
  })

  it.each(l16.map((descriptor) => [`${descriptor.rtpClockHz}/${descriptor.channels}`, descriptor] as const))(
    'loses nothing at %s, and fits into a packet of Ethernet but for stereo',
    (_, descriptor) => {
      const codec = codecOf(descriptor)!
      const samples = speechLike(descriptor.sampleRateHz, 1)
      const payloads = encoded(codec, samples, 10)
      expect(decoded(codec, payloads)).toEqual(samples)
      for (const ms of descriptor.packetTimesMs!)
        expect(codec.payloadBytes((ms * descriptor.sampleRateHz) / 1000)).toBeLessThan(1440 * descriptor.channels)
    },
  )

  it('is type 10 in stereo and 11 in mono, both of 44.1 kHz', () => {
    expect(staticCodec(10)!.descriptor).toMatchObject({ rtpClockHz: 44_100, channels: 2 })
    expect(staticCodec(11)!.descriptor).toMatchObject({ rtpClockHz: 44_100, channels: 1 })
  })

  it('mixes two channels down', () => {
    expect([
      ...staticCodec(10)!
        .decoder()
        .decode(Uint8Array.of(0, 100, 1, 44, 0xff, 0xff), 0, 6),
    ]).toEqual([200])
  })

  it('has a level, of a packet that is cut in the middle of a sample too', () => {
    const level: Level = { squares: 0, samples: 0, peak: 0 }
    meterOf('l16', 16_000)!.measure(Uint8Array.of(9, 0x80, 0, 0, 10, 7), 1, 5, level)
    expect(level).toEqual({ squares: 32_768 ** 2 + 100, samples: 2, peak: 32_768 })
  })
})
