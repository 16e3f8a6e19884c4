import { appendFileSync, lstatSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from './base/durable.ts'
import { RingbackError, explainError, machine, usage } from './base/errors.ts'
import type { Random } from './base/random.ts'
import { temporaryFolder } from './base/temporary.ts'

/** Of a sound, which is read into memory, and of a capture, which is not: pieces of both are written to the disk. */
const mostSoundBytes = 256 * 1024 * 1024
const mostCaptureBytes = 2048 * 1024 * 1024
const soundId = /^file:sounds\/([A-Za-z0-9_-][A-Za-z0-9._-]{0,99})$/

interface Begun {
  readonly path: string
  /** As the person calls it. */
  readonly name: string
  bytes: number
}

/** Whether a text is the id of a file here, and no path. */
export const isFileId = (text: string): boolean => text.startsWith('file:')

/**
 * Files that a window hands over piece by piece: captures for as long as the engine runs, sounds in the profile folder.
 * A window knows them by ids only, `file:` and chance for a capture, `file:sounds/NAME` for a sound, which stays good
 * after a restart. It never learns or names a path.
 */
export class Files {
  readonly #profile: string | null
  readonly #random: Random
  readonly #begun = new Map<string, Begun>()
  readonly #mostCaptureBytes: number
  #temporary: string | null = null

  /** `captureBytes`: the most of one capture, and of all of a run; beyond it the oldest go. */
  constructor(profile: string | null, random: Random, captureBytes = mostCaptureBytes) {
    this.#mostCaptureBytes = captureBytes
    this.#profile = profile
    this.#random = random
  }

  /** Appends to the file of an earlier answer, or begins one. Throws RingbackError. */
  put(file: string | null, name: string, bytes: Buffer): { file: string } {
    const id = file ?? this.#begin(name)
    const begun = this.#begun.get(id)
    if (!begun) throw usage(`${name} was not begun here: choose the file again`)
    const most = soundId.test(id) ? mostSoundBytes : this.#mostCaptureBytes
    if (begun.bytes + bytes.length > most) {
      this.#forget(id)
      throw usage(
        `${begun.name} is larger than ${most / 1024 / 1024} MB, the most that can be handed over: open it where ` +
          'it lies, from the command line',
        { code: 'open-from-disk' },
      )
    }
    begun.bytes += bytes.length
    this.#makeRoom(id)
    try {
      appendFileSync(begun.path, bytes, { mode: 0o600 })
    } catch (error) {
      throw machine(`cannot keep ${begun.name}: ${explainError(error)}`, error)
    }
    return { file: id }
  }

  /**
   * Does something with files by their ids; a path, which only the command line can give, stands for itself. `named`
   * writes a text with the names that the person knows in place of the paths; what is thrown is written so too. Throws
   * RingbackError (usage) for an unknown id.
   */
  using<Result>(
    files: readonly string[],
    work: (paths: readonly string[], named: (text: string) => string) => Result,
  ): Result {
    const known = files.map((file) => (isFileId(file) ? this.#find(file) : { path: file, name: file }))
    const named = (text: string) =>
      known.reduce((shown, { path, name }) => (path === name ? shown : shown.replaceAll(path, name)), text)
    const renamed = (error: unknown) =>
      error instanceof RingbackError ? new RingbackError(error.kind, named(error.message), error, error.remedy) : error
    try {
      const result = work(
        known.map(({ path }) => path),
        named,
      )
      return result instanceof Promise
        ? (result.catch((error: unknown) => {
            throw renamed(error)
          }) as Result)
        : result
    } catch (error) {
      throw renamed(error)
    }
  }

  /** A folder of the profile, or of this run where there is none; made when missing. Throws RingbackError (machine). */
  folder(name: string): string {
    const folder = join(this.#profile ?? this.#temp(), name)
    // Above the profile nothing is made.
    makeFolder(folder, false)
    return folder
  }

  close(): void {
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true })
  }

  #begin(name: string): string {
    const plain =
      (name.split(/[\\/]/).at(-1) ?? '')
        .replace(/[^A-Za-z0-9._-]/g, '_')
        .slice(-80)
        .replace(/^\./, '_.') || 'file'
    const sound = /\.wav$/i.test(plain)
    const folder = sound ? this.folder('sounds') : this.#temp()
    for (let n = 1; ; n++) {
      const own = n === 1 ? plain : `${n}-${plain}`
      const path = join(folder, own)
      if (exists(path)) continue
      try {
        writeFileSync(path, '', { mode: 0o600, flag: 'wx' })
      } catch (error) {
        throw machine(`cannot keep ${name}: ${explainError(error)}`, error)
      }
      const id = sound ? `file:sounds/${own}` : `file:${this.#random.token(26)}`
      this.#begun.set(id, { path, name, bytes: 0 })
      return id
    }
  }

  #find(id: string): { readonly path: string; readonly name: string } {
    const begun = this.#begun.get(id)
    if (begun) return begun
    const name = soundId.exec(id)?.[1]
    if (name === undefined) throw usage('that file is not here any more: choose it again')
    const path = join(this.folder('sounds'), name)
    // A link that someone put there does not lead out of the folder.
    if (!lstatSync(path, { throwIfNoEntry: false })?.isFile())
      throw usage(`there is no sound ${name} any more: choose the file again`)
    return { path, name }
  }

  /** Removes the captures that came first, beside the one that is being written. */
  #makeRoom(writing: string): void {
    const captures = [...this.#begun].filter(([id]) => !soundId.test(id))
    let total = captures.reduce((sum, [, { bytes }]) => sum + bytes, 0)
    for (const [id, { bytes }] of captures) {
      if (total <= this.#mostCaptureBytes) return
      if (id === writing) continue
      this.#forget(id)
      total -= bytes
    }
  }

  #forget(id: string): void {
    rmSync(this.#begun.get(id)!.path, { force: true })
    this.#begun.delete(id)
  }

  #temp(): string {
    return (this.#temporary ??= temporaryFolder('files'))
  }
}

/**
 * The id of a sound that an earlier version of the settings named by its path; null for a path that leads elsewhere.
 */
export function soundIdOf(profile: string, path: string): string | null {
  const id = `file:sounds/${basename(path)}`
  return dirname(path) === join(profile, 'sounds') && soundId.test(id) ? id : null
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined
