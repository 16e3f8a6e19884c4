import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../base/temporary.ts'

const chunkBytes = 1 << 20
/** Messages beyond so many bytes lie in the files that they came from, or in one of ours. */
const usualMemory = 96 * 1024 * 1024

/** Where messages lie: the number of a chunk or file, and a place in it. */
const inMemory = 0
const inSpool = 1
const firstFile = 2

/**
 * The bytes of messages: the first of them in memory, the others where they lie in the captures; those that are in no
 * file as they are (put together of segments, unpacked) in a file of ours that nobody else sees.
 */
export class MessageStore {
  readonly #memory: number
  readonly #paths: string[] = []
  readonly #files: (number | null)[] = []
  #chunks: Uint8Array[] = []
  #room = 0
  #held = 0
  #spool: number | null = null
  #spooled = 0
  readonly #homes: number[] = []
  readonly #offsets: number[] = []
  readonly #lengths: number[] = []

  constructor(memory = usualMemory) {
    this.#memory = memory
  }

  /** Names a capture that messages will be in; its number for `add`. */
  file(path: string): number {
    return this.#paths.push(path) - 1
  }

  /** Keeps a message; its number. `position`: of its first byte in the file, -1 where it is not in it as it is. */
  add(bytes: Uint8Array, from: number, to: number, file: number, position: number): number {
    const length = to - from
    if (this.#held + length <= this.#memory) this.#hold(bytes, from, to)
    else if (position >= 0) this.#note(firstFile + file, position, length)
    else this.#write(bytes.subarray(from, to))
    return this.#homes.length - 1
  }

  bytes(id: number): Uint8Array {
    const [home, offset, length] = [this.#homes[id]!, this.#offsets[id]!, this.#lengths[id]!]
    if (home === inMemory) {
      const at = offset % chunkBytes
      const chunk = this.#chunks[Math.floor(offset / chunkBytes)]!
      return length > chunkBytes ? chunk : chunk.subarray(at, at + length)
    }
    const found = new Uint8Array(length)
    const fd = home === inSpool ? this.#spool! : this.#open(home - firstFile)
    readSync(fd, found, 0, length, offset)
    return found
  }

  length(id: number): number {
    return this.#lengths[id]!
  }

  close(): void {
    for (const fd of [...this.#files, this.#spool]) if (typeof fd === 'number') closeSync(fd)
    this.#files.length = 0
    this.#spool = null
    this.#chunks = []
  }

  #note(home: number, offset: number, length: number): void {
    this.#homes.push(home)
    this.#offsets.push(offset)
    this.#lengths.push(length)
  }

  #hold(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from
    this.#held += length
    if (length > chunkBytes) {
      this.#chunks.push(bytes.slice(from, to))
      this.#room = 0
      return this.#note(inMemory, (this.#chunks.length - 1) * chunkBytes, length)
    }
    if (length > this.#room) {
      this.#chunks.push(new Uint8Array(chunkBytes))
      this.#room = chunkBytes
    }
    const at = chunkBytes - this.#room
    this.#chunks.at(-1)!.set(bytes.subarray(from, to), at)
    this.#room -= length
    this.#note(inMemory, (this.#chunks.length - 1) * chunkBytes + at, length)
  }

  /** The file has no name from the first moment on: it goes with this process. */
  #write(bytes: Uint8Array): void {
    if (this.#spool === null) {
      const folder = temporaryFolder('files')
      this.#spool = openSync(join(folder, 'messages'), 'wx+', 0o600)
      rmSync(folder, { recursive: true })
    }
    writeSync(this.#spool, bytes, 0, bytes.length, this.#spooled)
    this.#note(inSpool, this.#spooled, bytes.length)
    this.#spooled += bytes.length
  }

  #open(file: number): number {
    return (this.#files[file] ??= openSync(this.#paths[file]!, 'r'))
  }
}
