import { describe, expect, it } from 'vitest'
import { numberSchema } from '../../../shared/providers/personas/retell/config.ts'
import { retellPersona } from '../../../shared/providers/personas/retell/index.ts'
import { pairNumberWithTrunk } from '../../../shared/providers/personas/retell/twilio-pair.ts'
import { trunkSchema } from '../../../shared/providers/personas/twilio/config.ts'
import { sdp } from '../../harness/messages.ts'
import { invite, outcomeOf } from './arrived.ts'

const number = { phone_number: '+14157774444', termination_uri: 'mine.pstn.twilio.com', inbound_agent_id: 'a1' }

describe('agents behind imported numbers', () => {
  it.each<[string, object, Parameters<typeof invite>[0], string]>([
    ['answer a call to one', {}, {}, 'answer'],
    ['leave another number', {}, { uri: 'sip:4157774444@sip.retellai.com' }, '404 (usual)'],
    ['leave a transport that they do not take', {}, { transport: 'ws' }, '403 (usual)'],
    ['leave callers of a country that is not allowed', { allowed_inbound_country_list: ['GB'] }, {}, '403 (usual)'],
    ['take callers of one that is', { allowed_inbound_country_list: ['US'] }, {}, 'answer'],
    ['are missing where none is bound', { inbound_agent_id: null }, {}, '480 (usual)'],
    ['want a codec in common', {}, { body: sdp('192.0.2.9', 30_000, '', '18') }, '488 (usual)'],
  ])('%s', (_what, fields, parts, outcome) => {
    const persona = retellPersona.open([{ ...number, ...fields }], () => '', null)
    const call = invite({ uri: 'sip:+14157774444@sip.retellai.com', transport: 'tcp', ...parts })
    expect(outcomeOf(persona.decide(call))).toBe(outcome)
  })
})

describe('an imported number and the trunk that it calls out through', () => {
  const credentials = { sip_trunk_auth_username: 'agent', sip_trunk_auth_password: 'x' }
  const lists = {
    credentialLists: [{ friendlyName: 'Agents', credentials: [{ username: 'agent', passwordEnv: 'P' }] }],
  }
  const faults = (fields: object, trunk: object) =>
    pairNumberWithTrunk(
      numberSchema.parse({ ...number, ...fields }),
      trunkSchema.parse({ terminationUri: 'mine.pstn.twilio.com', ...trunk }),
    ).steps.flatMap(({ subject, arrived, wanted, holds }) =>
      holds === false ? [`${subject}: ${arrived} ≠ ${wanted}`] : [],
    )
  const ranges = ['18.98.16.0/24', '143.223.88.0/21', '161.115.160.0/19']

  it.each<[string, object, object, RegExp | null]>([
    ['agree', credentials, lists, null],
    ['agree by addresses', {}, { ipAccessControlLists: [{ addresses: ranges }] }, null],
    [
      'differ in a blank',
      { ...credentials, termination_uri: 'mine.pstn.twilio.com ' },
      lists,
      /^termination URI: .* ≠ mine\.pstn\.twilio\.com \((the first has white space at its end|without the white)/,
    ],
    [
      'differ in one character',
      { ...credentials, termination_uri: 'mime.pstn.twilio.com' },
      lists,
      /one character, the 3rd/,
    ],
    [
      'differ in a user that is the name of the list',
      { ...credentials, sip_trunk_auth_username: 'Agents' },
      lists,
      /^user: Agents, the friendly name of the list ≠ agent$/,
    ],
    ['differ in a password that is missing', { sip_trunk_auth_username: 'agent' }, lists, /^password: none/],
    [
      'differ in a range that is not allowed whole',
      {},
      { ipAccessControlLists: [{ addresses: [...ranges.slice(0, 2), '161.115.160.0/20'] }] },
      /^IP access control list: 161\.115\.160\.0\/19 ≠/,
    ],
    ['differ where nothing authenticates', {}, {}, /^authentication: none/],
    ['differ in a caller ID', credentials, { ...lists, callerIds: ['+14155550100'] }, /^caller ID: \+14157774444 ≠/],
    [
      'agree by the policy of caller IDs',
      credentials,
      { ...lists, callerIds: ['+14155550100'], fromNumber: '+14155550100' },
      null,
    ],
    [
      'agree in the origination URI',
      credentials,
      { ...lists, originationUri: 'sip:sip.retellai.com;transport=tcp' },
      null,
    ],
    [
      'differ in the origination URI',
      credentials,
      { ...lists, originationUri: 'sip:sip.retelai.com' },
      /^origination URI: .* \(one has 19 characters/,
    ],
  ])('%s', (_what, fields, trunk, says) => {
    const found = faults(fields, trunk)
    if (says) expect(found.join('\n')).toMatch(says)
    else expect(found).toEqual([])
  })
})
