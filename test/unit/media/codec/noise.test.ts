import { describe, expect, it } from 'vitest'
import { Noise } from '../../../../electron/engine/media/audio/noise.ts'
import { NoiseSender } from '../../../../electron/engine/media/stream/noise.ts'
import { meanSquare, toDbfs } from '../../../../electron/engine/quality/level.ts'

describe('comfort noise', () => {
  it.each([20, 40, 60, 78])('of level %i is noise of as many dB below full scale', (level) => {
    expect(toDbfs(meanSquare(new Noise(level).next(16_000)))).toBeCloseTo(-level, 0)
  })

  it('of level 127 is silence, and the highest bit of the byte means nothing', () => {
    expect(new Noise(127).next(800).every((sample) => sample === 0)).toBe(true)
    expect([...new Noise(0x80 | 40).next(80)]).toEqual([...new Noise(40).next(80)])
  })

  it('is not the same frame again and again', () => {
    const noise = new Noise(40)
    const first = [...noise.next(160)]
    expect([...noise.next(160)]).not.toEqual(first)
  })

  it('stands for silence: its level is said at once, and again after 200 ms', () => {
    const sender = new NoiseSender()
    const loud = new Int16Array(160).fill(5000)
    const quiet = new Int16Array(160).fill(10)
    expect(sender.next(loud, 20)).toBeNull()
    const said = Array.from({ length: 21 }, () => sender.next(quiet, 20)!)
    expect(said.flatMap(({ bytes }, n) => (bytes > 0 ? [n] : []))).toEqual([0, 10, 20])
    expect(said[0]!.level).toBe(70)
    expect(sender.next(loud, 20)).toBeNull()
    expect(sender.next(new Int16Array(160), 20)).toEqual({ level: 96, bytes: 1 })
  })
})
