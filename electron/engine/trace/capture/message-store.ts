import { closeSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../base/temporary.ts'
import { Column } from './column.ts'
import { packingOf } from './file/formats.ts'

/** Files are read in blocks, since messages lie near those that came with them; so many blocks are kept. */
const blockBytes = 64 * 1024
const mostBlocks = 256
/** What is written to the file of ours at once. */
const roomBytes = 256 * 1024

/** Where messages lie: in a file of ours, or in the capture with a number. */
const inSpool = 0
const firstFile = 1
/** Blocks of one file are fewer. */
const mostOfFile = 2 ** 32

/**
 * The bytes of messages, where they lie in the captures; those that are in no file as they are (put together of
 * segments, unpacked) in a file of ours that nobody else sees. What a message takes of memory are three numbers.
 */
export class MessageStore {
  /** Null for what cannot be read again at a place: a pipe, what is packed. */
  readonly #files: (number | null)[] = []
  readonly #homes = new Column(Uint32Array)
  readonly #offsets = new Column(Float64Array)
  readonly #lengths = new Column(Uint32Array)
  /** Each block that is kept has one place, by its key. */
  readonly #keys = new Float64Array(mostBlocks).fill(-1)
  readonly #blocks: Uint8Array[] = []
  #spool: number | null = null
  #spooled = 0
  /** What is not in that file yet. */
  readonly #room = new Uint8Array(roomBytes)
  #used = 0

  /**
   * Opens a capture that messages will be in; its number for `add`. It stays open: another file that takes its name is
   * not it.
   */
  file(path: string): number {
    return this.#files.push(openPlain(path)) - 1
  }

  /** Keeps a message; its number. `position`: of its first byte in the file, -1 where it is not in it as it is. */
  add(bytes: Uint8Array, from: number, to: number, file: number, position: number): number {
    const inFile = position >= 0 && this.#files[file] !== null
    this.#homes.push(inFile ? firstFile + file : inSpool)
    this.#offsets.push(inFile ? position : this.#spooled + this.#used)
    this.#lengths.push(to - from)
    if (!inFile) this.#write(bytes.subarray(from, to))
    return this.#homes.length - 1
  }

  /** How many there are. */
  get size(): number {
    return this.#homes.length
  }

  /** They stay as they are until the next are asked for. */
  bytes(id: number): Uint8Array {
    const [home, offset, length] = [this.#homes.at(id), this.#offsets.at(id), this.#lengths.at(id)]
    if (home === inSpool) this.#flush()
    const from = offset % blockBytes
    const first = this.#block(home, Math.floor(offset / blockBytes))
    if (from + length <= blockBytes) return first.subarray(from, from + length)
    const whole = new Uint8Array(length)
    whole.set(first.subarray(from))
    for (let at = blockBytes - from; at < length; at += blockBytes)
      whole.set(this.#block(home, Math.floor((offset + at) / blockBytes)).subarray(0, length - at), at)
    return whole
  }

  length(id: number): number {
    return this.#lengths.at(id)
  }

  close(): void {
    for (const fd of [...this.#files, this.#spool]) if (typeof fd === 'number') closeSync(fd)
    this.#files.length = 0
    this.#spool = null
  }

  #block(home: number, n: number): Uint8Array {
    const key = home * mostOfFile + n
    const place = key % mostBlocks
    if (this.#keys[place] === key) return this.#blocks[place]!
    const block = (this.#blocks[place] ??= new Uint8Array(blockBytes))
    const fd = home === inSpool ? this.#spool! : this.#files[home - firstFile]!
    const got = readSync(fd, block, 0, blockBytes, n * blockBytes)
    // The last of a file that grows is read again.
    this.#keys[place] = got === blockBytes ? key : -1
    return block.fill(0, got)
  }

  #write(bytes: Uint8Array): void {
    if (this.#used + bytes.length > roomBytes) this.#flush()
    if (bytes.length > roomBytes) return this.#append(bytes)
    this.#room.set(bytes, this.#used)
    this.#used += bytes.length
  }

  #flush(): void {
    if (this.#used > 0) this.#append(this.#room.subarray(0, this.#used))
    this.#used = 0
  }

  /** The file has no name from the first moment on: it goes with this process. */
  #append(bytes: Uint8Array): void {
    if (this.#spool === null) {
      const folder = temporaryFolder('files')
      this.#spool = openSync(join(folder, 'messages'), 'wx+', 0o600)
      rmSync(folder, { recursive: true })
    }
    writeSync(this.#spool, bytes, 0, bytes.length, this.#spooled)
    this.#spooled += bytes.length
  }
}

/** A file whose bytes lie in it as they are read; null for any other, and for one that cannot be opened. */
function openPlain(path: string): number | null {
  try {
    // A pipe gives its bytes once, to whoever reads it.
    if (!statSync(path).isFile()) return null
    const fd = openSync(path, 'r')
    const first = new Uint8Array(4)
    if (readSync(fd, first, 0, 4, 0) === 4 && packingOf(first) === null) return fd
    closeSync(fd)
    return null
  } catch {
    // Whoever reads it says so.
    return null
  }
}
