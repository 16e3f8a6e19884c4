import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { explainError, machine, usage } from './base/errors.ts'

const mostBytes = 256 * 1024 * 1024

/** Files that a window hands over piece by piece: captures for as long as the engine runs, sounds in the profile folder. */
export class Files {
  readonly #profile: string | null
  readonly #open = new Map<string, number>()
  #temporary: string | null = null

  constructor(profile: string | null) {
    this.#profile = profile
  }

  /** Appends to the file of an earlier answer, or begins one. Throws RingbackError. */
  put(file: string | null, name: string, bytes: Buffer): { file: string } {
    const path = file ?? this.#path(name)
    const size = (this.#open.get(path) ?? 0) + bytes.length
    if (file !== null && !this.#open.has(file)) throw usage(`"${file}" was not begun here`)
    if (size > mostBytes) {
      rmSync(path, { force: true })
      throw usage(`${name} is larger than ${mostBytes / 1024 / 1024} MB: open it with ringback inspect FILE`)
    }
    try {
      appendFileSync(path, bytes)
    } catch (error) {
      throw machine(`cannot keep ${name}: ${explainError(error)}`, error)
    }
    this.#open.set(path, size)
    return { file: path }
  }

  /** A folder of the profile, or of this run where there is none; made when missing. Throws RingbackError (machine). */
  folder(name: string): string {
    const folder = join(this.#profile ?? this.#temp(), name)
    try {
      // Not recursive: above the profile nothing is made.
      if (!exists(folder)) mkdirSync(folder)
    } catch (error) {
      throw machine(`cannot use ${folder}: ${explainError(error)}`, error)
    }
    return folder
  }

  close(): void {
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true })
  }

  #temp(): string {
    return (this.#temporary ??= mkdtempSync(join(tmpdir(), 'ringback-')))
  }

  #path(name: string): string {
    const plain = basename(name).replace(/[^A-Za-z0-9._-]+/g, '_').slice(-80) || 'file'
    const folder = /\.wav$/i.test(plain) ? this.folder('sounds') : this.#temp()
    for (let n = 1; ; n++) {
      const path = join(folder, n === 1 ? plain : `${n}-${plain}`)
      if (!exists(path)) return path
    }
  }
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined
