import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeToOthers, makeFolder, removeLeftovers, writeWhole } from '../../../electron/engine/base/durable.ts'
import { safeFileName } from '../../../electron/engine/base/file-name.ts'
import { WavRecorder, decodeWav } from '../../../electron/engine/media/audio/wav.ts'
import { Store } from '../../../electron/engine/store/store.ts'
import { PcapFile } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { readCapture } from '../../../electron/engine/trace/capture/pcap-read.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { temporaryFolders } from '../../harness/folders.ts'
import { request } from '../../harness/messages.ts'
import { pastCall } from '../../harness/past-calls.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const folder = temporaryFolders()
const mode = (path: string) => statSync(path).mode & 0o777
const at = 1_700_000_000_000_000

describe('a file that is written whole', () => {
  it('is for its owner only, whoever could read the one before, and nothing is left beside it', () => {
    const file = join(folder(), 'report.html')
    writeFileSync(file, 'before', { mode: 0o644 })
    writeWhole(file, ['one ', Buffer.from('two')])
    expect(readFileSync(file, 'utf8')).toBe('one two')
    expect(mode(file)).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['report.html'])
  })

  it('stays as it was when the writing fails half way', () => {
    const file = join(folder(), 'report.json')
    writeFileSync(file, 'before')
    function* broken(): Generator<string> {
      yield 'half'
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    expect(() => writeWhole(file, broken())).toThrow(/cannot write .*report.json: the disk is full; make room/)
    expect(readFileSync(file, 'utf8')).toBe('before')
    expect(readdirSync(join(file, '..'))).toEqual(['report.json'])
  })

  it.each([
    [
      'a folder that is not there',
      (at: string) => join(at, 'no', 'x'),
      /no such file or folder; make the folder first/,
    ],
    ['a folder in its place', (at: string) => at, /it is a folder/],
    ['a device that is full', () => '/dev/full', /the disk is full/],
  ])('says what is wrong with %s', (_name, path, text) => {
    const { kind, message } = thrown(() => writeWhole(path(folder()), 'x'))
    expect(kind).toBe('machine')
    expect(message).toMatch(text)
  })

  it('follows a link', () => {
    const path = folder()
    writeFileSync(join(path, 'real'), '')
    symlinkSync(join(path, 'real'), join(path, 'link'))
    writeWhole(join(path, 'link'), 'x')
    expect(readFileSync(join(path, 'real'), 'utf8')).toBe('x')
  })

  it('leaves no half of itself when its process was killed: the next start of the profile removes it', () => {
    const path = folder()
    const dead = spawnSync('true').pid
    const half = join(path, `.ringback-${dead}-0123456789abcdef.part`)
    const living = join(path, `.ringback-${process.ppid}-0123456789abcdef.part`)
    for (const file of [half, living]) writeFileSync(file, 'half')
    removeLeftovers(path)
    expect([existsSync(half), existsSync(living)]).toEqual([false, true])
    writeFileSync(half, 'half')
    new Store(path, new VirtualClock()).close()
    expect(existsSync(half)).toBe(false)
  })
})

describe('L1: what Ringback keeps', () => {
  it('is closed to others, in a profile folder that exists too', () => {
    const path = folder()
    chmodSync(path, 0o755)
    for (const name of ['ringback.sqlite', 'secret.key']) writeFileSync(join(path, name), '', { mode: 0o644 })
    const store = new Store(path, new VirtualClock())
    store.addCall(pastCall('a'))
    store.flush()
    store.saveSecret('x', 'y')
    expect(mode(path)).toBe(0o700)
    expect(readdirSync(path).filter((name) => mode(join(path, name)) !== 0o600)).toEqual([])
    expect(readdirSync(path)).toContain('ringback.sqlite-wal')
    store.close()
  })

  it('is 0600 where it grows, and new folders are 0700', () => {
    const path = folder()
    writeFileSync(join(path, 'b.pcap'), '', { mode: 0o666 })
    new WavRecorder(join(path, 'a.wav'), 8000).close()
    new PcapFile(join(path, 'b.pcap')).close()
    makeFolder(join(path, 'c', 'd'), true)
    expect(['a.wav', 'b.pcap', 'c', 'c/d'].map((name) => mode(join(path, name)))).toEqual([0o600, 0o600, 0o700, 0o700])
  })

  it('a folder that others share is left as it is', () => {
    const path = join(folder(), 'shared')
    mkdirSync(path)
    chmodSync(path, 0o1777)
    closeToOthers(path)
    expect(statSync(path).mode & 0o7777).toBe(0o1777)
  })
})

describe('L5: what a process that is killed leaves', () => {
  it('is a recording whose header counts the audio that is there', () => {
    const file = join(folder(), 'a.wav')
    const recorder = new WavRecorder(file, 8000)
    for (let i = 0; i < 120; i++) recorder.write(new Int16Array(160).fill(1000), new Int16Array(160).fill(-1000), 160)
    const bytes = readFileSync(file)
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44)
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8)
    expect(decodeWav(bytes, 'a').samples.length).toBeGreaterThan(120 * 160 - 8000)
    recorder.close()
    expect(decodeWav(readFileSync(file), 'a').samples.length).toBe(120 * 160)
  })

  it('is a capture with every message, and the packets up to a second before', async () => {
    const file = join(folder(), 'a.pcap')
    const pcap = new PcapFile(file)
    const count = async () => {
      let frames = 0
      const { problems } = await readCapture(file, { frame: () => frames++ })
      expect(problems).toEqual([])
      return frames
    }
    const [source, destination] = [
      { host: '192.0.2.1', port: 5060 },
      { host: '192.0.2.2', port: 5060 },
    ]
    expect(await count()).toBe(0)
    const bytes = Buffer.from(request({}))
    pcap.sip({ at, transport: 'udp', source, destination, direction: 'sent', bytes, message: parseSip(bytes) })
    expect(await count()).toBe(1)
    for (let i = 0; i <= 100; i++) pcap.packet('call-1', at + i * 20_000, source, destination, Buffer.alloc(172))
    expect(await count()).toBeGreaterThan(51)
    pcap.close()
  })

  it('M10: a capture whose disk is full says so, and goes no further', () => {
    const pcap = new PcapFile('/dev/full')
    expect(pcap.fault).toBe('writing /dev/full stopped: the disk is full')
    pcap.close()
  })
})

describe('a name from the wire as the name of a file', () => {
  it.each([
    ['../../etc/passwd', 'etc_passwd'],
    ['+15550100', '+15550100'],
    ['-rf', 'rf'],
    ['.hidden', 'hidden'],
    ['a/b\\c:d*e?f"g<h>i|j', 'a_b_c_d_e_f_g_h_i_j'],
    ['CON', '_CON'],
    ['nul.wav', '_nul.wav'],
    ['com7', '_com7'],
    ['trailing. .', 'trailing'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['مساعد', 'unnamed'],
    ['', 'unnamed'],
    ['..', 'unnamed'],
    ['\u001b]0;x\u0007', '0_x'],
  ])('%j becomes %j', (text, name) => expect(safeFileName(text)).toBe(name))

  it('is bounded, however long the name is', () => expect(safeFileName('a'.repeat(1e6))).toHaveLength(60))
})

function thrown(run: () => void): { kind: string; message: string } {
  try {
    run()
  } catch (error) {
    return error as { kind: string; message: string }
  }
  throw new Error('nothing was thrown')
}
