import { describe, expect, it } from 'vitest'
import { codecOf, meterOf } from '../../../electron/engine/media/codec/index.ts'
import { alaw, ulaw, type G711 } from '../../../electron/engine/media/codec/g711.ts'
import { RtpStreamStats } from '../../../electron/engine/quality/rtp-stats.ts'
import { codecDescriptor } from '../../../shared/model/codecs.ts'
import { emptyRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { predictableRandom } from '../../harness/random.ts'
import { madeSpeech } from '../../harness/made-speech.ts'

const random = predictableRandom(11)
const noise = () => random.uint32() / 2 ** 31 - 1
const rateHz = 8000
const made = (seconds: number, at: (t: number) => number) =>
  Int16Array.from({ length: seconds * rateHz }, (_, i) =>
    Math.max(-32768, Math.min(32767, Math.round(at(i / rateHz) * 32767))),
  )
const sine = (hz: number, t: number) => Math.sin(2 * Math.PI * hz * t)

const laws = { PCMU: ulaw, PCMA: alaw }

/** A stream that announces that codec, of those payloads, one every 20 ms. */
function heard(announced: 'PCMU' | 'PCMA', payloads: readonly Uint8Array[]): RtpStreamStats {
  const stats = new RtpStreamStats(1)
  const meaning = { codec: announced, clockRateHz: rateHz, meter: laws[announced].level }
  for (const [i, payload] of payloads.entries()) {
    const header = { ...emptyRtpHeader(), sequence: i, timestamp: i * 160, payloadLength: payload.length }
    stats.update(1e15 + i * 20_000, header, meaning, payload.length + 12, payload)
  }
  return stats
}
const frames = (samples: Int16Array) =>
  Array.from({ length: Math.floor(samples.length / 160) }, (_, i) => samples.subarray(i * 160, i * 160 + 160))
const coded = (codec: G711, samples: Int16Array) =>
  frames(samples).map((frame) => {
    const payload = new Uint8Array(160)
    codec.encode(frame, payload, 0)
    return payload
  })
const linear = (samples: Int16Array, littleEndian: boolean) =>
  frames(samples).map((frame) => {
    const view = new DataView(new ArrayBuffer(320))
    frame.forEach((sample, i) => view.setInt16(i * 2, sample, littleEndian))
    return new Uint8Array(view.buffer)
  })
const disguised = (announced: 'PCMU' | 'PCMA', payloads: readonly Uint8Array[]) =>
  heard(announced, payloads).content?.disguised ?? null

describe('the law of G.711', () => {
  const voices = [-12, -20, -30].map((dbfs, seed) => madeSpeech(8, rateHz, seed + 1, dbfs))

  it('is that which is announced, or the other one, by the content of voices of any loudness', () => {
    for (const voice of voices) {
      expect(disguised('PCMU', coded(ulaw, voice))).toBeNull()
      expect(disguised('PCMA', coded(alaw, voice))).toBeNull()
      expect(disguised('PCMU', coded(alaw, voice))).toBe('other-law')
      expect(disguised('PCMA', coded(ulaw, voice))).toBe('other-law')
    }
  })

  it('is none of both where linear samples come in its packets', () => {
    for (const voice of voices)
      for (const littleEndian of [true, false]) {
        expect(disguised('PCMU', linear(voice, littleEndian))).toBe('linear')
        expect(disguised('PCMA', linear(voice, littleEndian))).toBe('linear')
      }
  })

  const sounds: Readonly<Record<string, Int16Array>> = {
    'silence': made(4, () => 0),
    'the noise of a line': made(4, () => noise() * 0.0006),
    'white noise': made(4, () => noise() * 0.5),
    'steps of one code': made(4, (t) => (Math.floor(t * 300) % 2) * 0.0005),
    'music': made(6, (t) =>
      [262, 330, 392, 1047].reduce((sum, hz) => sum + 0.15 * sine(hz, t + 0.003 * sine(5, t)), 0),
    ),
    'a square wave': made(4, (t) => 0.4 * Math.sign(sine(220, t))),
    'a saw': made(4, (t) => ((t * 150) % 1) - 0.5),
    'digits': made(4, (t) => (Math.floor(t * 5) % 2 === 0 ? 0.2 * (sine(697, t) + sine(1209, t)) : 0)),
  }
  it.each(Object.entries(sounds))('is not accused of %s', (_name, sound) => {
    expect(disguised('PCMU', coded(ulaw, sound))).toBeNull()
    expect(disguised('PCMA', coded(alaw, sound))).toBeNull()
  })

  it('is not accused of any tone of any loudness, nor of what a cipher makes', () => {
    for (let hz = 50; hz < 4000; hz += 130)
      for (const loud of [0.9, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001]) {
        const tone = made(1, (t) => loud * sine(hz, t))
        expect([hz, loud, disguised('PCMU', coded(ulaw, tone))]).toEqual([hz, loud, null])
        expect([hz, loud, disguised('PCMA', coded(alaw, tone))]).toEqual([hz, loud, null])
      }
    // Packets of 40 ms whose timestamps are those of 20 ms are no linear samples either.
    for (const hz of [3720, 3800, 3900, 3960]) {
      const tone = made(1, (t) => 0.5 * sine(hz, t))
      for (const codec of ['PCMU', 'PCMA'] as const) {
        const payloads = coded(laws[codec], tone)
        const doubled = payloads.slice(1).flatMap((one, i) => (i % 2 ? [] : [Buffer.concat([payloads[i]!, one])]))
        expect([hz, disguised(codec, doubled)]).toEqual([hz, null])
      }
    }
    for (const length of [160, 170, 320])
      expect(
        disguised(
          'PCMA',
          Array.from({ length: 500 }, () => random.bytes(length)),
        ),
      ).toBeNull()
  })
})

describe('a beep', () => {
  const beeps = (samples: Int16Array, codec = ulaw) =>
    (heard('PCMU', coded(codec, samples)).content?.beeps ?? []).map(({ from, to, hz }) => [
      (from - 1e15) / 1000,
      (to - 1e15) / 1000,
      hz,
    ])

  it.each([350, 425, 440, 620, 800, 1000, 1400, 2000, 2600])(
    'of %d Hz is found to a packet, behind speech and before silence',
    (hz) => {
      const voice = madeSpeech(4, rateHz, 3, -20)
      const sound = made(6, (t) => {
        if (t < 4) return voice[Math.floor(t * rateHz)]! / 32768
        return t >= 4.3 && t < 4.8 ? 0.2 * sine(hz, t) : noise() * 0.0005
      })
      const [[from, to, found] = [], ...more] = beeps(sound)
      expect(more).toEqual([])
      expect(Math.abs(from! - 4300)).toBeLessThanOrEqual(20)
      expect(Math.abs(to! + 20 - 4800)).toBeLessThanOrEqual(20)
      expect(Math.abs(found! - hz)).toBeLessThanOrEqual(5)
    },
  )

  it('is not found in voices, noise, two tones at once, music or silence', () => {
    for (let seed = 1; seed < 6; seed++) expect(beeps(madeSpeech(20, rateHz, seed, -18))).toEqual([])
    expect(beeps(made(4, () => noise() * 0.4))).toEqual([])
    expect(beeps(made(4, (t) => 0.2 * (sine(440, t) + sine(350, t))))).toEqual([])
    expect(beeps(made(4, (t) => [262, 330, 392].reduce((sum, hz) => sum + 0.2 * sine(hz, t), 0)))).toEqual([])
    expect(beeps(made(4, () => 0))).toEqual([])
  })

  it('is found in wideband audio too', () => {
    const encoder = codecOf(codecDescriptor('G722')!)!.encoder()
    const stats = new RtpStreamStats(1)
    const meaning = { codec: 'G722', clockRateHz: 8000, meter: meterOf('G722', 8000) }
    for (let i = 0; i < 50; i++) {
      const frame = Int16Array.from({ length: 320 }, (_, n) => 8000 * sine(1000, (i * 320 + n) / 16_000))
      const payload = new Uint8Array(160)
      encoder.encode(frame, payload, 0)
      const header = { ...emptyRtpHeader(), sequence: i, timestamp: i * 160, payloadLength: 160 }
      stats.update(1e15 + i * 20_000, header, meaning, 172, payload)
    }
    expect(stats.content!.beeps).toMatchObject([{ hz: expect.closeTo(1000, -1) }])
  })
})
