import { closeSync, readFileSync, statSync } from 'node:fs'
import { openGrowing, writeAll } from '../../base/durable.ts'
import { RingbackError, explainError, machine, usage } from '../../base/errors.ts'
import { wavHeader, wavHeaderBytes } from '../../../../shared/base/wav.ts'
import { alaw, ulaw } from '../codec/g711.ts'
import { resample } from './resample.ts'

const bytesLimit = 200 * 1024 * 1024

/** 16-bit mono. */
export interface Sound {
  readonly samples: Int16Array
  readonly rateHz: number
}

/**
 * A WAV file as it is, mixed down. Throws RingbackError: `machine` when it cannot be read, `usage` when it is no file
 * (a pipe may never end), too large, or no WAV we know.
 */
export function readWav(file: string): Sound {
  let bytes: Buffer
  try {
    const found = statSync(file)
    if (!found.isFile() && !found.isDirectory()) throw usage(`${file} is a pipe or a device: a WAV file is needed`)
    if (found.size > bytesLimit) throw tooLarge(file, found.size)
    bytes = readFileSync(file)
  } catch (error) {
    throw error instanceof RingbackError ? error : machine(`cannot read ${file}: ${explainError(error)}`, error)
  }
  return decodeWav(bytes, file)
}

/** The samples of a sound at another rate. */
export const atRate = ({ samples, rateHz }: Sound, wantedHz: number): Int16Array => resample(samples, rateHz, wantedHz)

export function decodeWav(bytes: Buffer, name: string): Sound {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    throw usage(`${name} is not a WAV file: it does not begin with RIFF/WAVE; save it as PCM WAV`)
  }
  if (bytes.length > bytesLimit) throw tooLarge(name, bytes.length)
  let format: Format | null = null
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = bytes.toString('latin1', at, at + 4)
    const size = bytes.readUInt32LE(at + 4)
    const body = bytes.subarray(at + 8, Math.min(at + 8 + size, bytes.length))
    if (id === 'fmt ' && body.length >= 16) format = readFormat(body)
    if (id === 'data') {
      if (!format) break
      return { samples: mono(body, format, name), rateHz: format.rateHz }
    }
    at += 8 + size + (size & 1)
  }
  throw usage(`${name} is a damaged WAV file: it has no ${format ? 'data' : 'fmt'} chunk`)
}

const tooLarge = (name: string, bytes: number) =>
  usage(`${name} has ${bytes} bytes: the limit is ${bytesLimit} (${bytesLimit / 1024 / 1024} MB), cut it`)

interface Format {
  readonly tag: number
  readonly channels: number
  readonly rateHz: number
  readonly bits: number
}

function readFormat(body: Buffer): Format {
  const tag = body.readUInt16LE(0)
  return {
    tag: tag === 0xfffe && body.length >= 26 ? body.readUInt16LE(24) : tag,
    channels: body.readUInt16LE(2),
    rateHz: body.readUInt32LE(4),
    bits: body.readUInt16LE(14),
  }
}

function mono(body: Buffer, { tag, channels, rateHz, bits }: Format, name: string): Int16Array {
  if (channels < 1 || channels > 32 || rateHz < 1000 || rateHz > 384_000)
    throw usage(`${name} has ${channels} channels at ${rateHz} Hz: not a usable WAV file`)
  const sample = sampleReader(tag, bits)
  if (!sample)
    throw usage(
      `${name} uses WAV format ${tag} with ${bits} bits: use PCM (8, 16, 24, 32 bits), float, A-law or mu-law`,
    )
  const width = bits / 8
  const frames = Math.floor(body.length / (width * channels))
  const samples = new Int16Array(frames)
  for (let i = 0; i < frames; i++) {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += sample(body, (i * channels + c) * width)
    samples[i] = Math.max(-32768, Math.min(32767, Math.round(sum / channels)))
  }
  return samples
}

function sampleReader(tag: number, bits: number): ((body: Buffer, at: number) => number) | null {
  switch (`${tag}/${bits}`) {
    case '1/8':
      return (body, at) => (body[at]! - 128) * 256
    case '1/16':
      return (body, at) => body.readInt16LE(at)
    case '1/24':
      return (body, at) => body.readIntLE(at, 3) / 256
    case '1/32':
      return (body, at) => body.readInt32LE(at) / 65536
    case '3/32':
      return (body, at) => body.readFloatLE(at) * 32767
    case '3/64':
      return (body, at) => body.readDoubleLE(at) * 32767
    case '6/8':
      return (body, at) => alaw.decodeTable[body[at]!]!
    case '7/8':
      return (body, at) => ulaw.decodeTable[body[at]!]!
    default:
      return null
  }
}

/** A sound as a 16-bit PCM file. */
export const wavOf = ({ samples, rateHz }: Sound): Buffer =>
  Buffer.concat([
    wavHeader(1, rateHz, samples.byteLength),
    new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
  ])

/**
 * Writes both directions of a call as a stereo WAV: left what we sent, right what we received. Twice a second of audio
 * the file is complete as it is, header included, whatever becomes of this process.
 */
export class WavRecorder {
  readonly #file: string
  readonly #fd: number
  #rateHz: number
  #bytes = 0
  #buffered: Buffer[] = []
  #bufferedBytes = 0
  #open = true

  /** Throws RingbackError (machine) when the file cannot be written. */
  constructor(file: string, rateHz: number) {
    this.#file = file
    this.#rateHz = rateHz
    try {
      this.#fd = openGrowing(file)
    } catch (error) {
      throw machine(`cannot record to ${file}: ${explainError(error)}`, error)
    }
    this.#keep(() => writeAll(this.#fd, wavHeader(2, this.#rateHz, 0), 0))
  }

  /** Of the file; it can be another one while nothing is written. */
  get rateHz(): number {
    return this.#rateHz
  }

  /** Takes that rate if it still can. */
  prefer(rateHz: number): void {
    if (this.#bytes === 0 && this.#bufferedBytes === 0) this.#rateHz = rateHz
  }

  write(sent: Int16Array | null, received: Int16Array | null, samples: number): void {
    if (!this.#open) return
    const chunk = Buffer.alloc(samples * 4)
    for (let i = 0; i < samples; i++) {
      chunk.writeInt16LE(sent?.[i] ?? 0, i * 4)
      chunk.writeInt16LE(received?.[i] ?? 0, i * 4 + 2)
    }
    this.#buffered.push(chunk)
    this.#bufferedBytes += chunk.length
    if (this.#bufferedBytes >= this.#rateHz * 2) this.#flush()
  }

  /** Throws RingbackError (machine) when the disk refuses. */
  close(): void {
    if (!this.#open) return
    this.#flush()
    this.#open = false
    closeSync(this.#fd)
  }

  /** The header counts what is there: first the audio, then the header. */
  #flush(): void {
    const block = Buffer.concat(this.#buffered)
    this.#buffered = []
    this.#bufferedBytes = 0
    this.#keep(() => {
      writeAll(this.#fd, block, wavHeaderBytes + this.#bytes)
      this.#bytes += block.length
      writeAll(this.#fd, wavHeader(2, this.#rateHz, this.#bytes), 0)
    })
  }

  #keep(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#open = false
      closeSync(this.#fd)
      throw machine(`recording to ${this.#file} stopped: ${explainError(error)}`, error)
    }
  }
}
