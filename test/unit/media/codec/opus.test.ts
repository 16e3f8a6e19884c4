import { afterAll, describe, expect, it } from 'vitest'
import { toneShare } from '../../../../electron/engine/media/audio/tones.ts'
import { codecOf, meterOf } from '../../../../electron/engine/media/codec/index.ts'
import { toDbfs, type Level } from '../../../../electron/engine/quality/level.ts'
import { opus as descriptor } from '../../../../shared/model/codecs.ts'
import { decoded, encoded, joined, speechLike } from '../../../harness/coding.ts'

const opus = codecOf(descriptor)!
const tone = (hz: number, amplitude = 8000) =>
  Int16Array.from({ length: 48_000 }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / 48_000))
/** RFC 6716 3.1: bit 2 of the first byte. */
const isStereo = (payload: Uint8Array) => (payload[0]! & 4) !== 0
const bytesOf = (payloads: readonly Uint8Array[]) => payloads.reduce((sum, { length }) => sum + length, 0)

describe('Opus', () => {
  const coders: { close?(): void }[] = []
  afterAll(() => coders.forEach((coder) => coder.close?.()))

  it.each([10, 20, 40, 60])('codes and decodes packets of %i ms, mono', (ptimeMs) => {
    const payloads = encoded(opus, tone(1000), ptimeMs)
    expect(payloads.some(isStereo)).toBe(false)
    expect(payloads.every(({ length }) => length > 0 && length < 1276)).toBe(true)
    const heard = decoded(opus, payloads)
    expect(heard).toHaveLength(payloads.length * ptimeMs * 48)
    expect(toneShare(heard.subarray(9600, 38_400), 1000, 48_000)).toBeGreaterThan(0.95)
  })

  it('sends two channels where the receiver asks for stereo, which anyone can decode', () => {
    const payloads = encoded(opus, tone(1000), 20, 'stereo=1')
    expect(payloads.every(isStereo)).toBe(true)
    expect(toneShare(decoded(opus, payloads).subarray(9600, 38_400), 1000, 48_000)).toBeGreaterThan(0.95)
  })

  it('sends nothing above what the receiver plays', () => {
    const share = (parameters: string | null) =>
      toneShare(decoded(opus, encoded(opus, tone(7000), 20, parameters)).subarray(9600, 38_400), 7000, 48_000)
    expect(share(null)).toBeGreaterThan(0.9)
    expect(share('maxplaybackrate=8000')).toBeLessThan(0.1)
  })

  it('keeps to the bit rate that the receiver allows, at one size where it asks for that', () => {
    const speech = speechLike(48_000, 2)
    const usual = bytesOf(encoded(opus, speech))
    expect(bytesOf(encoded(opus, speech, 20, 'maxaveragebitrate=12000'))).toBeLessThan(usual / 2)
    expect(new Set(encoded(opus, speech, 20, 'cbr=1').map(({ length }) => length)).size).toBe(1)
  })

  it('sends next to nothing of silence where the receiver asks for that, and all of it otherwise', () => {
    const silence = new Int16Array(96_000)
    const sent = (parameters: string | null) =>
      encoded(opus, silence, 20, parameters).filter(({ length }) => length > 0)
    expect(sent(null)).toHaveLength(100)
    expect(sent('usedtx=1').length).toBeLessThan(30)
  })

  it('recovers a packet that is lost from the next, where the sender was asked for that', () => {
    const speech = speechLike(48_000, 1)
    const payloads = encoded(opus, speech, 20, 'useinbandfec=1')
    const decoder = opus.decoder()
    coders.push(decoder)
    const parts = payloads.flatMap((payload, n) => {
      if (n === 30) return []
      const lost = n === 31 ? decoder.recover!(payload, 0, payload.length) : null
      return [...(lost ? [lost] : []), decoder.decode(payload, 0, payload.length)]
    })
    expect(joined(parts)).toHaveLength(48_000)
    expect(toneShare(joined(parts).subarray(30 * 960, 31 * 960), 440, 48_000)).toBeGreaterThan(0.4)
  })

  it('makes nothing of packets that are cut, empty, too long or of other bytes, and goes on', () => {
    const decoder = opus.decoder()
    coders.push(decoder)
    const [good] = encoded(opus, speechLike(48_000, 1))
    const bad = [new Uint8Array(0), Uint8Array.of(0xff), Uint8Array.of(3), Uint8Array.of(3, 63), new Uint8Array(60_000)]
    for (const payload of bad) expect(decoder.decode(payload, 0, payload.length).length, `${payload.length}`).toBe(0)
    for (let cut = 0; cut < good!.length; cut++) expect(decoder.decode(good!, 0, cut).length).toBeLessThanOrEqual(5760)
    for (let n = 0; n < 2000; n++) {
      const random = Uint8Array.from(
        { length: 1 + (n % 200) },
        (_, i) => (Math.imul(n + 1, 2_654_435_761) >> (i % 24)) & 0xff,
      )
      expect(decoder.decode(random, 0, random.length).length).toBeLessThanOrEqual(5760)
    }
    expect(decoder.decode(good!, 0, good!.length)).toHaveLength(960)
  })

  it('is of no use when it is closed, and closing it twice does nothing', () => {
    const [encoder, decoder] = [opus.encoder(null), opus.decoder()]
    for (const coder of [encoder, decoder]) {
      coder.close!()
      coder.close!()
    }
    expect(encoder.encode(new Int16Array(960), new Uint8Array(1275), 0)).toBe(0)
    expect(decoder.decode(Uint8Array.of(0xfc), 0, 1)).toHaveLength(0)
  })

  it('has the level of what it decodes to, of more streams than have a decoder at once', () => {
    const payloads = encoded(opus, tone(1000))
    const level: Level = { squares: 0, samples: 0, peak: 0 }
    const meters = Array.from({ length: 200 }, () => meterOf('OPUS', 48_000)!.begin!())
    for (const payload of payloads.slice(10, 12))
      for (const meter of meters) meter.measure(payload, 0, payload.length, level)
    expect(level.samples).toBe(960)
    const [meter] = meters
    let [squares, count] = [0, 0]
    for (const payload of payloads) {
      meter!.measure(payload, 0, payload.length, level)
      squares += level.squares
      count += level.samples
    }
    expect(toDbfs(squares / count)).toBeCloseTo(toDbfs(8000 ** 2 / 2), 0)
  })
})
