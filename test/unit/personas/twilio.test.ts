import { describe, expect, it } from 'vitest'
import { header } from '../../../shared/wire/sip/message.ts'
import type { Decision } from '../../../shared/providers/personas/decision.ts'
import { twilioPersona } from '../../../shared/providers/personas/twilio/index.ts'
import { PersonaFault } from '../../../shared/providers/personas/persona.ts'
import { sdp } from '../../harness/messages.ts'
import { invite, outcomeOf, pathOf } from './arrived.ts'

const domain = 'example.pstn.twilio.com'
const here = { ipAccessControlLists: [{ addresses: ['203.0.113.0/28'] }] }
const open = (fields: object) =>
  twilioPersona.open([{ terminationUri: domain, ...fields }], (name) => `of ${name}`, null)
const call = (parts: Parameters<typeof invite>[0] = {}) => invite({ uri: `sip:+442079460000@${domain}`, ...parts })
const errorOf = ({ outcome }: Decision) =>
  outcome.kind === 'refuse' ? (header(outcome.refused, 'x-twilio-error') ?? null) : null
const secure = sdp('192.0.2.9', 30_000, `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}\r\n`).replace(
  'AVP',
  'SAVP',
)

describe('a trunk that is called out through', () => {
  it.each<[string, object, Parameters<typeof invite>[0], string, RegExp | null]>([
    ['takes a call from its list', here, {}, 'answer', null],
    ['drops one for another host', here, { uri: 'sip:+442079460000@127.0.0.1' }, 'silence', null],
    ['takes its host in any case', here, { uri: 'sip:+442079460000@Example.PSTN.twilio.com' }, 'answer', null],
    ['refuses another address', here, { source: '203.0.113.16' }, '403 (usual)', /^32201 Authentication failure - sou/],
    ['refuses all without a list', {}, {}, '403 (usual)', /^32200 /],
    ['refuses what is no number', here, { uri: `sip:020@${domain}` }, '400 (usual)', /^13224 /],
    ['refuses another caller ID', { ...here, callerIds: ['+15105550100'] }, {}, '403 (usual)', /^32204 Invalid Caller/],
    [
      'takes a caller ID that its policy puts there',
      { ...here, callerIds: ['+18881230987'], fromNumber: '+18881230987' },
      {},
      'answer',
      null,
    ],
    ['refuses another country', { ...here, countries: ['US'] }, {}, '403 (usual)', /^32205 No International/],
    ['takes an allowed country', { ...here, countries: ['US', 'GB', 'GG', 'IM', 'JE'] }, {}, 'answer', null],
    ['wants TLS, if secure', { ...here, secureTrunking: true }, { body: secure }, '488 (usual)', /^32209 /],
    ['wants SRTP, if secure', { ...here, secureTrunking: true }, { transport: 'tls' }, '488 (usual)', /^32208 /],
    ['takes both', { ...here, secureTrunking: true }, { transport: 'tls', body: secure }, 'answer', null],
    ['refuses SRTP, if it is not', here, { body: secure }, '488 (usual)', /^32207$/],
  ])('%s', (_what, fields, parts, outcome, error) => {
    const decision = open(fields).decide(call(parts))
    expect(outcomeOf(decision)).toBe(outcome)
    if (error) expect(errorOf(decision)).toMatch(error)
    else expect(errorOf(decision)).toBeNull()
    expect(decision.challenge).toBeNull()
  })

  it('says why a country is refused, and does not know where a number may be of several', () => {
    const refused = open({ ...here, countries: ['US'] }).decide(call({ uri: `sip:+493012345678@${domain}` }))
    expect(pathOf(refused).at(-1)).toBe('country: DE ≠ US')
    const some = open({ ...here, countries: ['GB'] }).decide(call())
    expect(pathOf(some).at(-1)).toBe('country: GB or GG or IM or JE ? GB')
    expect(outcomeOf(some)).toBe('answer')
    expect(
      pathOf(open({ ...here, countries: ['GB'] }).decide(call({ uri: `sip:+18005550100@${domain}` }))).at(-1),
    ).toMatch(/no country that is known \? GB$/)
  })

  it('tells the caller IDs that arrived, and what the called party sees', () => {
    const extra = 'P-Asserted-Identity: <sip:+15105550199@h>\nRemote-Party-ID: <sip:1@h>\n'
    const decision = open({ ...here, fromNumber: '+18881230987' }).decide(call({ extra }))
    expect(pathOf(decision).find((line) => line.startsWith('caller ID'))).toBe(
      'caller ID: From: +15105550123; P-Asserted-Identity: <sip:+15105550199@h>; Remote-Party-ID: <sip:1@h>; ' +
        'the policy makes it +18881230987 = any',
    )
    expect(decision.got).toContainEqual({ name: 'caller ID that the called party sees', value: '+18881230987' })
  })

  it('counts calls a second, and one that comes again with credentials once', () => {
    const persona = open({ ...here, callsPerSecond: 2 })
    const at = (callId: string, atMs: number) => errorOf(persona.decide(call({ callId, atMs })))
    expect([at('a', 0), at('a', 10), at('b', 20)]).toEqual([null, null, null])
    expect(at('c', 30)).toMatch(/^32001 SIP: Trunk CPS limit exceeded/)
    expect(at('d', 1021)).toBeNull()
  })
})

describe('its credentials', () => {
  const list = { friendlyName: 'Agents', credentials: [{ username: 'agent', passwordEnv: 'P' }] }
  const named = (username: string) => `Proxy-Authorization: Digest username="${username}", realm="x"\n`

  it('are asked for after the address, and before the numbers', () => {
    const persona = open({ ...here, credentialLists: [list], countries: ['US'] })
    expect(persona.decide(call({ source: '192.0.2.1' })).challenge).toBeNull()
    expect(persona.decide(call()).challenge).toMatchObject({
      status: 407,
      credentials: [{ username: 'agent', password: 'of P' }],
      wrong: { status: 403, headers: [] },
    })
  })

  it('are by user name, and not by the friendly name of the list', () => {
    const persona = open({ credentialLists: [list] })
    const decision = persona.decide(call({ extra: named('Agents') }))
    expect(outcomeOf(decision)).toBe('403 (usual)')
    expect(decision.challenge?.wrong.because).toBe('Agents is the friendly name of a credential list, and no user')
    expect(pathOf(decision).at(-1)).toMatch(/^user of the credentials: Agents, the friendly name of a .* ≠ agent$/)
    expect(outcomeOf(persona.decide(call({ extra: named('agent') })))).toBe('answer')
  })

  it('with a user twice are no configuration', () => {
    expect(() => open({ credentialLists: [list, list] })).toThrow(PersonaFault)
  })
})

it.each([
  ['a blank inside the termination URI', { terminationUri: 'my trunk.pstn.twilio.com' }, /no host name/],
  ['a number that is none', { callerIds: ['0151'] }, /no number in E\.164 form/],
  ['a country that is none', { countries: ['us'] }, /no country/],
  ['a block that is none', { ipAccessControlLists: [{ addresses: ['1.2.3.4/33'] }] }, /no address and no block/],
  ['an unknown field', { password: 'x' }, /password/],
])('%s is explained', (_what, document, says) => {
  expect(JSON.stringify(twilioPersona.schema.safeParse(document).error?.issues)).toMatch(says)
})
