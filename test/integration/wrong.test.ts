import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { selfSigned } from '../../electron/engine/sip/transport/self-signed.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { callerWrongs, wrongNames, wrongs, type CallerWrong, type Wrong } from '../../shared/model/wrong.ts'
import { callAndWait, Engines } from '../harness/engines.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, launcher, Running, startAgent } from '../harness/process.ts'

const keep = keepRunning('SIGTERM')
const engines = new Engines()
afterEach(() => engines.close())

const ownNetwork =
  'ip link set lo up && ip link add d0 type veth peer name d1 && ip addr add 10.0.0.1/8 dev d0 && ' +
  'ip link set d0 up && ip link set d1 up'
const mayUnshare = spawnSync('unshare', ['-n', 'sh', '-c', ownNetwork]).status === 0
if (!mayUnshare) process.stderr.write('SKIPPED: a network of its own: this machine does not let the tests make one\n')

interface Expected {
  /** The rules that speak, the first for it. */
  readonly rules: readonly string[]
  readonly verdict: CallReport['verdict']['kind']
  readonly args?: Partial<PlaceCall>
}

/** Those that are about other addresses, or about certificates, stand below. */
type Called = Exclude<Wrong, 'private-contact' | 'private-sdp' | 'tls-expired' | 'tls-wrong-name'>
const apart: ReadonlySet<Wrong> = new Set(['private-contact', 'private-sdp', 'tls-expired', 'tls-wrong-name'])

const heard = { verdict: 'two-way-audio' } as const
const expected: Readonly<Record<Called, Expected>> = {
  'bye-481': { rules: ['bye-unanswered'], ...heard },
  'bye-unanswered': { rules: ['bye-unanswered'], ...heard },
  'only-183': { rules: ['ring-timeout', 'cancel-ignored'], verdict: 'not-answered', args: { ringTimeoutMs: 2000 } },
  // It can be used: that it is wrong stands at the message.
  'no-content-type': { rules: [], ...heard },
  'no-contact': { rules: ['dialog-incomplete'], ...heard },
  'no-to-tag': { rules: ['dialog-incomplete', 'bye-unanswered'], ...heard },
  'illegal-answer': { rules: ['refused-media', 'illegal-answer', 'bye-reason'], verdict: 'not-answered' },
  'illegal-hold': {
    rules: ['illegal-answer'],
    verdict: 'unknown',
    args: { timeline: [{ atMs: 500, kind: 'hold' }] },
  },
  'wrong-payload-type': { rules: ['wrong-payload-type'], verdict: 'one-way-audio' },
  'ssrc-change': { rules: [], ...heard, args: { durationMs: 3000 } },
  'audio-stops': { rules: ['audio-stops'], verdict: 'one-way-audio', args: { durationMs: 6000 } },
}

describe('an agent that does wrong on purpose', () => {
  it.each(wrongNames.filter((name): name is Called => !apart.has(name)))(
    '%s: the caller says so and goes on',
    { timeout: 60_000 },
    async (wrong) => {
      const agent = await engines.agent({
        wrong: [wrong],
        behaviour: { kind: 'answer', source: { kind: 'tone', hz: 440 } },
      })
      const { rules, verdict, args = {} } = expected[wrong]
      const uri = `sip:x@127.0.0.1:${agent.port}`
      const report = await callAndWait(engines.open(), { uri, durationMs: 2000, ...args })
      expect(report.findings.map(({ rule }) => rule)).toEqual(rules)
      expect(report.verdict.kind).toBe(verdict)
      const said = report.messages.some(({ problems }) => problems.some((text) => text.includes('no Content-Type')))
      expect(said).toBe(wrong === 'no-content-type')
    },
  )

  it.each([
    ['expired', { expiredAt: systemClock.nowUs() / 1000 }, /expired/],
    ['for another name', { otherHost: true }, /for another name/],
  ] as const)('has a certificate that is %s: the caller names that', async (_what, options, words) => {
    const identity = await selfSigned('127.0.0.1', options)
    const agent = await engines.agent({
      listeners: [{ transport: 'tls', address: '127.0.0.1', port: 0 }],
      tlsIdentity: identity,
    })
    const phone = engines.open()
    const uri = `sip:x@127.0.0.1:${agent.port}`
    const report = await callAndWait(phone, { uri, transport: 'tls', tlsCa: identity.cert, durationMs: 500 })
    expect([report.outcome, report.refusedBy]).toEqual(['failed', 'tls'])
    expect(report.findings[0]!.rule).toBe('connection-failed')
    expect(report.findings[0]!.sentence).toMatch(words)
    const insecure = await callAndWait(phone, { uri, transport: 'tls', tlsInsecure: true, durationMs: 500 })
    expect(insecure.outcome).toBe('answered')
  })

  // Messages and packets go to an address where nobody is: they stay in a network of their own.
  it.skipIf(!mayUnshare).each([
    ['private-sdp', 'arrives-elsewhere', /^RTP comes from 10\.0\.0\.1:\d+, not from 10\.255\.255\.1:\d+ as/],
    ['private-contact', 'bye-unanswered', /^The BYE .* to 10\.255\.255\.1 and never answered/],
  ])('%s: the caller says so and goes on', { timeout: 60_000 }, async (wrong, rule, sentence) => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-wrong-'))
    const script = `${ownNetwork} &&
      { "$@" agent --listen udp:10.0.0.1:5070 --wrong ${wrong} --answer tone > "$0" 2>&1 & } &&
      until grep -q listening "$0"; do :; done && "$@" call sip:x@10.0.0.1:5070 --duration 2 --json; kill $!`
    const command = ['-n', 'sh', '-c', script, join(folder, 'agent.txt'), process.execPath, launcher]
    const env = { RINGBACK_PROFILE: join(folder, 'profile') }
    const both = await keep(Promise.resolve(new Running('unshare', command, { group: true, env })))
    const { stdout } = await both.finished
    rmSync(folder, { recursive: true })
    const report = JSON.parse(stdout) as CallReport
    expect([report.outcome, ...report.findings.map((one) => one.rule)]).toEqual(['answered', rule])
    expect(report.findings[0]!.sentence).toMatch(sentence)
  })

  it('says so, and shows it in the report of each of its calls', async () => {
    const agent = await keep(startAgent(['--wrong', 'bye-481,no-contact']))
    expect(agent.stderr).toContain(`wrong on purpose: ${wrongs['bye-481']}`)
    await callReport(['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '1'])
    await expect.poll(() => agentReports(agent).length).toBe(1)
    const [report] = agentReports(agent)
    expect(report!.observations.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['bye-481', 'no-contact'].map((name) => `wrong on purpose: ${wrongs[name as Wrong]}`)),
    )
    expect(report!.messages.map(({ startLine }) => startLine)).toContain('SIP/2.0 481 Call/Transaction Does Not Exist')
  })
})

describe('a caller that does wrong on purpose', () => {
  it.each<[CallerWrong, number, string[]]>([
    ['no-ack', 5000, ['not-acknowledged']],
    ['no-bye', 1000, ['audio-stops', 'bye-reason', 'bye-unanswered']],
    ['slow-bye', 1000, ['audio-stops']],
  ])('%s: the agent says so and goes on', { timeout: 60_000 }, async (wrong, durationMs, rules) => {
    const agent = await engines.agent({
      listeners: [{ transport: 'tcp', address: '127.0.0.1', port: 0 }],
      mediaTimeoutMs: wrong === 'no-bye' ? 3000 : 30_000,
    })
    const uri = `sip:x@127.0.0.1:${agent.port};transport=tcp`
    const called = await callAndWait(engines.open(), { uri, durationMs, wrong: [wrong] })
    expect(called.observations.map(({ text }) => text)).toContain(`wrong on purpose: ${callerWrongs[wrong]}`)
    await expect.poll(() => agent.ended.length, { timeout: 40_000 }).toBe(1)
    expect(agent.ended[0]!.findings.map(({ rule }) => rule)).toEqual(rules)
    const after = await callAndWait(engines.open(), { uri, durationMs: 300 })
    expect(after.outcome).toBe('answered')
  })
})
