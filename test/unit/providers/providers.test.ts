import { describe, expect, it } from 'vitest'
import { platformMeaning, providerAt, providerRefusal, providers, variableOf } from '../../../shared/providers/index.ts'
import type { SipResponse } from '../../../shared/wire/sip/message.ts'

describe('what voice platforms make of headers', () => {
  it.each([
    ['X-CALL-ID', 'system__call_sid'],
    ['x-caller-id', 'system__caller_id'],
    ['X-Contact-ID', 'sip_contact_id'],
    ['X-a', 'sip_a'],
    ['sip.twilio.callSid', 'system__call_sid'],
    ['X-', null],
    ['Subject', null],
  ])('%s becomes the variable %s', (name, variable) => {
    expect(variableOf(name)).toBe(variable)
  })

  it('is said in a sentence, with who says so', () => {
    expect(platformMeaning('X-Call-ID')).toMatchObject({ text: expect.stringContaining('system__call_sid') })
    expect(platformMeaning('X-Anything-Else')!.text).toMatch(/sip_anything_else\.$/)
    expect(platformMeaning('Subject')).toBeNull()
    expect(platformMeaning('constructor')).toBeNull()
  })
})

describe('the provider of a trunk', () => {
  it.each([
    ['sip.rtc.elevenlabs.io', 'ElevenLabs'],
    ['sip.rtc.ElevenLabs.io.:5061', 'ElevenLabs'],
    ['x.sip.livekit.cloud:5060', 'LiveKit'],
    ['notsip.livekit.cloud.example', null],
    ['evilrtc.elevenlabs.io', null],
    ['my.pstn.twilio.com', 'Twilio'],
    ['192.0.2.1', null],
    ['[2001:db8::1]:5060', null],
    ['', null],
  ])('%s is %s', (address, name) => {
    expect(providerAt(address)?.name ?? null).toBe(name)
  })
})

describe('what providers say when they refuse', () => {
  const response = (status: number, reason: string): SipResponse => ({
    kind: 'response',
    version: 'SIP/2.0',
    status,
    reason,
    headers: [],
    body: new Uint8Array(),
    problems: [],
  })
  const anywhere = 'sip:+15550100@192.0.2.1'
  const all = providers.flatMap(({ domains, refusals }) => refusals.map((refusal) => ({ domains, refusal })))

  it.each(all)(
    '$refusal.status "$refusal.reason" is known at its domain, whatever the case',
    ({ domains, refusal }) => {
      const at = `sip:x@trunk.${domains[0]!.toUpperCase()}`
      expect(providerRefusal(response(refusal.status, refusal.reason.toUpperCase()), at)).toBe(refusal)
      expect(providerRefusal(response(refusal.status + 1, refusal.reason), at)).toBeNull()
    },
  )

  it('counts elsewhere only where the words tell the provider', () => {
    expect(providerRefusal(response(404, 'No trunk found'), anywhere)).toMatchObject({ refusedBy: 'routing' })
    expect(providerRefusal(response(400, ''), anywhere)).toBeNull()
    expect(providerRefusal(response(400, ''), `sip:x@not${all.at(-1)!.domains[0]}`)).toBeNull()
    expect(providerRefusal(response(404, 'Not Found'), anywhere)).toBeNull()
  })
})

describe('every provider', () => {
  it.each(providers)(
    '$name says where its facts are from and when they were read',
    ({ source, asOf, domains, limits }) => {
      expect(source).not.toBe('')
      expect(asOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/)
      for (const domain of domains) expect(domain).toMatch(/^[a-z0-9.-]+$/)
      for (const limit of limits) expect(limit).toMatch(/^[A-Z].*\.$/)
    },
  )
})
