import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allOff } from '../../../electron/engine/calls/call-phase.ts'
import { CallRecord } from '../../../electron/engine/calls/call-record.ts'
import { CallViews } from '../../../electron/engine/calls/call-view.ts'
import { CallProjection } from '../../../electron/engine/trace/facts/call-projection.ts'
import { CallTrace } from '../../../electron/engine/trace/journal/call-trace.ts'
import { openBoundary } from '../../harness/boundary.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'

let bench: UaBench
beforeEach(async () => {
  bench = new UaBench()
  await bench.listen()
})
afterEach(() => bench.close())

function record() {
  const { boundary, faults } = openBoundary()
  const projection = new CallProjection(new CallTrace('id', 'call-1', 'inbound'), () => null)
  const views = new CallViews(bench.clock)
  const asked = { placed: null, secrets: [] }
  const made = new CallRecord({ clock: bench.clock, boundary, projection, asked, ring: null, views })
  const heard: string[] = []
  for (const name of ['moved', 'ended'] as const) made.events.on(name, () => void heard.push(name))
  return { record: made, heard, faults }
}

async function incoming() {
  await bench.inject(request({ body: sdp() }))
  return bench.incoming[0]!
}

describe('the record of a call', () => {
  it('does nothing with a call that is not under way yet, or over, and says so', async () => {
    const { record: call } = record()
    expect(() => call.mute(true)).toThrow('call "id" is not under way yet')
    call.end()
    expect(() => call.hangUp()).toThrow('call "id" is over')
    expect([call.switches, call.recordingTo, call.call]).toEqual([allOff, null, null])
  })

  it('waits for a person while the call rings, and no longer', async () => {
    const { record: kept } = record()
    const call = await incoming()
    kept.attach(call)
    expect(() => kept.reject(486)).toThrow('does not wait for an answer here')
    kept.wait({ call, answer: async () => void (await call.answer(await bench.media())) })
    expect(kept.waiting).toBe(true)
    await kept.answer({ kind: 'silence' })
    expect(kept.waiting).toBe(false)
    await expect(kept.answer({ kind: 'silence' })).rejects.toThrow('does not wait for an answer here')
  })

  it('tells any number of listeners that it moved, and once that it ended, with its final report', async () => {
    const { record: kept, heard } = record()
    const reports: unknown[] = []
    kept.events.on('ended', (report) => void reports.push(report))
    const call = await incoming()
    kept.attach(call)
    await call.answer(await bench.media())
    call.hangUp()
    await bench.clock.advance(6000)
    kept.end()
    expect(heard).toEqual(['moved', 'moved', 'ended'])
    expect(reports).toHaveLength(1)
    expect(kept.endedAt).not.toBeNull()
  })

  it('reports who ended it, and why, as the session knows it and not as the messages look', async () => {
    const { record: hungUp } = record()
    const call = await incoming()
    hungUp.attach(call)
    await call.answer(await bench.media())
    call.hangUp()
    await bench.clock.advance(6000)
    // No message is in its trace: nothing could be concluded.
    expect(hungUp.report().timeline).toMatchObject({ endedBy: 'us', endReason: 'bye' })

    const { record: refused } = record()
    await bench.inject(request({ callId: 'two', branch: 'z9hG4bKtwo', body: sdp() }))
    const second = bench.incoming[1]!
    refused.attach(second)
    second.reject(486)
    expect(refused.report().timeline).toMatchObject({ endedBy: 'us', endReason: 'refused' })

    const { record: never } = record()
    never.end()
    expect(never.report().timeline).toMatchObject({ endedBy: null, endReason: null })
  })

  it('ends even when a listener of its end throws', () => {
    const { record: kept, heard, faults } = record()
    kept.events.on('ended', () => {
      throw new Error('disk')
    })
    kept.end()
    expect([kept.endedAt !== null, heard, faults.map(({ place }) => place)]).toEqual([
      true,
      ['ended'],
      ['end of a call'],
    ])
  })
})
