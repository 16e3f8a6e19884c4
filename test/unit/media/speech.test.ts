import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Speech, speechPrograms, type SpeechProgram } from '../../../electron/engine/media/audio/speech.ts'

const open: Speech[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((speech) => speech.close()))
})

/** Speaks with programs that stand for those of a system, each a script of Node's. */
function speaking(...scripts: readonly string[]): Speech {
  const speech = new Speech(
    scripts.map((script): SpeechProgram =>
      script === 'absent'
        ? { command: '/no/such/program', args: () => [] }
        : { command: process.execPath, args: (file) => ['-e', script, file] },
    ),
  )
  open.push(speech)
  return speech
}

/** Writes what it was given instead of speech. */
const tells = `
  const { readFileSync, writeFileSync } = require('node:fs')
  const said = readFileSync(0, 'utf8')
  const { argv, env } = process
  writeFileSync(argv[1], JSON.stringify({ said, argv, env, at: String(process.hrtime.bigint()) }))`
const told = (file: string) =>
  JSON.parse(readFileSync(file, 'utf8')) as { said: string; argv: string[]; env: Record<string, string>; at: string }

describe('the program of a system', () => {
  const only = (platform: NodeJS.Platform) => {
    const [program, ...others] = speechPrograms(platform)
    expect(others).toEqual([])
    return { command: program!.command, args: program!.args('/tmp/a b/speech-1.wav') }
  }

  it('of macOS is say: the text from its standard input, 16 bits into a WAV file', () => {
    // say(1): -f file, "-" is standard input; -o file; --file-format; --data-format, as afconvert(1) names formats.
    expect(only('darwin')).toEqual({
      command: 'say',
      args: ['-f', '-', '-o', '/tmp/a b/speech-1.wav', '--file-format=WAVE', '--data-format=LEI16@22050'],
    })
  })

  it('of Windows is its own PowerShell, by its whole path, with one script that nothing is put into', () => {
    const { command, args } = only('win32')
    expect(command).toMatch(/^[^.\\/]+.*\\System32\\WindowsPowerShell\\v1\.0\\powershell\.exe$/)
    expect(args.slice(0, -1)).toEqual(['-NoLogo', '-NoProfile', '-NonInteractive', '-Command'])
    const script = args.at(-1)!
    // The file comes by the environment, the text by standard input as UTF-8: neither can be a part of the script.
    expect(script).not.toContain('speech-1')
    expect(script).toContain('SetOutputToWaveFile($env:RINGBACK_SPEECH, $form)')
    expect(script).toContain('[Console]::OpenStandardInput(), [Text.Encoding]::UTF8')
    expect(script).toContain('SpeechAudioFormatInfo(22050, [System.Speech.AudioFormat.AudioBitsPerSample]::Sixteen,')
    // A cmdlet or method that fails ends it with a code above 0.
    expect(script).toMatch(/^\$ErrorActionPreference = 'Stop';/)
    // One line of an argument: no quote that the command line of Windows would have to escape.
    expect(script).not.toMatch(/["\n]/)
    const [open, close] = [script.match(/\(/g)!.length, script.match(/\)/g)!.length]
    expect(open).toBe(close)
  })

  it('of others is espeak-ng or espeak: UTF-8 from standard input into a WAV file', () => {
    expect(speechPrograms('linux').map(({ command, args }) => [command, ...args('x.wav')])).toEqual([
      ['espeak-ng', '-b', '1', '--stdin', '-w', 'x.wav'],
      ['espeak', '-b', '1', '--stdin', '-w', 'x.wav'],
    ])
  })
})

describe('a text that a call says', () => {
  it('goes to the program by its standard input, and nothing of ours goes with it', async () => {
    process.env['TRUNK_PASSWORD'] = 'not to be passed on'
    const { said, argv, env } = told(await speaking(tells).file('--help; $(reboot) é 你好'))
    delete process.env['TRUNK_PASSWORD']
    expect(said).toBe('--help; $(reboot) é 你好')
    expect(argv.join(' ')).not.toContain('reboot')
    expect(env['TRUNK_PASSWORD']).toBeUndefined()
    expect(env['PATH']).toBe(process.env['PATH'])
  })

  it('is spoken once for all calls that say it, by the first program that is there', async () => {
    const speech = speaking('absent', tells)
    const [one, same, other] = await Promise.all(['a', 'a', 'b'].map((text) => speech.file(text)))
    expect(same).toBe(one)
    expect(told(other!).said).toBe('b')
    const { at } = told(one!)
    expect(told(await speech.file('a')).at).toBe(at)
    await speech.close()
    expect(existsSync(dirname(one!))).toBe(false)
  })

  it('is refused in a sentence where no program is there, and tried again the next time', async () => {
    const speech = speaking('absent', 'absent')
    for (let i = 0; i < 2; i++)
      await expect(speech.file('a')).rejects.toMatchObject({
        kind: 'machine',
        message: expect.stringMatching(/^no program that speaks .* install espeak-ng .* or send a WAV file$/),
      })
  })

  it('is refused with the words of a program that fails', async () => {
    const speech = speaking("process.stderr.write('no voice \\u001b[31m' + 'x'.repeat(1e6)); process.exitCode = 3")
    const error = await speech.file('a').catch((thrown: unknown) => thrown as Error)
    expect((error as Error).message).toMatch(/did not speak the text: no voice/)
    expect((error as Error).message.length).toBeLessThan(1000)
    expect((error as Error).message).not.toContain('\u001b')
    await expect(speaking('process.exit(7)').file('a')).rejects.toThrow('it ended with code 7')
  })

  it('is given up when the engine ends', async () => {
    const speech = speaking('setInterval(() => {}, 1000)')
    const waits = Promise.all(['a', 'b'].map((text) => speech.file(text).catch((error: Error) => error.message)))
    await new Promise((resolve) => setImmediate(resolve))
    await speech.close()
    expect(await waits).toEqual(Array(2).fill('the text was not spoken to its end: Ringback is ending'))
  })
})
