import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { header, type SipRequest, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { Call, OutboundCall } from '../../../electron/engine/ua/index.ts'
import { HandMedia } from '../../harness/hand-media.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'
import { settle } from '../../harness/virtual-clock.ts'

// What may come while an offer or an answer of ours is being made.

let bench: UaBench
let media: HandMedia
beforeEach(async () => {
  bench = new UaBench()
  media = new HandMedia()
  await bench.listen()
})
afterEach(() => bench.close())

const offered = () =>
  bench.sent().findLast((message) => message.kind === 'request' && message.method === 'INVITE') as SipRequest
const lastResponse = () => bench.sent().findLast((message) => message.kind === 'response') as SipResponse
const causeOf = ({ state }: Call) => (state.kind === 'ended' || state.kind === 'ending' ? state.cause : null)

let branches = 0
let sequence = 1
/** A request of the caller's in the dialog of the call that came in. */
const inside = (toTag: string, method: string, parts: Parameters<typeof request>[0] = {}) =>
  bench.inject(request({ method, branch: `z9hG4bKin${++branches}`, cseq: ++sequence, toTag, ...parts }))

/** A call that came in, answered and acknowledged, with media of the test's. */
const answered = async () => {
  await bench.inject(request({ body: sdp() }))
  const call = bench.incoming[0]!
  const answer = call.answer(media)
  await media.give()
  expect(await answer).toBeNull()
  const toTag = messageIds(lastResponse()).toTag!
  await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag }))
  return { call, toTag }
}

/** A call that we placed, answered, with media of the test's. */
const placed = async () => {
  const call = await bench.call({ media })
  await media.give()
  await bench.respond(offered(), 200, { body: sdp() })
  await media.give()
  bench.sent()
  return call
}

describe('while the first offer is made', () => {
  it('hanging up ends the call, and no INVITE goes out', async () => {
    const call = await bench.call({ media })
    call.hangUp()
    expect(causeOf(call)).toEqual({ by: 'us', reason: 'cancel' })
    await media.give()
    await bench.clock.advance(60_000)
    expect(bench.lines()).toEqual([])
    expect([media.asked, bench.clock.pending]).toEqual([['offer', 'close'], 0])
  })

  it('the ring timeout ends the call', async () => {
    const call = await bench.call({ media, ringTimeoutMs: 3000 })
    await bench.clock.advance(3000)
    expect(causeOf(call)).toEqual({ by: 'nobody', reason: 'timeout' })
  })

  it('what the media throws ends the call', async () => {
    const call = await bench.call({ media })
    await media.fail()
    expect(causeOf(call)).toEqual({ by: 'us', reason: 'internal' })
    expect(bench.observations).toContain('internal-fault: INVITE: no device')
  })
})

describe('while the answer to our INVITE is taken in', () => {
  const connecting = async () => {
    const call = await bench.call({ media })
    await media.give()
    await bench.respond(offered(), 200, { body: sdp() })
    expect([call.state.kind, media.waiting]).toEqual(['answered', ['answered']])
    return call
  }

  it('the 2xx has been acknowledged, and hanging up sends BYE', async () => {
    const call = await connecting()
    expect(bench.lines()).toEqual(['ACK'])
    call.hangUp()
    await bench.clock.advance(0)
    expect(bench.lines()).toEqual(['BYE'])
    await media.give({ refusal: 'no-codec', text: 'no codec' })
    expect([causeOf(call), bench.observations.filter((text) => text.startsWith('media-failed'))]).toEqual([
      { by: 'us', reason: 'bye' },
      [],
    ])
  })

  it('a BYE of the peer ends the call', async () => {
    const call = await connecting()
    await peerSays(call, 'BYE')
    await media.give()
    expect([causeOf(call), media.asked.at(-1)]).toEqual([{ by: 'peer', reason: 'bye' }, 'close'])
  })

  it('a re-INVITE of the peer gets 491, and neither hold nor resume goes out', async () => {
    const call = await connecting()
    bench.sent()
    await peerSays(call, 'INVITE', sdp())
    expect(lastResponse().status).toBe(491)
    const faults: (string | null)[] = []
    call.hold(true, (fault) => faults.push(fault))
    await settle()
    expect(faults).toEqual(['another change of the media is under way'])
    await media.give()
    call.hold(true, () => {})
    expect(media.waiting).toEqual(['offer'])
  })

  it('an early description is taken in first, and the last one holds', async () => {
    const call = await bench.call({ media })
    await media.give()
    const invite = offered()
    await bench.respond(invite, 183, { body: sdp('192.0.2.99', 30_000) })
    expect(call.state).toMatchObject({ kind: 'ringing', early: true })
    await bench.respond(invite, 200, { body: sdp('192.0.2.99', 31_000) })
    expect(media.waiting).toEqual(['answered'])
    await media.give({ refusal: 'no-codec', text: 'no codec' })
    expect(media.waiting).toEqual(['answered'])
    await media.give()
    expect(call.state.kind).toBe('answered')
  })
})

/** A request of the called side's in the dialog of a call that we placed. */
const peerSays = (call: OutboundCall, method: string, body = '') =>
  bench.inject(
    request({
      method,
      callId: call.callId,
      branch: `z9hG4bKpeer${++branches}`,
      cseq: ++sequence,
      toTag: call.localTag,
      body,
    }),
  )

describe('while our INVITE waits for its answer', () => {
  const ringing = async (status: number, body = '') => {
    const call = await bench.call({ media })
    await media.give()
    await bench.respond(offered(), status, { body })
    return call
  }

  it.each([
    ['an INFO', 'INFO', '', 200],
    ['an OPTIONS', 'OPTIONS', '', 200],
    ['an UPDATE without an offer', 'UPDATE', '', 200],
    ['an UPDATE with an offer', 'UPDATE', sdp(), 491],
    ['a BYE, which it must not send', 'BYE', '', 481],
  ])('%s of the called side is of the early dialog', async (_name, method, body, status) => {
    const call = await ringing(180)
    await peerSays(call, method, body)
    expect([lastResponse().status, call.state.kind]).toEqual([status, 'ringing'])
  })

  it('what comes with the tag of no branch is of no dialog', async () => {
    const call = await ringing(180)
    await bench.inject(request({ method: 'INFO', branch: 'z9hG4bKx', toTag: call.localTag, fromTag: 'another' }))
    expect(lastResponse().status).toBe(481)
  })
})

describe('while the answer to a call that comes in is made', () => {
  const answering = async (parts: Parameters<typeof request>[0] = {}) => {
    await bench.inject(request({ body: sdp(), ...parts }))
    const call = bench.incoming[0]!
    const answer = call.answer(media)
    await settle()
    return { call, answer }
  }

  it('a CANCEL ends it with 487', async () => {
    const { call, answer } = await answering()
    await bench.inject(request({ method: 'CANCEL' }))
    await media.give()
    expect(await answer).toBe('the call is over')
    expect(bench.lines()).toEqual(['200 OK', '487 Request Terminated'])
    expect([causeOf(call), media.asked.at(-1)]).toEqual([{ by: 'peer', reason: 'cancel' }, 'close'])
  })

  it('a BYE ends it with 487', async () => {
    const { call, answer } = await answering()
    call.ring()
    await inside(call.localTag, 'BYE')
    await media.give()
    expect(await answer).toBe('the call is over')
    expect(bench.lines()).toEqual(['180 Ringing', '200 OK', '487 Request Terminated'])
    expect(causeOf(call)).toEqual({ by: 'peer', reason: 'bye' })
  })

  it('hanging up refuses it', async () => {
    const { call, answer } = await answering()
    call.hangUp()
    await media.give()
    expect(await answer).toBe('the call is over')
    expect(bench.lines()).toEqual(['480 Temporarily Unavailable'])
    expect(causeOf(call)).toEqual({ by: 'us', reason: 'refused', status: 480 })
  })

  it('a second answer is none', async () => {
    const { call } = await answering()
    expect(await call.answer(new HandMedia())).toBe('the call is being answered already')
    await media.give()
    expect(bench.lines()).toEqual(['200 OK'])
  })

  it('PRACK that does not come ends it with 504', async () => {
    const { call, answer } = await answering({ extra: 'Require: 100rel\n' })
    call.ring()
    await bench.clock.advance(64_000)
    await media.give()
    expect(await answer).toBe('the call is over')
    expect([bench.lines().at(-1), causeOf(call)]).toEqual(['504 PRACK never came', { by: 'nobody', reason: 'timeout' }])
  })

  it('it goes on ringing where the media throws, and may be answered again', async () => {
    const { call, answer } = await answering()
    const failed = expect(answer).rejects.toThrow('no device')
    await media.fail()
    await failed
    expect(call.state.kind).toBe('ringing')
    const again = call.answer(media)
    await media.give()
    expect([await again, bench.lines()]).toEqual([null, ['200 OK']])
  })

  it('a second INVITE and an UPDATE with an offer get 500 with Retry-After, an UPDATE without one 200', async () => {
    const { call } = await answering()
    call.ring()
    bench.sent()
    await inside(call.localTag, 'INVITE', { body: sdp() })
    const second = lastResponse()
    await inside(call.localTag, 'UPDATE', { body: sdp() })
    const third = lastResponse()
    expect([second.status, third.status]).toEqual([500, 500])
    for (const response of [second, third]) {
      expect(Number(header(response, 'retry-after'))).toBeGreaterThanOrEqual(0)
      expect(Number(header(response, 'retry-after'))).toBeLessThanOrEqual(10)
    }
    await inside(call.localTag, 'UPDATE')
    expect(lastResponse().status).toBe(200)
  })

  it('the offer in our 200 waits for the ACK, and meanwhile the caller may not offer', async () => {
    const { call, answer } = await answering({ body: '' })
    expect(media.waiting).toEqual(['offer'])
    await media.give()
    expect(await answer).toBeNull()
    await inside(call.localTag, 'UPDATE', { body: sdp() })
    expect(lastResponse().status).toBe(491)
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag: call.localTag, body: sdp() }))
    expect(media.waiting).toEqual(['answered'])
    await inside(call.localTag, 'BYE')
    await media.give({ refusal: 'no-codec', text: 'no codec' })
    expect([bench.lines(), causeOf(call)]).toEqual([['200 OK'], { by: 'peer', reason: 'bye' }])
  })
})

describe("while the answer to the peer's re-INVITE is made", () => {
  const reinvited = async (method = 'INVITE') => {
    const { call, toTag } = await answered()
    bench.sent()
    const cseq = ++sequence
    const branch = `z9hG4bKre${++branches}`
    await inside(toTag, method, { cseq, branch, body: sdp('192.0.2.99', 31_000) })
    expect([bench.lines(), media.waiting]).toEqual([[], ['answer']])
    return { call, toTag, cseq, branch }
  }

  it('it is answered when the answer is there', async () => {
    const { call, toTag, cseq } = await reinvited()
    await media.give()
    expect(bench.lines()).toEqual(['200 OK'])
    await inside(toTag, 'ACK', { cseq })
    call.hold(true, () => {})
    expect(media.waiting).toEqual(['offer'])
  })

  it('a second one and an UPDATE with an offer get 500 with Retry-After, an UPDATE without one 200', async () => {
    const { toTag } = await reinvited()
    await inside(toTag, 'INVITE', { body: sdp() })
    const second = lastResponse()
    expect([second.status, header(second, 'retry-after')]).toEqual([500, expect.stringMatching(/^([0-9]|10)$/)])
    await inside(toTag, 'UPDATE', { body: sdp() })
    expect(lastResponse().status).toBe(500)
    await inside(toTag, 'UPDATE')
    expect(lastResponse().status).toBe(200)
    await media.give()
    expect(bench.lines()).toEqual(['200 OK'])
  })

  it('an UPDATE with an offer waits the same way', async () => {
    const { toTag } = await reinvited('UPDATE')
    await inside(toTag, 'INVITE', { body: sdp() })
    expect(lastResponse().status).toBe(500)
    await media.give({ refusal: 'no-codec', text: 'no codec' })
    expect(lastResponse().status).toBe(488)
  })

  it('we do not offer', async () => {
    const { call } = await reinvited()
    const faults: (string | null)[] = []
    call.hold(true, (fault) => faults.push(fault))
    await settle()
    expect(faults).toEqual(['another change of the media is under way'])
  })

  it('a BYE of the peer ends the call, and 487 the re-INVITE', async () => {
    const { call, toTag } = await reinvited()
    await inside(toTag, 'BYE')
    await media.give()
    expect([bench.lines(), causeOf(call)]).toEqual([
      ['200 OK', '487 Request Terminated'],
      { by: 'peer', reason: 'bye' },
    ])
  })

  it('hanging up sends BYE, and 487 to the re-INVITE', async () => {
    const { call } = await reinvited()
    call.hangUp()
    await media.give()
    await bench.clock.advance(0)
    expect(bench.lines().toSorted()).toEqual(['487 Request Terminated', 'BYE'])
    expect(causeOf(call)).toEqual({ by: 'us', reason: 'bye' })
  })

  it('a CANCEL ends it with 487; what the media went over to is agreed again', async () => {
    const { toTag, cseq, branch } = await reinvited()
    await inside(toTag, 'CANCEL', { cseq, branch })
    expect(bench.lines()).toEqual(['200 OK', '487 Request Terminated'])
    await media.give()
    expect(media.waiting).toEqual(['offer'])
    await media.give()
    expect(bench.lines()).toContain('INVITE')
  })

  it('what the media throws ends the call', async () => {
    const { call } = await reinvited()
    await media.fail()
    expect([bench.lines().toSorted(), causeOf(call)]).toEqual([
      ['487 Request Terminated', 'BYE'],
      { by: 'us', reason: 'internal' },
    ])
  })
})

describe('while a re-INVITE of ours is under way', () => {
  it.each([
    ['its offer is made', async () => {}],
    ['it waits for its answer', () => media.give()],
    [
      'its answer is taken in',
      async () => {
        await media.give()
        await bench.respond(offered(), 200, { body: sdp() })
      },
    ],
  ])('the peer may not offer: %s', async (_name, until) => {
    const call = await placed()
    call.hold(true, () => {})
    await until()
    bench.sent()
    await peerSays(call, 'INVITE', sdp())
    expect(lastResponse().status).toBe(491)
    await peerSays(call, 'UPDATE', sdp())
    expect(lastResponse().status).toBe(491)
    await peerSays(call, 'UPDATE')
    expect(lastResponse().status).toBe(200)
  })

  it('a BYE of the peer ends the call, and nothing of it goes out', async () => {
    const call = await placed()
    const faults: (string | null)[] = []
    call.hold(true, (fault) => faults.push(fault))
    await peerSays(call, 'BYE')
    await media.give()
    expect([bench.lines(), faults, causeOf(call)]).toEqual([
      ['200 OK'],
      ['the call has ended'],
      { by: 'peer', reason: 'bye' },
    ])
  })

  it('each repetition of its 200 is acknowledged', async () => {
    const call = await placed()
    call.hold(true, () => {})
    await media.give()
    const invite = offered()
    await bench.respond(invite, 200, { body: sdp() })
    await bench.respond(invite, 200, { body: sdp() })
    expect(bench.lines()).toEqual(['ACK', 'ACK'])
    expect(media.waiting).toEqual(['answered'])
  })

  it('what the media throws ends the call, and who asked hears of it', async () => {
    const call = await placed()
    const faults: (string | null)[] = []
    call.hold(true, (fault) => faults.push(fault))
    await media.fail()
    expect([faults, causeOf(call)]).toEqual([['a fault of this program'], { by: 'us', reason: 'internal' }])
  })
})
