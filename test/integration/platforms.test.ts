import { afterEach, describe, expect, it } from 'vitest'
import type { CallReport } from '../../shared/contract/report.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'
import { liveKitRefusals } from '../../shared/providers/livekit.ts'
import { twilioElasticRefusals } from '../../shared/providers/twilio-elastic.ts'
import { callAndWait, Engines, until } from '../harness/engines.ts'

const engines = new Engines()
afterEach(() => engines.close())

interface Called {
  readonly called: CallReport
  readonly taken: CallReport | undefined
}

/** One call to an agent that plays a platform, as both sides report it. */
async function callTo(
  persona: { readonly name: string; readonly config: object[]; readonly secrets?: Record<string, string> },
  args: Partial<PlaceCall> = {},
): Promise<Called> {
  const agent = await engines.agent({ persona })
  const called = await callAndWait(engines.open(), {
    uri: `sip:+15105550100@127.0.0.1:${agent.port}`,
    proxy: `127.0.0.1:${agent.port}`,
    from: 'sip:+15105550123@127.0.0.1',
    durationMs: 300,
    ...args,
  })
  // A challenge is waited on for long before it is reported.
  if (toldOf(called).status?.startsWith('407') !== true) await expect.poll(() => agent.ended.length).toBeGreaterThan(0)
  return { called, taken: agent.ended.at(-1) }
}

/** The refusal as the caller tells it: rule, status, who refused, sentence. */
function toldOf(called: CallReport) {
  const [finding] = called.findings
  const last = called.messages.map(({ startLine }) => startLine).findLast((line) => /^SIP\/2\.0 [3-6]/.test(line))
  return { rule: finding?.rule, status: last?.slice('SIP/2.0 '.length), by: called.refusedBy, says: finding?.sentence }
}

const individual = { dispatch_rule: { rule: { dispatchRuleIndividual: { roomPrefix: 'call-' } } } }
const trunk = (fields: object) => ({ trunk: { name: 'T', ...fields } })
const quick = { play: { agent_joins_after_ms: 0 } }

describe('each refusal of LiveKit comes from its persona, and our own caller tells it apart', () => {
  const asked = trunk({ auth_username: 'u', auth_password: 'p' })
  it.each<[keyof typeof liveKitRefusals, object[], Partial<PlaceCall>, string]>([
    ['noTrunkFound', [trunk({ numbers: ['+15105550199'] }), individual], {}, '404 No trunk found'],
    ['noTrunkMatches', [trunk({ allowed_addresses: ['192.0.2.0/24'] })], {}, '404 Does not match any SIP Trunks'],
    ['noRuleMatches', [trunk({})], {}, '404 Does not match Trunks or Dispatch Rules'],
    ['quota', [trunk({}), individual, { play: { refuse: 'quota' } }], {}, '503 Service temporarily unavailable'],
    ['lookup', [trunk({}), trunk({}), individual], {}, '503 Try again later'],
    ['challenge', [asked, individual], {}, '407 Unauthorized'],
    ['unauthorized', [asked, individual], { user: 'u', password: 'x' }, '401 Unauthorized'],
    ['nothingInCommon', [trunk({ media_encryption: 2 }), individual], { encryption: 'disabled' }, '400 '],
    [
      'rejected',
      [trunk({ ringing_timeout: '1.2s' }), individual, { play: { agent_joins_after_ms: 'never' } }],
      {},
      '486 Rejected',
    ],
    ['media', [trunk({}), individual, { play: { refuse: 'media' } }], {}, '488 Media Failed'],
  ])('%s', { timeout: 30_000 }, async (which, config, args, status) => {
    const both = await callTo({ name: 'livekit', config }, args)
    const told = toldOf(both.called)
    const { refusedBy, cause } = liveKitRefusals[which]
    expect([told.status, told.by]).toEqual([status, refusedBy])
    if (which !== 'challenge') expect(told.says).toContain(cause)
    expect(told.rule).toMatch(/^refused-/)
    // Nobody joins: it was let in.
    if (which !== 'challenge') expect(both.taken!.persona!.decision).toBe(which === 'rejected' ? 'accepted' : 'refused')
  })

  it('that is silence is told from a peer that is not there', { timeout: 30_000 }, async () => {
    const config = [trunk({}), individual, { play: { refuse: 'flood' } }]
    const agent = await engines.agent({ persona: { name: 'livekit', config } })
    const phone = engines.open()
    const { id } = await phone.execute('call.place', { uri: `sip:x@127.0.0.1:${agent.port}` })
    const report = await until(phone, id, ({ findings }) => findings.length > 0)
    expect(report.findings[0]!.rule).toBe('dropped-by-policy')
    await phone.execute('call.hangUp', { id })
  })
})

describe('a call that LiveKit takes', () => {
  it('rings once a second until the agent joins; trunk, rule, room and attributes stand in its report', async () => {
    const config = [
      trunk({ headers: { 'X-Region': 'eu' }, headers_to_attributes: { 'X-Order': 'order' } }),
      individual,
      { play: { agent_joins_after_ms: 1500 } },
    ]
    const { called, taken } = await callTo({ name: 'livekit', config }, { headers: [{ name: 'X-Order', value: '7' }] })
    const lines = called.messages.map(({ startLine }) => startLine)
    expect(lines.filter((line) => line === 'SIP/2.0 180 Ringing').length).toBe(2)
    expect(called.messages.find(({ startLine }) => startLine === 'SIP/2.0 200 OK')!.raw).toMatch(/^X-Region: eu\r?$/m)
    const { got, variables, path } = taken!.persona!
    expect(got.map(({ name }) => name)).toEqual(['trunk', 'dispatch rule', 'room'])
    expect(got[2]!.value).toMatch(/^call-_\+15105550123_/)
    expect(variables).toContainEqual(expect.objectContaining({ variable: 'order', value: '7' }))
    expect(path.every(({ holds, source }) => holds === true && source !== null)).toBe(true)
  })

  it('with credentials is let in by them', async () => {
    const config = [trunk({ auth_username: 'u', auth_password: 'p' }), individual, quick]
    const { called } = await callTo({ name: 'livekit', config }, { user: 'u', password: 'p' })
    expect(called.outcome).toBe('answered')
  })

  it.each([
    ['7774#', 'r'],
    ['7775#', undefined],
  ])('asks for its pin: %s', { timeout: 30_000 }, async (digits, room) => {
    const pin = { dispatch_rule: { rule: { dispatchRuleDirect: { roomName: 'r', pin: '7774' } } } }
    const { called, taken } = await callTo(
      { name: 'livekit', config: [trunk({}), pin] },
      { dtmf: digits, durationMs: 6000 },
    )
    expect(taken!.persona!.got.find(({ name }) => name === 'room')?.value).toBe(room)
    expect(taken!.persona!.decision).toBe(room === undefined ? 'refused' : 'accepted')
    const byes = called.messages.filter(({ startLine }) => startLine.startsWith('BYE'))
    expect(byes.map(({ fromUs }) => fromUs)).toEqual([room !== undefined])
  })
})

describe('each refusal of Twilio’s termination comes from its persona, and our own caller tells it apart', () => {
  const here = { ipAccessControlLists: [{ addresses: ['127.0.0.0/8'] }] }
  const list = [{ friendlyName: 'Agents', credentials: [{ username: 'agent', passwordEnv: 'P' }] }]
  const uri = 'sip:+442079460000@example.pstn.twilio.com'
  it.each<[keyof typeof twilioElasticRefusals, object, Partial<PlaceCall>]>([
    ['noPermission', {}, {}],
    ['address', { ipAccessControlLists: [{ addresses: ['192.0.2.0/24'] }] }, {}],
    ['callerId', { ...here, callerIds: ['+15105550199'] }, {}],
    ['country', { ...here, countries: ['US'] }, {}],
    ['number', here, { uri: 'sip:020@example.pstn.twilio.com' }],
    ['tlsRequired', { ...here, secureTrunking: true }, {}],
    ['srtpRefused', here, { encryption: 'required' }],
    ['rate', { ...here, callsPerSecond: 0.5 }, {}],
  ])('%s', { timeout: 30_000 }, async (which, config, args) => {
    const both = await callTo({ name: 'twilio-elastic', config: [config] }, { uri, ...args })
    const { refusedBy, cause, code } = twilioElasticRefusals[which]
    const told = toldOf(both.called)
    expect(told.by).toBe(refusedBy)
    expect(told.says).toContain(cause)
    expect(told.says).toContain(`X-Twilio-Error ${code}`)
  })

  it('by credentials, where the user is the friendly name of the list', async () => {
    const persona = { name: 'twilio-elastic', config: [{ credentialLists: list }], secrets: { P: 'secret' } }
    const refused = await callTo(persona, { uri, user: 'Agents', password: 'secret' })
    expect([toldOf(refused.called).status, toldOf(refused.called).by]).toEqual(['403 Forbidden', 'credentials'])
    expect(refused.taken!.persona!.because).toMatch(/^Agents is the friendly name of a credential list/)
    const { called } = await callTo(persona, { uri, user: 'agent', password: 'secret' })
    expect(called.outcome).toBe('answered')
    expect(JSON.stringify(refused.taken)).not.toContain('secret')
  })

  it('by silence, where the request URI names another host', { timeout: 30_000 }, async () => {
    const agent = await engines.agent({ persona: { name: 'twilio-elastic', config: [here] } })
    const phone = engines.open()
    const { id } = await phone.execute('call.place', { uri: `sip:+15105550100@127.0.0.1:${agent.port}` })
    const report = await until(phone, id, ({ findings }) => findings.length > 0)
    expect(report.findings[0]!.rule).toBe('dropped-by-policy')
    await phone.execute('call.hangUp', { id })
  })
})
