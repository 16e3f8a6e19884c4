import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { header, type SipRequest, type SipResponse } from '../../../shared/wire/sip/message.ts'
import type { Call } from '../../../electron/engine/ua/index.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'

// How calls end, and what is kept of it.

let bench: UaBench
beforeEach(() => void (bench = new UaBench()))
afterEach(() => bench.close())

const sentRequest = (method: string) =>
  bench.sent().findLast((message) => message.kind === 'request' && message.method === method) as SipRequest
const endOf = ({ state }: Call) => (state.kind === 'ending' || state.kind === 'ended' ? state.cause : null)
const answered = async () => {
  const call = await bench.call()
  await bench.respond(sentRequest('INVITE'), 200, { body: sdp() })
  bench.sent()
  return call
}
const byPeer = (toTag: string, method: string, cseq = 1) =>
  bench.inject(request({ method, branch: `z9hG4bK${method}${cseq}`, toTag, cseq }))
const media = () => bench.net.sent.filter(({ to }) => to.port === 30_000).length

describe('a call that we place', () => {
  it('that is refused keeps by which status', async () => {
    const call = await bench.call()
    await bench.respond(sentRequest('INVITE'), 486)
    expect(call.state).toMatchObject({
      kind: 'ended',
      answeredAt: null,
      cause: { by: 'peer', reason: 'refused', status: 486 },
    })
  })

  it('that is cancelled was ended by us, whatever final response comes', async () => {
    const call = await bench.call()
    const invite = sentRequest('INVITE')
    await bench.respond(invite, 180)
    call.hangUp()
    await bench.respond(invite, 486)
    expect(endOf(call)).toEqual({ by: 'us', reason: 'cancel' })
  })

  it('that nobody answers came to nothing', async () => {
    const ringing = await bench.call({ ringTimeoutMs: 3000 })
    const invite = sentRequest('INVITE')
    await bench.respond(invite, 180)
    await bench.clock.advance(3000)
    await bench.respond(invite, 487)
    expect(endOf(ringing)).toEqual({ by: 'nobody', reason: 'timeout' })
  })

  it('that gets no response at all came to nothing', async () => {
    const call = await bench.call()
    await bench.clock.advance(33_000)
    expect(endOf(call)).toEqual({ by: 'nobody', reason: 'timeout' })
  })

  it('that cannot be sent came to nothing', async () => {
    const call = await bench.call({ uri: 'sip:agent@nowhere.example' })
    expect(endOf(call)).toEqual({ by: 'nobody', reason: 'transport' })
  })

  it('whose media cannot be used is ended by us', async () => {
    const call = await bench.call()
    await bench.respond(sentRequest('INVITE'), 200, { body: sdp('192.0.2.99', 0) })
    expect(endOf(call)).toEqual({ by: 'us', reason: 'media' })
  })

  it('keeps who ended it first when two BYE cross', async () => {
    const call = await answered()
    call.hangUp()
    await byPeer(call.localTag, 'BYE')
    expect(call.state).toMatchObject({ kind: 'ended', cause: { by: 'us', reason: 'bye' } })
    expect(call.state.kind === 'ended' && call.state.answeredAt).toBeGreaterThan(0)
  })

  it('that the peer ends was ended by the peer', async () => {
    const call = await answered()
    await byPeer(call.localTag, 'BYE')
    expect(endOf(call)).toEqual({ by: 'peer', reason: 'bye' })
  })

  it('whose session timer runs out came to nothing', async () => {
    const call = await bench.call()
    await bench.respond(sentRequest('INVITE'), 200, {
      body: sdp(),
      extra: 'Session-Expires: 90;refresher=uas\n',
    })
    await bench.clock.advance(61_000)
    expect(endOf(call)).toEqual({ by: 'nobody', reason: 'session-timer' })
  })

  it('sends no media from its BYE on, whether that is answered or not', async () => {
    const call = await answered()
    await bench.clock.advance(200)
    expect(media()).toBeGreaterThanOrEqual(10)
    call.hangUp()
    const until = media()
    await bench.clock.advance(4000)
    expect([call.state.kind, media()]).toEqual(['ending', until])
  })

  it.each([
    ['481', (invite: SipRequest) => bench.respond(invite, 481), { by: 'peer', reason: 'refused', status: 481 }],
    ['408', (invite: SipRequest) => bench.respond(invite, 408), { by: 'peer', reason: 'refused', status: 408 }],
    ['nothing', () => bench.clock.advance(32_000), { by: 'nobody', reason: 'timeout' }],
  ] as const)('is ended with BYE where its re-INVITE gets %s', async (_name, respond, cause) => {
    const call = await answered()
    const faults: (string | null)[] = []
    call.hold(true, (fault) => faults.push(fault))
    await bench.clock.advance(0)
    await respond(sentRequest('INVITE'))
    await bench.clock.advance(0)
    expect(bench.lines()).toContain('BYE')
    expect([endOf(call), faults.length]).toEqual([cause, 1])
  })

  it.each([
    ['481', (update: SipRequest) => bench.respond(update, 481), { by: 'peer', reason: 'refused', status: 481 }],
    ['408', (update: SipRequest) => bench.respond(update, 408), { by: 'peer', reason: 'refused', status: 408 }],
    ['nothing', () => bench.clock.advance(32_000), { by: 'nobody', reason: 'timeout' }],
  ] as const)('is ended with BYE where the refresh of its session gets %s', async (_name, respond, cause) => {
    const call = await bench.call()
    await bench.respond(sentRequest('INVITE'), 200, {
      body: sdp(),
      extra: 'Session-Expires: 240;refresher=uac\nAllow: INVITE, ACK, BYE, UPDATE\n',
    })
    await bench.clock.advance(120_000)
    await respond(sentRequest('UPDATE'))
    await bench.clock.advance(0)
    expect(bench.lines()).toContain('BYE')
    expect(endOf(call)).toEqual(cause)
  })

  it('that is answered long after its CANCEL is acknowledged and ended at the far end too', async () => {
    const call = await bench.call()
    const invite = sentRequest('INVITE')
    await bench.respond(invite, 180)
    call.hangUp()
    await bench.respond(sentRequest('CANCEL'), 200)
    await bench.clock.advance(6000)
    expect(call.state.kind).toBe('ended')
    await bench.respond(invite, 200, { body: sdp() })
    await bench.clock.advance(0)
    expect(bench.lines()).toEqual(['ACK', 'BYE'])
    await bench.clock.advance(64_000)
    expect(bench.clock.pending).toBe(0)
  })

  it('takes a 183 without To tag as ringing, and its session description where the 200 has none', async () => {
    const call = await bench.call()
    const invite = sentRequest('INVITE')
    await bench.respond(invite, 183, { tag: '', body: sdp() })
    expect(call.state).toMatchObject({ kind: 'ringing', early: true })
    await bench.respond(invite, 200)
    expect([call.state.kind, bench.lines()]).toEqual(['answered', ['ACK']])
    expect(bench.session!.negotiated?.remote).toEqual({ host: '192.0.2.99', port: 30_000 })
  })
})

describe('a call that comes in', () => {
  const came = async () => {
    await bench.listen()
    await bench.inject(request({ body: sdp() }))
    return bench.incoming[0]!
  }

  it('that we refuse keeps by which status', async () => {
    const call = await came()
    call.reject(603)
    expect(endOf(call)).toEqual({ by: 'us', reason: 'refused', status: 603 })
  })

  it('that the caller cancels was ended by the peer', async () => {
    const call = await came()
    await bench.inject(request({ method: 'CANCEL' }))
    expect(endOf(call)).toEqual({ by: 'peer', reason: 'cancel' })
  })

  it('whose ACK never comes came to nothing', async () => {
    const call = await came()
    await call.answer(await bench.media())
    await bench.clock.advance(32_100)
    expect(endOf(call)).toEqual({ by: 'nobody', reason: 'not-acknowledged' })
  })

  it('that a fault of ours ends keeps that', async () => {
    const call = await came()
    await call.answer(await bench.media())
    await bench.inject(
      request({
        method: 'ACK',
        branch: 'z9hG4bKack',
        toTag: messageIds(bench.sent().at(-1) as SipResponse).toTag!,
      }),
    )
    call.abort()
    expect(endOf(call)).toEqual({ by: 'us', reason: 'internal' })
  })
})

describe('a peer that is gone', () => {
  const said = () => bench.observations.filter((text) => /^(bye|media|connection)-/.test(text))

  it('and does not answer our BYE is said, and the call is over', async () => {
    const call = await answered()
    call.hangUp()
    await bench.clock.advance(5000)
    expect([call.state.kind, said()]).toEqual(['ended', ['bye-unanswered: BYE was not answered in 5 s']])
    await bench.clock.advance(60_000)
    expect(said()).toHaveLength(1)
  })

  it.each([481, 408, 500])('and answers our BYE %i is said', async (status) => {
    const call = await answered()
    call.hangUp()
    await bench.clock.advance(0)
    await bench.respond(sentRequest('BYE'), status)
    expect([call.state.kind, said()]).toEqual(['ended', [`bye-refused: BYE was answered ${status} Reason`]])
  })

  it('is not one whose BYE crossed ours and who knows the call no more', async () => {
    const call = await answered()
    call.hangUp()
    await bench.clock.advance(0)
    const ours = sentRequest('BYE')
    await byPeer(call.localTag, 'BYE')
    await bench.respond(ours, 481)
    expect(said()).toEqual([])
  })

  it('and sends no media is sent BYE with the reason', async () => {
    const media = await bench.media({ silenceMs: 12_000 })
    const call = await bench.call({ media })
    await bench.respond(sentRequest('INVITE'), 200, { body: sdp() })
    bench.sent()
    await bench.clock.advance(13_000)
    const [bye] = bench.sent().filter((message) => message.kind === 'request' && message.method === 'BYE')
    expect(header(bye!, 'reason')).toBe('Q.850;cause=102;text="Media timeout"')
    await bench.respond(bye as SipRequest, 200)
    expect(endOf(call)).toEqual({ by: 'us', reason: 'media-timeout' })
  })
})
