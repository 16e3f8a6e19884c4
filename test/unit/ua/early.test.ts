import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeText } from '../../../shared/base/text.ts'
import { header, type SipMessage, type SipRequest, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'

// Media and offers before the answer: 183, PRACK and UPDATE (RFC 3262, RFC 3311).

let bench: UaBench
beforeEach(async () => {
  bench = new UaBench()
  await bench.listen()
})
afterEach(() => bench.close())

const bodyOf = (message: SipMessage) => decodeText(message.body)
const lastResponse = () => bench.sent().findLast((message) => message.kind === 'response') as SipResponse
const responses = () => bench.sent().filter((message): message is SipResponse => message.kind === 'response')
const requestOf = (method: string) =>
  bench.sent().findLast((message) => message.kind === 'request' && message.method === method) as SipRequest

describe('a call of ours whose 183 is reliable and has the answer', () => {
  const early = async () => {
    const call = await bench.call()
    const invite = requestOf('INVITE')
    await bench.respond(invite, 183, { extra: 'Require: 100rel\nRSeq: 1\n', body: sdp() })
    await bench.respond(requestOf('PRACK'), 200)
    return { call, invite }
  }
  const update = (fromTag: string, body: string) =>
    bench.inject(
      request({ method: 'UPDATE', branch: `z9hG4bKup${body.length}`, fromTag: 'peer', toTag: fromTag, cseq: 7, body }),
    )

  it('acknowledges no further response while the peer answers none of the PRACKs', async () => {
    const { invite } = await early()
    const reliable = (rseq: number) => bench.respond(invite, 183, { extra: `Require: 100rel\nRSeq: ${rseq}\n` })
    for (let rseq = 2; rseq < 100; rseq++) await reliable(rseq)
    const pracks = bench.sent() as SipRequest[]
    expect(pracks.map(({ method }) => method)).toEqual(['PRACK', 'PRACK', 'PRACK', 'PRACK'])
    await bench.respond(pracks[0]!, 200)
    await reliable(6)
    expect(header(requestOf('PRACK'), 'rack')).toMatch(/^6 /)
  })

  it('answers an UPDATE with an offer in the early dialog, and media goes where that says', async () => {
    const { call, invite } = await early()
    await update(call.localTag, sdp('192.0.2.99', 30_100))
    const ok = lastResponse()
    expect([ok.status, header(ok, 'content-type')]).toEqual([200, 'application/sdp'])
    expect(bench.session!.negotiated!.remote!.port).toBe(30_100)
    await bench.respond(invite, 200, { body: sdp() })
    expect([call.state.kind, bench.session!.negotiated!.remote!.port]).toEqual(['answered', 30_100])
  })

  it('needs no description in the 200', async () => {
    const { call, invite } = await early()
    await bench.respond(invite, 200)
    expect([call.state.kind, bench.lines()]).toEqual(['answered', ['ACK']])
  })

  it('takes another description in the 200 all the same', async () => {
    const { invite } = await early()
    await bench.respond(invite, 200, { body: sdp('192.0.2.99', 30_200) })
    expect(bench.session!.negotiated!.remote!.port).toBe(30_200)
  })

  it('answers an INFO of the early dialog', async () => {
    const { call } = await early()
    await bench.inject(request({ method: 'INFO', branch: 'z9hG4bKinfo', toTag: call.localTag, cseq: 8 }))
    expect(lastResponse().status).toBe(200)
  })
})

describe('a call that comes in and has early media', () => {
  const incoming = async (extra = 'Supported: 100rel\n', body = sdp()) => {
    await bench.inject(request({ body, extra }))
    const call = bench.incoming[0]!
    const media = await bench.media()
    const fault = await call.progress(media)
    return { call, media, fault, sent: responses() }
  }
  const toTagOf = (message: SipMessage) => messageIds(message).toTag!
  const inside = (method: string, toTag: string, cseq: number, extra = '', body = '') =>
    bench.inject(request({ method, branch: `z9hG4bK${method}${cseq}`, toTag, cseq, extra, body }))
  const prack = (toTag: string, rseq: string, body = '') => inside('PRACK', toTag, 2, `RAck: ${rseq} 1 INVITE\n`, body)

  it('sends 183 with its description, reliably where the caller knows how, and nothing of it in the 200', async () => {
    const { call, media, sent } = await incoming()
    const [progress] = sent
    expect([progress!.status, header(progress!, 'require')]).toEqual([183, '100rel'])
    expect(bodyOf(progress!)).toContain('m=audio')
    await prack(toTagOf(progress!), header(progress!, 'rseq')!)
    expect(await call.answer(media)).toBeNull()
    const ok = responses().at(-1)!
    expect([ok.status, bodyOf(ok), header(ok, 'content-type')]).toEqual([200, '', undefined])
    expect(call.state.kind).toBe('answered')
  })

  it('repeats it in the 200 where the 183 was not reliable', async () => {
    const { call, media, sent } = await incoming('')
    expect([sent[0]!.status, header(sent[0]!, 'require')]).toEqual([183, undefined])
    await call.answer(media)
    expect(bodyOf(responses().at(-1)!)).toBe(bodyOf(sent[0]!))
  })

  it('sends media once the PRACK has come', async () => {
    const { sent } = await incoming()
    const rtp = () => bench.net.sent.filter(({ to }) => to.port === 30_000).length
    await bench.clock.advance(200)
    expect(rtp()).toBe(0)
    await prack(toTagOf(sent[0]!), header(sent[0]!, 'rseq')!)
    await bench.clock.advance(200)
    expect(rtp()).toBeGreaterThan(5)
  })

  it('answers the offer of a PRACK, and that of an UPDATE', async () => {
    const { sent, media } = await incoming()
    const toTag = toTagOf(sent[0]!)
    await prack(toTag, header(sent[0]!, 'rseq')!, sdp('192.0.2.99', 30_100))
    const pracked = lastResponse()
    expect([pracked.status, bodyOf(pracked).includes('m=audio'), media.negotiated!.remote!.port]).toEqual([
      200,
      true,
      30_100,
    ])
    await inside('UPDATE', toTag, 3, '', sdp('192.0.2.99', 30_200))
    const updated = lastResponse()
    expect([updated.status, bodyOf(updated).includes('m=audio'), media.negotiated!.remote!.port]).toEqual([
      200,
      true,
      30_200,
    ])
  })

  it('offers in the 183 where the INVITE offers nothing, and takes the answer of the PRACK', async () => {
    const { call, media, sent } = await incoming('Supported: 100rel\n', '')
    expect(bodyOf(sent[0]!)).toContain('m=audio')
    await prack(toTagOf(sent[0]!), header(sent[0]!, 'rseq')!, sdp('192.0.2.99', 30_300))
    expect(media.negotiated!.remote!.port).toBe(30_300)
    await call.answer(media)
    expect(bodyOf(responses().at(-1)!)).toBe('')
  })

  it('has none where the INVITE offers nothing and the caller knows no PRACK', async () => {
    const { fault, sent } = await incoming('', '')
    expect([fault, sent]).toEqual(['the caller offers no media before the answer', []])
  })

  it('does not ring where a reliable 180 would have to have our offer', async () => {
    await bench.inject(request({ extra: 'Require: 100rel\n' }))
    bench.incoming[0]!.ring()
    expect(responses()).toEqual([])
  })
})
