import { describe, expect, it } from 'vitest'
import { addressFault, dialFault, dialled } from '../../../shared/words/dial.ts'

describe('what can be dialled', () => {
  it.each([
    'sip:1001@127.0.0.1:5060',
    'sip:agent_1@sip.rtc.elevenlabs.io:5060;transport=tcp',
    'sips:a@[2001:db8::1]',
    'sip:a@host;transport=ws',
    'sip:a@host;transport=WSS',
    'sip:+15550100@host',
    'sip:100%25@host',
  ])('accepts %s', (uri) => {
    expect(dialFault(uri)).toBeNull()
  })

  it.each([
    ['sip@host', /no identifier/, 'sip:@host'],
    ['sip:host', /no identifier/, 'sip:@host'],
    ['sip:@host', /no identifier/, 'sip:@host'],
    ['sip:host:5070;transport=tcp', /write sip:identifier@host:5070;transport=tcp/, 'sip:@host:5070;transport=tcp'],
    ['alice@host', /no scheme/, 'sip:alice@host'],
    ['sip:a b@host', /space/, 'sip:ab@host'],
    ['a b@host', /space/, 'sip:ab@host'],
    ['sip://alice@host', /slashes/, 'sip:alice@host'],
    ['"Ann" <sip:alice@host>', /between < and >/, 'sip:alice@host'],
    ['\u202asip:alice@host\u202c', /cannot be seen/, 'sip:alice@host'],
    ['sip:é@host', /escape/, 'sip:%C3%A9@host'],
    ['sip:a@münchen', /escape/, null],
    ['sip:a@host\r\nX: y', /control/, null],
    ['', /nothing to dial/, null],
    ['https://host', /no SIP URI/, null],
    ['sip:a@host;transport=sctp', /transport sctp is not available: use udp, tcp, tls, ws or wss/, null],
    ['192.0.2.1', /no SIP URI/, null],
  ])('refuses %j', (uri, text, correction) => {
    const fault = dialFault(uri)
    expect(fault?.text).toMatch(text)
    expect(fault?.correction).toBe(correction)
  })

  it('never makes an identifier up: the correction says where it is to be typed', () => {
    const { correction, caret } = dialFault('sip@host:5070')!
    expect(correction!.slice(0, caret)).toBe('sip:')
    expect(correction!.slice(caret)).toBe('@host:5070')
  })

  it('drops nothing of a URI that has header fields: they become headers', () => {
    expect(dialFault('sip:a?b@host?X-Foo=bar&Subject=one%20two&x=%')).toMatchObject({
      correction: 'sip:a?b@host',
      headers: [
        { name: 'X-Foo', value: 'bar' },
        { name: 'Subject', value: 'one two' },
        { name: 'x', value: '%' },
      ],
      remedy: { code: 'add-header' },
    })
    expect(dialFault('a@host?X-Foo=bar')).toMatchObject({
      correction: 'sip:a@host',
      headers: [{ name: 'X-Foo', value: 'bar' }],
    })
    expect(dialFault('sip:a@host?body=hello')).toMatchObject({ text: expect.stringMatching(/body/), correction: null })
  })

  it('is not repeated with the password in it', () => {
    for (const said of [dialFault('alice:geheim@h:1'), addressFault('alice:geheim@h'), dialFault('alice:geheim@@')])
      expect(said!.text).toMatch(/^"alice:xxxxxx@[^"]*" is no /)
  })

  it('wants an address, not a URI, where an address belongs', () => {
    expect(addressFault('sip:sip.telnyx.com')).toMatchObject({ correction: 'sip.telnyx.com' })
    expect(addressFault(' sip.telnyx.com')).toMatchObject({ correction: 'sip.telnyx.com' })
    expect(addressFault('sip.telnyx.com:5060')).toBeNull()
  })
})

describe('a number with a trunk', () => {
  it.each([
    ['+1 999 123 4567', 'sip:+19991234567@trunk.example'],
    ['+1 (999) 123-4567', 'sip:+19991234567@trunk.example'],
    ['\u202a+1\u00a0999\u2011123\u20134567\u202c', 'sip:+19991234567@trunk.example'],
    ['００４９ 30 123456', 'sip:004930123456@trunk.example'],
    ['+٤٩٣٠', 'sip:+4930@trunk.example'],
    ['tel:+1-999-123-4567', 'sip:+19991234567@trunk.example'],
    ['sip:+1 999 123 4567', 'sip:+19991234567@trunk.example'],
    ['*98', 'sip:*98@trunk.example'],
    ['#31#0301234', 'sip:%2331%230301234@trunk.example'],
    ['1001', 'sip:1001@trunk.example'],
    ['agent_1', 'sip:agent_1@trunk.example'],
    ['sip:bob@elsewhere', 'sip:bob@elsewhere'],
    ['sip:bob@elsewhere;transport=ws', 'sip:bob@elsewhere;transport=ws'],
  ])('%s calls %s', (text, uri) => {
    expect(dialled(text, 'trunk.example')).toEqual({ uri })
  })

  it.each([
    ['trunk.example:5080', 'sip:1@trunk.example:5080'],
    ['2001:db8::1', 'sip:1@[2001:db8::1]'],
    ['[2001:db8::1]:5080', 'sip:1@[2001:db8::1]:5080'],
  ])('at the address %s is %s', (address, uri) => {
    expect(dialled('1', address)).toEqual({ uri })
  })

  it.each([
    ['+44 (0)20 7946 0958', /\(0\)/, '+442079460958'],
    ['+1 999 123 4567,,42#', /after a pause/, '+19991234567'],
    ['', /give a number/, null],
    ['192.0.2.1', /no SIP URI/, null],
    ['https://host', /no SIP URI/, null],
    ['bob@elsewhere', /no scheme/, 'sip:bob@elsewhere'],
  ])('%j is refused', (text, why, correction) => {
    const fault = dialFault(text, 'trunk.example')
    expect(fault?.text).toMatch(why)
    expect(fault?.correction).toBe(correction)
  })

  it.each(['+1 999 123 4567', 'tel:+19991234567', 'sip:+19991234567', '1001'])(
    '%s without a trunk asks for one, and offers nothing that would be refused',
    (text) => {
      const fault = dialFault(text)!
      if (text !== '1001') expect(fault.text).toContain('sip:+19991234567@host')
      expect(fault).toMatchObject({ correction: null, remedy: { code: 'choose-trunk' } })
    },
  )
})

describe('every correction', () => {
  it('can be dialled, or says what is missing', () => {
    const pieces = [
      'sip:',
      'sip@',
      'tel:',
      '+1',
      ' ',
      '(0)',
      'a',
      '@',
      'host',
      '?',
      'X=y',
      ';transport=sctp',
      '<',
      '>',
      'é',
      ',,',
    ]
    for (const a of pieces)
      for (const b of pieces)
        for (const c of pieces)
          for (const d of pieces)
            for (const through of [null, 'trunk.example']) {
              const fault = dialFault(a + b + c + d, through)
              if (fault === null || fault.correction === null || fault.caret !== undefined) continue
              expect([a + b + c + d, dialFault(fault.correction, through)]).toEqual([a + b + c + d, null])
            }
  })
})
