import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noLogs, Logs } from '../../../electron/engine/base/log.ts'
import { responseTo } from '../../../electron/engine/sip/transaction/response.ts'
import { compareMessages } from '../../../shared/wire/sip/compare.ts'
import { addressFault, dialFault } from '../../../shared/words/dial.ts'
import { parseUri, parseVia } from '../../../shared/wire/sip/grammar.ts'
import { dtmfOfInfo } from '../../../shared/wire/sip/info.ts'
import { platformMeaning } from '../../../shared/providers/variables.ts'
import { headerList, makeHeader, type SipRequest } from '../../../shared/wire/sip/message.ts'
import { expiresOf, minSeOf, rackOf, retryAfterOf, rseqOf, sessionExpiresOf } from '../../../shared/wire/sip/numbers.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { explainSdp } from '../../../shared/words/explain.ts'
import { writeSip } from '../../../shared/wire/sip/write.ts'
import { parse, parseRequest, request } from '../../harness/messages.ts'

const fatal = (text: string) => parse(text).problems.filter((problem) => problem.fatal)
const response = (line: string) =>
  parseSip(
    Buffer.from(
      `${line}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n` +
        'Call-ID: c\r\nCSeq: 1 INVITE\r\n\r\n',
    ),
  )

describe('a status code', () => {
  it.each(['99', '700', '0200', '1e2', '2x0', '99999999999999999999', '-200', '20', '', '٢٠٠'])(
    'that is %j makes no response',
    (code) => {
      expect(response(`SIP/2.0 ${code} OK`)).toMatchObject({ kind: 'unreadable' })
    },
  )

  it.each([
    ['SIP/2.0 200 OK', 200, 'OK'],
    ['sip/2.0 486', 486, ''],
    ['SIP/2.0 699 ', 699, ''],
    ['SIP/2.0  100 Trying', 100, 'Trying'],
    ['SIP/2.0 603  two  spaces', 603, ' two  spaces'],
  ])('is read from %j', (line, status, reason) => {
    expect(response(line)).toMatchObject({ kind: 'response', version: 'SIP/2.0', status, reason })
  })
})

describe('a request line', () => {
  it.each([
    'INVITE SIP/2.0',
    'INVITE sip:a@b',
    'INVITE sip:a@b HTTP/1.1',
    ' INVITE sip:a@b SIP/2.0',
    'INVITE',
    '',
    'INVITE sip:a@b SIP/',
  ])('that is %j begins no message', (line) => expect(parseSip(Buffer.from(`${line}\r\n\r\n`)).kind).toBe('unreadable'))

  it.each([
    'INVITE  sip:a@b SIP/2.0',
    'INVITE sip:a@b  SIP/2.0',
    'INVITE sip:a@b SIP/2.0 ',
    'INVITE\tsip:a@b SIP/2.0',
    'INVITE sip:a@b\tSIP/2.0',
  ])('with other white space, %j, is refused', (line) => {
    expect(fatal(request().replace(/^.*/, line))[0]).toMatchObject({
      status: 400,
      text: expect.stringContaining('white space'),
    })
  })

  it.each(['sip:a\0@b', 'tel:+1\x01', 'sip:a\rb@c'])('with a control character in %j is refused', (uri) =>
    expect(fatal(request({ uri })).some(({ status }) => status === 400)).toBe(true),
  )
})

describe('control characters in what a response repeats', () => {
  it.each(['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Record-Route'])(
    '%s is refused with 400, and the 400 can be written',
    (name) => {
      for (const control of ['\r', '\0', '\x1b', '\x7f']) {
        const text = request({ extra: 'Record-Route: <sip:p;lr>\n' }).replace(
          new RegExp(`^(${name}: ..)`, 'm'),
          `$1${control}`,
        )
        const message = parseSip(Buffer.from(text)) as SipRequest
        expect(
          message.problems.filter((problem) => problem.fatal).map(({ status, text: why }) => `${status} ${why}`),
        ).toContainEqual(`400 ${name} contains a control character`)
        for (const status of [200, 400])
          expect(Buffer.from(writeSip(responseTo(message, status, 'tag'))).toString()).not.toMatch(/\r(?!\n)/)
      }
    },
  )

  it('are legal where they are quoted (RFC 4475 3.1.1.2), but no carriage return is', () => {
    expect(fatal(request().replace('From: ', 'From: "a\\\0\\\x07" '))).toEqual([])
    expect(fatal(request().replace('From: ', 'From: "a\\\r" '))).not.toEqual([])
  })

  it('never keep a response from being written', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\0', '"', '\\', ';', ' ') })
    fc.assert(
      fc.property(value, (text) => {
        const message = parseSip(
          Buffer.from(request({ extra: `Require: ${text.replaceAll('\n', '')}x\n` })),
        ) as SipRequest
        writeSip(
          responseTo(message, 420, 't', {
            headers: [makeHeader('Unsupported', headerList(message, 'require').join(', '))],
          }),
        )
      }),
    )
  })
})

describe('numbers of headers', () => {
  const of = (name: string, value: string) => ({ headers: [makeHeader(name, value)] })

  it.each([
    ['0', 0],
    ['4294967295', 4_294_967_295],
    ['4294967296', null],
    ['-1', null],
    ['1e3', null],
    ['', null],
    ['1.5', null],
    ['0x10', null],
    ['9'.repeat(300), null],
    [' 60 ', 60],
    ['0000000000060', 60],
  ])('Expires %j is %j', (text, value) => {
    expect(expiresOf(of('Expires', text))).toBe(value)
  })

  it.each([
    ['1800;refresher=uas', { seconds: 1800, refresher: 'uas' }],
    ['90 ; Refresher=UAC;x', { seconds: 90, refresher: 'uac' }],
    ['90;refresher=me', { seconds: 90, refresher: null }],
    ['x', null],
    ['90 seconds', null],
    ['99999999999', null],
  ])('Session-Expires %j is %j', (text, value) => {
    expect(sessionExpiresOf(of('x', text))).toEqual(value)
  })

  it.each([
    ['120 (I am in a meeting);duration=3600', 120],
    ['18000;duration=3600', 18_000],
    ['soon', null],
  ])('Retry-After %j is %j', (text, value) => expect(retryAfterOf(of('Retry-After', text))).toBe(value))

  it.each([
    ['776656 1 INVITE', { rseq: 776_656, sequence: 1, method: 'INVITE' }],
    ['1 2147483648 INVITE', null],
    ['4294967296 1 INVITE', null],
    ['1 1', null],
    ['1  1\tPRACK', { rseq: 1, sequence: 1, method: 'PRACK' }],
  ])('RAck %j is %j', (text, value) => {
    expect(rackOf(of('RAck', text))).toEqual(value)
  })

  it('are none where there is no such header', () =>
    expect([expiresOf({ headers: [] }), minSeOf({ headers: [] }), rseqOf(of('RSeq', '0'))]).toEqual([null, null, null]))

  it.each([
    'SIP/2.0/UDP h:0',
    'SIP/2.0/UDP h:65536',
    'SIP/2.0/UDP h:99999',
    'SIP/2/UDP h',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP',
  ])('a port or version that is none makes no Via: %s', (text) => expect(parseVia(text)).toBeNull())

  it.each([
    'sip:a@b:0',
    'sip:a@b:65536',
    'sip:a@b:',
    'sip:a\u00a0b@c',
    'sip:a@b\0',
    'sip:a@b;x=\x01',
    'sip:[::1',
    'sip:a@[]',
  ])('nor a URI: %j', (text) => expect(parseUri(text)).toBeNull())

  it('and an @ belongs to the user wherever a host follows', () => {
    expect(parseUri('sip:a;b=c?d@e')).toMatchObject({ user: 'a;b=c?d', host: 'e' })
    expect(parseUri('sip:h;x=a@')).toMatchObject({ user: null, host: 'h' })
    expect(parseUri('sip:a:b:c@h')).toMatchObject({ user: 'a', password: 'b:c' })
  })
})

describe('the key that an INFO carries', () => {
  const relay = 'application/dtmf-relay'
  it.each([
    [relay, 'Signal=5\r\nDuration=160', '5'],
    [relay, 'Duration=160\nsignal = *\n', '*'],
    [relay, 'Signal=10', '*'],
    [relay, 'Signal=11', '#'],
    [relay, 'Signal=12', 'A'],
    [relay, 'Signal=15', 'D'],
    [relay, 'Signal=d', 'D'],
    [relay, 'Signal=16', null],
    [relay, 'Signal=', null],
    [relay, 'Signal=123', null],
    [relay, 'NoSignal=1', null],
    [undefined, 'Signal=7', '7'],
    ['application/dtmf', ' 9\r\n', '9'],
    ['application/DTMF;x=y', '#', '#'],
    ['application/dtmf', '11', '#'],
    ['application/dtmf', '111', null],
    ['text/plain', '5', null],
    [relay, '\n'.repeat(60_000), null],
    [relay, '', null],
  ])('%s %j is %j', (type, body, digit) => expect(dtmfOfInfo(type, body)).toBe(digit))
})

describe('texts from outside in sentences of ours', () => {
  const hidden = 'a\u202eb\x1b[31mc'

  it('show what is hidden in them, and are not endless', () => {
    const long = `${hidden}${'x'.repeat(5000)}`
    const texts = [
      ...parse(
        request().replace('Max-Forwards: 70', `Max-Forwards: ${long}`).replace('CSeq: 1', `CSeq: ${long}`),
      ).problems.map(({ text }) => text),
      dialFault(`sip:${long}`)!.text,
      dialFault(long)!.text,
      addressFault(long)!.text,
      platformMeaning(`x-${'a'.repeat(5000)}`)!.text,
      ...['o=', 'c=', 'b=', 'm=', 'a=rtpmap:', 'a=fmtp:1 ', 'a=mid:'].map(
        (type) => explainSdp(`${type}${long}`)[0]!.text,
      ),
    ]
    for (const text of texts) {
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u001f\u202e]/)
      expect(text.length).toBeLessThan(700)
    }
  })
})

describe('patterns of the log', () => {
  const enabled = (debug: string, name: string) => new Logs(() => {}, debug).for(name).enabled
  it.each([
    ['ringback:*', 'ringback:sip', true],
    ['*', 'ringback:sip', true],
    ['ringback:sip', 'ringback:sip', true],
    ['ringback:sip', 'ringback:sips', false],
    ['*sip', 'ringback:sip', true],
    ['r*:s*p', 'ringback:sip', true],
    ['r*p*p', 'ringback:sip', false],
    ['a, ringback:*', 'ringback:x', true],
    ['', 'ringback:x', false],
    ['ringback.*', 'ringback:x', false],
    ['a*a', 'a', false],
    ['**', 'x', true],
  ])('%j takes %s: %s', (debug, name, taken) => expect(enabled(debug, name)).toBe(taken))
  it('are none by default', () => expect(noLogs.for('x').enabled).toBe(false))
})

it('compares messages of many headers and lines', () => {
  const message = (mark: string) =>
    parseRequest(
      `${request().replace(/Content-Length.*\r\n\r\n/, '')}` +
        `${Array.from({ length: 5000 }, (_, i) => `X-${mark}${i}: 1\n`).join('')}\n` +
        `${Array.from({ length: 5000 }, (_, i) => `a=${mark}${i}:x\n`).join('')}`,
    )
  expect(compareMessages(message('a'), message('b'))).toHaveLength(20_000)
})
