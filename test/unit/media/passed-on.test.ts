import { describe, expect, it } from 'vitest'
import { PassedOn } from '../../../electron/engine/media/audio/passed-on.ts'
import { ReceivedAudio } from '../../../electron/engine/media/audio/received-audio.ts'
import { FrameResampler } from '../../../electron/engine/media/audio/resample.ts'
import { tone } from '../../../electron/engine/media/audio/source.ts'
import { ulaw } from '../../../electron/engine/media/codec/g711.ts'
import { codecOf } from '../../../electron/engine/media/codec/index.ts'
import { meanSquare } from '../../../electron/engine/quality/level.ts'
import { pcmu } from '../../../shared/model/codecs.ts'
import { emptyRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const frameOf = (source: { read(frame: Int16Array): void }, samples: number) => {
  const frame = new Int16Array(samples)
  source.read(frame)
  return frame
}

describe('what is passed on to the other side of a bridge', () => {
  const heardBy = (hear: (ms: number, received: ReceivedAudio) => void) => {
    const received = new ReceivedAudio(new VirtualClock(), { keep: false, listen: false }, () => {})
    received.use({ codec: codecOf(pcmu)!, payloadType: 0, telephoneEvent: null, ptimeMs: 20 })
    const header = { ...emptyRtpHeader(), payloadType: 0, payloadLength: 160 }
    const take = (n: number) =>
      received.take({ ...header, sequence: n, timestamp: n * 160 }, new Uint8Array(160).fill(0x80 + (n % 64)))
    for (let n = 0; n < 100; n++) {
      take(n)
      hear(n * 20, received)
    }
  }

  it('is never further behind than a frame and 60 ms, whatever waited while nobody took it', () => {
    const codes = new Int16Array(64).map((_, n) => ulaw.decodeTable[0x80 + n]!)
    let passedOn: PassedOn | null = null
    const behind: number[] = []
    heardBy((ms, received) => {
      passedOn ??= new PassedOn(received)
      // As on hold.
      if (ms < 600) return
      const frame = new Int16Array(160)
      passedOn.read(frame, 8000)
      if (frame[0] !== 0) behind.push((ms / 20 - codes.indexOf(frame[0]!) + 64) % 64)
    })
    expect(behind.length).toBeGreaterThan(60)
    expect(Math.max(...behind)).toBeLessThanOrEqual(3)
  })

  it('is silence before anything came, and after the bridge has gone', () => {
    heardBy((ms, received) => {
      if (ms > 0) return
      const passedOn = new PassedOn(received)
      const frame = new Int16Array(160).fill(1)
      passedOn.read(frame, 8000)
      expect(meanSquare(frame)).toBe(0)
      passedOn.close()
      passedOn.read(frame.fill(1), 8000)
      expect(meanSquare(frame)).toBe(0)
    })
  })

  it.each([
    [8000, 48_000],
    [48_000, 8000],
    [16_000, 44_100],
    [48_000, 16_000],
  ])('has no seams between frames where %i Hz become %i', (fromHz, toHz) => {
    const source = tone(440, fromHz)
    const resampler = new FrameResampler(fromHz, toHz)
    const out = Array.from({ length: 25 }, () => [...resampler.next(frameOf(source, fromHz / 50))]).flat()
    expect(out).toHaveLength(toHz / 2)
    const pure = frameOf(tone(440, toHz), toHz / 2)
    const late = toHz / 100
    const differences = out.slice(2 * late).map((sample, i) => Math.abs(sample - pure[i + late]!))
    expect(Math.max(...differences)).toBeLessThan(0.01 * 32_768)
  })
})
