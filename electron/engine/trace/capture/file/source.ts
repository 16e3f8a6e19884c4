import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { explainError } from '../../../base/errors.ts'
import { packingOf, type Packing } from './formats.ts'
import type { ReadAhead } from './read-ahead.ts'

/** What unpacks to more than this, and to more than so many times its size, was made to fill a machine. */
const suspiciousBytes = 64 * 1024 * 1024
const suspiciousRatio = 500

/** Where the bytes of a capture come from: the file as it is, or what is packed in it. */
export interface Source {
  readonly packing: Packing | null
  /** Bytes of the file, and how many of them were read. */
  readonly size: number
  readonly read: number
  /** Why there is no more, where that is not the end of the file. */
  readonly fault: string | null
  /** Adds bytes; false at the end. */
  next(ahead: ReadAhead): boolean | Promise<boolean>
  close(): void
}

/** Throws what Node throws where the file cannot be opened or read. */
export function openSource(path: string): Source {
  const fd = openSync(path, 'r')
  try {
    const stat = fstatSync(fd)
    // A pipe gives its bytes once: what is packed in one is not looked for.
    if (!stat.isFile()) return new PlainSource(fd, 0, false)
    const first = Buffer.alloc(4)
    readSync(fd, first, 0, 4, 0)
    const packing = packingOf(first)
    return packing ? new PackedSource(path, fd, packing, stat.size) : new PlainSource(fd, stat.size, true)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

class PlainSource implements Source {
  readonly packing = null
  readonly fault = null
  readonly size: number
  read = 0
  readonly #fd: number
  readonly #isFile: boolean

  constructor(fd: number, size: number, isFile: boolean) {
    this.#fd = fd
    this.size = size
    this.#isFile = isFile
  }

  next(ahead: ReadAhead): boolean {
    ahead.makeRoom()
    const position = this.#isFile ? this.read : null
    const got = readSync(this.#fd, ahead.bytes, ahead.to, ahead.bytes.length - ahead.to, position)
    ahead.to += got
    this.read += got
    return got > 0
  }

  close(): void {
    closeSync(this.#fd)
  }
}

class PackedSource implements Source {
  readonly packing: Packing
  readonly size: number
  fault: string | null = null
  readonly #file: Readable & { bytesRead: number }
  readonly #chunks: AsyncIterator<Buffer>
  #unpacked = 0

  constructor(path: string, fd: number, packing: Packing, size: number) {
    this.packing = packing
    this.size = size
    const file = createReadStream(path, { fd, start: 0, highWaterMark: 1 << 18 })
    const options = { chunkSize: 1 << 18 }
    const unpack = packing === 'gzip' ? createGunzip(options) : createZstdDecompress(options)
    this.#file = file
    this.#chunks = pipeline(file, unpack, () => {})[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  get read(): number {
    return this.#file.bytesRead
  }

  async next(ahead: ReadAhead): Promise<boolean> {
    try {
      const { done, value } = await this.#chunks.next()
      if (done) return false
      this.#unpacked += value.length
      if (this.#unpacked > suspiciousBytes && this.#unpacked > this.read * suspiciousRatio) {
        this.fault = `unpacks to more than ${suspiciousRatio} times its size: what follows is not read`
        return false
      }
      ahead.add(value)
      return true
    } catch (error) {
      this.fault = `the ${this.packing} data is damaged: ${explainError(error)}`
      return false
    }
  }

  close(): void {
    this.#file.destroy()
    void this.#chunks.return?.()
  }
}
