import { describe, expect, it } from 'vitest'
import { platformMeaning, variableOf, variablesOf } from '../../../shared/providers/variables.ts'

describe('what voice platforms make of headers', () => {
  it.each([
    ['X-CALL-ID', 'system__call_sid'],
    ['x-caller-id', 'system__caller_id'],
    ['X-Contact-ID', 'sip_contact_id'],
    ['X-a', 'sip_a'],
    ['sip.twilio.callSid', 'system__call_sid'],
    ['X-', null],
    ['X-Größe', null],
    ['X-a b', null],
    ['X-İ', null],
    ['Subject', null],
  ])('%s becomes the variable %s', (name, variable) => {
    expect(variableOf(name)).toBe(variable)
  })

  it('is said in a sentence, with who says so', () => {
    expect(platformMeaning('X-Call-ID')).toMatchObject({ text: expect.stringContaining('system__call_sid') })
    expect(platformMeaning('sip.twilio.callSid')).toMatchObject({ text: expect.stringContaining('system__call_sid') })
    expect(platformMeaning('X-Anything-Else')!.text).toMatch(/sip_anything_else\.$/)
    expect(platformMeaning('Subject')).toBeNull()
    expect(platformMeaning('constructor')).toBeNull()
  })
})

describe('the variables of a call', () => {
  const made = (...headers: readonly (readonly [string, string])[]) =>
    variablesOf(headers.map(([name, value]) => ({ name, value }))).map(({ name, variable, note }) => [
      name,
      variable,
      note,
    ])

  it('come of its X- headers in their order, and of no other', () => {
    expect(made(['To', 'x'], ['X-Campaign-ID', '7'], ['Subject', 'x'], ['x-Call-id', 'c'])).toEqual([
      ['X-Campaign-ID', 'sip_campaign_id', null],
      ['x-Call-id', 'system__call_sid', null],
    ])
  })

  it('take the fallback where no header of the variable is there, and only then', () => {
    expect(made(['sip.twilio.callSid', 'CA1'])).toEqual([['sip.twilio.callSid', 'system__call_sid', null]])
    const both = made(['sip.twilio.callSid', 'CA1'], ['X-CALL-ID', 'c'])
    expect(both[0]).toEqual(['sip.twilio.callSid', null, expect.stringContaining('only where no other')])
    expect(both[1]).toEqual(['X-CALL-ID', 'system__call_sid', null])
    // It is there, though empty.
    expect(made(['sip.twilio.callSid', 'CA1'], ['X-CALL-ID', ''])[0]![1]).toBeNull()
  })

  it('that are reserved are set by no custom header', () => {
    expect(made(['X-system__call_sid', 'x'], ['X-CALL-ID', 'c'])).toEqual([
      ['X-system__call_sid', 'sip_system__call_sid', null],
      ['X-CALL-ID', 'system__call_sid', null],
    ])
    const rule = { named: [{ header: 'X-Id', variable: 'v_call' }], prefix: { header: 'X-', variable: 'v_' } }
    const headers = [
      { name: 'X-Call', value: 'forged' },
      { name: 'X-Id', value: 'c' },
    ]
    expect(variablesOf(headers, rule)).toMatchObject([
      { variable: null, note: expect.stringContaining('reserved') },
      { variable: 'v_call', note: null },
    ])
  })

  it('that two headers give are shown twice, since nobody says which counts', () => {
    for (const [, variable, note] of made(['X-Contact-ID', '1'], ['x-contact_id', '2'])) {
      expect(variable).toBe('sip_contact_id')
      expect(note).toMatch(/several headers .* not documented/)
    }
  })

  it('may be empty, 8 KB long or not ASCII; a name that is none gives none', () => {
    const long = 'é'.repeat(4096)
    expect(variablesOf([{ name: 'X-Long', value: long }])).toEqual([
      { name: 'X-Long', value: long, variable: 'sip_long', note: expect.stringMatching(/4096 char.*; .*beyond ASCII/) },
    ])
    expect(made(['X-Short', 'x'.repeat(1024)])[0]![2]).toBeNull()
    expect(made(['X-A', 'é'], ['X-a', ''])).toEqual([
      ['X-A', 'sip_a', expect.stringMatching(/^several headers.*beyond ASCII/)],
      ['X-a', 'sip_a', expect.stringMatching(/^several headers.*is empty$/)],
    ])
    expect(made(['X-Empty', ' '])).toEqual([['X-Empty', 'sip_empty', 'the value is empty']])
    expect(made(['X-', 'v'])).toEqual([['X-', null, 'no name follows the prefix']])
    expect(made(['X-Größe', 'v'])).toEqual([['X-Größe', null, 'this is no name of a header']])
  })
})
