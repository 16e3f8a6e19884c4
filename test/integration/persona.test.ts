import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { Engine } from '../../electron/engine/engine.ts'
import { callAndWait, Engines } from '../harness/engines.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, ringback, startAgent } from '../harness/process.ts'
import { initiation, sendJson, webhookServer, type WebhookServer } from '../harness/webhook-server.ts'

const keep = keepRunning('SIGINT')
const folder = mkdtempSync(join(tmpdir(), 'ringback-personas-'))
afterAll(() => rmSync(folder, { recursive: true }))
const engines = new Engines()
const servers: WebhookServer[] = []
afterEach(async () => {
  await engines.close()
  for (const server of servers.splice(0)) await server.close()
})

const written = (config: unknown): string => {
  const file = join(folder, 'config.json')
  writeFileSync(file, JSON.stringify(config, null, 2))
  return file
}
const play = (config: unknown, env: NodeJS.ProcessEnv = {}, ...listen: string[]) =>
  keep(
    startAgent(
      [
        '--persona',
        'elevenlabs',
        '--config',
        written(config),
        ...['tcp:127.0.0.1:0', ...listen].flatMap((address) => ['--listen', address]),
      ],
      env,
    ),
  )
const dial = (port: number, ...args: string[]) => [
  'call',
  `sip:+19991234567@127.0.0.1:${port}`,
  '--transport',
  'tcp',
  '--duration',
  '1',
  ...args,
]

describe('our own caller at an agent that plays ElevenLabs', () => {
  it('is refused over UDP, and says why, by whose document and what to change', async () => {
    const agent = await play({}, {}, 'udp:127.0.0.1:0')
    const { code, report } = await callReport([...dial(agent.ports.udp), '--transport', 'udp'])
    expect(code).toBe(1)
    expect(report).toMatchObject({ outcome: 'refused', refusedBy: 'transport', status: { code: 403 } })
    const [finding, ...others] = report.findings
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      sentence: expect.stringMatching(/UDP transport is not currently available/),
      change: { what: 'transport', to: 'tcp' },
      source: { provider: 'ElevenLabs', asOf: '2026' },
    })
    await expect.poll(() => agentReports(agent).length).toBe(1)
    expect(agentReports(agent)[0]!.persona).toMatchObject({
      decision: 'refused',
      path: [{ subject: 'transport', arrived: 'UDP', wanted: 'TCP or TLS', holds: false }],
    })
    expect((await callReport(dial(agent.ports.tcp))).report.outcome).toBe('answered')
  })

  it('is asked for digest, and let in with the right password only', async () => {
    const env = { TRUNK_PASSWORD: 'geheim' }
    const agent = await play({ authentication: { user: 'trunk', passwordEnv: 'TRUNK_PASSWORD' } }, env)
    const as = (password: string) =>
      callReport(dial(agent.port, '--user', 'trunk', '--password-env', 'PW'), { PW: password })
    expect((await as('geheim')).report.outcome).toBe('answered')
    expect((await as('falsch')).report).toMatchObject({ refusedBy: 'credentials', status: { code: 403 } })
    await expect.poll(() => agentReports(agent).length).toBe(2)
    const [good, bad] = agentReports(agent).map(({ persona }) => persona!)
    expect(good!.path.find(({ subject }) => subject === 'digest')).toMatchObject({ holds: true })
    expect(bad!.path.at(-1)).toMatchObject({ subject: 'digest', arrived: 'wrong credentials', holds: false })
    expect(bad).toMatchObject({ decision: 'refused', because: expect.stringContaining('wrong password') })
    expect(agent.stdout).not.toContain('geheim')
  })

  it('is told that the number has another form', async () => {
    const agent = await play({ phoneNumbers: ['19991234567'] })
    const { report } = await callReport(dial(agent.port))
    expect(report).toMatchObject({ refusedBy: 'number', status: { code: 404 } })
    expect(report.findings[0]).toMatchObject({ change: { what: 'number', to: '19991234567' } })
    expect(report.findings[0]!.sentence).toContain('the leading + must match')
  })
})

describe('a persona', () => {
  it('is described in text and in the page, and no secret of its webhook is kept anywhere', async () => {
    const server = await webhookServer((response, { headers }) =>
      sendJson(response, { type: headers['x-key'], dynamic_variables: {}, note: `key ${headers['x-key'] as string}` }),
    )
    servers.push(server)
    const profile = join(folder, 'profile')
    const config = written({
      dynamicVariables: ['customer_name'],
      webhook: { url: `${server.url}?token=abcdefgh`, headers: [{ name: 'X-Key', valueEnv: 'HOOK_KEY' }] },
    })
    const agent = await keep(
      Promise.resolve(
        ringback(['agent', '--persona', 'elevenlabs', '--config', config, '--listen', 'tcp:127.0.0.1:0', '--verbose'], {
          HOOK_KEY: 'sesame-4711',
          RINGBACK_PROFILE: profile,
          DEBUG: '*',
        }),
      ),
    )
    const [, port] = await agent.until(/listening on tcp 127\.0\.0\.1:(\d+)/)
    await callReport(dial(Number(port), '-H', 'X-Contact-ID: 7'))
    await agent.until(/variable-missing/)
    await agent.stop('SIGINT')
    expect(server.asked[0]!.headers['x-key']).toBe('sesame-4711')
    expect(agent.stdout).toMatch(/elevenlabs accepted\n {4}✓ transport: TCP; wanted: TCP or TLS \(ElevenLabs doc/)
    expect(agent.stdout).toMatch(/X-Contact-ID → sip_contact_id = 7/)
    expect(agent.stdout).toMatch(/webhook POST http:\/\/127\.0\.0\.1:\d+\/hook\?token=x{8} \{"caller_id"/)
    expect(agent.stdout).toMatch(/✕ variable-missing: the dynamic variable "customer_name" is missing/)
    const shown = agent.stdout + agent.stderr
    const kept = readdirSync(profile, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    expect(kept.join('')).toContain('sip_contact_id')
    for (const text of [shown, ...kept]) expect(text).not.toMatch(/sesame-4711|abcdefgh/)
    const engine = new Engine({ profile })
    const { entries } = await engine.execute('history.list', {})
    const { base64 } = await engine.execute('call.export', { id: entries[0]!.id, format: 'html' })
    expect(Buffer.from(base64, 'base64').toString()).toMatch(
      /<h2>As ElevenLabs<\/h2>[^]*sip_contact_id[^]*variable-mis/,
    )
    await engine.close()
  })

  it('is named by the agent that plays it, and refused where it cannot be played', async () => {
    const engine = new Engine({ profile: null })
    const agents: unknown[] = []
    engine.subscribe({ reports: 'ended' }, ({ changes }) => {
      for (const change of changes) if (change.kind === 'agent') agents.push(change.agent.persona)
    })
    const listeners = [{ transport: 'tcp' as const, address: '127.0.0.1', port: 0 }]
    const start = (persona: object) =>
      engine.execute('agent.start', { listeners, persona: { name: 'elevenlabs', ...persona } })
    await start({ config: [{ agentId: 'a' }] })
    await expect.poll(() => agents).toContain('elevenlabs')
    await expect(start({ name: 'other' })).rejects.toThrow(/there is no persona "other"/)
    await expect(start({ config: [{ agentID: 'a' }] })).rejects.toThrow(/agentID/)
    await expect(start({ config: [{}, {}] })).rejects.toThrow(/at most 1 document/)
    await expect(start({ config: [{ authentication: { user: 'a', passwordEnv: 'NOT_THERE' } }] })).rejects.toThrow(
      /environment variable NOT_THERE/,
    )
    await expect(
      engine.execute('agent.start', { listeners, allow: ['10.0.0.0/8'], persona: { name: 'elevenlabs' } }),
    ).rejects.toThrow(/the configuration of the persona says who may call/)
    await engine.close()
  })
})

describe('webhooks that keep calls waiting', () => {
  it('delay no other call of the same agent', { timeout: 60_000 }, async () => {
    const late: (() => void)[] = []
    const server = await webhookServer((response, { body }) => {
      const answer = () => sendJson(response, initiation())
      if (body.includes('"call_sid":"late')) late.push(answer)
      else answer()
    })
    servers.push(server)
    const agent = await engines.agent({
      persona: { name: 'elevenlabs', config: [{ webhook: { url: server.url, timeoutMs: 60_000, slowMs: 60_000 } }] },
      listeners: [{ transport: 'tcp', address: '127.0.0.1', port: 0 }],
    })
    const phone = engines.open()
    const call = (id: string) => ({
      uri: `sip:+19991234567@127.0.0.1:${agent.port}`,
      transport: 'tcp' as const,
      headers: [{ name: 'X-CALL-ID', value: id }],
      durationMs: 0,
    })
    const waiting = Array.from({ length: 30 }, (_, i) => callAndWait(phone, call(`late-${i}`)))
    await expect.poll(() => late.length, { timeout: 20_000 }).toBe(30)
    for (let i = 0; i < 5; i++) expect((await callAndWait(phone, call(`quick-${i}`))).outcome).toBe('answered')
    await expect.poll(() => agent.ended.length).toBe(5)
    for (const answer of late) answer()
    const reports = await Promise.all(waiting)
    expect(reports.map(({ outcome }) => outcome)).toEqual(reports.map(() => 'answered'))
  })
})
