import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Answered, Decision } from '../../../shared/providers/personas/decision.ts'
import { liveKitPersona } from '../../../shared/providers/personas/livekit/index.ts'
import { normalized } from '../../../shared/providers/personas/livekit/trunk.ts'
import { sdp } from '../../harness/messages.ts'
import { seeds } from '../../harness/fixtures.ts'
import { invite, outcomeOf, pathOf } from './arrived.ts'

const open = (...documents: readonly unknown[]) => liveKitPersona.open(documents, () => 'secret', null)
const individual = { dispatch_rule: { rule: { dispatchRuleIndividual: { roomPrefix: 'call-' } } } }
const trunk = (fields: object) => ({ trunk: { name: 'T', ...fields } })
const rule = (kind: object, fields: object = {}) => ({ dispatch_rule: { rule: kind, ...fields } })
const gets = (decision: Decision, name: string) => decision.got.find((one) => one.name === name)?.value
const answered = (decision: Decision) => decision.outcome as Answered

describe('an inbound trunk', () => {
  it.each<[string, object, Parameters<typeof invite>[0], string]>([
    ['takes any number where it names none', {}, {}, 'answer'],
    ['takes its number, written without a plus', { numbers: ['1 (510) 555-0100'] }, {}, 'answer'],
    ['leaves another number', { numbers: ['+15105550101'] }, {}, '404 No trunk found'],
    [
      'takes the number of To, not of the request URI',
      { numbers: ['+15105550100'] },
      { uri: 'sip:x@h', to: 'sip:15105550100@h' },
      'answer',
    ],
    ['takes callers of its list', { allowed_numbers: ['15105550123'] }, {}, 'answer'],
    ['leaves other callers', { allowed_numbers: ['+15105550199'] }, {}, '404 Does not match any SIP Trunks'],
    ['takes addresses of a block', { allowed_addresses: ['203.0.113.0/28'] }, {}, 'answer'],
    ['leaves other addresses', { allowed_addresses: ['203.0.113.0/29'] }, {}, '404 Does not match any SIP Trunks'],
    ['takes the host of From by its name', { allowed_addresses: ['a.example'] }, { from: 'sip:1@a.example' }, 'answer'],
    ['ignores an entry that is no address', { allowed_addresses: ['sip://a', '1.2.3.4, 5.6.7.8'] }, {}, 'answer'],
    ['says camelCase or snake_case', { allowedNumbers: ['+15105550199'] }, {}, '404 Does not match any SIP Trunks'],
  ])('%s', (_what, fields, parts, outcome) => {
    expect(outcomeOf(open(trunk(fields), individual).decide(invite(parts)))).toBe(outcome)
  })

  it('with the number goes before one that takes any; two with the same number are a failure', () => {
    const [mine, any] = [trunk({ name: 'mine', numbers: ['+15105550100'] }), trunk({ name: 'any' })]
    expect(gets(open(any, mine, individual).decide(invite()), 'trunk')).toBe('trunk "mine"')
    const both = open(mine, trunk({ name: 'too', numbers: ['15105550100'] }), individual).decide(invite())
    expect(outcomeOf(both)).toBe('503 Try again later')
    expect(both.outcome).toMatchObject({ refused: { because: expect.stringContaining('"mine" and trunk "too"') } })
  })

  it('with a user and a password is asked for them by digest, and 401 follows wrong ones', () => {
    const persona = open(trunk({ auth_username: 'u', auth_password: 'p' }), individual)
    expect(persona.decide(invite()).challenge).toMatchObject({
      status: 407,
      reason: 'Unauthorized',
      credentials: [{ username: 'u', password: 'p' }],
      wrong: { status: 401, reason: 'Unauthorized', headers: [] },
    })
    expect(open(trunk({ auth_username: 'u' }), individual).decide(invite()).challenge).toBeNull()
  })
})

describe('a dispatch rule', () => {
  it.each<[string, object[], string]>([
    ['individual: prefix, caller and something unique', [individual], 'call-_+15105550123_call1'],
    ['individual without', [rule({ dispatchRuleIndividual: { no_randomness: true } })], '+15105550123'],
    ['direct: its room', [rule({ dispatch_rule_direct: { room_name: 'lobby' } })], 'lobby'],
    ['callee: the called number', [rule({ dispatchRuleCallee: { roomPrefix: 'n' } })], 'n_+15105550100'],
    ['in the old form, without an envelope', [{ rule: { dispatchRuleDirect: { roomName: 'old' } } }], 'old'],
    [
      'hides the number of the caller',
      [rule({ dispatchRuleIndividual: { roomPrefix: 'p', noRandomness: true } }, { hide_phone_number: true })],
      'p_0123',
    ],
    [
      'that names the trunk goes before one that names none',
      [rule({ dispatchRuleDirect: { roomName: 'any' } }), rule({ dispatchRuleCallee: {} }, { trunk_ids: ['ST_1'] })],
      '+15105550100',
    ],
    [
      'direct goes before individual, one for the caller before both',
      [
        rule({ dispatchRuleIndividual: { roomPrefix: 'i' } }, { numbers: ['+15105550100'] }),
        rule({ dispatchRuleDirect: { roomName: 'd' } }),
        rule(
          { dispatchRuleCallee: { roomPrefix: 'c' } },
          {
            inbound_numbers: ['+15105550123'],
            numbers: ['+15105550100'],
          },
        ),
      ],
      'c_+15105550100',
    ],
  ])('%s', (_what, rules, room) => {
    expect(gets(open(trunk({ sip_trunk_id: 'ST_1' }), ...rules).decide(invite()), 'room')).toBe(room)
  })

  it('compares its numbers as they are written, unlike the trunk', () => {
    const fields = { inbound_numbers: ['15105550123'] }
    const decision = open(trunk({}), rule({ dispatchRuleDirect: {} }, fields)).decide(invite())
    expect(outcomeOf(decision)).toBe('180, 404 Does not match Trunks or Dispatch Rules')
    expect(pathOf(decision).at(-1)).toMatch(/inbound numbers \(From, as written\): \+15105550123 ≠ 15105550123$/)
  })

  it('that names another trunk is left, and the path says what the file lacks', () => {
    const decision = open(trunk({}), rule({ dispatchRuleDirect: {} }, { trunk_ids: ['ST_x'] })).decide(invite())
    expect(outcomeOf(decision)).toBe('180, 404 Does not match Trunks or Dispatch Rules')
    expect(pathOf(decision).at(-1)).toMatch(/trunk "T", whose file names no sip_trunk_id ≠ ST_x$/)
  })

  it('twice for the same is a failure', () => {
    expect(outcomeOf(open(trunk({}), individual, individual).decide(invite()))).toBe('180, 503 Try again later')
  })

  it('with a pin asks for it after the answer: right it gives the room, wrong it hangs up', () => {
    const persona = open(trunk({}), rule({ dispatchRuleDirect: { roomName: 'r', pin: '7774' } }))
    const asked = persona.decide(invite())
    expect(gets(asked, 'room')).toBeUndefined()
    const pin = answered(asked).pin!
    expect(pin('7774')).toMatchObject({ refused: null, got: expect.arrayContaining([{ name: 'room', value: 'r' }]) })
    for (const digits of ['', '7775', '1'.repeat(17)]) expect(pin(digits).refused?.because).toMatch(/no dispatch rule/)
    expect(JSON.stringify(pathOf(pin('7775')))).not.toMatch(/7774|7775/)
    expect(answered(open(trunk({}), individual).decide(invite())).pin).toBeUndefined()
  })
})

describe('the media of a call', () => {
  const secure = (suite: string) =>
    sdp('192.0.2.9', 30_000, `a=crypto:1 ${suite} inline:${'A'.repeat(40)}\r\n`).replace('AVP', 'SAVP')
  it.each<[string, object, string, string]>([
    ['in clear, where nothing is said', {}, sdp(), 'answer'],
    ['with keys, where nothing is said', {}, secure('AES_CM_128_HMAC_SHA1_80'), '180, 400 '],
    ['in clear, where encryption is required', { media_encryption: 2 }, sdp(), '180, 400 '],
    [
      'with keys, where it is required',
      { media_encryption: 'SIP_MEDIA_ENCRYPT_REQUIRE' },
      secure('AES_CM_128_HMAC_SHA1_32'),
      'answer',
    ],
    ['with keys of another suite', { media_encryption: 2 }, secure('AEAD_AES_256_GCM'), '180, 400 '],
    ['of another codec', {}, sdp('192.0.2.9', 30_000, '', '18'), '180, 400 '],
    ['of one listed codec', { media: { only_listed_codecs: true, codecs: [{ name: 'PCMA' }] } }, sdp(), 'answer'],
    ['of another', { media: { only_listed_codecs: true, codecs: [{ name: 'G722' }] } }, sdp(), '180, 400 '],
    ['that is not offered', {}, '', '180, 400 '],
    ['that cannot be read', {}, 'v=1', '180, 400 '],
  ])('%s', (_what, fields, body, outcome) => {
    expect(outcomeOf(open(trunk(fields), individual).decide(invite({ body })))).toBe(outcome)
  })
})

describe('what a participant gets of headers', () => {
  const extra = 'X-Order: 7\nX-Order: 8\nX-Twilio-CallSid: CA1\nSubject: s\n'
  const of = (fields: object) =>
    Object.fromEntries(
      open(trunk(fields), individual)
        .decide(invite({ extra }))
        .variables.map(({ variable, name, value }) => [variable ?? `none: ${name}`, value]),
    )
  it('is what the trunk maps, and what carriers send', () => {
    expect(of({ headers_to_attributes: { 'x-order': 'order', 'X-Gone': 'gone' } })).toEqual({
      'order': '7',
      'sip.twilio.callSid': 'CA1',
      'none: X-Gone': '',
    })
  })
  it('is all of them, or those that begin with X-, where it includes them', () => {
    expect(of({ include_headers: 'SIP_X_HEADERS' })).toEqual({
      'sip.h.x-order': '8',
      'sip.h.x-twilio-callsid': 'CA1',
      'sip.twilio.callSid': 'CA1',
    })
    expect(of({ include_headers: 2 })).toMatchObject({ 'sip.h.subject': 's' })
  })
})

describe('calls beyond trunk and rule', () => {
  it.each([
    ['quota', '503 Service temporarily unavailable'],
    ['lookup', '503 Try again later'],
    ['flood', 'silence'],
    ['rejected', '180, 486 Rejected'],
    ['media', '180, 488 Media Failed'],
  ])('are refused as it is asked for: %s', (refuse, outcome) => {
    expect(outcomeOf(open(trunk({}), individual, { play: { refuse } }).decide(invite()))).toBe(outcome)
  })

  it('ring once a second until an agent joins, for as long as the trunk says, else three minutes', () => {
    const ringing = (fields: object, play: object = {}) =>
      answered(open(trunk(fields), individual, { play }).decide(invite())).ringing
    expect(ringing({})).toEqual({ everyMs: 1000, mostMs: 180_000, joinsAfterMs: 1000 })
    expect(ringing({ ringing_timeout: '2.5s' }, { agent_joins_after_ms: 'never' })).toEqual({
      everyMs: 1000,
      mostMs: 2500,
      joinsAfterMs: null,
    })
    expect(answered(open(trunk({}), individual).decide(invite())).nobody).toMatchObject({ status: 486 })
  })

  it('that were refused are refused again for a minute, by Call-ID and From tag', () => {
    const persona = open(trunk({ numbers: ['+1'] }), trunk({ numbers: ['+15105550100'], allowed_numbers: ['+1'] }))
    expect(outcomeOf(persona.decide(invite()))).toBe('404 Does not match any SIP Trunks')
    const again = { from: 'sip:1@h' }
    expect(outcomeOf(persona.decide(invite(again)))).toBe('404 Does not match any SIP Trunks')
    expect(pathOf(persona.decide(invite(again))).at(-1)).toMatch(/^refused before: the same Call-ID and From tag/)
    expect(outcomeOf(persona.decide(invite({ ...again, fromTag: 'b' })))).toBe(
      '180, 404 Does not match Trunks or Dispatch Rules',
    )
    expect(outcomeOf(persona.decide(invite({ ...again, atMs: 60_001 })))).toMatch(/^180/)
  })

  it('that were challenged are not refused again', () => {
    const persona = open(trunk({ auth_username: 'u', auth_password: 'p' }))
    expect(outcomeOf(persona.decide(invite()))).toMatch(/^180, 404/)
    expect(persona.decide(invite()).challenge).not.toBeNull()
  })
})

describe('a file of the platform', () => {
  const refused = (document: unknown) =>
    liveKitPersona.schema
      .safeParse(document)
      .error?.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
  it.each<[string, unknown, RegExp]>([
    ['an unknown field', { trunk: { nmae: 'x' } }, /^trunk: .*"nmae"/],
    [
      'a field in both spellings',
      { trunk: { auth_username: 'a', authUsername: 'b' } },
      /authUsername: stands there twice, as auth_username too/,
    ],
    ['a number that is no text', { trunk: { numbers: [1510] } }, /^trunk\.numbers\.0: .*string/],
    ['a wrong type', { trunk: { allowed_numbers: '+1' } }, /^trunk\.allowed_numbers: .*array/],
    [
      'two kinds of rule',
      rule({ dispatchRuleDirect: {}, dispatchRuleCallee: {} }),
      /dispatch_rule\.rule: a rule is one of/,
    ],
    ['no kind of rule', rule({}), /a rule is one of dispatchRuleDirect/],
    ['a trunk without its envelope', { name: 'x', numbers: [] }, /"numbers"/],
    ['nothing', {}, /nothing stands here: an inbound trunk is/],
    ['an encryption that is none', { trunk: { media_encryption: 'SRTP' } }, /^trunk\.media_encryption: /],
    ['a duration that is none', { trunk: { ringing_timeout: 30 } }, /^trunk\.ringing_timeout: /],
  ])('with %s is explained', (_what, document, says) => {
    expect(refused(document)!.join('\n')).toMatch(says)
  })

  const folder = seeds()
  it.skipIf(folder === null)('is taken as the page on inbound calls shows it', () => {
    const name = readdirSync(folder!).find((one) => one.startsWith('002'))!
    const text = readFileSync(join(folder!, name), 'utf8')
    const after = (sentence: string) => {
      const from = text.indexOf('{', text.indexOf(sentence))
      const lines = text.slice(from, text.indexOf('\n\n\n', from) < 0 ? undefined : text.indexOf('\n\n\n', from))
      for (let end = lines.indexOf('}'); end >= 0; end = lines.indexOf('}', end + 1)) {
        try {
          return JSON.parse(lines.slice(0, end + 1)) as unknown
        } catch {
          // More of it follows.
        }
      }
      throw new Error(`no JSON follows "${sentence}"`)
    }
    const documents = [after('inbound-trunk.json\n\nfile'), after('dispatch-rule.json\n\nfile')]
    const decision = open(...documents).decide(invite())
    expect(decision.challenge?.credentials[0]?.username).toBe('<sip_trunk_username>')
    expect(gets(decision, 'room')).toMatch(/^call-_\+15105550123_/)
    expect(documents).toHaveLength(2)
  })
})

it.each([
  ['1 (510) 555-0100', '+15105550100'],
  ['+1510', '+1510'],
  ['john', 'john'],
  ['', ''],
  ['1'.repeat(10_000), `+${'1'.repeat(10_000)}`],
])('the number %s counts as %s', (written, number) => {
  expect(normalized(written)).toBe(number)
})
