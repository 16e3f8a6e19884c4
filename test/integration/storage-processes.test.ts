import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { describe, expect, it } from 'vitest'
import type { HistoryEntry } from '../../shared/contract/lists.ts'
import { temporaryFolders } from '../harness/folders.ts'
import { keepRunning } from '../harness/kept.ts'
import { request } from '../harness/messages.ts'
import { isRunning, olderNode } from '../harness/older-node.ts'
import { Running, agentReports, launcher, ringback, startAgent } from '../harness/process.ts'

const folder = temporaryFolders()
const keep = keepRunning()
const started = (...parts: Parameters<typeof startAgent>) => keep(startAgent(...parts))
const long = (port: number, ...args: string[]) => ['call', `sip:x@127.0.0.1:${port}`, '--duration', '60', ...args]

/** The processes that a process has begun, and theirs. */
function descendants(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    pairs.filter(([, of]) => of === parent).flatMap(([child]) => [child!, ...below(child!)])
  return below(pid)
}

describe('a call that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s ends with BYE and 130, and is in the history',
    async (signal) => {
      const [agent, profile] = [await started([]), folder()]
      const call = ringback(long(agent.port), { RINGBACK_PROFILE: profile })
      await call.until(/200 OK/)
      expect((await call.stop(signal)).code).toBe(130)
      await expect.poll(() => agentReports(agent)[0]?.timeline.endedBy).toBe('peer')
      const { stdout } = await ringback(['history', 'list', '--json'], { RINGBACK_PROFILE: profile }).finished
      expect(JSON.parse(stdout)).toMatchObject([
        { outcome: 'answered', durationMs: expect.any(Number) },
      ] satisfies Partial<HistoryEntry>[])
    },
  )

  it('by a reader that has seen enough ends with BYE', async () => {
    // It rings long enough for the reader to be gone before the next line.
    const agent = await started(['--answer-delay', '1500'])
    const pipe = new Running('sh', ['-c', `"$0" "$@" | head -n 3`, process.execPath, launcher, ...long(agent.port)], {
      env: { RINGBACK_PROFILE: folder(), NO_COLOR: '1' },
    })
    const { stdout, stderr } = await pipe.finished
    expect(stdout.split('\n')).toHaveLength(4)
    expect(stderr).toBe('')
    await expect.poll(() => agentReports(agent)[0]?.timeline.endedBy).toBe('peer')
  })

  it('by a fault of our own ends with BYE, one line and 1, and is in the history', async () => {
    const [agent, profile] = [await started([]), folder()]
    const fault = `setTimeout(() => { throw new Error('it broke \\u001b[2J password=geheim') }, 2500)`
    const call = ringback(long(agent.port), {
      RINGBACK_PROFILE: profile,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}`,
    })
    const { code, stderr } = await call.finished
    expect(stderr).toBe('unexpected fault: it broke ␛[2J password=xxxxxx; calls are ended\n')
    expect(code).toBe(1)
    await expect.poll(() => agentReports(agent)[0]?.timeline.endedBy).toBe('peer')
    const { stdout } = await ringback(['history', 'list', '--json'], { RINGBACK_PROFILE: profile }).finished
    expect(JSON.parse(stdout)).toMatchObject([{ outcome: 'answered', durationMs: expect.any(Number) }])
  })

  it('twice ends at once', async () => {
    const agent = await started(['--answer', 'ring'])
    const call = ringback(long(agent.port), { RINGBACK_PROFILE: folder() })
    await call.until(/180 Ringing/)
    // Nothing answers the CANCEL any more.
    await agent.stop('SIGKILL')
    call.child.kill('SIGTERM')
    const again = setInterval(() => call.child.kill('SIGTERM'), 300)
    const { code } = await call.finished
    clearInterval(again)
    expect(code).toBe(130)
  })
})

describe('M3: what the wire says', () => {
  it('reaches the terminal as text, whoever prints it', async () => {
    const agent = await keep(
      (async () => {
        const running = ringback(['agent', '--listen', 'udp:127.0.0.1:0', '--answer', 'reject:486', '--verbose'], {
          RINGBACK_PROFILE: folder(),
        })
        return Object.assign(running, { port: Number((await running.until(/listening on udp 127\.0\.0\.1:(\d+)/))[1]) })
      })(),
    )
    const socket = createSocket('udp4')
    socket.send(
      request({ uri: `sip:x@127.0.0.1:${agent.port}` }).replace(/^From: .*$/m, 'From: <sip:a\u009b31m\u202eb@h>;tag=1'),
      agent.port,
      '127.0.0.1',
    )
    await agent.until(/sip:a.*@h/)
    socket.close()
    const { stdout, stderr } = await agent.stop('SIGTERM')
    expect(stdout).toContain('sip:a‹U+009B›31m‹U+202E›b@h')
    expect(stdout + stderr).not.toMatch(/[\u001b\u0080-\u009f\u202e]/)
  })
})

describe.skipIf(!olderNode)('the launcher on an older Node', () => {
  const wrapped = (args: readonly string[]) =>
    new Running(olderNode!, [launcher, ...args], { env: { RINGBACK_PROFILE: folder(), NO_COLOR: '1' } })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 130],
    ['SIGHUP', 130],
    ['SIGKILL', null],
  ] as const)('that is ended by %s ends the call behind it with BYE, and leaves no process', async (signal, status) => {
    const agent = await started([])
    const call = wrapped(long(agent.port))
    await call.until(/200 OK/)
    const behind = descendants(call.child.pid!)
    expect(behind).toHaveLength(1)
    call.child.kill(signal)
    expect((await call.finished).code).toBe(status)
    await expect.poll(() => agentReports(agent)[0]?.timeline.endedBy, { timeout: 5000 }).toBe('peer')
    await expect.poll(() => behind.filter(isRunning), { timeout: 5000 }).toEqual([])
  })

  it('gives the exit code of what it has started', async () => {
    expect((await wrapped(['call', 'no uri']).finished).code).toBe(2)
    expect((await wrapped(['inspect', '/nowhere.pcap']).finished).code).toBe(3)
    expect((await wrapped(['schema']).finished).code).toBe(0)
  })
})

describe('npm and npx', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('that are ended by %s leave no process', async (signal) => {
    const npm = new Running(
      'npm',
      ['exec', '--offline', '--', 'ringback', 'agent', '--listen', 'udp:127.0.0.1:0', '--json'],
      { env: { RINGBACK_PROFILE: folder(), NO_COLOR: '1' } },
    )
    await npm.until(/"listening"/, 30_000)
    const behind = descendants(npm.child.pid!)
    expect(behind.length).toBeGreaterThan(0)
    npm.child.kill(signal)
    await npm.finished
    await expect.poll(() => behind.filter(isRunning), { timeout: 5000 }).toEqual([])
  })
})
