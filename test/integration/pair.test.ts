import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pairSchema } from '../../shared/contract/pair.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, ringback, startAgent } from '../harness/process.ts'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'ringback-pair-'))))
afterAll(() => rmSync(folder, { recursive: true }))
const keep = keepRunning('SIGTERM')

const write = (name: string, content: string | object) => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  return path
}
const run = (args: readonly string[]) => ringback(args, { RINGBACK_PROFILE: join(folder, 'profile') }).finished
const twiml = (password: string) =>
  `<Response><Dial>
    <Sip username="u" password="${password}">sip:+15105550100@x.sip.livekit.cloud</Sip>
  </Dial></Response>`
const trunk = { trunk: { name: 'My inbound trunk', auth_username: 'u', auth_password: 'right-one' } }
const rule = { dispatch_rule: { rule: { dispatchRuleIndividual: { roomPrefix: 'call-' } } } }

describe('ringback pair', () => {
  it('says that two halves agree, or what differs, and shows no secret', async () => {
    const [bin, other] = [write('bin.xml', twiml('right-one')), write('trunk.json', trunk)]
    const agree = await run(['pair', bin, other])
    expect([agree.code, agree.stdout]).toEqual([0, expect.stringMatching(/"My inbound trunk" agree\.\n$/)])
    const wrong = write('wrong.xml', twiml('rigth-one'))
    const differ = await run(['pair', other, wrong, '--json'])
    const report = pairSchema.parse(JSON.parse(differ.stdout))
    expect([differ.code, report.agree]).toEqual([1, false])
    expect(report.steps.filter(({ holds }) => holds === false)).toMatchObject([
      { subject: 'password', wanted: 'they differ in 2 characters' },
    ])
    expect(differ.stdout).not.toMatch(/right-one|rigth-one/)
  })

  it.each<[string, string | object, string | object, RegExp]>([
    ['neither is a half', { a: 1 }, trunk, /is no half of a pair: there are a TwiML document and an inbound trunk/],
    ['both are the same half', trunk, trunk, /are both an inbound trunk of LiveKit/],
    ['they are no pair', { phone_number: '+1' }, trunk, /are no pair/],
    ['one is cut off', '<Response><Dial>', trunk, /line 1 of the TwiML document is no XML/],
    ['a field is unknown', twiml('x'), { trunk: { nmae: 'x' } }, /line 3: trunk\.nmae: there is no such field/],
  ])('ends with 2 and one line where %s', async (_what, one, other, says) => {
    const { code, stderr } = await run(['pair', write('one', one), write('other', other)])
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1])
    expect(stderr).toMatch(says)
  })
})

describe('an agent that plays LiveKit', () => {
  it('takes the two files of its command line as they are', { timeout: 60_000 }, async () => {
    const files = [write('inbound-trunk.json', trunk), write('dispatch-rule.json', rule)]
    const config = files.flatMap((file) => ['--config', file])
    const agent = await keep(startAgent(['--persona', 'livekit', ...config]))
    const credentials = ['--user', 'u', '--password-env', 'TRUNK_PASSWORD']
    const args = ['call', `sip:+15105550100@127.0.0.1:${agent.port}`, '--duration', '1', ...credentials]
    expect((await callReport(args, { TRUNK_PASSWORD: 'right-one' })).code).toBe(0)
    await expect.poll(() => agentReports(agent).length).toBe(1)
    const { persona } = agentReports(agent)[0]!
    expect(persona).toMatchObject({ decision: 'accepted', provider: 'LiveKit' })
    expect(persona!.got.map(({ name }) => name)).toEqual(['trunk', 'dispatch rule', 'room'])
  })

  it('says by file and line what is wrong in one', async () => {
    const file = write('bad.json', '{\n  "trunk": {\n    "numbers": "+1"\n  }\n}')
    const { code, stderr } = await run(['agent', '--persona', 'livekit', '--config', file])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/bad\.json, line 3: trunk\.numbers: .*array/)])
  })
})
