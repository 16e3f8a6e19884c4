import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { budgets } from '../../../shared/model/budgets.ts'
import { header, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'

let bench: UaBench
beforeEach(async () => {
  bench = new UaBench()
  await bench.listen()
})
afterEach(() => bench.close())

const { initial } = budgets.waitingInvites
const invite = (n: number) =>
  bench.inject(request({ callId: `call-${n}`, branch: `z9hG4bK${n}`, fromTag: `f${n}`, body: sdp() }))
const invites = async (from: number, to: number) => {
  for (let n = from; n < to; n++) await invite(n)
}
const cancel = (n: number) =>
  bench.inject(request({ method: 'CANCEL', callId: `call-${n}`, branch: `z9hG4bK${n}`, fromTag: `f${n}` }))
const callIds = () => bench.incoming.map(({ callId }) => Number(callId.slice('call-'.length)))
const waiting = () => bench.edge.budgets.usage().find(({ name }) => name === 'waitingInvites')!
const responses = () => bench.sent() as SipResponse[]

describe('INVITEs of an address that has not shown yet that it gets our messages', () => {
  it('become calls in their turn where more come at once than can be taken, and none is lost', async () => {
    await invites(0, 10)
    expect(callIds()).toEqual([0, 1, 2, 3])
    expect(waiting()).toMatchObject({ used: 6, refused: 0 })
    await bench.clock.advance(20)
    expect(callIds()).toEqual([0, 1, 2, 3, 4])
    await bench.clock.advance(200)
    expect(callIds()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(waiting()).toMatchObject({ used: 0, refused: 0, text: null })
  })

  it('wait for nobody where they come one after the other', async () => {
    for (let n = 0; n < 20; n++) {
      await invite(n)
      await bench.clock.advance(20)
    }
    expect(bench.incoming).toHaveLength(20)
    expect(waiting().used).toBe(0)
  })

  it('do not wait once it has shown it', async () => {
    await invite(0)
    bench.endpoint.proves(...bench.incoming[0]!.flows)
    await invites(1, 30)
    expect(bench.incoming).toHaveLength(30)
  })

  it('are refused with 503 beyond the limit, which is counted and said', async () => {
    await invites(0, 4 + initial + 3)
    const refused = responses().filter(({ status }) => status === 503)
    expect(refused.map((response) => header(response, 'retry-after'))).toEqual(['5', '5', '5'])
    expect(waiting()).toEqual({
      name: 'waitingInvites',
      used: initial,
      refused: 3,
      text: budgets.waitingInvites.reached,
    })
  })

  it('become no call where they are cancelled before their turn, and keep nobody waiting', async () => {
    await invites(0, 7)
    await cancel(4)
    await cancel(5)
    expect(bench.lines().filter((line) => line !== '100 Trying')).toEqual([
      '200 OK',
      '487 Request Terminated',
      '200 OK',
      '487 Request Terminated',
    ])
    await bench.clock.advance(20)
    expect(callIds()).toEqual([0, 1, 2, 3, 6])
    expect(waiting().used).toBe(0)
  })

  it('are looked at again when their turn comes: one that has become a call meanwhile is merged with it', async () => {
    await invites(0, 4)
    const twice = (branch: string, fromTag: string) =>
      bench.inject(request({ callId: 'call-twice', branch, fromTag, body: sdp() }))
    await twice('z9hG4bKone', 'one')
    await twice('z9hG4bKother', 'other')
    bench.sent()
    await bench.clock.advance(40)
    expect(bench.incoming).toHaveLength(5)
    expect(responses().filter(({ status }) => status === 482)).toHaveLength(1)
  })
})
