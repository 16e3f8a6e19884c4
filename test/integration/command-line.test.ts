import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { documents } from '../../electron/cli/commands/schema.ts'
import { personas } from '../../shared/providers/personas/index.ts'
import { callReport, freePort, ringback, startAgent } from '../harness/process.ts'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'ringback-cli-'))))
afterAll(() => rmSync(folder, { recursive: true }))
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  ringback(args, { RINGBACK_PROFILE: join(folder, 'profile'), ...env }).finished

describe('wrong usage ends with 2 and one line', () => {
  const target = 'sip:a@127.0.0.1:9'
  it.each<[string, string[], RegExp]>([
    ['sip@host', ['call', 'sip@host'], /no identifier: write sip:identifier@host/],
    ['sip:host', ['call', 'sip:host'], /has no identifier before the host/],
    ['a header with a newline', ['call', target, '-H', 'X-A: b\r\nVia: c'], /X-A contains a line break/],
    ['a header with a control character', ['call', target, '-H', 'X-A: \u0007'], /control character/],
    ['a header of the stack', ['call', target, '-H', 'Call-ID: x'], /belongs to the stack: it names the dialog/],
    ['a header without a name', ['call', target, '-H', ': x'], /no name before a colon/],
    ['an unknown transport', ['call', target, '--transport', 'sctp'], /choose one of udp, tcp/],
    ['an unknown codec', ['call', target, '--codecs', 'speex'], /codec "speex"/],
    ['an unknown source', ['call', target, '--send', 'music'], /choose tone/],
    ['a microphone', ['call', target, '--send', 'microphone'], /the command line has none: choose another/],
    ['a microphone of an agent', ['agent', '--answer', 'microphone'], /an agent has no microphone/],
    ['a WAV that is not one', ['call', target, '--send', 'package.wav'], /no such file|not a WAV/],
    ['an unset variable', ['call', target, '--user', 'a', '--password-env', 'NOT_SET'], /NOT_SET is not set/],
    ['an unknown trunk', ['call', target, '--trunk', 'nowhere'], /there is no trunk "nowhere"/],
    ['an unknown command', ['dial'], /unknown command 'dial'/],
    ['a missing argument', ['call'], /missing required argument 'uri'/],
    [
      'a URI where an address belongs',
      ['trunk', 'add', 'x', '--address', 'sip:sip.telnyx.com'],
      /did you mean sip.telnyx.com/,
    ],
    ['an action that there is not', ['call', target, '--at', '3s:dance'], /write TIME:ACTION like 3s:hold/],
    ['digits that are none', ['call', target, '--at', '3:dtmf x'], /write TIME:ACTION/],
    ['a packet time beyond all', ['call', target, '--ptime', '5'], /a packet time of 10 to 60 ms/],
    ['a CA file that has none', ['call', target, '--tls-ca', 'package.json'], /has no certificate: PEM is needed/],
    [
      'a certificate without its key',
      ['call', target, '--tls-cert', 'x.pem'],
      /--tls-cert and --tls-key belong together/,
    ],
    ['a name server by name', ['call', target, '--dns', 'dns.example'], /give the IP address of a name server/],
    ['a redirection that is none', ['agent', '--answer', 'reject:486:sip:x@y'], /486 does not redirect/],
    [
      'answering an address that is given up',
      ['register', '--address', 'a', '--answer', 'echo'],
      /--answer needs --keep/,
    ],
    ['an agent with a user and no password', ['agent', '--user', 'a'], /needs a password/],
    [
      'an address block that is none',
      ['agent', '--listen', 'udp:127.0.0.1:0', '--allow', 'everyone'],
      /no address block/,
    ],
    ['a persona that there is not', ['agent', '--persona', 'nobody'], /there is no persona "nobody": choose one of /],
    ['a configuration for no persona', ['agent', '--config', 'x.json'], /--config needs a persona/],
    ['a webhook for no persona', ['agent', '--webhook', 'https://a.example'], /--webhook needs a persona/],
    [
      'who may call, beside a persona',
      ['agent', '--persona', 'elevenlabs', '--allow', '10.0.0.0/8'],
      /--allow: the configuration of the persona says that/,
    ],
    [
      'a configuration that is no JSON',
      ['agent', '--persona', 'elevenlabs', '--config', 'LICENSE'],
      /LICENSE, line 2: this is no JSON/,
    ],
    [
      'a configuration with other fields',
      ['agent', '--persona', 'elevenlabs', '--config', 'package.json'],
      /package\.json, line 2: name: there is no such field; .*more faults follow/,
    ],
    [
      'a webhook in clear on another computer',
      ['agent', '--persona', 'elevenlabs', '--listen', 'tcp:127.0.0.1:0', '--webhook', 'http://a.example/'],
      /goes over http to another computer: only https does/,
    ],
    ['a file that is no capture', ['inspect', 'package.json'], /not a pcap or pcapng capture/],
    ['the packets of no call', ['inspect', 'package.json', '--pcap', 'x.pcap'], /name it with --call/],
  ])('%s', async (name, args, text) => {
    if (name === 'a WAV that is not one') {
      args[3] = join(folder, 'x.wav')
      writeFileSync(args[3], 'hello')
    }
    const { code, stdout, stderr } = await run(args)
    expect(stderr).toMatch(text)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

describe('what this machine cannot do ends with 3', () => {
  it.each<[string, () => string[], RegExp]>([
    ['no such file', () => ['inspect', join(folder, 'none.pcap')], /no such file/],
    ['no such WAV', () => ['call', 'sip:a@127.0.0.1:9', '--send', join(folder, 'none.wav')], /no such file/],
    [
      'no such folder for a capture',
      () => ['call', 'sip:a@127.0.0.1:9', '--pcap', join(folder, 'no', 'x.pcap')],
      /cannot write/,
    ],
    ['an address of another machine', () => ['agent', '--listen', 'udp:203.0.113.1:5060'], /not one of this machine/],
    ['a name that does not resolve', () => ['call', 'sip:a@nowhere.invalid'], /does not resolve/],
  ])('%s', async (_name, args, text) => {
    const { code, stdout, stderr } = await run(args())
    expect(stdout + stderr).toMatch(text)
    expect(code).toBe(3)
  })

  it('a port in use', async () => {
    const agent = await startAgent([])
    const { code, stderr } = await run(['agent', '--listen', `udp:127.0.0.1:${agent.port}`])
    expect(stderr).toContain(`cannot listen on udp 127.0.0.1:${agent.port}: the port is in use`)
    expect(code).toBe(3)
    await agent.stop('SIGINT')
  })
})

describe('a call that cannot be sent', () => {
  it('says that nothing listens, with the evidence', async () => {
    const port = await freePort()
    const { code, report } = await callReport(['call', `sip:a@127.0.0.1:${port};transport=tcp`])
    expect(code).toBe(1)
    expect(report).toMatchObject({
      outcome: 'failed',
      refusedBy: 'transport',
      requestUri: `sip:a@127.0.0.1:${port};transport=tcp`,
      verdict: { kind: 'not-answered' },
    })
    expect(report.findings[0]!.sentence).toContain('connection refused')
  })

  it('says that the peer does not speak TLS on that port', async () => {
    const agent = await startAgent(['--listen', 'tcp:127.0.0.1:0'])
    const { code, report } = await callReport(['call', `sip:a@127.0.0.1:${agent.port}`, '--transport', 'tls'])
    expect(code).toBe(1)
    expect(report).toMatchObject({ outcome: 'failed', refusedBy: 'tls' })
    await agent.stop('SIGINT')
  })

  it('calls over TLS when the certificate is accepted', async () => {
    const agent = await startAgent(['--listen', 'tls:127.0.0.1:0'])
    const { code, report } = await callReport([
      'call',
      `sip:a@127.0.0.1:${agent.port}`,
      '--transport',
      'tls',
      '--tls-insecure',
      '--duration',
      '2',
    ])
    expect(report).toMatchObject({ transport: 'tls', outcome: 'answered' })
    expect(report.observations.some(({ kind }) => kind === 'tls-chain')).toBe(true)
    expect(code).toBe(0)
    await agent.stop('SIGINT')
  })
})

describe('documents', () => {
  it('demo gives a CallReport valid against the schema, two-way audio, exit 0', async () => {
    const { code, report } = await callReport(['demo'])
    expect(documents.CallReport.safeParse(report).error).toBeUndefined()
    expect(z.strictObject(documents.CallReport.shape).safeParse(report).error).toBeUndefined()
    expect(report.verdict.kind).toBe('two-way-audio')
    expect(report.observations.some(({ kind }) => kind === 'marker-heard')).toBe(true)
    expect(code).toBe(0)
  })

  it('schema prints one definition for each document', async () => {
    const { stdout, code } = await run(['schema'])
    const schema = JSON.parse(stdout) as { $defs: Record<string, { properties?: object }> }
    const configurations = personas.map(({ name }) => `PersonaConfig-${name}`)
    expect(Object.keys(schema.$defs)).toEqual([...Object.keys(documents), ...configurations])
    expect(Object.keys(schema.$defs['CallReport']!.properties!)).toEqual(Object.keys(documents.CallReport.shape))
    expect(code).toBe(0)
  })

  it('rules says of each rule what it looks at, when it speaks and when it is silent', async () => {
    const { stdout, code } = await run(['rules', '--json'])
    const rules = documents.RuleList.parse(JSON.parse(stdout))
    expect(rules.map(({ id }) => id)).toContain('audio-stops')
    for (const { looksAt, speaks, silent, severities } of rules) {
      for (const clause of [looksAt, speaks, silent]) expect(clause).toMatch(/[^.]$/)
      expect(severities.length).toBeGreaterThan(0)
    }
    expect(code).toBe(0)
    const one = await run(['rules', 'nothing-arrives'])
    expect(one.stdout).toMatch(/^nothing-arrives \(fault\)\n {2}looks at {3}.*\n {2}speaks.*\n {2}is silent/)
    const none = await run(['rules', 'no-such-rule'])
    expect(none.stderr).toMatch(/no such rule; there are/)
    expect(none.code).toBe(2)
  })

  it.each(['', 'call', 'register', 'agent', 'inspect', 'trunk', 'history', 'demo', 'rules', 'schema'])(
    'help of %j has examples or commands',
    async (name) => {
      const { stdout, code } = await run([...(name === '' ? [] : [name]), '--help'])
      expect(stdout).toMatch(name === '' ? /Commands:/ : /Examples:/)
      expect(code).toBe(0)
    },
  )
})

describe('trunks and history', () => {
  const env = { PW: 'sehr-geheim' }

  it('keeps a trunk, never its password in clear, and calls through it', async () => {
    // A second attempt finds what the first left.
    await run(['trunk', 'remove', 'local'])
    const agent = await startAgent(['--user', 'alice', '--password-env', 'PW'], env)
    expect(
      (
        await run(
          [
            'trunk',
            'add',
            'local',
            '--address',
            `127.0.0.1:${agent.port}`,
            '--user',
            'alice',
            '--password-env',
            'PW',
            '-H',
            'X-Trunk: 1',
          ],
          env,
        )
      ).code,
    ).toBe(0)
    expect((await run(['trunk', 'add', 'local', '--address', 'x'], env)).code).toBe(2)
    const list = await run(['trunk', 'list', '--json'])
    expect(JSON.parse(list.stdout)).toMatchObject([
      { name: 'local', authentication: 'digest', hasPassword: true, headers: [{ name: 'X-Trunk', value: '1' }] },
    ])
    const { code, report } = await callReport(
      ['call', 'sip:1001@trunk.example', '--trunk', 'local', '--duration', '2'],
      { RINGBACK_PROFILE: join(folder, 'profile') },
    )
    expect(code).toBe(0)
    expect(report.headers.sent.some(({ name, value }) => name === 'X-Trunk' && value === '1')).toBe(true)
    const check = await run(['trunk', 'check', 'local', '--json'])
    expect(JSON.parse(check.stdout)).toMatchObject({ reachable: true, status: { code: 200 } })

    const entries = JSON.parse((await run(['history', 'list', '--json'])).stdout) as { id: string }[]
    expect(entries[0]).toMatchObject({ id: report.id, outcome: 'answered', to: 'sip:1001@trunk.example' })
    expect(JSON.parse((await run(['history', 'show', report.id, '--json'])).stdout)).toEqual(report)
    expect((await run(['history', 'export', report.id, join(folder, 'call.json')])).code).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, 'call.json'), 'utf8'))).toEqual(report)

    expect((await run(['trunk', 'set', 'local', '--transport', 'tcp'])).code).toBe(0)
    expect(JSON.parse((await run(['trunk', 'list', '--json'])).stdout)).toMatchObject([
      { transport: 'tcp', user: 'alice', hasPassword: true },
    ])
    const stored = readFileSync(join(folder, 'profile', 'ringback.sqlite'))
    expect(stored.includes('sehr-geheim')).toBe(false)
    expect(statSync(join(folder, 'profile', 'secret.key')).mode & 0o077).toBe(0)
    expect((await run(['trunk', 'remove', 'local'])).code).toBe(0)
    await agent.stop('SIGINT')
  })

  it('says what is wrong with a profile from a newer version, and goes on without history where it can', async () => {
    const newer = join(folder, 'newer')
    await run(['trunk', 'list'], { RINGBACK_PROFILE: newer })
    const db = new DatabaseSync(join(newer, 'ringback.sqlite'))
    db.exec('PRAGMA user_version = 99')
    db.close()
    const { code, stderr } = await run(['trunk', 'list'], { RINGBACK_PROFILE: newer })
    expect(stderr).toMatch(/newer Ringback \(format 99, this one knows 3\)/)
    expect(code).toBe(3)
    const inspected = await run(['inspect', join(folder, 'none.pcap')], { RINGBACK_PROFILE: newer })
    expect(inspected.stderr).toMatch(/not kept in the history/)
  })
})
