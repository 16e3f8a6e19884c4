import { describe, expect, it } from 'vitest'
import { addressFault, dialFault } from '../../../shared/words/dial.ts'

describe('what can be dialled', () => {
  it.each([
    'sip:1001@127.0.0.1:5060',
    'sip:agent_1@sip.rtc.elevenlabs.io:5060;transport=tcp',
    'sips:a@[2001:db8::1]',
    'sip:+15550100@host',
    'sip:100%25@host',
  ])('accepts %s', (uri) => {
    expect(dialFault(uri)).toBeNull()
  })

  it.each([
    ['sip@host', /no identifier/, 'sip:identifier@host'],
    ['sip:host', /no identifier/, 'sip:identifier@host'],
    ['sip:@host', /no identifier|cannot be read/, undefined],
    ['alice@host', /no scheme/, 'sip:alice@host'],
    ['sip:a b@host', /space/, 'sip:ab@host'],
    ['sip:a@host\r\nX: y', /control/, null],
    ['', /nothing to dial/, null],
    ['https://host', /no SIP URI/, null],
    ['sip:a@b?X=y', /header fields/, 'sip:a@b'],
  ])('refuses %j', (uri, text, correction) => {
    const fault = dialFault(uri)
    expect(fault?.text).toMatch(text)
    if (correction !== undefined) expect(fault?.correction).toBe(correction)
  })

  it('wants an address, not a URI, where an address belongs', () => {
    expect(addressFault('sip:sip.telnyx.com')).toMatchObject({ correction: 'sip.telnyx.com' })
    expect(addressFault(' sip.telnyx.com')).toMatchObject({ correction: 'sip.telnyx.com' })
    expect(addressFault('sip.telnyx.com:5060')).toBeNull()
  })
})
