import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { header, type SipRequest, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench, peer, us } from '../../harness/ua-bench.ts'

let bench: UaBench
beforeEach(async () => {
  bench = new UaBench()
  await bench.listen()
})
afterEach(() => bench.close())

const invite = (parts: Parameters<typeof request>[0] = {}) => bench.inject(request({ body: sdp(), ...parts }))
const answer = async () => {
  const call = bench.incoming[0]!
  expect(await call.answer(await bench.media())).toBeNull()
  return call
}
const lastResponse = () => bench.sent().findLast((message) => message.kind === 'response') as SipResponse

describe('a call that comes in', () => {
  it('is answered once however often the INVITE is repeated', async () => {
    await invite()
    bench.incoming[0]!.ring()
    await invite()
    await invite()
    expect(bench.incoming).toHaveLength(1)
    expect(bench.lines()).toEqual(['180 Ringing', '180 Ringing', '180 Ringing'])
  })

  it('repeats its 200 until the ACK comes', async () => {
    await invite()
    const call = await answer()
    bench.endpoint.proves(...call.flows)
    await bench.clock.advance(1600)
    const oks = bench.sent() as SipResponse[]
    expect(oks.map(({ status }) => status)).toEqual([200, 200, 200])
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag: messageIds(oks[0]!).toTag! }))
    await bench.clock.advance(10_000)
    expect(bench.lines()).toEqual([])
  })

  it('sends at most three times the bytes that came from an unproven source, and nothing to its Contact', async () => {
    await invite()
    const received = bench.net.sent.at(-1)!.bytes.length
    await answer()
    await bench.clock.advance(60_000)
    const sent = bench.net.sent.filter(
      ({ from, to }) => from.host === us.host && from.port === us.port && to.host === peer.host,
    )
    expect(sent.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(3 * received)
    expect(sent.length).toBeGreaterThan(1)
  })

  it('sends the BYE of a call without ACK to where the INVITE came from, whatever its Contact says', async () => {
    await bench.inject(
      request({ body: sdp() }).replace('Contact: <sip:peer@192.0.2.99:5060>', 'Contact: <sip:victim@203.0.113.1:5099>'),
    )
    await answer()
    await bench.clock.advance(60_000)
    expect(bench.net.sent.filter(({ to }) => to.host === '203.0.113.1')).toEqual([])
    expect(bench.lines()).toContain('BYE')
  })

  it('keeps nothing of a second copy of an INVITE that came another way, and says 482', async () => {
    await invite()
    await invite({ branch: 'z9hG4bKother' })
    await invite({ branch: 'z9hG4bKthird', cseq: 2 })
    expect(bench.incoming).toHaveLength(1)
    expect(bench.lines()).toEqual(['482 Loop Detected', '482 Loop Detected'])
  })

  it('does not take a BYE that only knows our tag', async () => {
    await invite()
    await answer()
    const tag = messageIds(lastResponse()).toTag!
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag: tag }))
    await bench.inject(request({ method: 'BYE', branch: 'z9hG4bKbye', toTag: tag, fromTag: 'another', cseq: 2 }))
    expect(bench.incoming[0]!.state.kind).toBe('answered')
    expect(bench.lines()).toContain('481 Call/Transaction Does Not Exist')
  })

  it('ends a call whose ACK never comes', async () => {
    await invite()
    await answer()
    await bench.clock.advance(32_100)
    expect(bench.lines()).toContain('BYE')
    expect(bench.observations).toContainEqual(expect.stringContaining('never acknowledged'))
  })

  it.each(['<sip:a b@192.0.2.77>', '<sip:a@192.0.2.77:0>', '<sip:a\u3000@h>'])(
    'is ended with BYE to From where the Contact, %j, cannot be sent to',
    async (contact) => {
      await bench.inject(request({ body: sdp() }).replace('<sip:peer@192.0.2.99:5060>', contact))
      const call = await answer()
      await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag: messageIds(lastResponse()).toTag! }))
      call.hangUp()
      await bench.clock.advance(0)
      expect(bench.sent()).toMatchObject([{ method: 'BYE', uri: 'sip:peer@192.0.2.99' }])
    },
  )

  it('is ended with BYE to where it came from where neither Contact nor From can be sent to', async () => {
    await bench.inject(
      request({ body: sdp() })
        .replace('Contact: <sip:peer@192.0.2.99:5060>', 'Contact: <sip:a b@c>')
        .replace('From: <sip:peer@192.0.2.99>', 'From: <tel:+1 5>'),
    )
    const call = await answer()
    call.hangUp()
    await bench.clock.advance(0)
    expect(bench.lines()).toContain('BYE')
    expect(bench.net.sent.findLast(({ text }) => text.startsWith('BYE'))!.text).toMatch(
      /^BYE sip:192\.0\.2\.99:5060 SIP/,
    )
  })

  it.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])(
    'with a bare CR in %s is answered 400, and nothing is thrown',
    async (name) => {
      await bench.inject(Buffer.from(request({ body: sdp() }).replace(new RegExp(`^(${name}: ..)`, 'm'), '$1\r')))
      expect(
        bench.net.sent.filter(({ text }) => text.startsWith('SIP/2.0')).map(({ text }) => text.slice(0, 11)),
      ).toEqual(['SIP/2.0 400'])
      expect(bench.incoming).toEqual([])
    },
  )

  it.each([
    [
      'in one part of several',
      'multipart/mixed;boundary=b',
      '--b\r\nContent-Type: application/isup\r\n\r\n1\r\n--b\r\nContent-Type: application/sdp\r\n\r\n' +
        `${sdp()}\r\n--b--\r\n`,
    ],
    ['under another type', 'text/plain', sdp()],
  ])('with its session description %s gets an answer to it', async (_name, type, body) => {
    await bench.inject(request({ body }).replace('Content-Type: application/sdp', `Content-Type: ${type}`))
    await answer()
    const { status, body: answered } = lastResponse()
    expect(status).toBe(200)
    expect(Buffer.from(answered).toString()).toMatch(/m=audio \d+ RTP\/AVP 0 101/)
  })

  it('with a bare CR in Require is answered 420', async () => {
    await bench.inject(
      Buffer.from(request({ body: sdp(), extra: 'Require: a\u000db\n' }).replace('Require: a\r\nb', 'Require: a\rb')),
    )
    expect(bench.lines()).toEqual(['420 Bad Extension'])
  })

  it('gives the answer in the ACK its chance when the INVITE had no offer', async () => {
    await bench.inject(request())
    await answer()
    const ok = lastResponse()
    expect(Buffer.from(ok.body).toString()).toContain('m=audio')
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag: messageIds(ok).toTag!, body: sdp() }))
    expect(bench.session!.negotiated?.remote).toEqual({ host: '192.0.2.99', port: 30_000 })
  })

  it('answers 487 to a CANCEL and 200 to the CANCEL itself', async () => {
    await invite()
    bench.incoming[0]!.ring()
    await bench.inject(request({ method: 'CANCEL' }))
    expect(bench.lines()).toEqual(['180 Ringing', '200 OK', '487 Request Terminated'])
    expect(bench.incoming[0]!.state.kind).toBe('ended')
  })

  it('waits for PRACK before it answers a caller that requires 100rel', async () => {
    await invite({ extra: 'Require: 100rel\n' })
    bench.incoming[0]!.ring()
    const ringing = lastResponse()
    expect(header(ringing, 'require')).toBe('100rel')
    await answer()
    await bench.clock.advance(600)
    expect((bench.sent() as SipResponse[]).map(({ status }) => status)).toEqual([180])
    await bench.inject(
      request({
        method: 'PRACK',
        branch: 'z9hG4bKprack',
        cseq: 2,
        toTag: messageIds(ringing).toTag!,
        extra: `RAck: ${header(ringing, 'rseq')} 1 INVITE\n`,
      }),
    )
    expect(bench.lines()).toEqual(['200 OK', '200 OK'])
    expect(bench.incoming[0]!.state.kind).toBe('answered')
  })

  it('refuses an extension that it does not know', async () => {
    await invite({ extra: 'Require: nothingKnown, 100rel\n' })
    expect(header(lastResponse(), 'unsupported')).toBe('nothingKnown')
  })

  it.each([
    ['codec', sdp('192.0.2.99', 30_000, '', '18 101'), /no codec in common: offered G729/],
    ['encryption', sdp().replace('RTP/AVP', 'RTP/SAVP'), /media encryption is disabled/],
    ['medium', sdp().replace('m=audio', 'm=video'), /no audio/],
  ])('refuses with 488 and a Warning when no %s is common', async (_name, body, text) => {
    await invite({ body })
    expect(await bench.incoming[0]!.answer(await bench.media())).toMatch(text)
    const refusal = lastResponse()
    expect(refusal.status).toBe(488)
    expect(header(refusal, 'warning')).toMatch(text)
  })

  it('follows a re-INVITE to another address and answers hold with recvonly', async () => {
    await invite()
    await answer()
    const toTag = messageIds(lastResponse()).toTag!
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag }))
    await bench.inject(
      request({ branch: 'z9hG4bKre', cseq: 2, toTag, body: sdp('192.0.2.98', 31_000, 'a=sendonly\n') }),
    )
    expect(Buffer.from(lastResponse().body).toString()).toContain('a=recvonly')
    expect(bench.session!.negotiated).toMatchObject({
      remote: { host: '192.0.2.98', port: 31_000 },
      direction: 'recvonly',
    })
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack2', cseq: 2, toTag }))
  })

  it('refuses requests that come out of order and requests of unknown dialogs', async () => {
    await invite({ cseq: 5 })
    await answer()
    const toTag = messageIds(lastResponse()).toTag!
    await bench.inject(request({ method: 'BYE', branch: 'z9hG4bKold', cseq: 4, toTag }))
    expect(lastResponse().status).toBe(500)
    await bench.inject(request({ method: 'BYE', branch: 'z9hG4bKother', cseq: 6, toTag: 'unknown' }))
    expect(lastResponse().status).toBe(481)
    await bench.inject(request({ method: 'BYE', branch: 'z9hG4bKnew', cseq: 6, toTag }))
    expect(lastResponse().status).toBe(200)
    expect(bench.incoming[0]!.state.kind).toBe('ended')
  })

  it('does as a session timer asks and sends BYE when the refresh fails to come', async () => {
    await invite({ extra: 'Supported: timer\nSession-Expires: 100;refresher=uac\n' })
    await answer()
    const ok = lastResponse()
    expect(header(ok, 'session-expires')).toBe('100;refresher=uac')
    expect(header(ok, 'require')).toBe('timer')
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag: messageIds(ok).toTag! }))
    await bench.clock.advance(69_000)
    expect(bench.lines()).toContain('BYE')
  })

  it('refuses too short a session timer in a re-INVITE', async () => {
    await invite()
    await answer()
    const toTag = messageIds(lastResponse()).toTag!
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag }))
    await bench.inject(request({ branch: 'z9hG4bKre', cseq: 2, toTag, body: sdp(), extra: 'Session-Expires: 30\n' }))
    expect(lastResponse().status).toBe(422)
  })

  it('answers OPTIONS and refuses methods it does not have', async () => {
    await bench.inject(request({ method: 'OPTIONS' }))
    expect(header(lastResponse(), 'allow')).toContain('INVITE')
    await bench.inject(request({ method: 'MESSAGE', branch: 'z9hG4bKm' }))
    expect(lastResponse().status).toBe(405)
  })

  it('takes no digit from an INFO that carries none, however long it is', async () => {
    await invite()
    await answer()
    const toTag = messageIds(lastResponse()).toTag!
    await bench.inject(request({ method: 'INFO', branch: 'z9hG4bKinfo', cseq: 2, toTag, body: '\n'.repeat(60_000) }))
    await bench.inject(request({ method: 'INFO', branch: 'z9hG4bKinf2', cseq: 3, toTag, body: 'Signal=11\n' }))
    expect(bench.observations.filter((text) => text.startsWith('digit'))).toEqual([
      'digit-received: digit # received by INFO',
    ])
  })

  it('takes DTMF by INFO', async () => {
    await invite()
    await answer()
    const toTag = messageIds(lastResponse()).toTag!
    await bench.inject(
      request({ method: 'INFO', branch: 'z9hG4bKinfo', cseq: 2, toTag, body: 'Signal=5\nDuration=160\n' }),
    )
    expect(lastResponse().status).toBe(200)
    expect(bench.observations).toContain('digit-received: digit 5 received by INFO')
  })

  it('sends BYE to the Contact of the caller', async () => {
    await bench.inject(request({ body: sdp(), extra: 'Record-Route: <sip:proxy@192.0.2.99:5066;lr>\n' }))
    const call = await answer()
    const ok = lastResponse()
    expect(header(ok, 'record-route')).toBe('<sip:proxy@192.0.2.99:5066;lr>')
    await bench.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag: messageIds(ok).toTag! }))
    call.hangUp()
    await bench.clock.advance(0)
    const bye = bench.sent().at(-1) as SipRequest
    expect(bye).toMatchObject({ method: 'BYE', uri: 'sip:peer@192.0.2.99:5060' })
    expect(header(bye, 'route')).toBe('<sip:proxy@192.0.2.99:5066;lr>')
  })
})
