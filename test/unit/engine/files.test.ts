import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { sweepTemporary } from '../../../electron/engine/base/temporary.ts'
import { usage } from '../../../electron/engine/base/errors.ts'
import { systemRandom } from '../../../electron/engine/base/random.ts'
import { Files, soundIdOf } from '../../../electron/engine/files.ts'

const folders: string[] = []
const open: Files[] = []
afterEach(() => {
  for (const files of open.splice(0)) files.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'ringback-test-')))
  return folders.at(-1)!
}
function filesOf(profile: string | null): Files {
  open.push(new Files(profile, systemRandom))
  return open.at(-1)!
}
const bytes = Buffer.from('bytes')
const pathOf = (files: Files, id: string) => files.using([id], ([path]) => path!)

describe('files that a window hands over', () => {
  it('are known by ids that say nothing of where they are', () => {
    const files = filesOf(folder())
    const { file } = files.put(null, 'call.pcap', bytes)
    expect(file).toMatch(/^file:[a-z0-9]{26}$/)
    expect(files.put(file, 'call.pcap', bytes)).toEqual({ file })
    expect(readFileSync(pathOf(files, file), 'utf8')).toBe('bytesbytes')
    expect(statSync(pathOf(files, file)).mode & 0o777).toBe(0o600)
  })

  it('stay usable after a restart when they are sounds, whatever they are called', () => {
    const profile = folder()
    const ids = [
      'tone.wav',
      'tone.wav',
      '../../tone.wav',
      '..\\..\\tone.WAV',
      '.wav',
      '/etc/x.wav',
      'Grüße 📞.wav',
      '\u202evaw.wav',
      `${'long'.repeat(100)}.wav`,
      '-rf.wav',
    ].map((name) => filesOf(profile).put(null, name, bytes).file)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids)
      expect(pathOf(filesOf(profile), id)).toBe(join(profile, 'sounds', id.slice('file:sounds/'.length)))
    expect(readdirSync(profile)).toEqual(['sounds'])
    expect(statSync(join(profile, 'sounds')).mode & 0o777).toBe(0o700)
  })

  it('are found by no other text: nothing beside the folder, no link out of it, nothing of another run', () => {
    const profile = folder()
    const secret = join(profile, 'secret.key')
    writeFileSync(secret, 'secret')
    mkdirSync(join(profile, 'sounds'))
    mkdirSync(join(profile, 'sounds', 'folder.wav'))
    symlinkSync(secret, join(profile, 'sounds', 'link.wav'))
    const { file: earlier } = filesOf(profile).put(null, 'x.pcap', bytes)
    const files = filesOf(profile)
    for (const id of [
      'file:',
      'file:sounds/',
      'file:sounds/..',
      'file:sounds/../secret.key',
      'file:sounds/a/../../secret.key',
      'file:sounds/none.wav',
      'file:sounds/link.wav',
      'file:sounds/folder.wav',
      `file:${secret}`,
      'file:///etc/passwd',
      'file:__proto__',
      'file:sounds/x\u0000',
      earlier,
    ]) {
      expect(() => pathOf(files, id), id).toThrow(/choose (it|the file) again/)
      expect(() => files.put(id, 'x', bytes), id).toThrow(/was not begun here/)
    }
    expect(readFileSync(secret, 'utf8')).toBe('secret')
  })

  it('are named in sentences as the person named them, and paths of the command line as they are', async () => {
    const files = filesOf(folder())
    const { file } = files.put(null, 'Meine Datei.pcap', bytes)
    const complain = (path: string) => {
      throw usage(`${path} is not a capture: ${path} begins with 62 79`)
    }
    expect(() => files.using([file], ([path]) => complain(path!))).toThrow(
      'Meine Datei.pcap is not a capture: Meine Datei.pcap begins with',
    )
    await expect(files.using([file], async ([path]) => complain(path!))).rejects.toThrow(/^Meine Datei.pcap is/)
    expect(files.using([file, '/tmp/x.pcap'], (paths, named) => paths.map(named))).toEqual([
      'Meine Datei.pcap',
      '/tmp/x.pcap',
    ])
  })

  it('that are too large are gone, and said to be', () => {
    const files = new Files(folder(), systemRandom, 2 * 1024 * 1024)
    const { file } = files.put(null, 'large.pcap', bytes)
    const path = pathOf(files, file)
    const piece = Buffer.alloc(1024 * 1024)
    files.put(file, 'large.pcap', piece)
    expect(() => files.put(file, 'large.pcap', piece)).toThrow(/large.pcap is larger than 2 MB/)
    expect(existsSync(path)).toBe(false)
    files.close()
  })

  it('were named by paths in earlier settings: those of sounds are known', () => {
    expect(soundIdOf('/p', '/p/sounds/x.wav')).toBe('file:sounds/x.wav')
    for (const path of [
      '/p/x.wav',
      '/p/sounds/../x.wav',
      '/p/sounds/a/x.wav',
      '/q/sounds/x.wav',
      '/p/sounds/.x',
      'file:sounds/x.wav',
    ])
      expect(soundIdOf('/p', path)).toBeNull()
  })

  it('of a process that was killed are removed at the next start; those of living ones stay', () => {
    const files = filesOf(null)
    const own = pathOf(files, files.put(null, 'x.pcap', bytes).file)
    const dead = mkdtempSync(join(tmpdir(), 'ringback-files-4194305-'))
    const window = mkdtempSync(join(tmpdir(), 'ringback-window-4194305-'))
    writeFileSync(join(window, 'x'), '')
    const other = mkdtempSync(join(tmpdir(), 'ringback-other-4194305-'))
    folders.push(dead, window, other)
    sweepTemporary()
    expect([own, dead, window, other].map((path) => existsSync(path))).toEqual([true, false, false, true])
  })
})
