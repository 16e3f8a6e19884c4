import { mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { Engine } from '../../../electron/engine/engine.ts'
import { SoundFiles } from '../../../electron/engine/media/audio/sound-files.ts'
import { wavHeader } from '../../../shared/base/wav.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringback-sounds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A mono WAV of that many samples, all with one value; silence is a hole of the file. */
function wav(name: string, rateHz: number, samples: number, value = 0): string {
  const file = join(folder, name)
  const header = wavHeader(1, rateHz, samples * 2)
  writeFileSync(file, value === 0 ? header : Buffer.concat([header, new Int16Array(samples).fill(value)].map(bytesOf)))
  truncateSync(file, 44 + samples * 2)
  return file
}
const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Int16Array) =>
  Buffer.from(buffer, byteOffset, byteLength)

/** The work, and how often the loop came round while it was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let done = false
  const turn = () => {
    turns++
    if (!done) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  done = true
  return turns
}

describe('a WAV file that a call sends', () => {
  it('of 200 MB leaves the loop of the engine free while it is read', async () => {
    const file = wav('large.wav', 8000, 100 * 1024 * 1024 - 22)
    const sounds = new SoundFiles()
    let samples = 0
    const turns = await turnsDuring(async () => {
      samples = (await sounds.samples(file))(8000).length
    })
    expect(samples).toBe(100 * 1024 * 1024 - 22)
    expect(turns).toBeGreaterThan(1000)
    await sounds.close()
  })

  it('is made for the rate of the codecs, and read once for all calls that ask', async () => {
    const file = wav('once.wav', 16_000, 32_000, 1000)
    const sounds = new SoundFiles()
    const [one, two] = await Promise.all([sounds.samples(file), sounds.samples(file)])
    expect(one(8000).length).toBe(16_000)
    expect(one(8000)[8000]).toBe(1000)
    expect(two(8000)).toBe(one(8000))
    expect((await sounds.samples(file))(8000)).toBe(one(8000))
    await sounds.close()
  })

  it('is read again when it has changed', async () => {
    const file = wav('changing.wav', 8000, 800, 1)
    const sounds = new SoundFiles()
    expect((await sounds.samples(file))(8000)[0]).toBe(1)
    wav('changing.wav', 8000, 800, 2)
    utimesSync(file, 1, 1)
    expect((await sounds.samples(file))(8000)[0]).toBe(2)
    await sounds.close()
  })

  it('is given up for others when they are too many to keep', async () => {
    const files = [1, 2, 3].map((n) => wav(`kept-${n}.wav`, 8000, 1000, n))
    const sounds = new SoundFiles(4000)
    const first = (await sounds.samples(files[0]!))(8000)
    const second = (await sounds.samples(files[1]!))(8000)
    expect((await sounds.samples(files[0]!))(8000)).toBe(first)
    await sounds.samples(files[2]!)
    expect((await sounds.samples(files[0]!))(8000)).toBe(first)
    expect((await sounds.samples(files[1]!))(8000)).not.toBe(second)
    await sounds.close()
  })

  it.each([
    [
      'is not there',
      () => join(folder, 'absent.wav'),
      'machine',
      /^cannot read .*absent\.wav: no such file or folder$/,
    ],
    ['is a folder', () => folder, 'machine', /: it is a folder, a file is needed$/],
    [
      'never ends',
      () => {
        execFileSync('mkfifo', [join(folder, 'pipe.wav')])
        return join(folder, 'pipe.wav')
      },
      'usage',
      /pipe\.wav is a pipe or a device: a WAV file is needed$/,
    ],
    [
      'is no WAV',
      () => {
        writeFileSync(join(folder, 'text.wav'), 'this is text and no sound')
        return join(folder, 'text.wav')
      },
      'usage',
      /text\.wav is not a WAV file/,
    ],
    [
      'is too large',
      () => wav('huge.wav', 8000, 101 * 1024 * 1024),
      'usage',
      /huge\.wav has \d+ bytes: the limit is 209715200 \(200 MB\), cut it$/,
    ],
    [
      'lasts too long',
      () => wav('slow.wav', 1000, 720_000),
      'usage',
      /slow\.wav is 0\.2 hours long: at most 0\.1 hours can be sent, cut it$/,
    ],
  ] as const)('that %s is refused in a sentence, and is not kept as such', async (_name, file, kind, text) => {
    const sounds = new SoundFiles(0, 6_000_000)
    const path = file()
    await expect(sounds.samples(path)).rejects.toMatchObject({ kind, message: expect.stringMatching(text) })
    await expect(sounds.samples(path)).rejects.toMatchObject({ kind })
    await sounds.close()
  })

  it('is given up when the engine ends', async () => {
    const sounds = new SoundFiles()
    const [one, two] = [sounds.samples(wav('a.wav', 44_100, 9_000_000)), sounds.samples(wav('b.wav', 8000, 10))]
    const ended = Promise.all([
      expect(one).rejects.toThrow(/was not read to its end: Ringback is ending/),
      expect(two).rejects.toThrow(/was not read to its end: Ringback is ending/),
    ])
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve))
    await sounds.close()
    await ended
  })

  it('is named as the person named it when a call or an agent cannot send it', async () => {
    const engine = new Engine({ profile: null })
    const { file } = await engine.execute('file.put', { file: null, name: 'x.wav', base64: 'AAAA' })
    const source = { kind: 'file', path: file } as const
    await expect(engine.execute('call.place', { uri: 'sip:a@127.0.0.1:9', source })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/^x\.wav is not a WAV file/),
    })
    const behaviour = { kind: 'answer', source } as const
    const listeners = [{ transport: 'udp', address: '127.0.0.1', port: 0 } as const]
    await expect(engine.execute('agent.start', { behaviour, listeners })).rejects.toThrow(/^x\.wav is not a WAV file/)
    await engine.close()
  })
})
