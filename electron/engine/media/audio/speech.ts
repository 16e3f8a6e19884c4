import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { elide, visible } from '../../../../shared/base/text.ts'
import { Boundary } from '../../base/boundary.ts'
import { errorCode, explainError, machine } from '../../base/errors.ts'
import { temporaryFolder } from '../../base/temporary.ts'

/** A program that reads a text from its standard input and writes it, spoken, to a WAV file. */
export interface SpeechProgram {
  readonly command: string
  args(file: string): readonly string[]
}

/** A minute of speech is made in less than a second. */
const longestMs = 60_000
/** Of what a program says that went wrong. */
const mostSaid = 300
/** Texts whose speech is kept. */
const mostKept = 50

/**
 * The file stands in the environment: nothing that is said becomes a part of the command. What fails ends it with code
 * 1, which it would not by itself; standard input is read without a console, which may not be there.
 */
const sapi =
  "$ErrorActionPreference = 'Stop'; Add-Type -AssemblyName System.Speech; " +
  '$text = (New-Object IO.StreamReader([Console]::OpenStandardInput(), [Text.Encoding]::UTF8)).ReadToEnd(); ' +
  '$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer; ' +
  '$form = New-Object System.Speech.AudioFormat.SpeechAudioFormatInfo(22050, ' +
  '[System.Speech.AudioFormat.AudioBitsPerSample]::Sixteen, [System.Speech.AudioFormat.AudioChannel]::Mono); ' +
  '$voice.SetOutputToWaveFile($env:RINGBACK_SPEECH, $form); $voice.Speak($text); $voice.Dispose()'

/** By its whole path: a program of that name in the current folder would be found first. */
const powershell = `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`

/** What speaks on this kind of system, what is looked for first. */
export function speechPrograms(platform: NodeJS.Platform): readonly SpeechProgram[] {
  if (platform === 'darwin')
    return [
      {
        command: 'say',
        // say(1): `-f -` is standard input; 16 bits, little-endian, at 22,050 Hz.
        args: (file) => ['-f', '-', '-o', file, '--file-format=WAVE', '--data-format=LEI16@22050'],
      },
    ]
  if (platform === 'win32')
    return [{ command: powershell, args: () => ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', sapi] }]
  return ['espeak-ng', 'espeak'].map((command) => ({ command, args: (file) => ['-b', '1', '--stdin', '-w', file] }))
}

const noProgram =
  'no program that speaks is on this computer: install espeak-ng (on Debian and Ubuntu: apt install espeak-ng), or ' +
  'send a WAV file'

/** What such a program needs of our environment: passwords stand there too. */
const passedOn = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'ESPEAK_DATA_PATH', 'SystemRoot', 'TEMP', 'TMP', 'USERPROFILE']

/** Texts that calls say, spoken by the system's own program into WAV files that are kept for the next call. */
export class Speech {
  readonly #programs: readonly SpeechProgram[]
  readonly #kept = new Map<string, Promise<string>>()
  #folder: string | null = null
  #count = 0
  #stop: ((why: Error) => void) | null = null
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(programs = speechPrograms(process.platform)) {
    this.#programs = programs
  }

  /** The file of that text, spoken. Throws RingbackError (machine): no program is there, or it failed. */
  file(text: string): Promise<string> {
    const known = this.#kept.get(text)
    // One program runs at a time.
    const file = known ?? this.#last.then(() => this.#speak(text))
    this.#last = file.catch(() => this.#kept.delete(text))
    this.#kept.delete(text)
    this.#kept.set(text, file)
    this.#makeRoom()
    return file
  }

  #makeRoom(): void {
    const [oldest] = this.#kept
    if (!oldest || this.#kept.size <= mostKept) return
    this.#kept.delete(oldest[0])
    oldest[1].then(
      (file) => rmSync(file, { force: true }),
      () => {},
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stop?.(ending())
    await this.#last
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true })
  }

  async #speak(text: string): Promise<string> {
    this.#folder ??= temporaryFolder('files')
    const file = join(this.#folder, `speech-${++this.#count}.wav`)
    for (const program of this.#programs) if (await this.#run(program, text, file)) return file
    throw machine(noProgram)
  }

  /** Whether the program is there. Throws RingbackError (machine) when it failed. */
  #run({ command, args }: SpeechProgram, text: string, file: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(ending())
      const env = Object.fromEntries(passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
      const child = spawn(command, args(file), {
        stdio: ['pipe', 'ignore', 'pipe'],
        env: { ...env, RINGBACK_SPEECH: file },
        timeout: longestMs,
        killSignal: 'SIGKILL',
        windowsHide: true,
      })
      const failed = (why: string) => reject(machine(`${command} did not speak the text: ${why}`))
      const boundary = new Boundary(({ error }) => failed(explainError(error)))
      this.#stop = (why) => {
        child.kill('SIGKILL')
        reject(why)
      }
      let said = ''
      child.stderr.on(
        'data',
        boundary.guard('speech', (bytes: Buffer) => {
          if (said.length < mostSaid) said += bytes.toString()
        }),
      )
      // It may end without reading its text.
      child.stdin.on('error', () => {})
      child.on(
        'error',
        boundary.guard('speech', (error: Error) => (isAbsent(error) ? resolve(false) : failed(explainError(error)))),
      )
      child.on(
        'close',
        boundary.guard('speech', (code: number | null) => {
          this.#stop = null
          if (code === 0) return resolve(true)
          const words = elide(visible(said.trim()), mostSaid)
          failed(words || (code === null ? `it took longer than ${longestMs / 1000} s` : `it ended with code ${code}`))
        }),
      )
      child.stdin.end(text)
    })
  }
}

const isAbsent = (error: Error) => ['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')

const ending = () => machine('the text was not spoken to its end: Ringback is ending')
