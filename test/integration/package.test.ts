import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wavHeader } from '../../shared/base/wav.ts'
import type { CallReport, InspectReport } from '../../shared/contract/report.ts'
import { invites, pcapOf } from '../harness/capture-files.ts'
import { isRunning, olderNode } from '../harness/older-node.ts'
import { Running, root } from '../harness/process.ts'

let folder = ''
let installed = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-pack-'))
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .trim()
    .split('\n')
    .at(-1)!
  // As a person would, with nothing to be had from anywhere: it needs nothing.
  execFileSync(
    'npm',
    ['install', '--offline', '--no-audit', '--no-fund', '--prefix', join(folder, 'where'), join(folder, name)],
    { cwd: folder, stdio: 'ignore' },
  )
  installed = join(folder, 'where/node_modules/ringback')
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = (more: NodeJS.ProcessEnv = {}) => ({ ...process.env, RINGBACK_PROFILE: join(folder, 'profile'), ...more })
const bin = () => join(folder, 'where/node_modules/.bin/ringback')

describe('what npm pack makes', () => {
  it('has the bundle, the licences of what is in it, and no sources', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(installed, name)).isFile())
      .sort()
    expect(files).toEqual([
      'LICENSE',
      'README.md',
      'dist/capture-worker.js',
      'dist/licenses.txt',
      'dist/opus.wasm',
      'dist/ringback.js',
      'dist/sound-worker.js',
      'electron/cli/ringback.mjs',
      'package.json',
    ])
    expect(readFileSync(join(installed, 'dist/licenses.txt'), 'utf8')).toMatch(
      /^@evan\/opus \S+, MIT\n[\s\S]*\ncommander \S+, MIT\n[\s\S]*\nzod \S+, MIT\n[\s\S]*\nlibopus, BSD-3-Clause\n/,
    )
  })

  it('installs nothing else, runs nothing when it is installed, and is smaller than 20 MB', () => {
    expect(readdirSync(join(folder, 'where/node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'ringback',
    ])
    const { dependencies, optionalDependencies, scripts, engines } = JSON.parse(
      readFileSync(join(installed, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>
    expect([dependencies ?? {}, optionalDependencies ?? {}, engines]).toEqual([{}, {}, { node: '>=24' }])
    expect(Object.keys(scripts!).filter((name) => /install|^prepare$|^prepublish$|uninstall/.test(name))).toEqual([])
    const bytes = readdirSync(join(folder, 'where'), { recursive: true, encoding: 'utf8' }).reduce(
      (sum, name) => sum + statSync(join(folder, 'where', name)).size,
      0,
    )
    expect(bytes).toBeLessThan(20e6)
  })

  it('places the demo call', () => {
    const { status, stdout, stderr } = spawnSync(bin(), ['demo', '--json'], {
      env: env({ PATH: dirname(process.execPath) }),
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect((JSON.parse(stdout) as CallReport).verdict.kind).toBe('two-way-audio')
    expect(status).toBe(0)
  })

  it('places a call with Opus, whose library it brings', async () => {
    const agent = new Running(
      process.execPath,
      [
        join(installed, 'electron/cli/ringback.mjs'),
        ...['agent', '--listen', 'udp:127.0.0.1:0', '--codecs', 'opus', '--json'],
      ],
      { env: env() },
    )
    await agent.until(/"listening".*\n/)
    const { addresses } = JSON.parse(agent.stdout.split('\n')[0]!) as { addresses: { port: number }[] }
    const { status, stdout, stderr } = spawnSync(
      bin(),
      ['call', `sip:x@127.0.0.1:${addresses[0]!.port}`, '--codecs', 'opus', '--duration', '2', '--json'],
      { env: env(), encoding: 'utf8' },
    )
    await agent.stop('SIGTERM')
    expect(stderr).toBe('')
    const report = JSON.parse(stdout) as CallReport
    expect(report.verdict.kind).toBe('two-way-audio')
    expect(report.media[0]).toMatchObject({ codec: 'opus', clockRate: 48_000 })
    expect(report.observations.map(({ kind }) => kind)).toContain('marker-heard')
    expect(status).toBe(0)
  })

  it('opens a capture', () => {
    const file = join(folder, 'calls.pcap')
    writeFileSync(file, pcapOf(invites(3)))
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(installed, 'electron/cli/ringback.mjs'), 'inspect', file, '--json'],
      { env: env(), encoding: 'utf8' },
    )
    expect(stderr).toBe('')
    expect((JSON.parse(stdout) as InspectReport).calls.map(({ callId }) => callId)).toEqual([
      'call-0',
      'call-1',
      'call-2',
    ])
    expect(status).toBe(0)
  })

  it('answers over TLS with a certificate of its own and a WAV file', () => {
    const sound = join(folder, 'sound.wav')
    writeFileSync(sound, Buffer.concat([wavHeader(1, 16_000, 3200), Buffer.alloc(3200)]))
    const { stdout } = spawnSync(
      process.execPath,
      [
        join(installed, 'electron/cli/ringback.mjs'),
        'agent',
        '--listen',
        'tls:127.0.0.1:0',
        '--answer',
        sound,
        '--json',
      ],
      { env: env(), encoding: 'utf8', timeout: 4000 },
    )
    expect(stdout).toMatch(/"listening".*"tls"/)
  })

  // Only a machine with an old Node can show this.
  it.skipIf(!olderNode)('finds a Node that can run it from an older one, or says in one line which it needs', () => {
    const launcher = join(installed, 'electron/cli/ringback.mjs')
    const found = spawnSync(olderNode!, [launcher, 'schema'], {
      env: env({ RINGBACK_NODE: process.execPath }),
      encoding: 'utf8',
    })
    expect([found.status, found.stderr]).toEqual([0, ''])
    expect(
      spawnSync(olderNode!, [launcher, 'call', 'nonsense'], { env: env({ RINGBACK_NODE: process.execPath }) }).status,
    ).toBe(2)
    const lost = spawnSync(olderNode!, [launcher, 'schema'], {
      env: env({ PATH: '/nowhere', RINGBACK_NODE: '' }),
      encoding: 'utf8',
    })
    expect(lost.stderr).toMatch(/^ringback needs Node\.js 24 or later, this is [\d.]+.*\n$/)
    expect(lost.status).toBe(3)
  })
  it.skipIf(!olderNode).each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'ends what an older Node has started when that gets %s',
    async (signal) => {
      const launcher = new Running(
        olderNode!,
        [join(installed, 'electron/cli/ringback.mjs'), 'agent', '--listen', 'udp:127.0.0.1:0', '--json'],
        { env: env({ RINGBACK_NODE: process.execPath }) },
      )
      await launcher.until(/"listening"/)
      const inner = Number(
        execFileSync('ps', ['-o', 'pid=', '--ppid', String(launcher.child.pid)], { encoding: 'utf8' }),
      )
      launcher.child.kill(signal)
      await launcher.finished
      await expect.poll(() => isRunning(inner), { timeout: 8000 }).toBe(false)
    },
  )
})
