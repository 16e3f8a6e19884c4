import { describe, expect, it } from 'vitest'
import { codecDescriptor } from '../../../../shared/model/codecs.ts'
import type { TransportName } from '../../../../shared/model/transport.ts'
import { checkAnswer } from '../../../../shared/providers/personas/elevenlabs/answer.ts'
import { personaNamed, personas } from '../../../../shared/providers/personas/index.ts'
import { PersonaFault, variablesNamed } from '../../../../shared/providers/personas/persona.ts'
import { webhookUrlFault } from '../../../../shared/providers/personas/webhook-url.ts'
import { providerNamed } from '../../../../shared/providers/index.ts'
import { initiation } from '../../../harness/webhook-server.ts'
import { parseRequest, request, sdp, type InviteParts } from '../../../harness/messages.ts'

const elevenLabs = personaNamed('elevenlabs')!
const uri = 'sip:+19991234567@192.0.2.1'
const play = (config: object = {}, webhook: string | null = null) =>
  elevenLabs.open([config], (name) => `value of ${name}`, webhook)

interface Call extends InviteParts {
  readonly transport?: TransportName
  readonly source?: string
}
function decide(config: object, { transport = 'tcp', source = '192.0.2.99', ...parts }: Call = {}, webhook?: string) {
  const text = request({ uri, body: sdp(), ...parts })
  return play(config, webhook ?? null).decide({
    request: parseRequest(text),
    transport,
    source: { host: source, port: 5060 },
    atMs: 0,
    activeCalls: 0,
  })
}
const offering = (protocol: string, formats: string, lines = '') =>
  sdp().replace(/m=audio (\d+) \S+ [\d ]+/, `m=audio $1 ${protocol} ${formats}`) + lines
const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\r\n'

describe('every persona', () => {
  it.each(personas.map((persona) => [persona.name, persona] as const))(
    '%s plays a provider that is known, and its example is right',
    (name, { provider, schema, example, transports, mostDocuments }) => {
      expect(name).toMatch(/^[a-z0-9-]+$/)
      expect(providerNamed(provider)).not.toBeNull()
      expect(schema.safeParse(example).success).toBe(true)
      expect(transports.length).toBeGreaterThan(0)
      expect(mostDocuments).toBeGreaterThan(0)
      expect(personaNamed(name.toUpperCase())?.name).toBe(name)
    },
  )
})

describe('a call to an agent of ElevenLabs', () => {
  it('is let in with what its page says of media, each step with its document', () => {
    const { steps, outcome, challenge } = decide({})
    expect(challenge).toBeNull()
    expect(outcome).toMatchObject({ kind: 'answer', codecs: ['PCMU', 'PCMA', 'G722'], encryption: 'allowed' })
    expect(steps.map(({ holds }) => holds)).toEqual(steps.map(() => true))
    for (const { source } of steps) expect(source).toMatchObject({ asOf: '2026' })
    if (outcome.kind === 'answer') for (const name of outcome.codecs) expect(codecDescriptor(name)).toBeDefined()
  })

  it.each<[string, object, Call, number, string, RegExp]>([
    ['over UDP', {}, { transport: 'udp' }, 403, 'transport', /UDP transport is not currently available/],
    ['over a WebSocket', {}, { transport: 'wss' }, 403, 'transport', /WebSocket over TLS is not taken/],
    ['over TCP where TLS alone is set', { transports: ['tls'] }, {}, 403, 'transport', /TCP is not taken: use TLS/],
    ['to sip:host', {}, { uri: 'sip:192.0.2.1' }, 404, 'identifier', /no identifier before the @/],
    ['to sip@host', {}, { uri: 'sip:sip@192.0.2.1' }, 404, 'identifier', /no identifier before the @/],
    ['from elsewhere', { allowedAddresses: ['10.0.0.0/8'] }, {}, 403, 'allowed addresses', /192\.0\.2\.99 is in none/],
    [
      'with a + that was not imported',
      { phoneNumbers: ['19991234567'] },
      {},
      404,
      'phone number',
      /imported as "19991234567": the leading \+/,
    ],
    ['to an unknown number', { phoneNumbers: ['+1'] }, {}, 404, 'phone number', /no number that was imported/],
    [
      'in clear where encryption is required',
      { mediaEncryption: 'required' },
      {},
      488,
      'media encryption',
      /required here, and RTP\/AVP was offered/,
    ],
    [
      'encrypted where that is disabled',
      { mediaEncryption: 'disabled' },
      { body: offering('RTP/SAVP', '0', crypto) },
      488,
      'media encryption',
      /disabled here, and RTP\/SAVP with a=crypto/,
    ],
    ['with DTLS only', {}, { body: offering('UDP/TLS/RTP/SAVPF', '0') }, 488, 'media encryption', /SAVPF with a=fing/],
    ['with G.729 only', {}, { body: offering('RTP/AVP', '18 101') }, 488, 'codecs', /G729 were offered/],
  ])('%s is refused, and says why', (_what, config, call, status, subject, because) => {
    const { steps, outcome } = decide(config, call)
    expect(outcome).toMatchObject({ kind: 'refuse', refused: { status, because: expect.stringMatching(because) } })
    expect(steps.at(-1)).toMatchObject({ subject, holds: false })
    expect(steps.slice(0, -1).every(({ holds }) => holds)).toBe(true)
    if (outcome.kind !== 'refuse') return
    expect(outcome.refused.next).toMatch(/^[A-Z].*\.$/)
    expect(outcome.refused.headers[0]!.value).toMatch(/^399 ringback "[^"\\\r\n]*"$/)
  })

  it.each([
    ['required', offering('RTP/SAVP', '0', crypto)],
    ['required', offering('RTP/AVP', '9', crypto)],
    ['allowed', offering('RTP/SAVP', '8', crypto)],
    ['disabled', offering('RTP/AVP', '9')],
  ])('with media encryption %s takes %#', (mediaEncryption, body) => {
    expect(decide({ mediaEncryption }, { body }).outcome).toMatchObject({ kind: 'answer', encryption: mediaEncryption })
  })

  it('leaves media open where the INVITE offers none', () => {
    const { steps, outcome } = decide({ mediaEncryption: 'required' }, { body: '' })
    expect(outcome.kind).toBe('answer')
    expect(steps.filter(({ holds }) => holds === null).map(({ subject }) => subject)).toEqual([
      'media encryption',
      'codecs',
    ])
  })

  it('asks for digest behind the address list and before anything else', () => {
    const authentication = { user: 'trunk', passwordEnv: 'TRUNK_PASSWORD' }
    const { challenge, steps } = decide({ authentication })
    expect(challenge).toMatchObject({
      status: 401,
      credentials: [{ username: 'trunk', password: 'value of TRUNK_PASSWORD' }],
      wrong: { status: 403 },
    })
    expect(steps[challenge!.after - 1]!.subject).toBe('allowed addresses')
    expect(decide({ authentication, allowedAddresses: ['10.0.0.1'] }).challenge).toBeNull()
    expect(variablesNamed({ authentication, list: [{ valueEnv: 'B' }], other: 1 })).toEqual(['TRUNK_PASSWORD', 'B'])
  })

  it('takes sip as an identifier where it was imported so', () => {
    expect(decide({ phoneNumbers: ['sip'] }, { uri: 'sip:sip@192.0.2.1' }).outcome.kind).toBe('answer')
  })
})

describe('the webhook of an agent of ElevenLabs', () => {
  const hook = 'https://example.com/'
  const body = (extra: string, config: object = {}) => {
    const { outcome } = decide(config, { extra }, hook)
    return outcome.kind === 'answer' ? (JSON.parse(outcome.webhook!.body) as unknown) : null
  }

  it.each([
    ['X-CALL-ID: c1\nX-CALLER-ID: +1555\n', { caller_id: '+1555', call_sid: 'c1' }],
    ['sip.twilio.callSid: CA1\n', { caller_id: 'peer', call_sid: 'CA1' }],
    ['sip.twilio.callSid: CA1\nX-Call-ID: c2\n', { call_sid: 'c2' }],
    ['', { caller_id: 'peer', call_sid: 'call-1' }],
  ])('is asked with what the headers say (%#)', (extra, says) => {
    expect(body(extra, { agentId: 'agent_9' })).toEqual({
      caller_id: 'peer',
      agent_id: 'agent_9',
      called_number: '+19991234567',
      ...says,
    })
  })

  it('is the one that was given beside the configuration, with its headers', () => {
    const webhook = { url: 'https://a.example/', headers: [{ name: 'X-Key', valueEnv: 'KEY' }], timeoutMs: 700 }
    const { outcome } = decide({ webhook }, {}, 'http://127.0.0.1:1/')
    expect(outcome).toMatchObject({
      webhook: { url: 'http://127.0.0.1:1/', timeoutMs: 700, headers: [{ name: 'X-Key', value: 'value of KEY' }] },
    })
    expect(() => play({ webhook: {} })).toThrow(PersonaFault)
  })

  it.each([
    ['https://example.com/x', null],
    ['http://127.0.0.1:8080/', null],
    ['http://[::1]/', null],
    ['http://localhost/', null],
    ['http://127.1/', null],
    ['http://example.com/', /only https/],
    ['http://192.168.0.1/', /only https/],
    ['http://localhost.example.com/', /only https/],
    ['https://u:p@example.com/', /credentials in the URL/],
    ['ftp://example.com/', /no URL of HTTP/],
    ['example.com', /is no URL/],
    ['', /is no URL/],
  ])('%s may be asked or not', (url, why) => {
    if (why === null) expect(webhookUrlFault(url)).toBeNull()
    else expect(webhookUrlFault(url)).toMatch(why)
  })
})

describe('the answer of a personalisation webhook', () => {
  const agent = { dynamicVariables: ['customer_name'], allowedOverrides: ['agent.first_message'] }
  const found = (answer: unknown, of: Parameters<typeof checkAnswer>[1] = agent) =>
    checkAnswer(answer, of).map(({ code, text }) => `${code} ${text}`)

  it('as the page shows it is right', () => {
    const answer = initiation({
      conversation_config_override: {
        agent: { prompt: { prompt: 'x' }, first_message: 'Hi', language: 'en' },
        tts: { voice_id: 'v' },
      },
    })
    const allowedOverrides = ['agent.prompt.prompt', 'agent.first_message', 'agent.language', 'tts.voice_id']
    expect(found(answer, { ...agent, allowedOverrides })).toEqual([])
    expect(found(initiation({ dynamic_variables: { a: 1, b: true, c: '' } }), { allowedOverrides: [] })).toEqual([])
    expect(found(initiation({ dynamic_variables: undefined }), { allowedOverrides: [] })).toEqual([])
  })

  it.each<[unknown, RegExp[]]>([
    [[], [/^wrong-type the answer is a list/]],
    [null, [/^wrong-type the answer is null/]],
    [initiation({ type: undefined }), [/^wrong-type "type" is missing/]],
    [initiation({ type: 'x\u202ey' }), [/^wrong-type "type" is the text "x‹U\+202E›y"/]],
    [initiation({ dynamic_variables: {} }), [/^variable-missing .*"customer_name" is missing/]],
    [initiation({ dynamic_variables: undefined }), [/^variable-missing/]],
    [initiation({ dynamic_variables: ['customer_name'] }), [/^wrong-type "dynamic_variables" is a list/]],
    [
      initiation({ dynamic_variables: { customer_name: null, plan: 'x' } }),
      [/^variable-extra .*"plan"/, /^wrong-type .*"customer_name" is null: it must be a text, number or boolean/],
    ],
    [
      initiation({ conversation_config_override: { agent: { first_message: 3, language: 'en' } } }),
      [/^wrong-type .*first_message" is the number 3/, /^override-not-allowed .*agent\.language" is set/],
    ],
    [initiation({ conversation_config_override: 'no' }), [/^wrong-type "conversation_config_override" is the text/]],
    [initiation({ conversation_config_override: { tts: 'v' } }), [/^wrong-type .*\.tts" is the text "v"/]],
    [initiation({ conversation_config_override: { tts: { speed: 2 } } }), [/^override-not-allowed .*tts\.speed"/]],
    [initiation({ conversation_config_override: { agent: { language: null } } }), []],
    [initiation({ user_id: 1 }), [/^field-unknown "user_id" is no field/]],
  ])('is explained, each violation by itself (%#)', (answer, says) => {
    const faults = found(answer)
    expect(faults).toHaveLength(says.length)
    for (const [i, text] of says.entries()) expect(faults[i]).toMatch(text)
  })

  it('that is hostile is explained in few sentences', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`v${i}`, null]))
    expect(found(initiation({ ...many, dynamic_variables: many })).length).toBeLessThan(100)
    let deep: object = {}
    for (let i = 0; i < 5000; i++) deep = { a: deep }
    expect(found(initiation({ conversation_config_override: deep }))).toHaveLength(1)
  })
})
