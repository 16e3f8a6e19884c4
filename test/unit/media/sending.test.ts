import { describe, expect, it } from 'vitest'
import { DtmfSender } from '../../../electron/engine/media/stream/dtmf.ts'
import { readTelephoneEvent } from '../../../shared/wire/rtp/telephone-event.ts'

describe('digits as telephone events (RFC 4733)', () => {
  it('keep the timestamp of their beginning, grow in duration, end three times and pause between each other', () => {
    const sender = new DtmfSender()
    sender.queue('5#')
    const began: string[] = []
    const intervals = Array.from({ length: 24 }, (_, i) =>
      sender.next(1000 + i * 160, 160, (digit) => began.push(digit)),
    )
    expect(began).toEqual(['5', '#'])
    const first = intervals.slice(0, 8).map((event) => event!)
    expect(first.map(({ timestamp }) => timestamp)).toEqual(Array(8).fill(1000))
    expect(first.map(({ payloads }) => readTelephoneEvent(payloads[0]!)!.duration)).toEqual([
      160, 320, 480, 640, 800, 960, 1120, 1280,
    ])
    expect(first.map(({ payloads }) => payloads.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 3])
    expect(first.map((event) => event.first)).toEqual([true, ...Array<boolean>(7).fill(false)])
    expect(readTelephoneEvent(first[7]!.payloads[2]!)).toMatchObject({ event: 5, end: true })
    expect(intervals.slice(8, 11)).toEqual([null, null, null])
    expect(readTelephoneEvent(intervals[11]!.payloads[0]!)).toMatchObject({ event: 11, end: false })
    expect(intervals.slice(19)).toEqual([null, null, null, null, null])
  })
})
