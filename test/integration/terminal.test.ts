import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documents } from '../../electron/cli/commands/schema.ts'
import { callReport, ringback, startAgent } from '../harness/process.ts'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'ringback-terminal-'))))
afterAll(() => rmSync(folder, { recursive: true }))
const profile = (name: string) => ({ RINGBACK_PROFILE: join(folder, name) })
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  ringback(args, { ...profile('profile'), ...env }).finished

describe('help', () => {
  it.each([
    'demo',
    'call',
    'register',
    'agent',
    'inspect',
    'trunk',
    'trunk list',
    'trunk add',
    'trunk set',
    'trunk remove',
    'trunk check',
    'trunk import',
    'trunk export',
    'history',
    'history list',
    'history show',
    'history export',
    'providers',
    'rules',
    'schema',
    'window',
    'completion',
  ])('of %s has examples, and defaults in words', async (path) => {
    const { code, stdout } = await run([...path.split(' '), '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`Examples:\n  ringback ${path}`)
    expect(stdout).not.toMatch(/default: [{["]/)
  })

  it('of the whole has examples, the exit codes and the way to the window; so has the program alone', async () => {
    for (const args of [['--help'], []]) {
      const { code, stdout } = await run(args)
      expect(code).toBe(0)
      for (const part of ['Examples:', 'Exit codes:', 'npm start', 'ringback window']) expect(stdout).toContain(part)
    }
    const { code, stdout } = await run(['trunk'])
    expect([code, stdout]).toEqual([0, (await run(['trunk', '--help'])).stdout])
  })
})

describe('wrong usage', () => {
  it.each<[string[], string]>([
    [['cal'], "ringback: unknown command 'cal'; did you mean call? (ringback --help)"],
    [
      ['call', 'sip:a@b', '--codec', 'x'],
      "ringback call: unknown option '--codec'; did you mean --codecs? (ringback call --help)",
    ],
    [
      ['call', 'sip:a@b', '--duration', 'x'],
      'ringback call: --duration x: give seconds, at most 86400 (ringback call --help)',
    ],
    [['call', 'sip:a@b', '--from'], 'ringback call: --from needs a value: --from <number|uri> (ringback call --help)'],
    [
      ['call', 'sip:a@b', '--transport', 'sctp'],
      'ringback call: --transport sctp: choose one of udp, tcp, tls, ws, wss (ringback call --help)',
    ],
    [
      ['call', 'sip:a@127.0.0.1:9;transport=sctp'],
      'ringback call: transport sctp is not available: use udp, tcp, tls, ws or wss (ringback call --help)',
    ],
    [
      ['call', '+1 999 1234567'],
      'ringback call: "+1 999 1234567" is a number: choose the trunk that it is called through, or write ' +
        'sip:+19991234567@host (--trunk NAME)',
    ],
    [
      ['trunk', 'add', 'x'],
      'ringback trunk add: --address is missing: the host name or IP address of the trunk (ringback trunk add --help)',
    ],
    [
      ['completion', 'tcsh'],
      'ringback completion: shell tcsh: choose one of bash, zsh, fish (ringback completion --help)',
    ],
    [
      ['history', 'list', '--limit', '0'],
      'ringback history list: --limit 0: give a number from 1 (ringback history list --help)',
    ],
    [['agent', '--calls', '0'], 'ringback agent: --calls 0: give a number from 1 (ringback agent --help)'],
    [
      ['agent', '--answer', 'reject'],
      'ringback agent: --answer reject: choose echo, tone[:HZ], marker, silence, say:TEXT, a .wav file, ' +
        'reject:CODE, reject:302:URI, ring or ignore (ringback agent --help)',
    ],
    [
      ['agent', '--listen', '5070'],
      'ringback agent: --listen 5070: write transport:address:port, like udp:127.0.0.1:5060 (an IP address; port 0 ' +
        'takes any; transports are udp, tcp, tls, ws, wss) (ringback agent --help)',
    ],
    [
      ['history', 'show', 'nope'],
      'ringback history show: there is no call "nope" in the history (ringback history list)',
    ],
    [['history', 'show', 'latest'], 'ringback history show: there are no calls yet (ringback history show --help)'],
  ])('%j is one line that names the command and its help', async (args, line) => {
    const { code, stdout, stderr } = await run(args, profile('never'))
    expect([code, stdout, stderr]).toEqual([2, '', `${line}\n`])
  })

  it('is help of what is no command: said under the commands that there are', async () => {
    const { code, stderr } = await run(['help', 'frob'], profile('never'))
    expect(code).toBe(2)
    expect(stderr).toMatch(/\nringback: there is no such command \(ringback --help\)\n$/)
  })
})

describe('a number', () => {
  it('is called through a trunk, numbered messages, and stands in the history as a table', async () => {
    const agent = await startAgent([])
    await run(['trunk', 'add', 'desk', '--address', `127.0.0.1:${agent.port}`])
    const { code, stdout } = await run([
      'call',
      '+1 999 123 4567',
      '--trunk',
      'desk',
      '--duration',
      '2',
      '-H',
      'X-Q: 7',
    ])
    expect(stdout).toMatch(new RegExp(`\\n {3}1 .* ──▶ INVITE sip:\\+19991234567@127.0.0.1:${agent.port} `))
    expect(stdout).toMatch(/\n {3}2 .* ◀── SIP\/2\.0 /)
    expect(code).toBe(0)
    await callReport(['call', `sip:nobody@127.0.0.1:${agent.port}`, '--duration', '1'], profile('profile'))
    await agent.stop('SIGINT')

    const list = (await run(['history', 'list'])).stdout.trimEnd().split('\n')
    expect(list).toHaveLength(3)
    const column = (name: string) => list.map((line) => line.slice(list[0]!.indexOf(name)))
    expect(column('started (UTC').slice(1)).toEqual(
      Array(2).fill(expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /)),
    )
    expect(column('to ')[2]).toMatch(/^sip:\+19991234567@/)
    expect(column('through')[2]).toMatch(/^desk /)
    expect(column('outcome').slice(1)).toEqual(Array(2).fill(expect.stringMatching(/^answered /)))
    expect(column('verdict')[2]).toMatch(/^Two-way audio/)
    const found = (await run(['history', 'list', '--filter', 'x-q: 7'])).stdout
    expect(found).toContain('+19991234567')
    expect(found).not.toContain('nobody')
    expect((await run(['history', 'list', '--filter', 'no such words'])).stdout).toBe(
      'no call has no such words in it\n',
    )

    expect((await run(['history', 'show', 'latest'])).stdout).toMatch(/^ {3}1 .*INVITE sip:nobody@/)
    const page = join(folder, 'latest.html')
    expect((await run(['history', 'export', 'latest', page])).code).toBe(0)
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*nobody/i)
    const json = join(folder, 'latest.txt')
    expect((await run(['history', 'export', 'latest', json])).code).toBe(0)
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ outcome: 'answered' })
    // Packets of the audio are kept in memory only: that is said, and the messages are written.
    for (const ending of ['pcap', 'pcapng']) {
      const capture = join(folder, `x.${ending}`)
      const written = await run(['history', 'export', 'latest', capture])
      expect(written.stderr).toMatch(/it has the messages only/)
      expect(written.code).toBe(0)
      expect(readFileSync(capture, 'latin1')).toContain('INVITE sip:nobody')
      expect((await run(['inspect', capture])).stdout).toMatch(/INVITE sip:nobody/)
    }
    // Nobody is there any more: a call that failed is one when it is shown, too.
    const gone = `sip:gone@127.0.0.1:${agent.port};transport=tcp`
    expect((await run(['call', gone])).code).not.toBe(0)
    expect((await run(['history', 'show', 'latest'])).code).toBe(1)
    // Sixteen processes, one after the other.
  }, 60_000)
})

describe('trunks as a file', () => {
  it('go to another machine without what is secret, and what is to be set there is said', async () => {
    const env = { ...profile('from'), PW: 'sehr-geheim', KEY: 'noch-geheimer' }
    await run(['trunk', 'add', 'b', '--address', 'pbx.example', '-H', 'X-A: 1'], env)
    const add = ['trunk', 'add', 'a', '--address', 'trunk.example', '--user', 'u', '--password-env', 'PW']
    await run([...add, '--header-env', 'X-Api-Key=KEY'], env)
    const { stdout } = await run(['trunk', 'export'], env)
    expect(stdout).not.toMatch(/geheim/)
    const file = join(folder, 'trunks.json')
    writeFileSync(file, stdout)
    const imported = await run(['trunk', 'import', file], profile('to'))
    expect([imported.code, imported.stdout]).toEqual([
      0,
      'stored 2 trunks: a, b\nto be set here (ringback trunk set): header X-Api-Key of a; the password of a\n',
    ])
    const there = JSON.parse((await run(['trunk', 'list', '--json'], profile('to'))).stdout) as object[]
    expect(there).toMatchObject([
      { name: 'a', user: 'u', hasPassword: false, headers: [] },
      { name: 'b', headers: [{ name: 'X-A', value: '1' }] },
    ])
    // Where they came from nothing is lost.
    expect((await run(['trunk', 'import', file], env)).stdout).toBe('stored 2 trunks: a, b\n')
    expect(JSON.parse((await run(['trunk', 'list', '--json'], env)).stdout)).toMatchObject([
      { name: 'a', hasPassword: true, headers: [{ name: 'X-Api-Key' }] },
      { name: 'b' },
    ])
  })

  it.each([
    ['nothing', ''],
    ['another list', '{"trunks":{}}'],
    ['a trunk with a bad name', '{"trunks":[{"name":"a b","address":"x"}]}'],
    ['no trunk', '{"trunks":[null]}'],
  ])('%s is refused with its reason', async (_, text) => {
    const file = join(folder, 'bad.json')
    writeFileSync(file, text)
    const { code, stderr, stdout } = await run(['trunk', 'import', file], profile('bad'))
    expect(stderr).toMatch(/^not stored: (it is no list of trunks|a b: name: a trunk name has letters|trunk 1: )/)
    expect(stdout).toBe('stored 0 trunks\n')
    expect(code).toBe(2)
  })
})

describe('providers', () => {
  it('are listed with source and date, by name whatever the case, and as a document of the schema', async () => {
    const { stdout } = await run(['providers', 'LIVEKIT'])
    expect(stdout).toMatch(/^LiveKit\n {2}address YOURS\.sip\.livekit\.cloud, transport tcp/)
    expect(stdout).toMatch(/\n {2}as LiveKit SIP documentation and sources says, read 20\d\d\n$/)
    expect((await run(['providers', 'twilio'])).stdout.match(/^Twilio /gm)).toHaveLength(2)
    const list = await run(['providers', '--json'])
    expect(documents.ProviderList.parse(JSON.parse(list.stdout)).length).toBeGreaterThan(3)
    expect((await run(['providers', 'nobody'])).code).toBe(2)
  })

  it('say whose an address is, with the range, source and date', async () => {
    const one = await run(['providers', '--address', '54.172.60.1'])
    expect([one.code, one.stdout]).toEqual([
      0,
      '54.172.60.1 is of Twilio Elastic SIP Trunking: 54.172.60.0/30, signalling, ' +
        'as Twilio Elastic SIP Trunking documentation says, read 2026\n',
    ])
    const json = await run(['providers', '--address', '[2001:db8::1]:5060', '--json'])
    expect(json.code).toBe(1)
    expect(documents.ProviderAddress.parse(JSON.parse(json.stdout)).owners).toEqual([])
    expect((await run(['providers', '--address', 'x y'])).code).toBe(2)
  })

  it('of one’s own are listed with "yours", and a bad file is explained and ends nothing', async () => {
    const own = join(folder, 'own')
    mkdirSync(join(own, 'providers'), { recursive: true })
    const mine = { name: 'Acme', kind: 'trunk', source: 'contract', asOf: '2026-11-26' }
    writeFileSync(join(own, 'providers', 'acme.json'), JSON.stringify(mine))
    writeFileSync(join(own, 'providers', 'bad.json'), '{\n"name": "B",\n"asof": 1\n}')
    const { code, stdout, stderr } = await run(['providers', 'acme'], profile('own'))
    expect([code, stdout]).toEqual([0, 'Acme (yours)\n  as contract says, read 2026-11-26\n'])
    expect(stderr).toMatch(/warning: providers\/bad\.json, line 1: kind: /)
  })

  it('say at the trunk and at the call what they do not take, and lock nothing', async () => {
    const added = await run(['trunk', 'add', 'el', '--address', 'sip.rtc.elevenlabs.io', '--transport', 'udp'])
    expect(added.code).toBe(0)
    expect(added.stderr).toMatch(/note: ElevenLabs: UDP transport is not currently available/)
  })
})

describe('the window', () => {
  it('is started from the command line too, and ended by what ends that', async () => {
    const window = ringback(['window', '--no-open', '--port', '0'], profile('window'))
    await window.until(/http:\/\/127\.0\.0\.1:\d+\/\?token=/, 60_000)
    const { code } = await window.stop('SIGINT')
    expect(code).toBe(0)
  }, 90_000)
})
