import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, freePort, startAgent } from '../harness/process.ts'
import { webhookServer, type Asked, type WebhookServer } from '../harness/webhook-server.ts'

const keep = keepRunning('SIGINT')
const folder = mkdtempSync(join(tmpdir(), 'ringback-owner-'))
afterAll(() => rmSync(folder, { recursive: true }))
const servers: WebhookServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const secret = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`
const env = { HOOK_SECRET: secret, API_KEY: 'sk-local-4711' }

/** What the owner's server does with an event that it has verified, with the client of the platform. */
type Decide = (calls: OpenAI['realtime']['calls'], callId: string, from: string | undefined) => Promise<unknown>

/** An agent that plays the platform, and the server of an owner as a person would write it. */
async function owned(decide: Decide, config: object = {}) {
  const port = await freePort()
  const client = new OpenAI({ apiKey: env.API_KEY, baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 })
  const failed: unknown[] = []
  const serve = async ({ body, headers }: Asked) => {
    const event = await client.webhooks.unwrap(body, headers as Record<string, string>, secret)
    if (event.type !== 'realtime.call.incoming') throw new Error(event.type)
    const { call_id: callId, sip_headers: sent } = event.data
    await decide(client.realtime.calls, callId, sent.find(({ name }) => name === 'From')?.value)
  }
  const server = await webhookServer((response, asked) => {
    serve(asked).then(
      () => response.writeHead(200).end(),
      (error: unknown) => {
        failed.push(error)
        response.writeHead(400).end()
      },
    )
  })
  servers.push(server)
  const file = join(folder, 'config.json')
  const webhook = { url: server.url, secretEnv: 'HOOK_SECRET' }
  writeFileSync(file, JSON.stringify({ webhook, api: { port, keyEnv: 'API_KEY' }, ...config }))
  const args = ['--persona', 'openai', '--config', file, '--listen', 'tls:127.0.0.1:0']
  const agent = await keep(startAgent([...args, '--answer', 'tone'], env))
  return { agent, client, failed, port }
}

const dial = (port: number, ...args: string[]) =>
  callReport(['call', `sip:proj_abc@127.0.0.1:${port}`, '--transport', 'tls', '--tls-insecure', ...args])

describe('a server that accepts calls with the client of the platform', () => {
  it('verifies the event, accepts the call, and ends it', { timeout: 60_000 }, async () => {
    const seen: (string | undefined)[] = []
    const { agent, client, failed, port } = await owned(async (calls, callId, from) => {
      seen.push(from)
      await calls.accept(callId, { type: 'realtime', model: 'gpt-realtime', instructions: 'Say hello.' })
      setTimeout(() => void calls.hangup(callId), 1500)
    })
    expect(JSON.parse(agent.stdout.split('\n')[0]!)).toMatchObject({ api: `http://127.0.0.1:${port}/v1` })
    const { report, code } = await dial(agent.port, '--duration', '20')
    expect([failed, code, report.outcome, report.timeline.endedBy]).toEqual([[], 0, 'answered', 'peer'])
    expect(seen[0]).toContain('sip:')
    await expect.poll(() => agentReports(agent).length).toBe(1)
    const { persona } = agentReports(agent)[0]!
    expect(persona!.control!.requests.map(({ action, status }) => [action, status])).toEqual([
      ['accept', 200],
      ['hangup', 200],
    ])
    expect(persona!.webhook).toMatchObject({ response: { status: 200 }, faults: [] })
    expect(persona!.got).toEqual([{ name: 'project', value: 'proj_abc' }])
    const gone = client.realtime.calls.hangup(persona!.control!.callId)
    await expect(gone).rejects.toMatchObject({ status: 404, code: 'call_id_not_found' })
    expect(agent.stdout + agent.stderr).not.toMatch(/sk-local-4711|whsec_/)
  })

  it(
    'rejects with the status that it likes, transfers by REFER, and is told of what it does wrong',
    {
      timeout: 60_000,
    },
    async () => {
      const acts: Decide[] = [
        (calls, callId) => calls.reject(callId, { status_code: 486 }),
        async (calls, callId) => {
          await calls.accept(callId, { type: 'realtime' })
          await expect(calls.accept(callId, { type: 'realtime' })).rejects.toMatchObject({ status: 409 })
          await calls.refer(callId, { target_uri: 'sip:other@127.0.0.1:9' })
        },
      ]
      const { agent, failed } = await owned((calls, callId, from) => acts.shift()!(calls, callId, from), { slowMs: 0 })
      const busy = await dial(agent.port)
      expect(busy.report.status).toEqual({ code: 486, reason: 'Busy Here' })
      const referred = await dial(agent.port, '--duration', '3')
      expect(failed).toEqual([])
      const refer = referred.report.messages.find(({ startLine }) => startLine.startsWith('REFER '))
      expect(refer!.raw).toMatch(/^Refer-To: <sip:other@127\.0\.0\.1:9>\r?$/m)
      await expect.poll(() => agentReports(agent).length).toBe(2)
      const [, transferred] = agentReports(agent)
      expect(transferred!.findings.map(({ rule, sentence }) => [rule, sentence])).toContainEqual([
        'webhook',
        expect.stringMatching(
          /^The control of the call: the server of its owner called accept and got 409: .*answered already\.$/,
        ),
      ])
    },
  )

  it('that has another key accepts nothing: the caller is refused, and the call says who knocked', async () => {
    const { agent } = await owned(
      async (_calls, callId) => {
        const other = new OpenAI({ apiKey: 'sk-other', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 })
        const accepting = other.realtime.calls.accept(callId, { type: 'realtime' })
        await expect(accepting).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
      },
      { acceptWithinMs: 1000 },
    )
    const { port } = new URL((JSON.parse(agent.stdout.split('\n')[0]!) as { api: string }).api)
    const { report } = await dial(agent.port)
    expect([report.outcome, report.status?.code]).toEqual(['refused', 480])
    await expect.poll(() => agentReports(agent).length).toBe(1)
    const { persona, findings } = agentReports(agent)[0]!
    expect(persona!.control!.requests).toMatchObject([{ action: 'accept', status: 401 }])
    const [, nobody] = findings.filter(({ rule }) => rule === 'webhook')
    expect(nobody!.sentence).toMatch(/nobody accepted or rejected the call within 1 s/)
    expect(nobody!.next).toContain('call accept or reject with the call_id')
  })
})
