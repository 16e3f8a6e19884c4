import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toneShare } from '../../../../electron/engine/media/audio/tones.ts'
import { codecOf, meterOf } from '../../../../electron/engine/media/codec/index.ts'
import { meanSquare, toDbfs, type Level } from '../../../../electron/engine/quality/level.ts'
import { g722 as descriptor } from '../../../../shared/model/codecs.ts'
import { decoded, encoded, snr, speechLike } from '../../../harness/coding.ts'

const g722 = codecOf(descriptor)!
/** The two filters together look so far back. */
const delay = 22

describe('G.722', () => {
  const samples = speechLike(16_000, 2)

  it('codes as ITU-T G.722 says, and decodes what it coded', () => {
    // The interop tests show that ffmpeg makes the same bytes of the same samples.
    const bytes = Buffer.concat(encoded(g722, samples))
    expect(createHash('sha256').update(bytes).digest('hex').slice(0, 16)).toBe('ed3abdb6ddab6639')
    expect(snr(samples, decoded(g722, [bytes]), delay)).toBeGreaterThan(20)
  })

  it('takes half a byte a sample: 160 of them in 20 ms', () => {
    expect(g722.payloadBytes(320)).toBe(160)
    expect(encoded(g722, samples).every(({ length }) => length === 160)).toBe(true)
    expect(g722.decoder().decode(new Uint8Array(160), 0, 160)).toHaveLength(320)
  })

  it('goes on from packet to packet: packets of any length make one stream', () => {
    const whole = Buffer.concat(encoded(g722, samples, 20))
    for (const ptimeMs of [10, 15, 30, 60])
      expect(Buffer.concat(encoded(g722, samples, ptimeMs))).toEqual(
        whole.subarray(0, Math.floor(2000 / ptimeMs) * ptimeMs * 8),
      )
  })

  it('has for each stream what came before: two streams do not disturb one another', () => {
    const [one, two] = [g722.encoder(), g722.encoder()]
    const payloads = [one, two].map(() => Buffer.alloc(160))
    for (let at = 0; at < 3200; at += 320) {
      one.encode(samples.subarray(at, at + 320), payloads[0]!, 0)
      two.encode(new Int16Array(320), payloads[1]!, 0)
    }
    expect(payloads[0]).toEqual(encoded(g722, samples)[9])
    expect(payloads[1]).toEqual(encoded(g722, new Int16Array(3200))[9])
  })

  it('carries what G.711 cannot: a tone of 6 kHz', () => {
    const tone = Int16Array.from({ length: 16_000 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 6000 * i) / 16_000))
    expect(toneShare(decoded(g722, encoded(g722, tone)).subarray(1600, 14_400), 6000, 16_000)).toBeGreaterThan(0.9)
  })

  it('stays within 16 bits where the samples fill them', () => {
    const square = Int16Array.from({ length: 16_000 }, (_, i) => ((i >> 4) & 1 ? 32_767 : -32_768))
    const heard = decoded(g722, encoded(g722, square))
    expect(snr(square, heard, delay)).toBeGreaterThan(8)
  })

  it('takes whatever bytes there are', () => {
    const bytes = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 197 + (i >> 3)) & 0xff)
    expect(g722.decoder().decode(bytes, 0, bytes.length)).toHaveLength(120_000)
    expect(g722.decoder().decode(bytes, 0, 0)).toHaveLength(0)
  })

  it('has the level of what it decodes to, measured from packet to packet', () => {
    const payloads = encoded(g722, samples)
    const meter = meterOf('g722', 8000)!.begin!()
    const level: Level = { squares: 0, samples: 0, peak: 0 }
    let [squares, count] = [0, 0]
    for (const payload of payloads) {
      meter.measure(payload, 0, payload.length, level)
      squares += level.squares
      count += level.samples
    }
    expect(count).toBe(32_000)
    expect(toDbfs(squares / count)).toBeCloseTo(toDbfs(meanSquare(samples)), 0)
    expect(squares / count).toBeCloseTo(meanSquare(decoded(g722, payloads)), 3)
    // A clock of 16000 is another codec than RFC 3551 has.
    expect(meterOf('G722', 16_000)).toBeNull()
  })
})
