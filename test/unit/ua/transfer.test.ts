import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Referred, TransferOutcome } from '../../../electron/engine/ua/index.ts'
import { decodeText } from '../../../shared/base/text.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { header, type SipRequest, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'

// REFER, its NOTIFYs, and INVITEs with Replaces (RFC 3515, 3891, 4488).

let bench: UaBench
beforeEach(() => void (bench = new UaBench({ followsRefer: true })))
afterEach(() => bench.close())

const lastRequest = (method: string) =>
  bench.sent().findLast((message) => message.kind === 'request' && message.method === method) as SipRequest
const lastResponse = () => bench.sent().findLast((message) => message.kind === 'response') as SipResponse
const target = '<sip:bob@192.0.2.7>'

/** A call of ours that is answered, asked to transfer; what came of it. */
const asked = async () => {
  const call = await bench.call()
  await bench.respond(lastRequest('INVITE'), 200, { body: sdp() })
  const outcomes: TransferOutcome[] = []
  call.transfer(target, (outcome) => outcomes.push(outcome))
  await bench.clock.advance(1)
  return { call, outcomes, refer: lastRequest('REFER') }
}
const notify = (call: { localTag: string }, status: string, { state = 'active', cseq = 1, event = 'refer' } = {}) =>
  bench.inject(
    request({
      method: 'NOTIFY',
      branch: `z9hG4bKn${cseq}`,
      toTag: call.localTag,
      cseq,
      extra: `Event: ${event}\nSubscription-State: ${state}\nContent-Type: message/sipfrag\n`,
      body: `SIP/2.0 ${status}\r\n`,
    }).replace('Content-Type: application/sdp\r\n', ''),
  )

/** A call that came in and was answered, and the REFERs that its owner hears of. */
const answered = async () => {
  await bench.listen()
  await bench.inject(request({ body: sdp() }))
  const call = bench.incoming[0]!
  const referred: Referred[] = []
  call.events.on('referred', (one) => referred.push(one))
  expect(await call.answer(await bench.media())).toBeNull()
  const toTag = messageIds(lastResponse()).toTag!
  await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag }))
  const refer = (extra: string, cseq = 2) =>
    bench.inject(request({ method: 'REFER', branch: `z9hG4bKrefer${cseq}`, toTag, cseq, extra }))
  return { call, toTag, referred, refer }
}

describe('a call that we transfer', () => {
  it('is ended when the peer reports that its new call was answered', async () => {
    const { call, outcomes, refer } = await asked()
    expect(header(refer, 'refer-to')).toBe(target)
    expect(header(refer, 'referred-by')).toMatch(/^<sip:alice@192\.0\.2\.1/)
    await bench.respond(refer, 202)
    await notify(call, '100 Trying')
    expect(lastResponse().status).toBe(200)
    expect(outcomes).toEqual([])
    await notify(call, '200 OK', { state: 'terminated;reason=noresource', cseq: 2 })
    expect(outcomes).toEqual([{ kind: 'done', status: 200 }])
    expect(bench.lines()).toEqual(['200 OK', 'BYE'])
  })

  it('goes on when the peer reports that its new call was refused', async () => {
    const { call, outcomes, refer } = await asked()
    await bench.respond(refer, 202)
    await notify(call, '486 Busy Here', { state: 'terminated' })
    expect(outcomes).toEqual([{ kind: 'failed', why: 'the peer reports 486 Busy Here' }])
    expect(call.is('answered')).toBe(true)
  })

  it('hears the NOTIFY that overtakes the answer to its REFER', async () => {
    const { call, outcomes, refer } = await asked()
    await notify(call, '200 OK', { state: 'terminated' })
    expect(outcomes).toEqual([{ kind: 'done', status: 200 }])
    await bench.respond(refer, 202)
    expect(outcomes).toHaveLength(1)
  })

  it('goes on when REFER is refused, and another may be asked', async () => {
    const { call, outcomes, refer } = await asked()
    call.transfer(target, (outcome) => outcomes.push(outcome))
    expect(outcomes).toEqual([{ kind: 'failed', why: 'a transfer is under way already' }])
    await bench.respond(refer, 603)
    expect(outcomes.at(-1)).toEqual({ kind: 'failed', why: 'the peer refused REFER with 603 Reason' })
    call.transfer(target, (outcome) => outcomes.push(outcome))
    await bench.clock.advance(1)
    expect(lastRequest('REFER')).toBeDefined()
  })

  it('is ended at once where the peer will not report (Refer-Sub: false)', async () => {
    const { call, outcomes, refer } = await asked()
    await bench.respond(refer, 202, { extra: 'Refer-Sub: false\n' })
    expect(outcomes).toEqual([{ kind: 'done', status: null }])
    expect(call.is('ending')).toBe(true)
  })

  it('that the peer ends without a word leaves the outcome unknown', async () => {
    const { call, outcomes, refer } = await asked()
    await bench.respond(refer, 202)
    await bench.inject(request({ method: 'BYE', branch: 'z9hG4bKbye', toTag: call.localTag, cseq: 9 }))
    expect(outcomes).toEqual([{ kind: 'done', status: null }])
  })

  it('fails where no NOTIFY comes at all', async () => {
    const { call, outcomes, refer } = await asked()
    await bench.respond(refer, 202)
    await bench.clock.advance(32_000)
    expect(outcomes).toEqual([{ kind: 'failed', why: 'the peer never told what became of the transfer' }])
    expect(call.is('answered')).toBe(true)
  })

  it('refuses NOTIFYs that are not of its REFER', async () => {
    const { call } = await asked()
    await notify(call, '200 OK', { event: 'dialog' })
    expect(lastResponse().status).toBe(481)
    await notify(call, '200 OK', { event: 'referral', cseq: 2 })
    expect(lastResponse().status).toBe(481)
  })
})

describe('a REFER of the peer', () => {
  it('is accepted, and the peer is told how the new call goes', async () => {
    const { referred, refer } = await answered()
    await refer(
      'Refer-To: <sip:bob@192.0.2.7?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&X=1>\nReferred-By: <sip:p@x>\n',
    )
    expect(referred[0]).toMatchObject({
      uri: 'sip:bob@192.0.2.7',
      replaces: 'a@b;to-tag=1;from-tag=2',
      by: '<sip:p@x>',
    })
    const sent = bench.sent()
    expect(sent.map((message) => (message.kind === 'request' ? message.method : message.status))).toEqual([
      202,
      'NOTIFY',
    ])
    const first = sent[1] as SipRequest
    expect([header(first, 'event'), decodeText(first.body)]).toEqual(['refer;id=2', 'SIP/2.0 100 Trying\r\n'])
    await bench.respond(first, 200)
    referred[0]!.report(180, 'Ringing')
    referred[0]!.report(200, 'OK')
    referred[0]!.report(486, 'Late')
    await bench.clock.advance(1)
    const told = bench.sent() as SipRequest[]
    expect(told.map(({ body }) => decodeText(body))).toEqual(['SIP/2.0 180 Ringing\r\n', 'SIP/2.0 200 OK\r\n'])
    expect(told.map((message) => header(message, 'subscription-state'))).toEqual([
      'active;expires=180',
      'terminated;reason=noresource',
    ])
  })

  it('with Refer-Sub: false is accepted, and nothing is told', async () => {
    const { referred, refer } = await answered()
    await refer(`Refer-To: ${target}\nRefer-Sub: false\n`)
    expect(bench.lines()).toEqual(['202 Accepted'])
    referred[0]!.report(200, 'OK')
    await bench.clock.advance(1)
    expect(bench.lines()).toEqual([])
  })

  it('names what the peer asks for no longer than a sentence may be', async () => {
    const { refer } = await answered()
    await refer(`Refer-To: <sip:${'x'.repeat(5000)}@192.0.2.7>\n`)
    const said = bench.observations.find((text) => text.startsWith('transfer: the peer asks to call'))!
    expect(said.length).toBeLessThan(150)
  })

  it('is refused with 503 while the source has as many new calls and NOTIFYs under way as allowed', async () => {
    const { referred, refer } = await answered()
    for (let i = 0; i < 30; i++) await refer(`Refer-To: ${target}\n`, 2 + i)
    expect(referred).toHaveLength(20)
    const refused = bench.sent().filter((message) => message.kind === 'response' && message.status === 503)
    expect([refused.length, header(refused[0]!, 'retry-after')]).toEqual([10, '5'])
    referred[0]!.ended()
    await refer(`Refer-To: ${target}\n`, 40)
    expect(referred, 'its NOTIFY is not answered yet').toHaveLength(20)
    await bench.clock.advance(32_001)
    await refer(`Refer-To: ${target}\n`, 41)
    expect(referred).toHaveLength(21)
  })

  it.each([
    ['', 'it has 0 Refer-To header fields instead of one'],
    [`Refer-To: ${target}\nRefer-To: ${target}\n`, 'it has 2 Refer-To header fields instead of one'],
    ['Refer-To: <tel:+19995550100>\n', 'its Refer-To is no SIP URI'],
    ['Refer-To: <sip:bob@192.0.2.7;method=BYE>\n', 'its Refer-To asks for another request than INVITE'],
    ['Refer-To: <sip:b@h?Replaces=a%0d%0aX:1>\n', 'its Refer-To has a line break in Replaces'],
  ])('with %j is refused with 400, and it is said', async (extra, fault) => {
    const { referred, refer } = await answered()
    await refer(extra)
    expect(lastResponse().status).toBe(400)
    expect(bench.observations).toContain(`action-failed: a REFER of the peer's was refused with 400: ${fault}`)
    expect(referred).toEqual([])
  })
})

describe('an INVITE with Replaces', () => {
  const replacing = (replaces: string) =>
    request({
      callId: 'call-2',
      fromTag: 'other',
      branch: 'z9hG4bKreplaces',
      extra: `Replaces: ${replaces}\n`,
      body: sdp(),
    })

  it('takes the place of the call that it names: that one is ended when it is answered', async () => {
    const { call, toTag } = await answered()
    await bench.inject(replacing(`call-1;to-tag=${toTag};from-tag=peer`))
    const [, next] = bench.incoming
    expect(next!.replaces).toBe(call)
    expect(await next!.answer(await bench.media())).toBeNull()
    await bench.clock.advance(1)
    expect(call.is('ending')).toBe(true)
    expect(lastRequest('BYE').uri).toBe('sip:peer@192.0.2.99:5060')
  })

  it.each([
    ['call-1;to-tag=wrong;from-tag=peer', 481],
    ['call-1;to-tag=TAG;from-tag=stranger', 481],
    ['nobody;to-tag=TAG;from-tag=peer', 481],
    ['call-1;to-tag=TAG;from-tag=peer;early-only', 486],
    ['call-1;from-tag=peer', 400],
    ['', 400],
  ])('that names %j is refused with %i, and the call goes on', async (replaces, status) => {
    const { call, toTag } = await answered()
    await bench.inject(replacing(replaces.replace('TAG', toTag)))
    expect(lastResponse().status).toBe(status)
    expect(bench.incoming).toHaveLength(1)
    expect(call.is('answered')).toBe(true)
  })
})

describe('where REFER is not followed', () => {
  it('Allow does not name it', async () => {
    bench.close()
    bench = new UaBench()
    await bench.call()
    expect(header(lastRequest('INVITE'), 'allow')).not.toContain('REFER')
  })
})
