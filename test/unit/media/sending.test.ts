import { describe, expect, it } from 'vitest'
import { DtmfSender } from '../../../electron/engine/media/stream/dtmf.ts'
import { readTelephoneEvent } from '../../../shared/wire/rtp/telephone-event.ts'

describe('digits as telephone events (RFC 4733)', () => {
  it('keep the timestamp of their beginning, grow in duration, end three times and pause between each other', () => {
    const began: string[] = []
    const sender = new DtmfSender((digit) => void began.push(digit))
    sender.queue('5#')
    const intervals = Array.from({ length: 24 }, (_, i) => sender.next(1000 + i * 160, 160, 8000))
    expect(began).toEqual(['5', '#'])
    const first = intervals.slice(0, 8).map((event) => event!)
    expect(first.map(({ timestamp }) => timestamp)).toEqual(Array(8).fill(1000))
    expect(first.map(({ payload }) => readTelephoneEvent(payload)!.duration)).toEqual([
      160, 320, 480, 640, 800, 960, 1120, 1280,
    ])
    expect(first.map(({ times }) => times)).toEqual([1, 1, 1, 1, 1, 1, 1, 3])
    expect(first.map((event) => event.first)).toEqual([true, ...Array<boolean>(7).fill(false)])
    expect(readTelephoneEvent(first[7]!.payload)).toMatchObject({ event: 5, end: true })
    expect(intervals.slice(8, 11)).toEqual([null, null, null])
    expect(readTelephoneEvent(intervals[11]!.payload)).toMatchObject({ event: 11, end: false })
    expect(intervals.slice(19)).toEqual([null, null, null, null, null])
  })
})
