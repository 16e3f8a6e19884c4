import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CallControl } from '../../../electron/engine/agent/control.ts'
import { encodeText } from '../../../shared/base/text.ts'
import { realtimeApi } from '../../../shared/providers/personas/realtime/api.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'

let bench: UaBench
beforeEach(async () => {
  bench = new UaBench()
  await bench.listen()
})
afterEach(() => bench.close())

const nobody = { status: 480, reason: null, headers: [], because: 'nobody accepted', next: '' }
const owner = { callIds: { prefix: 'rtc_' }, signingSecret: '', patienceMs: 1000, slowMs: 2000, nobody }

/** A call that rings for its owner, who has `status` for what is asked. */
async function owned() {
  const control = new CallControl(realtimeApi(0, 'key'), { clock: bench.clock, ...bench.edge })
  await bench.inject(request({ body: sdp() }))
  const call = bench.incoming[0]!
  const faults: string[] = []
  const events = { changed: () => {}, fault: (code: string) => void faults.push(code), transfer: () => {} }
  const event = () => {
    throw new Error('nobody is told')
  }
  control.add({ call, callId: 'rtc_1', owner: { ...owner, event } }, events)
  const asks = (verb: string, body: object = {}, key = 'key') => {
    const headers = [{ name: 'Authorization', value: `Bearer ${key}` }]
    const target = `/v1/realtime/calls/rtc_1/${verb}`
    const gone = new AbortController().signal
    const reply = control.handle({
      ...{ method: 'POST', target, headers, cut: false, gone },
      body: encodeText(JSON.stringify(body)),
    })
    return [reply.status, /cannot do that: ([^.]*)/.exec(String(reply.body))?.[1] ?? null]
  }
  return { call, faults, asks, accepts: () => asks('accept', { type: 'realtime' }) }
}

describe('a call whose owner says over HTTP what becomes of it', () => {
  it('is accepted once, and neither rejected nor given up while its answer is on its way', async () => {
    const { call, faults, asks, accepts } = await owned()
    expect(accepts()).toEqual([200, null])
    expect(accepts()).toEqual([409, 'it is answered already'])
    expect(asks('reject')).toEqual([409, 'it is answered already: hang it up'])
    expect(asks('refer', { target_uri: 'tel:+1555' })).toEqual([409, 'its answer is on its way'])
    await bench.clock.advance(1500)
    expect(call.is('ringing')).toBe(true)
    expect(faults).not.toContain('not-accepted')
    expect(asks('hangup')).toEqual([200, null])
    expect(call.is('ended')).toBe(true)
  })

  it('that waits is rejected, not hung up', async () => {
    const { call, asks } = await owned()
    expect(asks('hangup')).toEqual([409, 'it is not answered yet: reject it'])
    expect(asks('reject', { status_code: 486 })).toEqual([200, null])
    expect(call.is('ended')).toBe(true)
    expect(asks('accept', { type: 'realtime' })[0]).toBe(404)
  })

  it('that its server asks for without end is not told of without end', async () => {
    const { faults, asks } = await owned()
    for (let i = 0; i < 500; i++) expect(asks('accept', {}, 'another')).toEqual([401, null])
    expect(faults.length).toBeLessThan(100)
  })
})
