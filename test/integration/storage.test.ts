import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { decodeWav } from '../../electron/engine/media/audio/wav.ts'
import { readCapture } from '../../electron/engine/trace/capture/pcap-read.ts'
import type { HistoryEntry } from '../../shared/contract/lists.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { canMount, smallDisks } from '../harness/disk.ts'
import { temporaryFolders } from '../harness/folders.ts'
import { keepRunning } from '../harness/kept.ts'
import { ends } from '../harness/attacked.ts'
import { Running, agentReports, callReport, launcher, ringback, startAgent } from '../harness/process.ts'

const folder = temporaryFolders()
const disk = smallDisks()
const keep = keepRunning()
const run = (profile: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  ringback(args, { RINGBACK_PROFILE: profile, ...env }).finished
const agentAt = (profile: string, args: readonly string[] = []) => keep(startAgent(args, { RINGBACK_PROFILE: profile }))
const call = (port: number, ...args: string[]) => ['call', `sip:x@127.0.0.1:${port}`, '--duration', '0.4', ...args]
const entries = async (profile: string) =>
  JSON.parse((await run(profile, ['history', 'list', '--json'])).stdout) as HistoryEntry[]
const filesOf = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name))

if (!canMount) process.stderr.write('SKIPPED: full and read-only disks need root and tmpfs\n')

describe.skipIf(!canMount)('M10: a disk that is full', () => {
  it('keeps nobody from calling: it is said, and what happened meanwhile is kept when there is room', async () => {
    const { path, fill, empty } = disk('2m')
    const agent = await agentAt(join(path, 'profile'))
    const caller = folder()
    expect((await run(caller, call(agent.port))).code).not.toBe(3)
    await expect.poll(() => agentReports(agent).length).toBe(1)
    fill()
    for (let i = 0; i < 3; i++)
      expect((await callReport(call(agent.port), { RINGBACK_PROFILE: caller })).report.outcome).toBe('answered')
    await expect.poll(() => agentReports(agent).length).toBe(4)
    await agent.until(/warning: the history cannot be written: the disk is full: make room/)
    empty()
    await agent.stop('SIGTERM')
    expect(await entries(join(path, 'profile'))).toHaveLength(4)
  })

  it('is said at the end of a call that could not be kept, and the exit code stays that of the call', async () => {
    const { path, fill } = disk('2m')
    const agent = await agentAt(folder())
    const profile = join(path, 'profile')
    await run(profile, ['trunk', 'list'])
    const running = ringback(['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '2.5', '--json'], {
      RINGBACK_PROFILE: profile,
    })
    await agent.until(/listening/)
    await expect.poll(() => existsSync(join(profile, 'ringback.sqlite-wal')), { timeout: 5000 }).toBe(true)
    fill()
    const { code, stdout, stderr } = await running.finished
    expect((JSON.parse(stdout) as CallReport).verdict.kind).toBe('two-way-audio')
    expect(stderr).toMatch(/warning: the history cannot be written: the disk (is full|refused)/)
    expect(code).toBe(0)
  })

  it('makes no half key: the password is refused with 3, and can be stored when there is room', async () => {
    const { path, fill, empty } = disk('1m')
    const profile = join(path, 'profile')
    await run(profile, ['trunk', 'list'])
    fill()
    const add = ['trunk', 'add', 'a', '--address', 'pbx.example', '--user', 'u', '--password-env', 'PW']
    const refused = await run(profile, add, { PW: 'geheim' })
    expect(refused.stderr).toMatch(/disk is full|disk refused|cannot be opened/)
    expect(refused.stderr.trim().split('\n')).toHaveLength(1)
    expect(refused.code).toBe(3)
    expect(existsSync(join(profile, 'secret.key'))).toBe(false)
    empty()
    expect((await run(profile, add, { PW: 'geheim' })).code).toBe(0)
    expect(statSync(join(profile, 'secret.key')).size).toBe(32)
  })

  it('does not stop an agent that records: calls are answered, and it says which recordings are missing', async () => {
    const { path, fill } = disk('256k')
    fill()
    const agent = await agentAt(folder(), ['--record', path])
    const { code, report } = await callReport(['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '2'])
    expect([code, report.verdict.kind]).toEqual([0, 'two-way-audio'])
    await agent.until(/recording to .*\.wav stopped: the disk is full/)
    await expect
      .poll(() => agentReports(agent)[0]?.observations.find(({ kind }) => kind === 'not-kept')?.text)
      .toMatch(/recording to .* stopped: the disk is full/)
    expect(agentReports(agent)[0]!.outcome).toBe('answered')
  })

  it('leaves an exported file as it was', async () => {
    const { path, fill } = disk('256k')
    const profile = folder()
    await run(profile, ['call', 'sip:x@127.0.0.1:9;transport=tcp'])
    const [{ id }] = (await entries(profile)) as [HistoryEntry]
    const file = join(path, 'call.json')
    writeFileSync(file, 'before')
    fill()
    const { code, stderr } = await run(profile, ['history', 'export', id, file])
    expect(stderr).toMatch(
      /^ringback history export: cannot write .*call\.json: the disk is full; make room, or choose another place\n$/,
    )
    expect(code).toBe(3)
    expect(readFileSync(file, 'utf8')).toBe('before')
  })
})

describe.skipIf(!canMount)('M10: a folder that is read-only', () => {
  it('is said: what needs it ends with 3, a call goes on without it', async () => {
    const { path, readOnly } = disk('1m')
    const profile = join(path, 'profile')
    await run(profile, ['trunk', 'list'])
    readOnly()
    const list = await run(profile, ['trunk', 'list'])
    expect([list.code, list.stderr]).toEqual([
      3,
      `ringback trunk list: cannot use the profile folder ${profile}: the file system is read-only; choose another ` +
        '(--profile)\n',
    ])
    const agent = await agentAt(folder())
    const { code, stderr } = await callReport(['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '2'], {
      RINGBACK_PROFILE: profile,
    })
    expect(stderr).toMatch(/read-only.*this run is not kept in the history/)
    expect(code).toBe(0)
  })
})

describe('two processes on one profile', () => {
  it('both keep all their calls', async () => {
    const profile = folder()
    const agent = await agentAt(profile)
    const calls = await Promise.all(
      Array.from({ length: 4 }, () => callReport(call(agent.port), { RINGBACK_PROFILE: profile })),
    )
    await agent.stop('SIGTERM')
    const kept = await entries(profile)
    expect(kept).toHaveLength(8)
    for (const { report } of calls) expect(kept.map(({ id }) => id)).toContain(report.id)
  })
})

describe('L5: a call of the command line that is killed', () => {
  it('stands in the history as interrupted, and leaves a recording and a capture that can be read', async () => {
    const profile = folder()
    const [wav, pcap] = [join(profile, 'call.wav'), join(profile, 'call.pcap')]
    const agent = await agentAt(folder())
    const running = ringback(
      ['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '60', '--record', wav, '--pcap', pcap],
      { RINGBACK_PROFILE: profile },
    )
    await running.until(/200 OK/)
    await expect.poll(() => statSync(pcap).size, { timeout: 5000 }).toBeGreaterThan(20_000)
    await running.stop('SIGKILL')
    const bytes = readFileSync(wav)
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44)
    expect(decodeWav(bytes, wav).samples.length).toBeGreaterThan(4000)
    let packets = 0
    expect((await readCapture(pcap, { frame: () => packets++ })).problems).toEqual([])
    expect(packets).toBeGreaterThan(10)
    const { stdout } = await run(profile, ['history', 'list'])
    expect(stdout).toMatch(/\n\w+ {2}\S+ \S+ {2}outbound +sip:x@127\.0\.0\.1:\d+ +interrupted/)
    await agent.stop('SIGTERM')
  })
})

describe('what was asked to be kept and could not be', () => {
  it.each([
    ['a recording', ['--record', '/dev/full'], /recording to \/dev\/full stopped: the disk is full/],
    ['a capture', ['--pcap', '/dev/full'], /writing \/dev\/full stopped: the disk is full/],
    ['a page', ['--report', '/dev/full'], /cannot write \/dev\/full: the disk is full/],
  ])('M10: %s ends with 3, after the report on standard output', async (_name, args, text) => {
    const agent = await agentAt(folder())
    const { code, stdout, stderr } = await run(folder(), call(agent.port, ...args, '--json'))
    expect((JSON.parse(stdout) as CallReport).outcome).toBe('answered')
    expect(stderr).toMatch(text)
    expect(code).toBe(3)
  })

  it('M10: a page of a capture neither', async () => {
    const profile = folder()
    const pcap = join(profile, 'a.pcap')
    await run(profile, ['call', 'sip:x@127.0.0.1:9;transport=tcp', '--pcap', pcap])
    const { code, stdout, stderr } = await run(profile, [
      'inspect',
      pcap,
      '--report',
      join(profile, 'no', 'x.html'),
      '--json',
    ])
    expect(JSON.parse(stdout)).toMatchObject({ damaged: false })
    expect(stderr).toMatch(/cannot write .*x\.html: no such file or folder/)
    expect(code).toBe(3)
  })

  it.each([
    ['a recording', '--record', '/nowhere/x.wav', /cannot write \/nowhere\/x\.wav: no such file or folder/],
    ['a page', '--report', '/nowhere/x.html', /cannot write \/nowhere\/x\.html: no such file or folder/],
    ['a page in place of a folder', '--report', '/tmp', /cannot write \/tmp: it is a folder, give a file in it/],
  ])('%s that cannot even be begun ends with 3 before anything is sent', async (_name, option, path, text) => {
    const agent = await agentAt(folder())
    const { code, stdout, stderr } = await run(folder(), call(agent.port, option, path))
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(text)
    expect(agentReports(agent)).toEqual([])
  })
})

describe('L4: damage in a capture', () => {
  const capture = async (profile: string) => {
    const [agent, pcap] = [await agentAt(folder()), join(profile, 'a.pcap')]
    expect(
      (await run(profile, ['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '2', '--pcap', pcap])).code,
    ).toBe(0)
    return pcap
  }

  it('is in the exit code and in the text', async () => {
    const profile = folder()
    const pcap = await capture(profile)
    expect((await run(profile, ['inspect', pcap])).code).toBe(0)
    truncateSync(pcap, statSync(pcap).size - 7)
    const { code, stdout } = await run(profile, ['inspect', pcap])
    expect(stdout).toMatch(/! .*a\.pcap: the capture is cut off inside packet \d+/)
    expect(code).toBe(1)
    const bytes = readFileSync(pcap)
    bytes.writeUInt32LE(0x7fffffff, 24 + 8)
    writeFileSync(pcap, bytes)
    const json = await run(profile, ['inspect', pcap, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ damaged: true, calls: [] })
    expect(json.code).toBe(1)
  })
})

describe('a damaged profile at the command line', () => {
  it('M10: is started again with a sentence, and every command goes on', async () => {
    const profile = folder()
    await run(profile, ['call', 'sip:x@127.0.0.1:9;transport=tcp'])
    writeFileSync(join(profile, 'ringback.sqlite'), 'x'.repeat(10_000))
    const { code, stdout, stderr } = await run(profile, ['history', 'list'])
    expect([code, stdout]).toEqual([0, 'no calls yet: ringback demo makes one\n'])
    expect(stderr).toMatch(/^warning: The database of .* was damaged and a new one is begun\. The old one is .*\n$/)
    await agentAt(profile)
  })

  it('H6: rows that cannot be read are counted in a line beside the list', async () => {
    const profile = folder()
    for (let i = 0; i < 2; i++) await run(profile, ['call', 'sip:x@127.0.0.1:9;transport=tcp'])
    const db = new DatabaseSync(join(profile, 'ringback.sqlite'))
    db.exec(`UPDATE calls SET entry = json_set(entry, '$.status', 1e24) WHERE number = 1`)
    db.close()
    const { code, stdout, stderr } = await run(profile, ['history', 'list'])
    expect(stderr).toBe('warning: 1 call of the history is damaged and left out\n')
    // A head, and the other call.
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 2])
  })

  it.skipIf(process.platform === 'win32')('with pipes in the place of its files is not waited for', async () => {
    const [profile, other] = [folder(), folder()]
    execFileSync('mkfifo', [join(profile, 'ringback.sqlite'), join(other, 'secret.key')])
    const { code, stderr } = await ends(ringback(['trunk', 'list'], { RINGBACK_PROFILE: profile }))
    expect([code, stderr]).toEqual([3, expect.stringContaining('it is a pipe or a device, a file is needed')])
    const keyless = await ends(ringback(['trunk', 'list'], { RINGBACK_PROFILE: other }))
    expect([keyless.code, keyless.stderr]).toEqual([0, expect.stringContaining('There was no key in')])
  })

  it('M10: a key that is none, and a trunk whose password is lost, are sentences; the list goes on', async () => {
    const profile = folder()
    await run(profile, ['trunk', 'add', 'a', '--address', '127.0.0.1:9', '--user', 'u', '--password-env', 'PW'], {
      PW: 'geheim',
    })
    truncateSync(join(profile, 'secret.key'), 0)
    const list = await run(profile, ['trunk', 'list'])
    expect(list.stderr).toMatch(
      /^warning: There was no key in .*secret\.key, which is .*unusable-1 now\. Passwords .* must be set again\.\n$/,
    )
    expect([list.code, list.stdout]).toEqual([
      0,
      'a  udp 127.0.0.1:9  digest u (password lost: set it again)  media encryption disabled\n',
    ])
    const called = await run(profile, ['call', 'sip:x@h', '--trunk', 'a'])
    expect([called.code, called.stdout]).toEqual([3, ''])
    expect(called.stderr).toMatch(
      /^ringback call: the stored password of "a" cannot be opened: .*; set the password again\n$/,
    )
  })
})

describe('H7: a header value from the environment', () => {
  const value = 'ein-geheimer-wert'

  it('reaches the peer, and nothing that is kept, shown or listed', async () => {
    const [profile, other] = [folder(), folder()]
    const agent = await agentAt(other)
    const running = ringback(
      [
        'call',
        `sip:x@127.0.0.1:${agent.port}`,
        '--duration',
        '1',
        '--header-env',
        'X-Harmless=VALUE',
        '--pcap',
        join(profile, 'a.pcap'),
        '--report',
        join(profile, 'a.html'),
        '--json',
        '--verbose',
      ],
      { RINGBACK_PROFILE: profile, VALUE: value },
    )
    expect(readFileSync(`/proc/${running.child.pid}/cmdline`, 'utf8')).not.toContain(value)
    const { stdout, stderr } = await running.finished
    await expect.poll(() => JSON.stringify(agentReports(agent))).toContain(`X-Harmless: ${value}`)
    const { placed } = JSON.parse(stdout) as CallReport
    expect(placed!.headers).toEqual([{ name: 'X-Harmless', value: 'x'.repeat(value.length), secret: true }])
    for (const text of [stdout, stderr, ...filesOf(profile).map((file) => readFileSync(file, 'latin1'))])
      expect(text).not.toContain(value)
    expect(readFileSync(join(profile, 'a.pcap'), 'latin1')).toContain(`X-Harmless: ${'x'.repeat(value.length)}`)
  })

  it('of a trunk reaches the peer too, and is in no list', async () => {
    const profile = folder()
    const agent = await agentAt(folder())
    expect(
      (
        await run(
          profile,
          [
            'trunk',
            'add',
            'a',
            '--address',
            `127.0.0.1:${agent.port}`,
            '-H',
            'X-One: 1',
            '--header-env',
            'X-Two=VALUE',
            '--json',
          ],
          { VALUE: value },
        )
      ).stdout,
    ).not.toContain(value)
    expect((await run(profile, ['trunk', 'set', 'a', '--transport', 'udp'])).code).toBe(0)
    expect((await run(profile, ['trunk', 'list'])).stdout).toMatch(/headers X-One: 1, X-Two: •+\n/)
    const { report } = await callReport(['call', 'sip:x@h', '--trunk', 'a', '--duration', '0.4'], {
      RINGBACK_PROFILE: profile,
    })
    expect(report.headers.sent).toContainEqual({ name: 'X-Two', value: 'x'.repeat(value.length) })
    await expect.poll(() => JSON.stringify(agentReports(agent))).toContain(`X-Two: ${value}`)
    for (const file of filesOf(profile)) expect(readFileSync(file, 'latin1')).not.toContain(value)
  })

  it('that is not set is wrong usage', async () => {
    const { code, stderr } = await run(folder(), [
      'call',
      'sip:x@127.0.0.1:9;transport=tcp',
      '--header-env',
      'X-A=NOT_SET_ANYWHERE',
    ])
    expect(stderr).toMatch(/NOT_SET_ANYWHERE is not set/)
    expect(code).toBe(2)
  })
})

describe('L1: whatever a run writes', () => {
  it('is for its owner only, whatever the umask', async () => {
    const profile = join(folder(), 'profile')
    const before = process.umask(0)
    try {
      const agent = await agentAt(profile, ['--record', join(profile, 'recordings')])
      await run(
        profile,
        call(
          agent.port,
          '--record',
          join(profile, 'a.wav'),
          '--pcap',
          join(profile, 'a.pcap'),
          '--report',
          join(profile, 'a.html'),
        ),
      )
      await agent.stop('SIGTERM')
      const [{ id }] = (await entries(profile)) as [HistoryEntry]
      await run(profile, ['history', 'export', id, join(profile, 'a.json')])
      await run(profile, ['trunk', 'add', 'a', '--address', 'h', '--user', 'u', '--password-env', 'PW'], { PW: 'x' })
    } finally {
      process.umask(before)
    }
    const files = filesOf(profile)
    expect(files.length).toBeGreaterThan(7)
    expect([profile, ...files].filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([])
  })
})

describe.skipIf(!existsSync('/dev/full'))('what does not end, or takes nothing', () => {
  it('in the place of a file is refused with 3', async () => {
    const profile = folder()
    for (const args of [
      ['trunk', 'import', '/dev/zero'],
      ['call', 'sip:x@127.0.0.1:9', '--tls-ca', '/dev/zero'],
    ]) {
      const { code, stderr } = await ends(ringback(args, { RINGBACK_PROFILE: profile }))
      expect([code, stderr]).toEqual([
        3,
        expect.stringMatching(/^ringback .*cannot read .*it has more than \d+ bytes\n$/),
      ])
    }
  })

  it('as standard output is said, with 3', async () => {
    const command = new Running('sh', ['-c', 'exec "$0" "$1" providers > /dev/full', process.execPath, launcher])
    const { code, stderr } = await ends(command)
    expect([code, stderr]).toEqual([3, 'standard output could not be written: the disk is full\n'])
  })
})
