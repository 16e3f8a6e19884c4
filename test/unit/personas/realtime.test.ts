import OpenAI from 'openai'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { signatureHeaders, signatureOf } from '../../../electron/engine/agent/webhook-signature.ts'
import { personaNamed } from '../../../shared/providers/personas/index.ts'
import { realtimeApi } from '../../../shared/providers/personas/realtime/api.ts'
import { sdp } from '../../harness/messages.ts'
import { invite, outcomeOf } from './arrived.ts'

const secret = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`
const secrets: Readonly<Record<string, string>> = { SECRET: secret, KEY: 'sk-local', PW: 'pw' }
const served = { webhook: { url: 'http://127.0.0.1:1/hook', secretEnv: 'SECRET' }, api: { keyEnv: 'KEY' } }
const open = (name: 'openai' | 'xai', config: object) =>
  personaNamed(name)!.open([{ ...served, ...config }], (variable) => secrets[variable]!, null)
const stamp = { eventId: 'evt_1', callId: 'rtc_1', atS: 1_750_287_018 }

function eventOf(decision: ReturnType<ReturnType<typeof open>['decide']>) {
  if (decision.outcome.kind !== 'answer') throw new Error(decision.outcome.kind)
  return JSON.parse(decision.outcome.owner!.event(stamp).body) as { data: { sip_headers: object[] } }
}

describe('the persona of the Realtime API', () => {
  const uri = 'sip:proj_abc@sip.api.openai.com'

  it.each<[string, object, Parameters<typeof invite>[0], string]>([
    ['takes a call to a project over TLS', {}, {}, 'answer'],
    ['takes no other transport', {}, { transport: 'udp' }, '403 (usual)'],
    ['takes another where it is asked to', { transports: ['udp'] }, { transport: 'udp' }, 'answer'],
    ['knows no user part that is no project', {}, { uri: 'sip:+15105550100@sip.api.openai.com' }, '404 (usual)'],
    ['knows no address without a user part', {}, { uri: 'sip:sip.api.openai.com' }, '404 (usual)'],
    ['knows its own project only', { projectId: 'proj_other' }, {}, '404 (usual)'],
    ['wants a codec that it takes', {}, { body: sdp('192.0.2.9', 30_000, '', '18') }, '488 (usual)'],
  ])('%s', (_what, config, parts, outcome) => {
    expect(outcomeOf(open('openai', config).decide(invite({ uri, transport: 'tls', ...parts })))).toBe(outcome)
  })

  it('refuses a Contact that says its transport twice', () => {
    const arrived = invite({ uri, transport: 'tls' })
    const headers = arrived.request.headers.map((field) =>
      field.key === 'contact' ? { ...field, value: '<sip:a@192.0.2.1;transport=tls;transport=tls>' } : field,
    )
    const decision = open('openai', {}).decide({ ...arrived, request: { ...arrived.request, headers } })
    expect(outcomeOf(decision)).toBe('403 (usual)')
    expect(decision.steps.at(-1)).toMatchObject({ subject: 'Contact', holds: false })
  })

  it('tells its owner of the call and of its headers, credentials left out', () => {
    const extra = 'X-Order: 7\r\nAuthorization: Digest username="a", response="b"\r\n'
    const event = eventOf(open('openai', {}).decide(invite({ uri, transport: 'tls', extra })))
    expect(event).toMatchObject({ object: 'event', id: 'evt_1', type: 'realtime.call.incoming', created_at: stamp.atS })
    expect(event.data).toMatchObject({ call_id: 'rtc_1' })
    expect(event.data.sip_headers).toContainEqual({ name: 'X-Order', value: '7' })
    expect(event.data.sip_headers).toContainEqual({ name: 'Call-ID', value: 'call-1' })
    expect(JSON.stringify(event)).not.toContain('Digest')
  })

  it('accepts every call itself where nobody is to be told', () => {
    const decision = personaNamed('openai')!
      .open([], () => '', null)
      .decide(invite({ uri, transport: 'tls' }))
    expect(decision.outcome).not.toHaveProperty('owner')
    expect(outcomeOf(decision)).toBe('answer')
  })

  it.each<[string, object, RegExp]>([
    ['a webhook that could not be signed', { api: served.api }, /webhook\.secretEnv is missing/],
    ['an owner who could accept nothing', { webhook: { ...served.webhook } }, /api\.keyEnv is missing/],
    ['a secret that is none', { ...served, webhook: { ...served.webhook, secretEnv: 'PW' } }, /PW has no secret of a/],
  ])('cannot be played with %s', (_what, config, why) => {
    const url = 'http://127.0.0.1:1/hook'
    expect(() => personaNamed('openai')!.open([config], (name) => secrets[name]!, url)).toThrow(why)
  })

  it('has no webhook that checks signatures with a secret that is none', () => {
    const config = { webhook: { secretEnv: 'PW' }, api: { ...served.api, port: 8089 } }
    const hook = () => personaNamed('openai')!.hook!([config], (name) => secrets[name]!)
    expect(hook).toThrow(/PW has no secret of a webhook/)
  })
})

describe('the persona of numbers at xAI', () => {
  const uri = 'sip:+18005550199@sip.voice.x.ai'

  it.each<[string, object, Parameters<typeof invite>[0], string]>([
    ['takes a call to any number over TLS', {}, {}, 'answer'],
    ['knows registered numbers only', { phoneNumbers: ['+18005550100'] }, {}, '404 (usual)'],
    ['takes calls from allowed addresses only', { allowedAddresses: ['192.0.2.0/24'] }, {}, '403 (usual)'],
    ['takes no other transport', {}, { transport: 'tcp' }, '403 (usual)'],
  ])('%s', (_what, config, parts, outcome) => {
    expect(outcomeOf(open('xai', config).decide(invite({ uri, transport: 'tls', ...parts })))).toBe(outcome)
  })

  it('asks for digest where the number has credentials', () => {
    const persona = open('xai', { authentication: { user: 'trunk', passwordEnv: 'PW' } })
    const { challenge } = persona.decide(invite({ uri, transport: 'tls' }))
    expect(challenge).toMatchObject({ status: 401, credentials: [{ username: 'trunk', password: 'pw' }] })
  })

  it('tells the numbers of caller and called, and metadata', () => {
    const event = eventOf(open('xai', {}).decide(invite({ uri, transport: 'tls' })))
    expect(event.data).toMatchObject({ call_id: 'rtc_1', metadata: {} })
    expect(event.data.sip_headers).toContainEqual({ name: 'From', value: '+15105550123' })
    expect(event.data.sip_headers).toContainEqual({ name: 'To', value: '+18005550199' })
  })
})

describe('the signature of an event', () => {
  it('is that of the test vector of Standard Webhooks', () => {
    const signature = signatureOf(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '1614265330',
      '{"test": 2432232314}',
    )
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('is accepted by the libraries that servers check it with, and not where a byte is another', async () => {
    const body = '{"object":"event","name":"Zoë"}'
    const nowS = Math.floor(new Date().getTime() / 1000)
    const headers = Object.fromEntries(
      signatureHeaders(secret, 'wh_1', nowS, body).map(({ name, value }) => [name, value]),
    )
    const client = new OpenAI({ apiKey: 'x' })
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
    expect(await client.webhooks.unwrap(body, headers, secret)).toEqual(JSON.parse(body))
    expect(() => new Webhook(secret).verify(body.replace('Zoë', 'Zoe'), headers)).toThrow()
    await expect(client.webhooks.unwrap(body.replace('Zoë', 'Zoe'), headers, secret)).rejects.toThrow()
    const old = Object.fromEntries(
      signatureHeaders(secret, 'wh_1', nowS - 3600, body).map(({ name, value }) => [name, value]),
    )
    expect(() => new Webhook(secret).verify(body, old)).toThrow(/too old/)
  })
})

describe('what an owner’s server may call', () => {
  const api = realtimeApi(0, 'k')
  const read = (verb: string, body = '', method = 'POST') =>
    api.read({ method, path: `/v1/realtime/calls/rtc_1/${verb}`, body })

  it.each<[string, string, object]>([
    ['accept', '{"type":"realtime","model":"gpt-realtime","instructions":"Hi"}', { kind: 'accept' }],
    ['accept', '{"model":"gpt-realtime"}', { status: 400, param: 'type' }],
    ['accept', '{"type":"realtime","instructions":7}', { status: 400, param: 'instructions' }],
    ['accept', '[1]', { status: 400, code: 'invalid_json' }],
    ['accept', '{"type":', { status: 400, code: 'invalid_json' }],
    ['reject', '', { kind: 'reject', status: 603 }],
    ['reject', '{"status_code":486}', { kind: 'reject', status: 486 }],
    ['reject', '{"status_code":200}', { status: 400, param: 'status_code' }],
    ['reject', '{"status_code":"486"}', { status: 400, param: 'status_code' }],
    ['refer', '{"target_uri":"tel:+14155550123"}', { kind: 'refer', target: 'tel:+14155550123' }],
    ['refer', '{"target_uri":"sip:a@b.example"}', { kind: 'refer', target: 'sip:a@b.example' }],
    ['refer', '{"target_uri":"sip:a@b.example>\\r\\nX: y"}', { status: 400, param: 'target_uri' }],
    ['refer', '{"target_uri":"+14155550123"}', { status: 400, param: 'target_uri' }],
    ['refer', '{}', { status: 400, code: 'missing_required_parameter' }],
    ['hangup', '', { kind: 'hangup' }],
    ['monitor', '', { status: 404 }],
  ])('%s %s', (verb, body, asked) => {
    expect(read(verb, body).asked).toMatchObject(asked)
  })

  it('is POST only', () => {
    expect(read('accept', '', 'GET').asked).toMatchObject({ status: 405 })
  })
})
