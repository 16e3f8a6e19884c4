import { expect, it } from 'vitest'
import { MarkerDetector } from '../../../electron/engine/media/audio/marker-detector.ts'
import { marker } from '../../../electron/engine/media/audio/source.ts'

const frameOf = (source: { read(frame: Int16Array): void }, samples: number) => {
  const frame = new Int16Array(samples)
  source.read(frame)
  return frame
}

it.each([10, 20, 25, 30, 40, 60])(
  'the marker is found each second in packets of %i ms, wherever they are cut',
  (ms) => {
    for (const offset of [0, 37, 80, 159]) {
      const source = marker(8000)
      frameOf(source, offset + 1)
      const detector = new MarkerDetector(8000)
      const heard: number[] = []
      for (let atMs = 0; atMs < 4000; atMs += ms) {
        const at = detector.push(frameOf(source, ms * 8), atMs)
        if (at !== null) heard.push(at)
      }
      expect(heard.length).toBeGreaterThanOrEqual(3)
      for (let i = 1; i < heard.length; i++)
        expect(Math.abs(heard[i]! - heard[i - 1]! - 1000)).toBeLessThanOrEqual(Math.max(20, ms))
    }
  },
)
