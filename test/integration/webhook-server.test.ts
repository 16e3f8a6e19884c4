import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { Engine } from '../../electron/engine/engine.ts'
import { signatureHeaders } from '../../electron/engine/agent/webhook-signature.ts'
import { webhookPlayNames } from '../../shared/model/webhook-plays.ts'
import { mergeWebhook } from '../../shared/contract/merge.ts'
import type { StartWebhook, WebhookView } from '../../shared/contract/webhook.ts'
import { callAndWait, Engines } from '../harness/engines.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, freePort, ringback, startAgent } from '../harness/process.ts'

const engines = new Engines()
afterEach(() => engines.close())
const keep = keepRunning('SIGINT')
const folder = mkdtempSync(join(tmpdir(), 'ringback-webhooks-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function started(engine: Engine, args: StartWebhook) {
  let view: WebhookView | undefined
  engine.subscribe({ reports: 'watched' }, ({ changes }) => {
    for (const change of changes) if (change.kind === 'webhook') view = mergeWebhook(view, change.webhook)
  })
  const { id, url } = await engine.execute('webhook.start', args)
  await expect.poll(() => view?.url).toBe(url)
  return { id, url, view: () => view! }
}

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('a webhook of ours', () => {
  it('answers the persona of its configuration rightly, and says what is wrong with another answer', async () => {
    const port = await freePort()
    const config = [
      {
        dynamicVariables: ['customer_name'],
        webhook: { url: `http://127.0.0.1:${port}/hook`, headers: [{ name: 'X-Key', valueEnv: 'KEY' }] },
      },
    ]
    const persona = { name: 'elevenlabs', config, secrets: { KEY: 'open sesame 4711' } }
    const engine = engines.open()
    const hook = await started(engine, { persona })
    expect(hook.url).toBe(`http://127.0.0.1:${port}/hook`)
    expect(hook.view()).toMatchObject({ persona: 'elevenlabs', faults: [], requests: [] })
    const agent = await engines.agent({ persona, listeners: [{ transport: 'tcp', address: '127.0.0.1', port: 0 }] })
    const call = { uri: `sip:+19991234567@127.0.0.1:${agent.port}`, transport: 'tcp' as const, durationMs: 200 }
    expect((await callAndWait(engines.open(), call)).outcome).toBe('answered')
    await expect.poll(() => agent.ended.length).toBe(1)
    expect(agent.ended[0]!.persona!.webhook).toMatchObject({ response: { status: 200 }, faults: [] })
    await expect.poll(() => hook.view().requests[0]?.answered).toMatchObject({ status: 200 })
    const [asked] = hook.view().requests
    expect(asked).toMatchObject({ number: 1, method: 'POST', target: '/hook', proof: { ok: true }, acted: null })
    expect(JSON.parse(asked!.body)).toMatchObject({ called_number: '+19991234567' })
    expect(JSON.stringify(hook.view())).not.toContain('sesame')

    await engine.execute('webhook.set', { id: hook.id, answer: { type: 'other' } })
    await expect.poll(() => hook.view().faults.map(({ code }) => code)).toEqual(['wrong-type', 'variable-missing'])
    await engine.execute('webhook.stop', { id: hook.id })
    await expect(fetch(hook.url)).rejects.toThrow()
  })

  it('tells of each request once, and again when it is answered, however many came before', async () => {
    const engine = engines.open()
    const sent: number[][] = []
    engine.subscribe({ reports: 'watched' }, ({ changes }) => {
      for (const change of changes)
        if (change.kind === 'webhook') sent.push(change.webhook.requests.map(({ number }) => number))
    })
    const hook = await started(engine, {})
    for (let i = 1; i <= 60; i++) {
      await fetch(hook.url, { method: 'POST', body: String(i) })
      await expect.poll(() => hook.view().requests.at(-1)).toMatchObject({ number: i, answered: { status: 200 } })
    }
    expect(hook.view().requests.map(({ body }) => body)).toEqual(Array.from({ length: 50 }, (_, i) => String(i + 11)))
    expect(Math.max(...sent.map(({ length }) => length))).toBe(1)
    expect(sent.flat().length).toBeLessThanOrEqual(120)
  })

  it('does wrong what it is asked to, each found by the one that asks', { timeout: 60_000 }, async () => {
    const engine = engines.open()
    const hook = await started(engine, {})
    const config = [{ webhook: { url: hook.url, timeoutMs: 1000, slowMs: 100 } }]
    const agent = await engines.agent({
      persona: { name: 'elevenlabs', config },
      listeners: [{ transport: 'tcp', address: '127.0.0.1', port: 0 }],
    })
    const phone = engines.open()
    const found = async () => {
      const before = agent.ended.length
      const uri = `sip:+19991234567@127.0.0.1:${agent.port}`
      await callAndWait(phone, { uri, transport: 'tcp', durationMs: 100 })
      await expect.poll(() => agent.ended.length).toBe(before + 1)
      return agent.ended.at(-1)!.persona!.webhook!.faults.map(({ code }) => code)
    }
    for (const fault of webhookPlayNames) {
      await engine.execute('webhook.set', { id: hook.id, fault })
      expect(await found(), fault).toContain(fault)
    }
    const answer = { type: 'conversation_initiation_client_data' }
    await engine.execute('webhook.set', { id: hook.id, fault: null, answer })
    await engine.execute('webhook.set', { id: hook.id, delayMs: 300 })
    await expect.poll(hook.view).toMatchObject({ fault: null, answer, delayMs: 300 })
    expect(await found()).toContain('slow')
    expect(hook.view().requests.at(-1)!.answered!.afterMs).toBeGreaterThanOrEqual(300)
  })

  it('checks the signature of each event, its age too, and accepts no call for one that is not right', async () => {
    const api = { port: await freePort(), keyEnv: 'API_KEY' }
    const config = [{ api, webhook: { secretEnv: 'SECRET' } }]
    const persona = { name: 'openai', config, secrets: { API_KEY: 'k', SECRET: secret } }
    const hook = await started(engines.open(), { persona })
    const body = JSON.stringify({ type: 'realtime.call.incoming', data: { call_id: 'rtc_1' } })
    const nowS = Math.floor(new Date().getTime() / 1000)
    const signed = (atS: number) => signatureHeaders(secret, 'wh_1', atS, body).map(({ name, value }) => [name, value])
    const headers = [signed(nowS), signed(nowS - 3600), signed(nowS).slice(1), []]
    const bodies = [`${body} `, body, body, body]
    for (const [i, own] of headers.entries())
      await fetch(hook.url, { method: 'POST', headers: own as [string, string][], body: bodies[i]! })
    await expect.poll(() => hook.view().requests.filter(({ answered }) => answered).length).toBe(4)
    expect(hook.view().requests.map(({ proof, acted }) => [proof!.ok, proof!.text, acted])).toEqual([
      [false, 'the signature is not that of the secret and of this body', null],
      [false, expect.stringMatching(/^the timestamp is 36\d\d s old$/), null],
      [false, expect.stringContaining('it is not signed'), null],
      [false, expect.stringContaining('it is not signed'), null],
    ])
  })

  it('accepts calls for an owner, from the command line, with nothing else running', { timeout: 60_000 }, async () => {
    const [port, api] = [await freePort(), await freePort()]
    const file = join(folder, 'agent.json')
    const webhook = { url: `http://127.0.0.1:${port}/hook`, secretEnv: 'SECRET' }
    writeFileSync(file, JSON.stringify({ transports: ['udp'], webhook, api: { port: api, keyEnv: 'API_KEY' } }))
    const env = { SECRET: secret, API_KEY: 'sk-4711' }
    const persona = ['--persona', 'openai', '--config', file]
    const hook = await keep(Promise.resolve(ringback(['webhook', ...persona, '--requests', '1'], env)))
    await hook.until(/listening at http:\/\/127\.0\.0\.1:\d+\/hook/)
    const agent = await keep(startAgent([...persona, '--listen', 'udp:127.0.0.1:0'], env))
    const { report } = await callReport(['call', `sip:proj_abc@127.0.0.1:${agent.port}`, '--duration', '1'])
    expect(report.outcome).toBe('answered')
    const { code, stdout, stderr } = await hook.finished
    expect(code).toBe(0)
    expect(stdout).toMatch(/#1 .* POST \/hook: 200[^]*✓ the signature is right\n {4}✓ called accept: 200/)
    expect(stdout + stderr).not.toMatch(/sk-4711|whsec_/)
    await expect.poll(() => agentReports(agent).length).toBe(1)
    expect(agentReports(agent)[0]!.persona!.webhook).toMatchObject({ response: { status: 200 }, faults: [] })
  })
})
