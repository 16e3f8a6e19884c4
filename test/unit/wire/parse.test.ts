import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageIds, parseNameAddr, parseUri, parseVia } from '../../../shared/wire/sip/grammar.ts'
import { header, headerKey, headerList, makeHeader, makeRequest, splitList } from '../../../shared/wire/sip/message.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { SipWriteError, writeSip } from '../../../shared/wire/sip/write.ts'
import { customHeaderFault } from '../../../shared/words/own-headers.ts'
import { crlf, parse, request } from '../../harness/messages.ts'

describe('reading a message', () => {
  it('understands compact forms and folded lines, and keeps names as written', () => {
    const message = parse(
      'OPTIONS sip:a@b SIP/2.0\nv: SIP/2.0/TCP h;branch=z9hG4bK1\nf: <sip:x@y>;tag=1\nt: <sip:a@b>\ni: id\n' +
        'CSeq: 1\n OPTIONS\nl: 0\n\n',
    )
    expect(header(message, 'call-id')).toBe('id')
    expect(message.headers[0]).toEqual({ name: 'v', value: 'SIP/2.0/TCP h;branch=z9hG4bK1', key: 'via' })
    expect(messageIds(message)).toMatchObject({ cseq: { number: 1, method: 'OPTIONS' }, fromTag: '1', toTag: null })
    expect(message.problems).toEqual([])
  })

  it('takes what stands in quotes for any text', () => {
    const problems = (from: string) =>
      parse(
        `OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\nFrom: ${from}\nTo: <sip:a@b>\nCall-ID: i\n` +
          'CSeq: 1 OPTIONS\n\n',
      ).problems.map(({ text }) => text)
    expect(problems('"a < b > c \\" > d" <sip:x@y>;tag=1')).toEqual([])
    expect(problems('"a" < sip:x@y>;tag=1')).toEqual(['From has white space inside the angle brackets'])
  })

  it('lists what is wrong instead of throwing', () => {
    const message = parse(
      'INVITE sip:a@b SIP/2.0\nVia: nonsense\nFrom: <sip:x@y>;tag=1\nTo: <sip:a@b>\nCall-ID: i\n' +
        'CSeq: 99999999999 INVITE\nContent-Length: 5\n\nab',
    )
    expect(message.problems.map(({ text }) => text)).toEqual([
      'Content-Length says 5 bytes, 2 came',
      'CSeq "99999999999 INVITE" is not a number below 2^31 and a method',
      'Via "nonsense" cannot be read',
    ])
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void parseSip(bytes)))
  })

  it('never throws on a message with one stretch replaced', () => {
    const good = Buffer.from(request({ body: 'v=0\n' }))
    fc.assert(
      fc.property(fc.nat(good.length), fc.uint8Array({ maxLength: 40 }), (at, patch) => {
        const bytes = Buffer.from(good)
        bytes.set(patch.subarray(0, bytes.length - at), at)
        parseSip(bytes)
      }),
    )
  })
})

describe('grammar', () => {
  it('splits lists outside quotes and brackets only', () => {
    expect(splitList('"a, b" <sip:x@y;p=1,2>;q=1, <sip:z@w>')).toEqual(['"a, b" <sip:x@y;p=1,2>;q=1', '<sip:z@w>'])
  })

  it.each([
    ['2001:db8::7', '2001:db8::7', null],
    ['2001:db8::7:5060', '2001:db8::7', 5060],
    ['2001:db8::7:1234', '2001:db8::7:1234', null],
    ['2001:db8:0:0:0:0:0:7:1234', '2001:db8:0:0:0:0:0:7', 1234],
    ['2001:db8:0:0:0:0:0:7:50600', '2001:db8:0:0:0:0:0:7', 50_600],
  ])('reads a Via with %s, which lacks the brackets of IPv6, and says so', (written, host, port) => {
    expect(parseVia(`SIP/2.0/UDP ${written};branch=z9hG4bKa`)).toMatchObject({ host, port })
    const { problems } = parse(request().replace('192.0.2.99:5060;', `${written};`))
    expect(problems).toMatchObject([
      { text: expect.stringMatching(/Via .* IPv6 address without brackets/), fatal: false },
    ])
  })

  it.each(['2001:db8::7::1', ':', '::g', '1:2:3'])('reads no Via with %s', (written) =>
    expect(parseVia(`SIP/2.0/UDP ${written};branch=z9hG4bKa`)).toBeNull(),
  )

  it('gives parameters after an unbracketed URI to the header', () => {
    expect(parseNameAddr('sip:a@b;tag=9')).toEqual({
      displayName: null,
      uri: 'sip:a@b',
      params: new Map([['tag', '9']]),
    })
    expect(parseNameAddr('"A \\"q\\" <x>" <sip:a@b;x=1>;tag=9')).toMatchObject({
      displayName: 'A "q" <x>',
      uri: 'sip:a@b;x=1',
    })
  })

  it('reads IPv6 hosts, ports and parameters', () => {
    expect(parseUri('sips:u:p@[2001:db8::1]:5061;transport=tcp;lr?x=y')).toMatchObject({
      scheme: 'sips',
      user: 'u',
      password: 'p',
      host: '2001:db8::1',
      port: 5061,
      headers: 'x=y',
    })
    expect(parseVia('SIP/2.0/TLS [::1]:5061;branch=z9hG4bK;rport')).toMatchObject({
      transport: 'TLS',
      host: '::1',
      port: 5061,
    })
  })

  it.each(['sip:', 'sip:a@', 'http://a', 'sip:a@b:99999', 'sip:a b@c', 'sip:a@b;;x'])('refuses the URI %s', (text) =>
    expect(parseUri(text)).toBeNull(),
  )
})

describe('writing a message', () => {
  it('counts the body in bytes and puts Content-Length last', () => {
    const bytes = writeSip(makeRequest('MESSAGE', 'sip:a@b', [makeHeader('X-A', '1')], 'ü'))
    expect(Buffer.from(bytes).toString()).toBe('MESSAGE sip:a@b SIP/2.0\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nü')
  })

  it.each([
    ['X-A', 'a\r\nVia: b'],
    ['X A', 'b'],
    ['X:A', 'b'],
    ['', 'b'],
  ])('refuses the header %j: %j', (name, value) => {
    expect(() => writeSip(makeRequest('OPTIONS', 'sip:a@b', [makeHeader(name, value)]))).toThrow(SipWriteError)
    expect(customHeaderFault(name, value)).not.toBeNull()
  })

  it.each(['Via', 'v', 'CALL-ID', 'i', 'CSeq', 'Content-Length', 'l', 'Authorization', 'To', 'Max-Forwards'])(
    'keeps %s for the stack, with the reason',
    (name) => {
      expect(customHeaderFault(name, 'x')?.text).toMatch(/belongs to the stack: /)
    },
  )

  it.each([
    ['X-CALL-ID', 'a b;c=1'],
    ['User-to-User', '7b;encoding=hex'],
    ['P-Asserted-Identity', '<sip:+1555@x>'],
    ['X-Ünicode'.replace('Ü', 'U'), 'größe'],
  ])('lets %s pass as typed', (name, value) => {
    expect(customHeaderFault(name, value)).toBeNull()
    const message = parse(
      Buffer.from(writeSip(makeRequest('OPTIONS', 'sip:a@b', [makeHeader(name, value)]))).toString(),
    )
    expect(message.headers[0]).toMatchObject({ name, value })
  })

  it('reads back every header it writes', () => {
    const value = fc
      .string({ unit: fc.constantFrom(...'abc;=,"<>@:/%é '.split('')), maxLength: 40 })
      .map((text) => text.trim())
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), (values) => {
        const read = parse(
          Buffer.from(
            writeSip(
              makeRequest(
                'OPTIONS',
                'sip:a@b',
                values.map((text, i) => makeHeader(`X-${i}`, text)),
              ),
            ),
          ).toString(),
        )
        expect(read.headers.filter(({ key }) => key.startsWith('x-')).map((field) => field.value)).toEqual(values)
      }),
    )
  })

  it('keeps list headers apart', () => {
    const message = parse(
      crlf(request())
        .toString()
        .replace('Max-Forwards', 'Record-Route: <sip:a;lr>, <sip:b;lr>\r\nRecord-Route: <sip:c;lr>\r\nMax-Forwards'),
    )
    expect(headerList(message, 'record-route')).toEqual(['<sip:a;lr>', '<sip:b;lr>', '<sip:c;lr>'])
  })
})

it('a header that is named like a property of every object is a header like any other', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
    expect(headerKey(name)).toBe(name.toLowerCase())
    expect(customHeaderFault(name, 'x')).toBeNull()
  }
})
