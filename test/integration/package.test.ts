import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallReport, InspectReport } from '../../shared/contract/report.ts'
import { invites, pcapOf } from '../harness/capture-files.ts'
import { root } from '../harness/process.ts'

let folder = ''
let installed = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-pack-'))
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n').at(-1)!
  execFileSync('tar', ['-xzf', join(folder, name), '-C', folder])
  installed = join(folder, 'package')
  // The dependencies as npm would have installed them beside the package.
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'))
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const old = ['/usr/local/bin/node', '/usr/bin/node'].find((path) => existsSync(path) && Number(/^v(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[1]) < 24)
const env = () => ({ ...process.env, RINGBACK_PROFILE: join(folder, 'profile') })

describe('what npm pack makes', () => {
  it('has the bundle and no sources', () => {
    expect(existsSync(join(installed, 'dist/ringback.js'))).toBe(true)
    expect(existsSync(join(installed, 'dist/capture-worker.js'))).toBe(true)
    expect(existsSync(join(installed, 'electron/cli/main.ts'))).toBe(false)
    expect(existsSync(join(installed, 'LICENSE'))).toBe(true)
  })

  it('places the demo call', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, 'electron/cli/ringback.mjs'), 'demo', '--json'], { env: env(), encoding: 'utf8' })
    expect(stderr).toBe('')
    expect((JSON.parse(stdout) as CallReport).verdict.kind).toBe('two-way-audio')
    expect(status).toBe(0)
  })

  it('opens a capture', () => {
    const file = join(folder, 'calls.pcap')
    writeFileSync(file, pcapOf(invites(3)))
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, 'electron/cli/ringback.mjs'), 'inspect', file, '--json'], { env: env(), encoding: 'utf8' })
    expect(stderr).toBe('')
    expect((JSON.parse(stdout) as InspectReport).calls.map(({ callId }) => callId)).toEqual(['call-0', 'call-1', 'call-2'])
    expect(status).toBe(0)
  })

  // Only a machine with an old Node can show this.
  it.skipIf(!old)('finds a Node that can run it from an older one, or says in one line which it needs', () => {
    const found = spawnSync(old!, [join(installed, 'electron/cli/ringback.mjs'), 'schema'], { env: env(), encoding: 'utf8' })
    expect(found.status).toBe(0)
    rmSync(join(installed, 'node_modules'))
    const lost = spawnSync(old!, [join(installed, 'electron/cli/ringback.mjs'), 'schema'], { env: { ...env(), PATH: '/nowhere' }, encoding: 'utf8' })
    expect(lost.stderr).toMatch(/^ringback needs Node\.js 24 or later, this is [\d.]+.*\n$/)
    expect(lost.status).toBe(3)
  })
})
