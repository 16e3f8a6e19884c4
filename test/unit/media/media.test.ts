import { describe, expect, it } from 'vitest'
import { MarkerDetector } from '../../../electron/engine/media/audio/marker-detector.ts'
import { Playout } from '../../../electron/engine/media/audio/playout.ts'
import { resample } from '../../../electron/engine/media/audio/resample.ts'
import { marker, tone } from '../../../electron/engine/media/audio/source.ts'
import { toneShare } from '../../../electron/engine/media/audio/tones.ts'
import { atRate, decodeWav } from '../../../electron/engine/media/audio/wav.ts'
import { wavHeader } from '../../../shared/base/wav.ts'
import { alaw, ulaw } from '../../../electron/engine/media/codec/g711.ts'
import { Pacer } from '../../../electron/engine/media/session/pacer.ts'
import { SrtpContext } from '../../../electron/engine/srtp/srtp.ts'
import { ReceiverStream } from '../../../electron/engine/media/stream/receiver-report.ts'
import { meanSquare, toDbfs } from '../../../electron/engine/quality/level.ts'
import { emptyRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const frameOf = (source: { read(frame: Int16Array): void }, samples = 160) => {
  const frame = new Int16Array(samples)
  source.read(frame)
  return frame
}

describe('G.711', () => {
  it('decodes the reference values of both laws', () => {
    expect([0x00, 0x7f, 0x80, 0xff].map((code) => ulaw.decodeTable[code])).toEqual([-32124, 0, 32124, 0])
    expect([0x55, 0xd5, 0x2a, 0xaa].map((code) => alaw.decodeTable[code])).toEqual([-8, 8, -32256, 32256])
  })

  it.each([
    ['PCMU', ulaw],
    ['PCMA', alaw],
  ] as const)('encodes every sample of %s to a value that none lies nearer to', (_name, codec) => {
    const samples = Int16Array.from({ length: 65536 }, (_, n) => n - 32768)
    const encoded = new Uint8Array(samples.length)
    codec.encode(samples, encoded, 0)
    const values = codec.decodeTable.toSorted()
    let next = 0
    const further = samples.filter((sample, n) => {
      while (next < 255 && values[next]! < sample) next++
      const nearest = Math.min(Math.abs(values[next]! - sample), Math.abs(values[Math.max(0, next - 1)]! - sample))
      return Math.abs(codec.decodeTable[encoded[n]!]! - sample) > nearest
    })
    expect([...further]).toEqual([])
  })

  it('keeps a tone within the quantisation noise of 8 logarithmic bits', () => {
    const samples = frameOf(tone(1000, 8000), 8000)
    const encoded = new Uint8Array(8000)
    ulaw.encode(samples, encoded, 0)
    const error = ulaw.decode(encoded, 0, 8000).map((value, i) => value - samples[i]!)
    expect(toDbfs(meanSquare(samples)) - toDbfs(meanSquare(error))).toBeGreaterThan(35)
  })
})

describe('sources', () => {
  it('gives a tone of the stated frequency and level', () => {
    const samples = frameOf(tone(440, 8000), 8000)
    expect(toneShare(samples, 440, 8000)).toBeGreaterThan(0.99)
    expect(toDbfs(meanSquare(samples))).toBeCloseTo(-14, 0)
  })

  it('finds the marker through a codec at any delay, and nothing in speech-like noise or another tone', () => {
    for (const offset of [0, 37, 80, 159]) {
      const source = marker(8000)
      frameOf(source, offset + 1)
      const detector = new MarkerDetector(8000)
      const heard: number[] = []
      for (let i = 0; i < 200; i++) {
        const encoded = new Uint8Array(160)
        alaw.encode(frameOf(source), encoded, 0)
        const at = detector.push(alaw.decode(encoded, 0, 160), i * 20)
        if (at !== null) heard.push(at)
      }
      expect(heard.length).toBeGreaterThanOrEqual(3)
      for (let i = 1; i < heard.length; i++) expect(Math.abs(heard[i]! - heard[i - 1]! - 1000)).toBeLessThanOrEqual(20)
    }
    const deaf = new MarkerDetector(8000)
    const other = tone(1100, 8000)
    let seed = 1
    for (let i = 0; i < 500; i++) {
      expect(deaf.push(frameOf(other), i * 20)).toBeNull()
      const noise = Int16Array.from(
        { length: 160 },
        () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 15) - 32768 / 2,
      )
      expect(deaf.push(noise, i * 20)).toBeNull()
    }
  })
})

const frame = (n: number) => new Int16Array(160).fill(n)

describe('playout', () => {
  it('puts frames in order, leaves holes as holes and drops what is too late', () => {
    const playout = new Playout(8000, 8000, 40)
    for (const n of [0, 2, 1, 4]) playout.push(1000 + n * 160, frame(n))
    expect(Array.from({ length: 7 }, () => playout.pull(160)?.[0] ?? null)).toEqual([null, null, 0, 1, 2, null, 4])
    playout.push(1000 + 160, frame(1))
    expect(playout.pull(160)).toBeNull()
  })

  it('starts again when the timestamps jump, and goes on over their wrap', () => {
    const playout = new Playout(8000, 8000, 0)
    playout.push(2 ** 32 - 160, frame(1))
    playout.push(0, frame(2))
    expect([playout.pull(160)?.[0], playout.pull(160)?.[0]]).toEqual([1, 2])
    playout.push(5_000_000, frame(3))
    expect(playout.pull(160)?.[0]).toBe(3)
  })

  it.each([10, 20, 25, 30, 40, 50, 60].flatMap((came) => [10, 20, 30, 60].map((leaves) => [came, leaves] as const)))(
    'loses nothing of what came in packets of %i ms and leaves in frames of %i',
    (cameMs, leavesMs) => {
      const playout = new Playout(8000, 8000, leavesMs + 20)
      const heard: number[] = []
      let [sent, pulled] = [0, 0]
      for (let ms = 0; ms < 3000; ms += 5) {
        if (ms % cameMs === 0) {
          playout.push(
            500 + sent,
            Int16Array.from({ length: cameMs * 8 }, (_, i) => 1 + ((sent + i) % 30_000)),
          )
          sent += cameMs * 8
        }
        if (ms % leavesMs === 0) {
          heard.push(...(playout.pull(leavesMs * 8) ?? []))
          pulled++
        }
      }
      expect(heard.length).toBeGreaterThan(2800 * 8)
      expect(heard).toEqual(Array.from(heard, (_, i) => 1 + (i % 30_000)))
      expect(pulled).toBe(3000 / leavesMs)
    },
  )

  it('goes on where the time of the peer stood still, and where it went on, while nothing was sent', () => {
    for (const jump of [160, 160 * 101]) {
      const playout = new Playout(8000, 8000, 40)
      playout.push(0, frame(1))
      for (let i = 0; i < 100; i++) playout.pull(160)
      playout.push(jump, frame(2))
      const heard = Array.from({ length: 6 }, () => playout.pull(160)?.[0] ?? null)
      expect(heard.filter((sample) => sample !== null)).toEqual([2])
    }
  })
})

describe('WAV', () => {
  const wav = (rate: number, channels: number, samples: Int16Array) =>
    Buffer.concat([wavHeader(channels, rate, samples.length * 2), Buffer.from(samples.buffer)])

  it('resamples and mixes down without moving the tone', () => {
    const stereo = new Int16Array(48_000 * 2)
    for (let i = 0; i < 48_000; i++)
      stereo[2 * i] = stereo[2 * i + 1] = Math.round(8000 * Math.sin((2 * Math.PI * 600 * i) / 48_000))
    const samples = atRate(decodeWav(wav(48_000, 2, stereo), 'x.wav'), 8000)
    expect(samples).toHaveLength(8000)
    expect(toneShare(samples.subarray(1000, 7000), 600, 8000)).toBeGreaterThan(0.999)
    expect(toDbfs(meanSquare(samples.subarray(1000, 7000)))).toBeCloseTo(toDbfs(8000 ** 2 / 2), 1)
  })

  it('leaves nothing of a tone above the new band', () => {
    const high = Int16Array.from({ length: 44_100 }, (_, i) =>
      Math.round(20_000 * Math.sin((2 * Math.PI * 7000 * i) / 44_100)),
    )
    expect(toDbfs(meanSquare(resample(high, 44_100, 8000)))).toBeLessThan(-50)
  })

  it.each([
    ['no WAV', Buffer.from('hello'), /not a WAV file/],
    ['no data', Buffer.from(wavHeader(1, 8000, 0).subarray(0, 36)), /no data chunk/],
    ['an unknown format', Buffer.concat([wavHeader(1, 8000, 4).fill(0x55, 20, 21), Buffer.alloc(4)]), /WAV format 85/],
    ['no channels', Buffer.concat([wavHeader(0, 8000, 4), Buffer.alloc(4)]), /0 channels/],
  ])('says what is wrong with %s', (_name, bytes, text) => expect(() => decodeWav(bytes, 'x.wav')).toThrow(text))
})

describe('the pacer', () => {
  it('ticks each stream at its own interval, in step with the clock, and stops when the last has gone', async () => {
    const clock = new VirtualClock()
    const pacer = new Pacer(clock)
    const ticks = new Map<number, number>()
    const streams = [10, 20, 20, 30, 40, 60].map((intervalMs, i) => ({
      intervalMs,
      tick: () => void ticks.set(i, (ticks.get(i) ?? 0) + 1),
    }))
    for (const stream of streams) pacer.add(stream)
    await clock.advance(6000)
    for (const [i, { intervalMs }] of streams.entries())
      expect(Math.abs(ticks.get(i)! - 6000 / intervalMs)).toBeLessThanOrEqual(1)
    for (const stream of streams) pacer.remove(stream)
    expect(clock.pending).toBe(0)
  })

  it('one stream that throws is ticked no more and told why; the others go on', async () => {
    const clock = new VirtualClock()
    const pacer = new Pacer(clock)
    let ticks = 0
    const faults: unknown[] = []
    const bad = (failed?: (error: unknown) => void) => ({
      intervalMs: 20,
      tick: () => {
        throw new Error('bad')
      },
      ...(failed ? { failed } : {}),
    })
    const good = { intervalMs: 20, tick: () => void ticks++ }
    for (const stream of [
      bad((error) => faults.push(error)),
      good,
      bad(),
      bad(() => {
        throw new Error('worse')
      }),
      good,
    ])
      pacer.add(stream)
    await clock.advance(1000)
    expect(ticks).toBeGreaterThanOrEqual(50)
    expect(faults).toHaveLength(1)
    pacer.remove(good)
    expect(clock.pending).toBe(0)
  })
})

describe('SRTP', () => {
  const master = Buffer.from('E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6', 'hex')
  const packet = (sequence: number) => {
    const bytes = Buffer.alloc(32, 0xab)
    bytes.writeUInt32BE(0x800f0000 + sequence, 0)
    bytes.writeUInt32BE(0xdecafbad, 4)
    bytes.writeUInt32BE(0xcafebabe, 8)
    return bytes
  }

  it('protects the packet as the published test vector does', () => {
    const sealed = new SrtpContext('AES_CM_128_HMAC_SHA1_80', master).protectRtp(
      Buffer.from('800f1234decafbadcafebabeabababababababababababababababab', 'hex'),
      12,
      0xcafebabe,
      0x1234,
    )
    expect(sealed.toString('hex')).toBe('800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb')
  })

  it('opens what it sealed, over a rollover, out of order, each packet once', () => {
    const seal = new SrtpContext('AES_CM_128_HMAC_SHA1_80', master)
    const open = new SrtpContext('AES_CM_128_HMAC_SHA1_80', master)
    const sequences = [65_533, 65_534, 65_535, 0, 1, 2]
    const sealed = sequences.map((sequence) => seal.protectRtp(packet(sequence), 12, 0xcafebabe, sequence))
    const unseal = (i: number) => open.unprotectRtp(sealed[i]!, 12, 0xcafebabe, sequences[i]!)
    for (const i of [0, 1, 3, 2, 4, 5]) expect(unseal(i)).toEqual(packet(sequences[i]!))
    expect(unseal(4)).toBe('replayed')
    sealed[5]![20]! ^= 1
    expect(unseal(5)).toBe('authentication failed')
  })

  it('opens its own SRTCP, once', () => {
    const sealed = new SrtpContext('AES_CM_128_HMAC_SHA1_32', master).protectRtcp(packet(1))
    const open = new SrtpContext('AES_CM_128_HMAC_SHA1_32', master)
    expect(open.unprotectRtcp(sealed)).toEqual(packet(1))
    expect(open.unprotectRtcp(sealed)).toBe('replayed')
  })
})

describe('receiver reports', () => {
  const header = (sequence: number) => ({ ...emptyRtpHeader(), sequence, timestamp: sequence * 160 })

  it('counts loss, its fraction and jitter as RFC 3550 A.3 and A.8', () => {
    const stream = new ReceiverStream(1, 65_530, 8000)
    for (let i = 0; i < 100; i++) if (i % 10 !== 3) stream.received(header((65_530 + i) & 0xffff), i * 20, true)
    expect(stream.report(2000)).toMatchObject({
      cumulativeLost: 10,
      fractionLost: 25,
      highestSequence: 65_536 + 93,
      jitter: expect.closeTo(0, 3),
    })
    for (let i = 100; i < 200; i++) stream.received(header((65_530 + i) & 0xffff), i * 20, true)
    expect(stream.report(4000)).toMatchObject({ cumulativeLost: 10, fractionLost: 0 })
  })

  it('tells how long ago the last sender report came', () => {
    const stream = new ReceiverStream(1, 0, 8000)
    stream.received(header(0), 0, true)
    stream.senderReport(0xabcd, 1000)
    expect(stream.report(1500)).toMatchObject({ lastSr: 0xabcd, delaySinceLastSr: 32_768 })
  })
})
