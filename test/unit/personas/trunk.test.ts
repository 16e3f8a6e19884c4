import { describe, expect, it } from 'vitest'
import { personaNamed } from '../../../shared/providers/personas/index.ts'
import { sdp } from '../../harness/messages.ts'
import { invite, outcomeOf, pathOf } from './arrived.ts'

const open = (config: object) => personaNamed('trunk')!.open([config], () => 'pw', null)
const enforced = (config: object) => open({ mode: 'enforce', ...config })
type Parts = Parameters<typeof invite>[0]

const cases: [string, object, Parts, Parts, string][] = [
  ['a transport', { transports: ['tls'] }, {}, { transport: 'tls' }, '403 (usual)'],
  ['an address', { allowedAddresses: ['192.0.2.0/24'] }, {}, { source: '192.0.2.7' }, '403 (usual)'],
  ['the host', { domain: 'trunk.example' }, {}, { uri: 'sip:+1@TRUNK.example' }, '404 (usual)'],
  ['a header', { requiredHeaders: [{ name: 'X-Account' }] }, {}, { extra: 'X-Account: 7\r\n' }, '403 (usual)'],
  [
    'the value of a header',
    { requiredHeaders: [{ name: 'X-Account', value: '8' }] },
    { extra: 'X-Account: 7\r\n' },
    { extra: 'X-Account: 8\r\n' },
    '403 (usual)',
  ],
  ['+ before the number', { number: 'e164' }, { uri: 'sip:15105550100@t' }, {}, '404 (usual)'],
  ['no + before the number', { number: 'no-plus' }, {}, { uri: 'sip:15105550100@t' }, '404 (usual)'],
  [
    'a caller ID that may be shown',
    { callerId: { header: 'From', numbers: ['+15105550100'] } },
    {},
    { from: 'sip:+15105550100@x' },
    '403 (usual)',
  ],
  [
    'a caller ID in its header',
    { callerId: { header: 'P-Asserted-Identity' } },
    {},
    { extra: 'P-Asserted-Identity: <tel:+15105550100>\r\n' },
    '403 (usual)',
  ],
  ['a codec', { codecs: ['G722'] }, {}, { body: sdp('192.0.2.9', 30_000, '', '9') }, '488 (usual)'],
  ['calls at once', { callsAtOnce: 2 }, { activeCalls: 2 }, { activeCalls: 1 }, '503 (usual)'],
]

describe('a trunk on the desk', () => {
  it.each(cases)('compares %s', (_what, config, wrong, right, status) => {
    expect(outcomeOf(enforced(config).decide(invite(wrong)))).toBe(status)
    expect(outcomeOf(enforced(config).decide(invite(right)))).toBe('answer')
  })

  it.each(cases)('that only watches lets the call in in spite of %s, and says how it would refuse', (...row) => {
    const [, config, wrong, right, status] = row
    const decision = open(config).decide(invite(wrong))
    expect(outcomeOf(decision)).toBe('answer')
    expect(decision.wouldRefuse!.map((one) => `${one.status} (usual)`)).toContain(status)
    expect(open(config).decide(invite(right)).wouldRefuse).toEqual([])
  })

  it('that only watches names everything that is wrong, not only the first', () => {
    const config = { number: 'no-plus', codecs: ['G722'], requiredHeaders: [{ name: 'X-A' }], transports: ['tls'] }
    expect(
      open(config)
        .decide(invite())
        .wouldRefuse!.map(({ status }) => status),
    ).toEqual([403, 403, 404, 488])
  })

  it('wants encryption as it is set', () => {
    const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\r\n'
    const secure = sdp('192.0.2.9', 30_000, crypto).replace('RTP/AVP', 'RTP/SAVP')
    const outcomes = (mediaEncryption: string) =>
      [sdp(), secure].map((body) => outcomeOf(enforced({ mediaEncryption }).decide(invite({ body }))))
    expect(outcomes('required')).toEqual(['488 (usual)', 'answer'])
    expect(outcomes('disabled')).toEqual(['answer', '488 (usual)'])
    expect(outcomes('allowed')).toEqual(['answer', 'answer'])
  })

  it('says which headers carry a caller ID', () => {
    const extra =
      'P-Asserted-Identity: "A" <sip:+15105550111@x>\r\nRemote-Party-ID: <sip:+15105550122@x>;party=calling\r\n' +
      'Diversion: <sip:+15105550133@x>;reason=unconditional\r\n'
    const { got, steps } = open({}).decide(invite({ extra }))
    expect(got.slice(1)).toEqual([
      { name: 'caller ID in From', value: '+15105550123' },
      { name: 'caller ID in P-Asserted-Identity', value: '+15105550111' },
      { name: 'caller ID in Remote-Party-ID', value: '+15105550122' },
      { name: 'caller ID in Diversion', value: '+15105550133' },
    ])
    expect(pathOf({ steps }).find((line) => line.startsWith('caller ID'))).toContain('Diversion: +15105550133')
  })

  it('counts the calls of a second, and each call once', () => {
    const persona = enforced({ callsPerSecond: 2 })
    const come = (callId: string, atMs: number) => outcomeOf(persona.decide(invite({ callId, atMs })))
    expect([come('a', 0), come('b', 10), come('b', 20), come('c', 30), come('d', 1100)]).toEqual([
      ...['answer', 'answer', 'answer'],
      '503 (usual)',
      'answer',
    ])
  })

  it('asks for digest behind addresses, and notes wrong credentials where it only watches', () => {
    const authentication = { users: [{ user: 'p', passwordEnv: 'PW' }] }
    expect(open({ authentication }).decide(invite()).challenge).toMatchObject({ status: 407, onlyNoted: true })
    expect(enforced({ authentication }).decide(invite()).challenge).toMatchObject({ onlyNoted: false })
    const away = enforced({ authentication, allowedAddresses: ['192.0.2.0/24'] }).decide(invite())
    expect([outcomeOf(away), away.challenge]).toEqual(['403 (usual)', null])
  })

  it('cannot be played with what does not go together', () => {
    const users = [1, 2].map(() => ({ user: 'p', passwordEnv: 'PW' }))
    expect(() => open({ authentication: { users } })).toThrow(/"p" stands there twice/)
    expect(() => open({ registrar: { minExpiresS: 7200 } })).toThrow(/minExpiresS is more/)
  })
})

describe('a trunk of an account with few calls at once', () => {
  const persona = personaNamed('twilio-elastic')!.open(
    [{ ipAccessControlLists: [{ addresses: ['0.0.0.0/0'] }], callsAtOnce: 4, callsPerSecond: 100 }],
    () => '',
    null,
  )
  const come = (activeCalls: number) =>
    persona.decide(invite({ uri: 'sip:+15105550100@example.pstn.twilio.com', callId: `c${activeCalls}`, activeCalls }))

  it('refuses the fifth in the words of the provider', () => {
    expect(outcomeOf(come(3))).toBe('answer')
    const { outcome } = come(4)
    expect(outcome).toMatchObject({ kind: 'refuse', refused: { status: 503 } })
    if (outcome.kind !== 'refuse') return
    expect(outcome.refused.headers.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'X-Twilio-Error: 10004 Call concurrency limit exceeded',
    ])
  })
})
