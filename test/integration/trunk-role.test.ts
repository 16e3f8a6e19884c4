import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { BindingView } from '../../shared/contract/agent-parts.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, ringback, startAgent, type Running } from '../harness/process.ts'

const keep = keepRunning('SIGINT')
const folder = mkdtempSync(join(tmpdir(), 'ringback-trunk-'))
afterAll(() => rmSync(folder, { recursive: true }))

const env = { TRUNK_PASSWORD: 'geheim' }
const authentication = { users: [{ user: 'alice', passwordEnv: 'TRUNK_PASSWORD' }] }
async function trunk(config: object) {
  const file = join(folder, 'trunk.json')
  writeFileSync(file, JSON.stringify(config))
  const listen = ['--listen', 'udp:127.0.0.1:0', '--listen', 'tcp:127.0.0.1:0']
  return keep(startAgent(['--persona', 'trunk', '--config', file, ...listen], env))
}
const as = (user: string) => ['--user', user, '--password-env', 'TRUNK_PASSWORD']
const bindingsOf = (agent: Running) =>
  agent.stdout
    .split('\n')
    .filter((line) => line.includes('"type":"bindings"'))
    .map((line) => (JSON.parse(line) as { bindings: BindingView[] }).bindings)

describe('an agent in the role of a trunk', () => {
  it('that watches lets calls in, and says all that it would have refused', { timeout: 60_000 }, async () => {
    const agent = await trunk({
      authentication,
      requiredHeaders: [{ name: 'X-Account' }],
      number: 'no-plus',
      callerId: { header: 'P-Asserted-Identity', numbers: ['+15105550100'] },
    })
    const { report } = await callReport(
      ['call', `sip:+15105550199@127.0.0.1:${agent.port}`, '--duration', '1', ...as('alice')],
      { TRUNK_PASSWORD: 'falsch' },
    )
    expect(report.outcome).toBe('answered')
    await expect.poll(() => agentReports(agent).length).toBe(1)
    const { persona } = agentReports(agent)[0]!
    expect(persona!.decision).toBe('accepted')
    expect(persona!.wouldRefuse!.map(({ status, because }) => [status, because])).toEqual([
      [403, expect.stringMatching(/credentials are not those of the trunk: wrong password/)],
      [403, 'the header X-Account is missing'],
      [404, expect.stringContaining('has not the form E.164 without +')],
      [403, 'no P-Asserted-Identity says who calls'],
    ])
    expect(agent.stdout).not.toContain('geheim')
  })

  it('registers peers by their passwords, shows them, and redirects calls to them', { timeout: 60_000 }, async () => {
    const agent = await trunk({ mode: 'enforce', authentication, registrar: {} })
    const address = `127.0.0.1:${agent.port}`
    const wrong = { TRUNK_PASSWORD: 'falsch' }
    const refused = await ringback(['register', '--address', address, '--json', ...as('alice')], wrong).finished
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([1, { status: 403 }])
    const phone = await keep(
      Promise.resolve(ringback(['register', '--address', address, '--keep', '--expires', '300', ...as('alice')], env)),
    )
    await expect.poll(() => bindingsOf(agent).at(-1)?.length).toBe(1)
    const [binding] = bindingsOf(agent).at(-1)!
    expect(binding).toMatchObject({ user: 'alice', contact: expect.stringMatching(/^sip:alice@127\.0\.0\.1:\d+/) })
    const { report } = await callReport(['call', `sip:alice@${address}`, ...as('alice')], env)
    expect([report.outcome, report.status?.code]).toEqual(['refused', 302])
    expect(report.headers.received).toContainEqual({
      name: 'Contact',
      value: expect.stringContaining(binding!.contact),
    })
    await expect.poll(() => agentReports(agent).length).toBe(1)
    expect(agentReports(agent)[0]!.persona!.path.at(-1)).toMatchObject({ subject: 'registered user', arrived: 'alice' })
    const direct = await callReport(['call', binding!.contact, '--ring-timeout', '2'])
    expect(direct.report.messages.some(({ startLine }) => startLine.startsWith('SIP/2.0 '))).toBe(true)
    await phone.stop('SIGINT')
    await expect.poll(() => bindingsOf(agent).at(-1)).toEqual([])
    const after = await callReport(['call', `sip:alice@${address}`, '--duration', '1', ...as('alice')], env)
    expect(after.report.outcome).toBe('answered')
  })
})
