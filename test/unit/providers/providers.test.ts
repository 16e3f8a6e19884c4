import { afterEach, describe, expect, it } from 'vitest'
import {
  builtIn,
  providerAt,
  providerNamed,
  providers,
  rangesOf,
  setOwnProviders,
} from '../../../shared/providers/index.ts'
import { complete } from '../../../shared/providers/complete.ts'
import { providerSchema } from '../../../shared/providers/provider.ts'

afterEach(() => setOwnProviders([]))

describe('the provider of a trunk', () => {
  it.each([
    ['sip.rtc.elevenlabs.io', 'ElevenLabs'],
    ['sip.rtc.ElevenLabs.io.:5061', 'ElevenLabs'],
    ['sip-static.rtc.in.residency.elevenlabs.io', 'ElevenLabs'],
    ['x.sip.livekit.cloud:5060', 'LiveKit'],
    ['notsip.livekit.cloud.example', null],
    ['evilrtc.elevenlabs.io', null],
    ['my.pstn.twilio.com', 'Twilio Elastic SIP Trunking'],
    ['my.pstn.frankfurt.twilio.com', 'Twilio Elastic SIP Trunking'],
    ['pstn.a.b.twilio.com', null],
    ['sip.telnyx.com.au', 'Telnyx'],
    ['acme.sip-eu.vonage.com', 'Vonage'],
    ['192.0.2.1', null],
    ['[2001:db8::1]:5060', null],
    ['', null],
  ])('%s is %s', (address, name) => {
    expect(providerAt(address)?.name ?? null).toBe(name)
  })
})

describe('whose address something is', () => {
  it.each([
    ['54.172.60.1', ['Twilio Elastic SIP Trunking']],
    ['::ffff:54.172.60.3', ['Twilio Elastic SIP Trunking']],
    ['54.172.60.4', []],
    ['168.86.191.255', ['Twilio Elastic SIP Trunking']],
    ['18.98.16.121', ['Retell']],
    ['44.229.228.186', ['Vapi']],
    ['44.229.228.187', []],
    ['54.172.60.1.', []],
    ['054.172.60.1e', []],
    ['sip.telnyx.com', []],
    ['[54.172.60.1]', []],
    ['', []],
    ['9'.repeat(100_000), []],
    [':'.repeat(100_000), []],
  ])('%s', (address, names) => {
    expect(rangesOf(address).map(({ provider }) => provider.name)).toEqual(names)
  })

  it('is told by ranges of IPv6 and of one’s own providers too, the end of a block included', () => {
    const mine = { name: 'Mine', kind: 'trunk', source: 'me', asOf: '2026-11-26' } as const
    setOwnProviders([complete({ ...mine, addresses: [{ cidr: '2001:db8:1::/48', use: 'any' }] })])
    expect(rangesOf('2001:db8:1:ffff::9')[0]?.provider.name).toBe('Mine')
    expect(rangesOf('2001:0DB8:0001::1')).toHaveLength(1)
    expect(rangesOf('2001:db8:2::1')).toEqual([])
  })
})

describe('every provider', () => {
  it.each(builtIn)('$name is what the schema says, with source and date', (provider) => {
    const parsed = providerSchema.parse(provider)
    expect(parsed).toEqual(provider)
    for (const limit of provider.limits) expect(limit).toMatch(/^[A-Z].*\.$/)
    for (const { address } of provider.targets)
      expect(providerAt(address.startsWith('.') ? `x${address}` : address)?.name).toBe(provider.name)
  })

  it('of the list that is asked for is there, each once', () => {
    const names = builtIn.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of [
      'ElevenLabs',
      'Twilio Programmable Voice',
      'Twilio Elastic SIP Trunking',
      'LiveKit',
      'Retell',
      'OpenAI Realtime',
      'xAI',
      'Vapi',
      'Telnyx',
      'Plivo',
      'Vonage',
      'Amazon Chime Voice Connector',
      'SignalWire',
      'Synthflow',
      'Ultravox',
      'Generic PBX',
    ])
      expect(names).toContain(name)
  })

  it('of one’s own goes before the others, and stands instead of one of the same name', () => {
    const before = providers().length
    const mine = complete({ name: 'livekit', kind: 'trunk', source: 'me', asOf: '2026', domains: ['example.org'] })
    setOwnProviders([mine])
    expect(providers()).toHaveLength(before)
    expect(providers()[0]).toBe(mine)
    expect(providerNamed('LiveKit')).toBe(mine)
    expect(providerAt('x.sip.livekit.cloud')).toBeNull()
    expect(providerAt('sip.example.org')).toBe(mine)
  })
})
