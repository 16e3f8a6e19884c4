import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { header, headerFields, type SipMessage, type SipRequest } from '../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { request, sdp } from '../../harness/messages.ts'
import { UaBench } from '../../harness/ua-bench.ts'

let bench: UaBench
beforeEach(() => void (bench = new UaBench()))
afterEach(() => bench.close())

const only = () => {
  const sent = bench.sent()
  expect(sent).toHaveLength(1)
  return sent[0] as SipRequest
}

describe('a call that we place', () => {
  it('sends the URI as typed and custom headers as typed, in order', async () => {
    await bench.call({
      uri: 'sip:Agent_1;X=y@192.0.2.99;transport=udp;Foo=Bar',
      headers: [
        { name: 'X-CALL-ID', value: 'a b;c=1' },
        { name: 'x-call-id', value: '2' },
        { name: 'P-Asserted-Identity', value: '<sip:+1555@x>' },
      ],
    })
    const invite = only()
    expect(invite.uri).toBe('sip:Agent_1;X=y@192.0.2.99;transport=udp;Foo=Bar')
    expect(
      invite.headers.filter(({ name }) => /^(x-|p-)/i.test(name)).map(({ name, value }) => `${name}: ${value}`),
    ).toEqual(['X-CALL-ID: a b;c=1', 'x-call-id: 2', 'P-Asserted-Identity: <sip:+1555@x>'])
  })

  it('rings, is answered, acknowledges each 2xx again, ends with BYE along route set and remote target', async () => {
    const call = await bench.call()
    const invite = only()
    await bench.respond(invite, 180)
    expect(call.state.kind).toBe('ringing')
    const ok = {
      body: sdp(),
      extra: 'Record-Route: <sip:p2@192.0.2.99:5062;lr>\nRecord-Route: <sip:p1@192.0.2.99:5061;lr>\n',
      contact: '<sip:target@192.0.2.77:5080>',
    }
    await bench.respond(invite, 200, ok)
    await bench.respond(invite, 200, ok)
    expect(call.state.kind).toBe('answered')
    const acks = bench.sent() as SipRequest[]
    expect(acks.map(({ method }) => method)).toEqual(['ACK', 'ACK'])
    expect(acks[0]!.uri).toBe('sip:target@192.0.2.77:5080')
    expect(headerFields(acks[0]!, 'route')).toEqual(['<sip:p1@192.0.2.99:5061;lr>', '<sip:p2@192.0.2.99:5062;lr>'])
    expect(messageIds(acks[0]!).cseq!.number).toBe(messageIds(invite).cseq!.number)
    call.hangUp()
    await bench.clock.advance(0)
    const bye = only()
    expect(bye).toMatchObject({ method: 'BYE', uri: 'sip:target@192.0.2.77:5080' })
    expect(bench.net.sent.find(({ text }) => text.startsWith('BYE'))!.to).toEqual({ host: '192.0.2.99', port: 5061 })
    await bench.respond(bye, 200)
    expect(call.state.kind).toBe('ended')
  })

  it.each([
    '<sip:a b@192.0.2.77>',
    'sip:a b@192.0.2.77',
    '<sip:a@192.0.2.77:0>',
    '<sip:a\u00a0b@192.0.2.77>',
    '<sip:a\0b@192.0.2.77>',
    '*',
    '<tel:+15550100>',
    '<http://192.0.2.77/>',
    '"',
  ])('acknowledges and ends a call whose Contact, %j, nothing can be sent to', async (contact) => {
    const call = await bench.call()
    await bench.respond(only(), 200, { body: sdp(), contact })
    expect(bench.sent()).toMatchObject([{ method: 'ACK', uri: 'sip:agent@192.0.2.99' }])
    call.hangUp()
    await bench.clock.advance(0)
    expect(only()).toMatchObject({ method: 'BYE', uri: 'sip:agent@192.0.2.99' })
  })

  it.each(['ws', 'wss', 'sctp', 'constructor', '__proto__', ''])(
    'reaches a Contact with transport=%s over what the dialog came by',
    async (transport) => {
      await bench.call()
      await bench.respond(only(), 200, { body: sdp(), contact: `<sip:a@192.0.2.99:5060;transport=${transport}>` })
      expect(bench.sent()).toMatchObject([{ method: 'ACK', uri: `sip:a@192.0.2.99:5060;transport=${transport}` }])
    },
  )

  it.each(['<sip:a b;lr>', '<sip:a b>', 'nonsense'])(
    'sends over the flow of the dialog where the route %j leads nowhere',
    async (route) => {
      const call = await bench.call()
      await bench.respond(only(), 200, { body: sdp(), extra: `Record-Route: ${route}\n` })
      expect(bench.sent()).toMatchObject([{ method: 'ACK', uri: 'sip:agent@192.0.2.99:5060' }])
      call.hangUp()
      await bench.clock.advance(0)
      expect(only()).toMatchObject({ method: 'BYE', uri: 'sip:agent@192.0.2.99:5060' })
    },
  )

  it('puts a strict route into the request URI and the target last', async () => {
    const call = await bench.call()
    await bench.respond(only(), 200, {
      body: sdp(),
      extra: 'Record-Route: <sip:strict@192.0.2.99:5070>\n',
      contact: '<sip:target@192.0.2.77>',
    })
    bench.sent()
    call.hangUp()
    await bench.clock.advance(0)
    const bye = only()
    expect(bye.uri).toBe('sip:strict@192.0.2.99:5070')
    expect(headerFields(bye, 'route')).toEqual(['<sip:target@192.0.2.77>'])
  })

  it('answers 401 and then 407 with growing CSeq, and keeps custom headers', async () => {
    await bench.call({ password: 'secret', headers: [{ name: 'X-A', value: '1' }] })
    const first = only()
    await bench.respond(first, 401, { extra: 'WWW-Authenticate: Digest realm="a", nonce="1", qop="auth"\n' })
    const [ack, second] = bench.sent() as [SipRequest, SipRequest]
    expect(ack.method).toBe('ACK')
    expect(header(second, 'authorization')).toContain('realm="a"')
    await bench.respond(second, 407, { extra: 'Proxy-Authenticate: Digest realm="b", nonce="2"\n' })
    const [, third] = bench.sent() as [SipRequest, SipRequest]
    expect([header(third, 'authorization'), header(third, 'proxy-authorization')].every(Boolean)).toBe(true)
    expect(
      [first, second, third].map((message) => messageIds(message).cseq!.number - messageIds(first).cseq!.number),
    ).toEqual([0, 1, 2])
    expect(header(third, 'x-a')).toBe('1')
    expect(new Set([first, second, third].map((message) => messageIds(message).via!.params.get('branch'))).size).toBe(3)
  })

  it('goes on when its callee begins a call with its Call-ID, which is refused', async () => {
    const call = await bench.call()
    const invite = only()
    await bench.inject(request({ fromTag: 'other', branch: 'z9hG4bKback', body: sdp() }))
    expect([bench.lines(), bench.incoming]).toEqual([['482 Loop Detected'], []])
    await bench.respond(invite, 200, { body: sdp() })
    expect([call.state.kind, bench.lines()]).toEqual(['answered', ['ACK']])
  })

  it('follows no more branches than a fork has phones, answered or not, and says so once', async () => {
    await bench.call()
    const invite = only()
    for (let i = 0; i < 200; i++)
      await bench.respond(invite, 183, { tag: `e${i}`, extra: 'Require: 100rel\nRSeq: 1\n' })
    expect(bench.lines().filter((line) => line === 'PRACK')).toHaveLength(50)
    for (let i = 0; i < 200; i++) await bench.respond(invite, 200, { tag: `a${i}`, body: sdp() })
    const lines = bench.lines()
    expect([lines.filter((line) => line === 'ACK').length, lines.filter((line) => line === 'BYE').length]).toEqual([
      50, 49,
    ])
    expect(bench.observations.filter((line) => line.includes('more than 50 branches'))).toHaveLength(1)
  })

  it('ends a second branch of a forked call and keeps the first', async () => {
    const call = await bench.call()
    const invite = only()
    await bench.respond(invite, 200, { tag: 'one', body: sdp() })
    await bench.respond(invite, 200, { tag: 'two', body: sdp(), contact: '<sip:two@192.0.2.99:5090>' })
    const sent = bench.sent() as SipRequest[]
    expect(sent.map(({ method }) => method)).toEqual(['ACK', 'ACK', 'BYE'])
    expect(sent[2]).toMatchObject({ uri: 'sip:two@192.0.2.99:5090' })
    expect(header(sent[2]!, 'to')).toContain('tag=two')
    expect(call.state.kind).toBe('answered')
  })

  it('sends CANCEL only after a provisional response, with the branch of the INVITE', async () => {
    const call = await bench.call()
    const invite = only()
    call.hangUp()
    await bench.clock.advance(100)
    expect(bench.lines()).toEqual([])
    await bench.respond(invite, 180)
    const cancel = only()
    expect(cancel).toMatchObject({ method: 'CANCEL', uri: invite.uri })
    expect(messageIds(cancel).via!.params.get('branch')).toBe(messageIds(invite).via!.params.get('branch'))
    await bench.respond(cancel, 200)
    await bench.respond(invite, 487)
    expect(call.state.kind).toBe('ended')
  })

  it('acknowledges and ends a call whose 200 crossed the CANCEL', async () => {
    const call = await bench.call()
    const invite = only()
    await bench.respond(invite, 180)
    call.hangUp()
    await bench.respond(invite, 200, { body: sdp() })
    expect(bench.lines()).toEqual(['CANCEL', 'ACK', 'BYE'])
    expect(call.state.kind).toBe('ending')
  })

  it('cancels when nobody answers in time', async () => {
    const call = await bench.call({ ringTimeoutMs: 3000 })
    await bench.respond(only(), 180)
    await bench.clock.advance(3000)
    expect(bench.lines()).toEqual(['CANCEL'])
    expect(bench.observations).toContainEqual(expect.stringContaining('ring-timeout'))
    await bench.clock.advance(5000)
    expect(call.state.kind).toBe('ended')
  })

  it('acknowledges reliable provisional responses once each, in order (RFC 3262)', async () => {
    await bench.call()
    const invite = only()
    const reliable = (rseq: number) => ({ extra: `Require: 100rel\nRSeq: ${rseq}\n`, body: sdp() })
    await bench.respond(invite, 183, reliable(7))
    const prack = only()
    expect(header(prack, 'rack')).toBe(`7 ${messageIds(invite).cseq!.number} INVITE`)
    await bench.respond(prack, 200)
    await bench.respond(invite, 183, reliable(7))
    await bench.respond(invite, 183, reliable(9))
    expect(bench.lines()).toEqual([])
    await bench.respond(invite, 180, reliable(8))
    const second = only()
    expect(messageIds(second).cseq!.number).toBe(messageIds(prack).cseq!.number + 1)
    await bench.respond(invite, 200)
    expect((bench.sent()[0] as SipRequest).method).toBe('ACK')
  })

  it('takes the session description of a 183 when the 200 has none', async () => {
    await bench.call()
    const invite = only()
    await bench.respond(invite, 183, { body: sdp() })
    await bench.respond(invite, 200)
    expect(bench.lines()).toEqual(['ACK'])
    expect(bench.session!.negotiated?.remote).toEqual({ host: '192.0.2.99', port: 30_000 })
  })

  it.each([
    ['no session description', '', /no session description/],
    ['video only', 'v=0\no=- 1 1 IN IP4 1.2.3.4\ns=-\nt=0 0\nm=video 5000 RTP/AVP 96\n', /no audio/],
    ['refused audio', sdp('192.0.2.99', 0), /refuses the audio/],
    ['another codec', sdp('192.0.2.99', 30_000, '', '18'), /no codec of the offer/],
    ['encryption that was not offered', sdp().replace('RTP/AVP', 'RTP/SAVP'), /media encryption is disabled/],
    ['garbage', 'hello', /v=0/],
  ])('acknowledges and ends a call whose 200 has %s', async (_name, body, text) => {
    await bench.call()
    await bench.respond(only(), 200, { body })
    expect(bench.lines()).toEqual(['ACK', 'BYE'])
    expect(bench.observations.find((line) => line.startsWith('media-failed'))).toMatch(text)
  })

  it('raises the session interval that a 422 asks for', async () => {
    await bench.call()
    await bench.respond(only(), 422, { extra: 'Min-SE: 120\n' })
    const [, again] = bench.sent() as [SipRequest, SipRequest]
    expect(header(again, 'session-expires')).toBe('120')
  })

  it('refreshes a session at half its interval when the answer makes us the refresher', async () => {
    await bench.call()
    await bench.respond(only(), 200, {
      body: sdp(),
      extra: 'Session-Expires: 120;refresher=uac\nAllow: INVITE, ACK, BYE, UPDATE\n',
    })
    bench.sent()
    await bench.clock.advance(60_000)
    const update = bench.sent().find((message) => message.kind === 'request') as SipRequest
    expect(update.method).toBe('UPDATE')
  })

  const refreshing = async (allow: string) => {
    const call = await bench.call()
    await bench.respond(only(), 200, { body: sdp(), extra: `Session-Expires: 120;refresher=uac\n${allow}` })
    bench.sent()
    await bench.clock.advance(60_000)
    return { call, refresh: bench.sent().at(-1) as SipRequest }
  }

  it.each(['', 'Allow: INVITE, ACK, BYE\n'])(
    'refreshes by re-INVITE a session whose peer names no UPDATE in Allow (%j)',
    async (allow) => {
      const { call, refresh } = await refreshing(allow)
      expect([refresh.method, header(refresh, 'session-expires')]).toEqual(['INVITE', '120;refresher=uac'])
      await bench.respond(refresh, 200, { body: sdp(), extra: 'Session-Expires: 120;refresher=uac\n' })
      await bench.clock.advance(59_000)
      expect(call.state.kind).toBe('answered')
    },
  )

  it.each([403, 500])(
    'tries a refresh again that was answered %i, and ends the call when its time is over',
    async (status) => {
      const { call, refresh } = await refreshing('Allow: UPDATE\n')
      await bench.respond(refresh, status)
      await bench.clock.advance(15_000)
      const again = bench.sent().at(-1) as SipRequest
      expect([call.state.kind, again.method]).toEqual(['answered', 'UPDATE'])
      await bench.respond(again, status)
      await bench.clock.advance(16_000)
      expect(bench.lines()).toContain('BYE')
      expect(bench.observations.filter((line) => line.startsWith('session-timer'))[0]).toBe(
        `session-timer: the session was not refreshed: UPDATE was answered ${status} Reason; it is tried again`,
      )
    },
  )

  it('refreshes with the interval that a 422 demands, once', async () => {
    const { call, refresh } = await refreshing('Allow: UPDATE\n')
    await bench.respond(refresh, 422, { extra: 'Min-SE: 600\n' })
    await bench.clock.advance(0)
    const [again] = bench.sent() as [SipRequest]
    expect([header(again, 'session-expires'), header(again, 'min-se')]).toEqual(['600;refresher=uac', '600'])
    await bench.respond(again, 422, { extra: 'Min-SE: 900\n' })
    await bench.clock.advance(0)
    expect([bench.sent(), call.state.kind]).toEqual([[], 'answered'])
  })

  it('ends a session that the peer was to refresh and did not', async () => {
    const call = await bench.call()
    await bench.respond(only(), 200, { body: sdp(), extra: 'Session-Expires: 90;refresher=uas\n' })
    await bench.clock.advance(61_000)
    expect(bench.lines()).toContain('BYE')
    expect(call.state.kind).not.toBe('answered')
  })

  it('tells when nothing comes back at all', async () => {
    const call = await bench.call()
    await bench.clock.advance(33_000)
    expect(call.state.kind).toBe('ended')
    expect(bench.observations).toContainEqual(
      expect.stringContaining('no-answer: udp 192.0.2.99:5060 gave no final answer in 32 s'),
    )
    expect(bench.clock.pending).toBe(0)
  })

  it('holds and resumes by re-INVITE, and stays in the call when the peer refuses to hold', async () => {
    const call = await bench.call()
    await bench.respond(only(), 200, { body: sdp() })
    bench.sent()
    const results: (string | null)[] = []
    call.hold(true, (fault) => results.push(fault))
    await bench.clock.advance(0)
    const hold = bench.sent().at(-1) as SipRequest
    expect(Buffer.from(hold.body).toString()).toContain('a=sendonly')
    await bench.respond(hold, 488)
    expect(results).toEqual(['the peer answered 488 Reason'])
    expect(call.state.kind).toBe('answered')
    call.hold(true, (fault) => results.push(fault))
    await bench.clock.advance(0)
    const again = bench
      .sent()
      .find((message) => message.kind === 'request' && message.method === 'INVITE') as SipRequest
    expect(messageIds(again).cseq!.number).toBe(messageIds(hold).cseq!.number + 1)
    await bench.respond(again, 200, { body: sdp('192.0.2.99', 30_000, 'a=recvonly\n') })
    expect(results.at(-1)).toBeNull()
    expect(bench.session!.negotiated?.direction).toBe('sendonly')
  })

  it('is not on hold where the peer agrees without a session description', async () => {
    const call = await bench.call()
    await bench.respond(only(), 200, { body: sdp() })
    bench.sent()
    const results: (string | null)[] = []
    call.hold(true, (fault) => results.push(fault))
    await bench.clock.advance(0)
    await bench.respond(bench.sent().at(-1) as SipRequest, 200)
    expect(results).toEqual(['the peer agreed without a session description: nothing has changed'])
    expect(bench.lines()).toEqual(['ACK'])
    expect(bench.session!.negotiated?.direction).toBe('sendrecv')
  })

  it('takes the answer from one part of several', async () => {
    const call = await bench.call()
    const isup = 'Content-Type: application/isup\r\n\r\n1'
    const body = `--b\r\n${isup}\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${sdp()}\r\n--b--\r\n`
    await bench.respond(only(), 200, { type: 'multipart/mixed;boundary=b', body })
    expect([call.state.kind, bench.lines()]).toEqual(['answered', ['ACK']])
    expect(bench.session!.negotiated?.remote).toEqual({ host: '192.0.2.99', port: 30_000 })
  })

  it('stays on hold when a second hold is refused, or comes while the first is under way', async () => {
    const call = await bench.call()
    await bench.respond(only(), 200, { body: sdp() })
    bench.sent()
    const results: (string | null)[] = []
    const offered = () =>
      bench.sent().findLast((message) => message.kind === 'request' && message.method === 'INVITE') as SipRequest
    const hold = async () => {
      call.hold(true, (fault) => results.push(fault))
      await bench.clock.advance(0)
      return offered()
    }
    const first = await hold()
    call.hold(false, (fault) => results.push(fault))
    await bench.respond(first, 200, { body: sdp('192.0.2.99', 30_000, 'a=recvonly\n') })
    await bench.respond(await hold(), 488)
    call.reoffer(() => {})
    await bench.clock.advance(0)
    expect(Buffer.from(offered().body).toString()).toContain('a=sendonly')
    expect(results).toEqual(['another change of the media is under way', null, 'the peer answered 488 Reason'])
  })

  it('repeats a re-INVITE that met 491 with a new CSeq', async () => {
    const call = await bench.call()
    await bench.respond(only(), 200, { body: sdp() })
    bench.sent()
    call.hold(true, () => {})
    await bench.clock.advance(0)
    const first = bench.sent().at(-1) as SipRequest
    await bench.respond(first, 491)
    await bench.clock.advance(4000)
    const second = bench
      .sent()
      .find((message) => message.kind === 'request' && message.method === 'INVITE') as SipRequest
    expect(messageIds(second).cseq!.number).toBe(messageIds(first).cseq!.number + 1)
  })

  it('leaves no timer behind when it is refused', async () => {
    const call = await bench.call()
    await bench.respond(only(), 486)
    expect(call.state.kind).toBe('ended')
    await bench.clock.advance(32_001)
    expect(bench.clock.pending).toBe(0)
    expect(bench.net.openSockets).toBe(1)
  })
})

describe('what the peer says of our address', () => {
  const answeredVia = async (via: string) => {
    await bench.call()
    await bench.respond(only(), 200, { body: sdp(), via })
    return bench.observations.filter((line) => line.startsWith('nat'))
  }

  it.each(['', ';received=192.0.2.1', ';received=nonsense'])('is no news where it says the same (%j)', async (via) =>
    expect(await answeredVia(via)).toEqual([]),
  )

  it.each(['rport=abc', 'rport=99999', 'rport=-1', 'rport=0x50', 'rport=0', 'rport=1e3'])(
    'has no port that is none (%s)',
    async (rport) => {
      expect((await answeredVia(`;received=203.0.113.7;${rport}`))[0]).toMatch(
        /the peer sees us at (203\.0\.113\.7):(\d+), our Contact says 192\.0\.2\.1:\2:/,
      )
    },
  )

  it('is said where it is another than our Contact has', async () => {
    expect((await answeredVia(';received=203.0.113.7'))[0]).toMatch(
      /^nat: the peer sees us at 203\.0\.113\.7:\d+, our Contact says 192\.0\.2\.1:\d+: there is a NAT between/,
    )
  })
})

describe('where our Contact is to say what the peer sees', () => {
  const via = ';received=203.0.113.7;rport=41000'
  const contactOf = (message: SipMessage | undefined) => header(message!, 'contact')
  beforeEach(() => void (bench = new UaBench({ contactRewrite: true })))

  it('it does from the next request on, and that is said', async () => {
    await bench.call({ password: 'secret' })
    await bench.respond(only(), 401, { via, extra: 'WWW-Authenticate: Digest realm="r", nonce="n"\n' })
    const [ack, second] = bench.sent() as SipRequest[]
    expect([ack!.method, contactOf(second)]).toEqual(['ACK', '<sip:alice@203.0.113.7:41000>'])
    await bench.respond(second!, 200, { body: sdp(), via, extra: 'Allow: UPDATE\n' })
    expect(bench.lines()).toEqual(['ACK'])
    expect(bench.observations.find((text) => text.startsWith('nat'))).toContain('our Contact says the former')
  })

  it('an INVITE that was answered at once is corrected by UPDATE', async () => {
    await bench.call()
    await bench.respond(only(), 200, { body: sdp(), via, extra: 'Allow: INVITE, UPDATE\n' })
    const [, update] = bench.sent() as SipRequest[]
    expect([update!.method, contactOf(update)]).toEqual(['UPDATE', '<sip:alice@203.0.113.7:41000>'])
  })

  it('and cannot be corrected, that is said', async () => {
    await bench.call()
    await bench.respond(only(), 200, { body: sdp(), via })
    expect(bench.lines()).toEqual(['ACK'])
    expect(bench.observations.at(-1)).toBe('note: the peer still has our former Contact: it does not allow UPDATE')
  })
})

describe('the user part of our URIs', () => {
  it.each([
    ['alice@example.com', 'alice%40example.com'],
    ['a b"<>', 'a%20b%22%3C%3E'],
    ['Jürgen', 'J%C3%BCrgen'],
    ['+1 (555)', '+1%20(555)'],
    ['50%', '50%25'],
    ['al%69ce', 'al%69ce'],
  ])('is escaped where it must be: %s', async (fromUser, escaped) => {
    await bench.call({ fromUser })
    const invite = only()
    expect(header(invite, 'from')).toContain(`<sip:${escaped}@192.0.2.1>`)
    expect(header(invite, 'contact')).toContain(`<sip:${escaped}@192.0.2.1:`)
  })
})

describe('digits by INFO', () => {
  it('leave one after the other, each when the one before was answered', async () => {
    const call = await bench.call()
    await bench.respond(only(), 200, { body: sdp() })
    bench.sent()
    call.sendDigits('12', 'info')
    call.sendDigits('3', 'info')
    const seen: string[] = []
    for (let i = 0; i < 3; i++) {
      await bench.clock.advance(10)
      const infos = bench.sent() as SipRequest[]
      seen.push(...infos.map(({ body }) => new TextDecoder().decode(body).slice(7, 8)))
      expect(infos).toHaveLength(1)
      await bench.respond(infos[0]!, i === 1 ? 500 : 200)
    }
    expect(seen).toEqual(['1', '2', '3'])
    expect(bench.observations).toContain('note: digit 2 by INFO was answered 500 Reason')
  })
})

describe('UPDATE with an offer', () => {
  it('goes where the Allow of the peer names it, and nowhere else', async () => {
    for (const allow of ['', 'Allow: INVITE, ACK, BYE, UPDATE\n']) {
      bench.close()
      bench = new UaBench()
      const call = await bench.call()
      await bench.respond(only(), 200, { body: sdp(), extra: allow })
      bench.sent()
      const faults: (string | null)[] = []
      call.update((fault) => faults.push(fault))
      await bench.clock.advance(10)
      if (allow === '') {
        expect([faults, bench.lines()]).toEqual([['the peer does not allow UPDATE'], []])
        continue
      }
      const update = only()
      expect([update.method, header(update, 'content-type')]).toEqual(['UPDATE', 'application/sdp'])
      await bench.respond(update, 200, { body: sdp() })
      expect([faults, bench.lines()]).toEqual([[null], []])
    }
  })
})
