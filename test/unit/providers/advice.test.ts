import { describe, expect, it } from 'vitest'
import { dialAdvice, encryptionBound, grants, transportBound, trunkAdvice } from '../../../shared/providers/advice.ts'
import { builtIn, providerNamed, providerOfTrunk } from '../../../shared/providers/index.ts'

const named = (name: string) => providerNamed(name)!

describe('a provider bounds the settings of a trunk', () => {
  it('to transports that it takes, with its reason', () => {
    expect(transportBound(named('ElevenLabs'), 'udp')).toEqual({
      offered: false,
      text: 'ElevenLabs: UDP transport is not currently available: use TCP, or TLS.',
    })
    expect(transportBound(named('ElevenLabs'), 'tcp')).toEqual({ offered: true, text: null })
    expect(transportBound(named('ElevenLabs'), 'tls').text).toMatch(/TLS 1\.2 or later/)
  })

  it('and says that it is unknown where it names others only, and nothing where it names none', () => {
    const openAi = transportBound(named('OpenAI Realtime'), 'udp')
    expect(openAi).toMatchObject({ offered: true, text: expect.stringMatching(/names TLS only: .* is unknown/) })
    expect(transportBound(named('Plivo'), 'udp')).toEqual({ offered: true, text: null })
  })

  it('to encryption of media over TLS where it says so', () => {
    expect(encryptionBound(named('Vapi'), 'required', 'udp').text).toMatch(/over TLS only/)
    expect(encryptionBound(named('Vapi'), 'disabled', 'udp').text).not.toMatch(/choose TLS/)
    expect(
      trunkAdvice(named('Twilio Elastic SIP Trunking'), { transport: 'udp', encryption: 'required' }),
    ).toHaveLength(1)
    expect(trunkAdvice(named('ElevenLabs'), { transport: 'udp', encryption: 'allowed' })).toHaveLength(1)
    expect(trunkAdvice(named('ElevenLabs'), { transport: 'tcp', encryption: 'required' })).toEqual([])
  })

  it.each(builtIn)('$name says what it grants in sentences', (provider) => {
    for (const text of grants(provider)) expect(text).toMatch(/^[A-Z].*\.$/)
  })
})

describe('the provider of a trunk', () => {
  it.each<[string, string | undefined, string, string | null]>([
    ['its address', undefined, 'sip.telnyx.com', 'Telnyx'],
    ['what was chosen, where its address is nobody’s', 'Ultravox', '192.0.2.1', 'Ultravox'],
    ['its address before what was chosen', 'LiveKit', 'sip.telnyx.com', 'Telnyx'],
    ['what was chosen, where that has no domain', 'Generic PBX', 'sip.telnyx.com', 'Generic PBX'],
    ['nobody', 'Nobody', 'pbx.example', null],
  ])('is told by %s', (_by, provider, address, name) => {
    expect(providerOfTrunk({ provider, address })?.name ?? null).toBe(name)
  })
})

describe('what a provider says of what is dialled', () => {
  it.each<[string, RegExp | null]>([
    ['sip:sip@sip.rtc.elevenlabs.io:5060', /"sip" is no identifier: write \+19991234567/],
    ['sip:19991234567@sip.rtc.elevenlabs.io', /with a leading \+ if it was imported with one/],
    ['sip:john@sip.rtc.elevenlabs.io', null],
    ['sip:john@sip.rtc.elevenlabs.io;transport=udp', /UDP transport is not currently available/],
    ['sip:14155550100@sip.eu.synthflow.ai', /E\.164 form.*\+14155550100 may be meant/],
    ['sip:+14155550100@sip.eu.synthflow.ai', null],
    ['sip:14155550100@pbx.example', null],
    [`sip:${'9'.repeat(100_000)}@sip.rtc.elevenlabs.io`, /leading \+/],
    ['', null],
  ])('%s', (uri, says) => {
    const said = dialAdvice(uri)
    if (says === null) expect(said).toEqual([])
    else expect(said.join(' ')).toMatch(says)
  })

  it('follows the provider of the trunk, and the transport that was chosen', () => {
    expect(dialAdvice('sip:john@192.0.2.1', named('ElevenLabs'), 'udp')).toHaveLength(1)
    expect(dialAdvice('sip:john@192.0.2.1', null, 'udp')).toEqual([])
    const long = `sip:a@${'x'.repeat(250)}.example`
    expect(dialAdvice(long, named('Twilio Programmable Voice')).join()).toMatch(/at most 254 characters/)
  })
})
