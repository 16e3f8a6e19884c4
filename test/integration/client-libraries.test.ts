import { afterEach, describe, expect, it } from 'vitest'
import {
  SipClient,
  SIPDispatchRule,
  SIPDispatchRuleInfo,
  SIPInboundTrunkInfo,
  type CreateSipInboundTrunkOptions,
} from 'livekit-server-sdk'
import twilio from 'twilio'
import { parseXml } from '../../shared/base/xml.ts'
import { documentSchema, projectOf } from '../../shared/providers/personas/livekit/config.ts'
import { liveKitPersona } from '../../shared/providers/personas/livekit/index.ts'
import { pairWithTrunk } from '../../shared/providers/personas/livekit/twiml-pair.ts'
import { callAndWait, Engines } from '../harness/engines.ts'
import { sendJson, webhookServer, type WebhookServer } from '../harness/webhook-server.ts'

// What the libraries that platforms publish for their customers make is taken here, and the other way round.

const engines = new Engines()
const servers: WebhookServer[] = []
afterEach(async () => {
  await engines.close()
  for (const server of servers.splice(0)) await server.close()
})

const number = '+15105550100'
const options: CreateSipInboundTrunkOptions = {
  authUsername: 'u',
  authPassword: 'secret',
  allowedNumbers: ['+15105550123'],
  headers: { 'X-Region': 'eu' },
  headersToAttributes: { 'X-Order': 'order' },
  ringingTimeout: 30,
}

/** What the library of LiveKit sends to create a trunk and a rule. */
async function created(): Promise<object[]> {
  const server = await webhookServer((response) => sendJson(response, {}))
  servers.push(server)
  const client = new SipClient(new URL(server.url).origin, 'key', 'a secret of more than thirty-two characters')
  await client.createSipInboundTrunk('T', [number], options)
  await client.createSipDispatchRule({ type: 'individual', roomPrefix: 'call-' }, { name: 'R' })
  return server.asked.map(({ body }) => JSON.parse(body) as object)
}

describe('the library of LiveKit', () => {
  it('creates trunk and rule with documents that are taken as they are, and called', { timeout: 30_000 }, async () => {
    const config = await created()
    expect(config.map((document) => documentSchema.safeParse(document).error?.issues ?? [])).toEqual([[], []])
    const agent = await engines.agent({ persona: { name: 'livekit', config } })
    const called = await callAndWait(engines.open(), {
      uri: `sip:${number}@127.0.0.1:${agent.port}`,
      from: 'sip:+15105550123@127.0.0.1',
      headers: [{ name: 'X-Order', value: '7' }],
      user: 'u',
      password: 'secret',
      durationMs: 200,
    })
    expect(called.outcome).toBe('answered')
    await expect.poll(() => agent.ended.length).toBe(1)
    const { got, variables } = agent.ended[0]!.persona!
    expect(got.map(({ value }) => value)).toEqual([
      'trunk "T"',
      'individual rule "R"',
      expect.stringMatching(/^call-_\+15105550123_/),
    ])
    expect(variables).toContainEqual(expect.objectContaining({ variable: 'order', value: '7' }))
  })

  it('lists what it created in documents that are taken too', () => {
    const trunk = new SIPInboundTrunkInfo({ sipTrunkId: 'ST_1', name: 'T', numbers: [number], mediaEncryption: 2 })
    const rule = new SIPDispatchRuleInfo({
      sipDispatchRuleId: 'SDR_1',
      rule: new SIPDispatchRule({ rule: { case: 'dispatchRuleDirect', value: { roomName: 'lobby', pin: '7774' } } }),
      trunkIds: ['ST_1'],
      attributes: { tier: 'gold' },
    })
    for (const emitDefaultValues of [false, true]) {
      const [one, other] = [trunk, rule].map((message) => message.toJson({ emitDefaultValues }))
      const documents = [{ trunk: one }, { dispatch_rule: other }]
      expect(documents.flatMap((document) => documentSchema.safeParse(document).error?.issues ?? [])).toEqual([])
    }
  })

  it('takes the example that an agent begins with', () => {
    const { trunk, dispatch_rule: rule } = liveKitPersona.example as Record<string, object>
    expect(SIPInboundTrunkInfo.fromJson(trunk as never)).toMatchObject({ authUsername: 'ringback' })
    expect(SIPDispatchRuleInfo.fromJson(rule as never).rule?.rule).toMatchObject({
      case: 'dispatchRuleIndividual',
      value: { roomPrefix: 'call-' },
    })
  })
})

describe('the library of Twilio', () => {
  const built = (username: string, uri: string) => {
    const response = new twilio.twiml.VoiceResponse()
    response.dial({ timeout: 5, answerOnBridge: true }).sip({ username, password: 'secret' }, uri)
    return parseXml(response.toString())
  }
  const uri = `sip:${number}@x.sip.livekit.cloud;transport=tcp?x-order=7&x-b=a%20b`
  const trunk = projectOf([
    documentSchema.parse({ trunk: { name: 'T', numbers: [number], auth_username: 'u', auth_password: 'secret' } }),
  ]).trunks[0]!

  it('builds TwiML that agrees with its trunk, and one character that does not is found', () => {
    const compared = pairWithTrunk(built('u', uri), trunk)!
    expect(compared.steps.filter(({ holds }) => holds !== true)).toEqual([])
    const other = pairWithTrunk(built('v', uri), trunk)!
    expect(other.steps.filter(({ holds }) => holds === false)).toMatchObject([{ subject: 'user', arrived: 'v' }])
  })
})
