import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { CallReport } from '../../shared/contract/report.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, freePort, startAgent } from '../harness/process.ts'
import { calling, startSipp } from '../harness/sipp.ts'
import { initiation, sendJson, webhookServer, type Asked, type WebhookServer } from '../harness/webhook-server.ts'

const keep = keepRunning('SIGINT')
const folder = mkdtempSync(join(tmpdir(), 'ringback-persona-'))
afterAll(() => rmSync(folder, { recursive: true }))
const servers: WebhookServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

interface Config {
  readonly webhook?: object
  readonly [field: string]: unknown
}

async function playing(config: Config, answer: Parameters<typeof webhookServer>[0]) {
  const server = await webhookServer(answer)
  servers.push(server)
  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify({ ...config, webhook: { url: server.url, ...config.webhook } }))
  const agent = await keep(
    startAgent(['--persona', 'elevenlabs', '--config', file, '--listen', 'tcp:127.0.0.1:0'], {
      HOOK_KEY: 'open sesame 4711',
    }),
  )
  return { agent, server }
}

/** Calls with those headers over TCP; the report of the agent. */
async function call(agent: Awaited<ReturnType<typeof startAgent>>, headers: readonly string[]): Promise<CallReport> {
  const before = agentReports(agent).length
  const sipp = await keep(
    startSipp({ text: calling(headers) }, [`127.0.0.1:${agent.port}`, '-s', '+19991234567', '-t', 't1']),
  )
  expect(await sipp.done()).toBe(0)
  await expect.poll(() => agentReports(agent).length, { timeout: 10_000 }).toBe(before + 1)
  return agentReports(agent).at(-1)!
}

const made = ({ persona }: CallReport) => persona!.variables.map(({ name, variable, value }) => [name, variable, value])
const notes = ({ persona }: CallReport) => persona!.variables.flatMap(({ note }) => note ?? [])
const webhookFindings = ({ findings }: CallReport) => findings.filter(({ rule }) => rule === 'webhook')
const bodyOf = ({ body }: Asked) => JSON.parse(body) as Record<string, string>

describe.skipIf(!findPeer('sipp'))('an agent that plays ElevenLabs, called by SIPp', () => {
  it('maps headers to variables as its page says, and asks the webhook with the same', async () => {
    const config = {
      agentId: 'agent_1',
      dynamicVariables: ['customer_name'],
      webhook: { headers: [{ name: 'X-Key', valueEnv: 'HOOK_KEY' }] },
    }
    const { agent, server } = await playing(config, (response, { headers }) =>
      sendJson(response, initiation({ echo: headers['x-key'] })),
    )
    const report = await call(agent, ['X-CALL-ID: c-1', 'X-CALLER-ID: +15550100', 'X-Contact-ID: 7', 'X-Campaign: a'])
    expect(report.outcome).toBe('answered')
    expect(made(report)).toEqual([
      ['X-CALL-ID', 'system__call_sid', 'c-1'],
      ['X-CALLER-ID', 'system__caller_id', '+15550100'],
      ['X-Contact-ID', 'sip_contact_id', '7'],
      ['X-Campaign', 'sip_campaign', 'a'],
    ])
    expect(report.persona).toMatchObject({ name: 'elevenlabs', decision: 'accepted', because: null })
    expect(server.asked.map(bodyOf)).toEqual([
      { caller_id: '+15550100', agent_id: 'agent_1', called_number: '+19991234567', call_sid: 'c-1' },
    ])
    expect(server.asked[0]!.headers['x-key']).toBe('open sesame 4711')
    expect(report.persona!.webhook!.request.body).toBe(server.asked[0]!.body)
    expect(report.persona!.webhook!.response).toMatchObject({ status: 200 })
    expect(agent.stdout + agent.stderr).not.toContain('open sesame')

    const fallback = await call(agent, ['sip.twilio.callSid: CA1'])
    expect(made(fallback)).toEqual([['sip.twilio.callSid', 'system__call_sid', 'CA1']])
    expect(bodyOf(server.asked[1]!)).toMatchObject({ call_sid: 'CA1', caller_id: 'sipp' })
  })

  it('says of headers that are duplicated, empty, long, beyond ASCII or without a name what they are', async () => {
    const { agent } = await playing({}, (response) => sendJson(response, initiation()))
    const long = 'x'.repeat(8192)
    const awkward = ['X-A: 1', 'X-A: 2', 'X-Empty:', `X-Long: ${long}`, 'X-Name: Zoë', 'X-: alone']
    const report = await call(agent, [...awkward, 'X-Token: t0psecret'])
    expect(made(report)).toEqual([
      ['X-A', 'sip_a', '1'],
      ['X-A', 'sip_a', '2'],
      ['X-Empty', 'sip_empty', ''],
      ['X-Long', 'sip_long', long],
      ['X-Name', 'sip_name', 'Zoë'],
      ['X-', null, 'alone'],
      ['X-Token', 'sip_token', 'xxxxxxxxx'],
    ])
    expect(notes(report).join('\n')).toMatch(
      /several headers[^]*several headers[^]*is empty\n.*8192 characters.*\n.*beyond ASCII.*\nno name follows/,
    )
  })

  it('finds each thing that is wrong with the answer of its webhook by itself, and answers the call', async () => {
    const answers: Record<string, Parameters<typeof webhookServer>[0]> = {
      'redirect': (response) => void response.writeHead(302, { Location: '/other' }).end(),
      'html': (response) => void response.end('<html></html>'),
      'too-large': (response) => void response.end(`"${'x'.repeat(10 * 1024 * 1024)}"`),
      'wrong-type': (response) => sendJson(response, initiation({ type: 'other' })),
      'variable-missing': (response) => sendJson(response, initiation({ dynamic_variables: {} })),
      'variable-extra': (response) =>
        sendJson(response, initiation({ dynamic_variables: { customer_name: 'x', other: 'y' } })),
      'override-not-allowed': (response) =>
        sendJson(response, initiation({ conversation_config_override: { agent: { language: 'en' } } })),
      'status': (response) => void response.writeHead(500).end(),
      'dropped': (response) => response.destroy(),
      'not-json': (response) => void response.end('hello'),
      'timeout': () => {},
      'slow': (response) => void setTimeout(() => sendJson(response, initiation()), 150),
    }
    const config = { dynamicVariables: ['customer_name'], webhook: { timeoutMs: 2000, slowMs: 100 } }
    const { agent } = await playing(config, (response, asked) => answers[bodyOf(asked)['call_sid']!]!(response, asked))
    for (const code of Object.keys(answers)) {
      const report = await call(agent, [`X-CALL-ID: ${code}`])
      expect(report.outcome, code).toBe('answered')
      expect(
        report.persona!.webhook!.faults.map((fault) => fault.code),
        code,
      ).toContain(code)
      const findings = webhookFindings(report)
      expect(findings.length, code).toBe(report.persona!.webhook!.faults.length)
      for (const { sentence, next, evidence } of findings) {
        expect(sentence).toMatch(/^The webhook: .*\.$/)
        expect(next).toMatch(/^[A-Z].*\.$/)
        expect(evidence.length).toBeGreaterThan(0)
      }
    }
  })

  it('keeps no other call waiting for a webhook that does not answer', async () => {
    const { agent } = await playing({ webhook: { timeoutMs: 60_000 } }, (response, asked) => {
      if (bodyOf(asked)['call_sid'] !== 'slow') sendJson(response, initiation())
    })
    const waiting = await keep(
      startSipp({ text: calling(['X-CALL-ID: slow']) }, [`127.0.0.1:${agent.port}`, '-s', '+19991234567', '-t', 't1']),
    )
    await expect.poll(() => servers[0]!.asked.length).toBe(1)
    const report = await call(agent, ['X-CALL-ID: fast'])
    expect(report.outcome).toBe('answered')
    await waiting.stop('SIGKILL')
  })
})

describe.skipIf(!findPeer('sipp'))('an agent whose calls a server accepts, called by SIPp', () => {
  it('answers when the server says so, with the headers of the call in the event', async () => {
    const events: { readonly data: { readonly call_id: string; readonly sip_headers: readonly object[] } }[] = []
    const api = await freePort()
    const server = await webhookServer((response, asked) => {
      const event = JSON.parse(asked.body) as (typeof events)[number]
      events.push(event)
      const url = `http://127.0.0.1:${api}/v1/realtime/calls/${event.data.call_id}/accept`
      const headers = { 'Authorization': 'Bearer k', 'Content-Type': 'application/json' }
      void fetch(url, { method: 'POST', headers, body: '{"type":"realtime"}' }).then(() => response.end())
    })
    servers.push(server)
    const file = join(folder, 'owned.json')
    const webhook = { url: server.url, secretEnv: 'HOOK_SECRET' }
    writeFileSync(file, JSON.stringify({ webhook, transports: ['tcp'], api: { port: api, keyEnv: 'API_KEY' } }))
    const secrets = { HOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', API_KEY: 'k' }
    const listen = ['--config', file, '--listen', 'tcp:127.0.0.1:0']
    const agent = await keep(startAgent(['--persona', 'xai', ...listen], secrets))
    const report = await call(agent, ['X-Order: 7'])
    expect(report.outcome).toBe('answered')
    expect(report.persona!.control!.requests).toMatchObject([{ action: 'accept', status: 200, error: null }])
    expect(events[0]!.data.sip_headers).toContainEqual({ name: 'X-Order', value: '7' })
  })
})
