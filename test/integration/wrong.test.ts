import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { exitOf } from '../../electron/cli/live-call.ts'
import { selfSigned } from '../../electron/engine/sip/transport/self-signed.ts'
import type { StartAgent } from '../../shared/contract/commands.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import {
  callerWrongNames,
  callerWrongs,
  wrongNames,
  wrongs,
  type CallerWrong,
  type Wrong,
} from '../../shared/model/wrong.ts'
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
  /** The rules that speak at the caller, most serious first: the one that stands for it, and what follows from it. */
  readonly rules: readonly string[]
  readonly verdict: CallReport['verdict']['kind']
  /** Of a command that places such a call. */
  readonly exit: 0 | 1
  readonly args?: Partial<PlaceCall>
  readonly agent?: Partial<StartAgent>
  /** What the first finding says, where the rule alone does not tell. */
  readonly says?: RegExp
}

const heard = { verdict: 'two-way-audio', exit: 0 } as const
const over = (transport: 'tcp' | 'tls') => ({ listeners: [{ transport, address: '127.0.0.1', port: 0 }] })
const overTls = over('tls')
const noConnection = {
  rules: ['connection-failed'],
  verdict: 'not-answered',
  exit: 1,
  agent: overTls,
  args: { transport: 'tls' },
} as const

/** What our own caller makes of each. Those that are about other addresses stand below. */
const expected: Readonly<Record<Wrong, Expected | 'below'>> = {
  'bye-481': { rules: ['bye-unanswered'], ...heard },
  'bye-unanswered': { rules: ['bye-unanswered'], ...heard },
  'stale-nonce': {
    rules: ['nonce-stale'],
    verdict: 'not-answered',
    exit: 1,
    agent: { user: 'alice', password: 'secret' },
    args: { user: 'alice', password: 'secret' },
    says: /stale=true\) 5 times in a row/,
  },
  '180-for-ever': {
    rules: ['rings-unjoined'],
    verdict: 'not-answered',
    exit: 1,
    // Over UDP nothing is repeated for ever to a caller that has proven nothing.
    agent: over('tcp'),
    args: { ringTimeoutMs: 21_500, transport: 'tcp' },
    says: /rang for 21 s, with 180 2[012] times/,
  },
  'late-200': {
    rules: ['ring-timeout', 'answered-cancelled'],
    verdict: 'not-answered',
    exit: 1,
    args: { ringTimeoutMs: 1000 },
  },
  'only-183': {
    rules: ['ring-timeout', 'cancel-ignored'],
    verdict: 'not-answered',
    exit: 1,
    args: { ringTimeoutMs: 2000 },
  },
  'no-content-type': { rules: ['content-type-missing'], ...heard },
  'no-contact': { rules: ['dialog-incomplete'], ...heard },
  'no-to-tag': { rules: ['dialog-incomplete', 'bye-unanswered'], ...heard },
  'illegal-answer': { rules: ['refused-media', 'illegal-answer', 'bye-reason'], verdict: 'not-answered', exit: 1 },
  'illegal-hold': {
    rules: ['illegal-answer'],
    verdict: 'unknown',
    exit: 0,
    args: { timeline: [{ atMs: 500, kind: 'hold' }] },
  },
  'malformed-headers': {
    rules: ['headers-malformed'],
    ...heard,
    says: /Contact "<<sip:nobody>>" cannot be read; Expires "soon"/,
  },
  'private-contact': 'below',
  'private-sdp': 'below',
  'wrong-payload-type': { rules: ['wrong-payload-type'], verdict: 'one-way-audio', exit: 1 },
  'ssrc-change': { rules: ['ssrc-changes'], ...heard, args: { durationMs: 3000 } },
  'audio-stops': { rules: ['audio-stops'], verdict: 'one-way-audio', exit: 1, args: { durationMs: 6000 } },
  'silence': { rules: ['silent-from-peer'], verdict: 'one-way-audio', exit: 1 },
  'both-wait': {
    rules: ['both-wait', 'impaired'],
    verdict: 'no-audio',
    exit: 1,
    args: { wrong: ['both-wait'] },
  },
  'dtmf-no-marker': { rules: ['digits-malformed'], ...heard },
  'reinvite-storm': {
    // What it offers again has keys, which a caller without encryption leaves out.
    rules: ['reinvite-storm', 'media-in-clear'],
    ...heard,
    args: { durationMs: 4000 },
  },
  'refer-then-bye': {
    rules: ['transfer'],
    ...heard,
    args: { timeline: [{ atMs: 1500, kind: 'refer', to: 'sip:c@127.0.0.1' }] },
    says: /ended the call without telling what became of it: no NOTIFY/,
  },
  'media-timeout': {
    rules: ['bye-reason'],
    ...heard,
    args: { durationMs: 6000 },
    says: /Media timeout", though audio had reached it/,
  },
  'bye-wrong-place': {
    rules: ['bye-astray'],
    verdict: 'one-way-audio',
    exit: 1,
    args: { durationMs: 6000 },
    says: /BYE of the peer was refused with 481 .*: nobody in the call has the tag .* where the Contact was/,
  },
  'no-bye': {
    rules: ['audio-stops', 'bye-unanswered'],
    verdict: 'one-way-audio',
    exit: 1,
    args: { durationMs: 6000 },
  },
  'slow-bye': { rules: ['audio-stops'], verdict: 'one-way-audio', exit: 1, args: { durationMs: 9000 } },
  'tls-expired': { ...noConnection, says: /its certificate has expired/ },
  'tls-wrong-name': { ...noConnection, says: /its certificate is for another name/ },
  'client-certificate': { ...noConnection, says: /demands a certificate of this side/ },
}
const called = wrongNames.flatMap((name) => {
  const row = expected[name]
  return row === 'below' ? [] : [[name, row] as const]
})

/** What a TLS listener shows, as a CA that its callers trust. */
function shownAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const text = socket.getPeerX509Certificate()!.toString()
      socket.destroy()
      resolve(text)
    })
    socket.on('error', reject)
  })
}

describe('an agent that does wrong on purpose', () => {
  it.each(called)(
    '%s: the caller says so, ends properly and goes on',
    { timeout: 60_000 },
    async (wrong, { rules, verdict, exit, args = {}, agent: how = {}, says = /./ }) => {
      const agent = await engines.agent({
        wrong: [wrong],
        behaviour: { kind: 'answer', source: { kind: 'tone', hz: 440 } },
        ...how,
      })
      const healthy = await engines.agent()
      const phone = engines.open()
      const tls = how === overTls ? { tlsCa: await shownAt(agent.port) } : {}
      const uri = `sip:x@127.0.0.1:${agent.port}`
      const report = await callAndWait(phone, { uri, durationMs: 2000, ...tls, ...args })
      expect(report.findings.map(({ rule }) => rule)).toEqual(rules)
      expect(report.findings[0]!.sentence).toMatch(says)
      expect([report.verdict.kind, exitOf(report)]).toEqual([verdict, exit])
      const after = await callAndWait(phone, { uri: `sip:x@127.0.0.1:${healthy.port}`, durationMs: 300 })
      expect([after.outcome, after.findings]).toEqual(['answered', []])
    },
  )

  it.each(['tls-expired', 'tls-wrong-name', 'client-certificate'] as const)(
    '%s: who does not look, or has what is wanted, is answered',
    async (wrong) => {
      const tlsIdentity = wrong === 'client-certificate' ? await selfSigned('127.0.0.1') : undefined
      const { port } = await engines.agent({ wrong: [wrong], ...overTls, ...(tlsIdentity && { tlsIdentity }) })
      const uri = `sip:x@127.0.0.1:${port}`
      const args = { uri, transport: 'tls' as const, tlsInsecure: true, durationMs: 500 }
      const report = await callAndWait(engines.open(), { ...args, ...(tlsIdentity && { tlsIdentity }) })
      expect(report.outcome).toBe('answered')
    },
  )

  it('has a certificate for another name: who does not know its CA either hears of both', async () => {
    const { port } = await engines.agent({ wrong: ['tls-wrong-name'], ...overTls })
    const report = await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${port}`, transport: 'tls' })
    expect(report.findings[0]!.sentence).toMatch(/self-signed.*; its certificate is for another name; the name wanted/)
  })

  it.each<[Wrong, Partial<StartAgent>, RegExp]>([
    ['stale-nonce', {}, /asks for none: let it ask for those of a user/],
    ['client-certificate', {}, /listens over none: let it listen over TLS/],
    ['tls-expired', { ...overTls, tlsIdentity: { cert: 'c', key: 'k' } }, /leave the given one out/],
  ])('does not begin with %s where it could not do it', async (wrong, how, sentence) => {
    await expect(engines.agent({ wrong: [wrong], ...how })).rejects.toThrow(sentence)
  })

  it('waits for RTP of a caller that sends first, and both are heard', async () => {
    const { port } = await engines.agent({ wrong: ['both-wait'] })
    const report = await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${port}`, durationMs: 2000 })
    expect([report.verdict.kind, report.findings]).toEqual(['two-way-audio', []])
    const later = ['call', `sip:x@127.0.0.1:${port}`, '--duration', '2', '--first-packet', 'peer']
    const { code, report: waited } = await callReport(later)
    expect([code, ...waited.findings.map(({ rule }) => rule)]).toEqual([1, 'both-wait', 'impaired'])
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

interface CallerExpected {
  /** The rules that speak at the agent, and at the caller itself, whose own doing is no fault of the agent. */
  readonly rules: readonly string[]
  readonly own: readonly string[]
  readonly durationMs?: number
  readonly mediaTimeoutMs?: number
}

const expectedOfCaller: Readonly<Record<CallerWrong, CallerExpected>> = {
  'no-ack': { rules: ['not-acknowledged'], own: ['on-purpose'], durationMs: 5000 },
  'no-bye': { rules: ['audio-stops', 'bye-reason', 'bye-unanswered'], own: ['on-purpose'], mediaTimeoutMs: 3000 },
  'slow-bye': { rules: ['audio-stops'], own: ['on-purpose'] },
  'bye-wrong-place': { rules: ['bye-astray'], own: ['bye-astray', 'on-purpose'], mediaTimeoutMs: 3000 },
  'both-wait': { rules: [], own: ['impaired'], durationMs: 3000 },
}

describe('a caller that does wrong on purpose', () => {
  it.each(callerWrongNames.map((name) => [name, expectedOfCaller[name]] as const))(
    '%s: the agent says so and goes on, and the caller accuses nobody of it',
    { timeout: 60_000 },
    async (wrong, { rules, own, durationMs = 2000, mediaTimeoutMs = 30_000 }) => {
      const agent = await engines.agent({ ...over('tcp'), mediaTimeoutMs })
      const uri = `sip:x@127.0.0.1:${agent.port};transport=tcp`
      const called = await callAndWait(engines.open(), { uri, durationMs, wrong: [wrong] })
      expect(called.observations.map(({ text }) => text)).toContain(`wrong on purpose: ${callerWrongs[wrong]}`)
      expect(called.findings.map(({ rule }) => rule)).toEqual(own)
      expect([called.verdict.kind, exitOf(called)]).toEqual(['two-way-audio', 0])
      await expect.poll(() => agent.ended.length, { timeout: 40_000 }).toBe(1)
      expect(agent.ended[0]!.findings.map(({ rule }) => rule)).toEqual(rules)
      const after = await callAndWait(engines.open(), { uri, durationMs: 300 })
      expect(after.outcome).toBe('answered')
    },
  )
})
