import { closeSync, openSync, readSync } from 'node:fs'
import { count } from '../../../../shared/base/text.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { explainError, machine, usage } from '../../base/errors.ts'

/** One captured frame; `bytes` is valid only during the call. */
export interface Frame {
  readonly at: Micros
  readonly linkType: number
  readonly bytes: Uint8Array
  /** The frame was longer than what the capture kept. */
  readonly truncated: boolean
}

export interface PcapSummary {
  readonly frames: number
  /** Damage met on the way, as sentences. */
  readonly problems: readonly string[]
}

const largestFrame = 0x100_0000

/** Reads a file piece by piece; asked for more than is left, it gives what there is. */
class FileReader {
  readonly #fd: number
  #buffer: Buffer = Buffer.alloc(0)
  #offset = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  take(length: number): Buffer {
    while (this.#buffer.length - this.#offset < length) {
      const chunk = Buffer.allocUnsafe(Math.max(1 << 20, length))
      const got = readSync(this.#fd, chunk, 0, chunk.length, null)
      if (got === 0) break
      this.#buffer = Buffer.concat([this.#buffer.subarray(this.#offset), chunk.subarray(0, got)])
      this.#offset = 0
    }
    const part = this.#buffer.subarray(this.#offset, this.#offset + length)
    this.#offset += part.length
    return part
  }
}

/** Reads pcap and pcapng. Throws RingbackError: `machine` when the file cannot be read, `usage` when it is no capture. */
export function readCapture(path: string, frame: (frame: Frame) => void): PcapSummary {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    throw machine(`cannot read ${path}: ${explainError(error)}`, error)
  }
  try {
    const reader = new FileReader(fd)
    const magic = reader.take(4)
    if (magic.length < 4) throw usage(`${path} is not a capture: it has ${magic.length} bytes`)
    const number = magic.readUInt32BE(0)
    if (number === 0x0a0d0d0a) return readPcapng(reader, frame)
    const classic = classicMagic[number]
    if (!classic) throw usage(`${path} is not a pcap or pcapng capture: it begins with ${magic.toString('hex')}`)
    return readPcap(reader, classic, frame)
  } catch (error) {
    if ((error as { code?: string }).code === 'EISDIR') throw machine(`cannot read ${path}: ${explainError(error)}`, error)
    throw error
  } finally {
    closeSync(fd)
  }
}

interface Classic {
  readonly little: boolean
  readonly nanos: boolean
  /** Bytes of a record header; one variant has more. */
  readonly recordHeader: number
}

const classicMagic: Readonly<Record<number, Classic>> = {
  0xa1b2c3d4: { little: false, nanos: false, recordHeader: 16 },
  0xd4c3b2a1: { little: true, nanos: false, recordHeader: 16 },
  0xa1b23c4d: { little: false, nanos: true, recordHeader: 16 },
  0x4d3cb2a1: { little: true, nanos: true, recordHeader: 16 },
  0xa1b2cd34: { little: false, nanos: false, recordHeader: 24 },
  0x34cdb2a1: { little: true, nanos: false, recordHeader: 24 },
}

function readPcap(reader: FileReader, { little, nanos, recordHeader }: Classic, frame: (frame: Frame) => void): PcapSummary {
  const uint32 = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const header = reader.take(20)
  if (header.length < 20) return { frames: 0, problems: ['the capture ends inside its file header'] }
  const linkType = uint32(header, 16) & 0x0fffffff
  let frames = 0
  for (;;) {
    const head = reader.take(recordHeader)
    if (head.length === 0) return { frames, problems: [] }
    if (head.length < recordHeader) return { frames, problems: [`the capture is cut off after packet ${frames}`] }
    const kept = uint32(head, 8)
    const whole = uint32(head, 12)
    if (kept > largestFrame) return { frames, problems: [`packet ${frames + 1} claims ${kept} bytes: the capture is damaged from there`] }
    const at = uint32(head, 0) * 1e6 + (nanos ? uint32(head, 4) / 1000 : uint32(head, 4))
    const bytes = reader.take(kept)
    if (bytes.length < kept) return { frames, problems: [`the capture is cut off inside packet ${frames + 1}`] }
    frames++
    frame({ at, linkType, bytes, truncated: kept < whole })
  }
}

interface Interface {
  readonly linkType: number
  /** Microseconds per tick. */
  readonly tickUs: number
}

/** pcapng: section, interface, enhanced and simple packet blocks; other blocks are passed over. */
function readPcapng(reader: FileReader, frame: (frame: Frame) => void): PcapSummary {
  let little = true
  let interfaces: Interface[] = []
  let frames = 0
  let damaged = 0
  let type = 0x0a0d0d0a
  const end = (...problems: string[]): PcapSummary => ({ frames, problems: [...problems, ...(damaged > 0 ? [`${count(damaged, 'block')} of the capture ${damaged === 1 ? 'is' : 'are'} damaged`] : [])] })
  for (;;) {
    const lengthBytes = reader.take(4)
    if (lengthBytes.length < 4) return end('the capture is cut off inside a block header')
    let order: Buffer = Buffer.alloc(0)
    if (type === 0x0a0d0d0a) {
      order = reader.take(4)
      little = order.length === 4 && order.readUInt32LE(0) === 0x1a2b3c4d
      interfaces = []
    }
    const u32 = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
    const u16 = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
    const length = u32(lengthBytes, 0)
    if (length < 12 || length > largestFrame || length % 4 !== 0) return end(`a block after packet ${frames} claims ${length} bytes: the capture is damaged from there`)
    const body = reader.take(length - 8 - order.length)
    if (body.length < length - 8 - order.length) return end(`the capture is cut off after packet ${frames}`)
    // Each block ends with its length once more.
    const sound = body.length >= 4 && u32(body, body.length - 4) === length
    if (!sound) damaged++
    if (type === 1 && body.length >= 12) interfaces.push({ linkType: u16(body, 0), tickUs: tickOf(body, u16) })
    if (type === 6 && body.length >= 24) {
      const from = interfaces[u32(body, 0)]
      const kept = u32(body, 12)
      if (from && 24 + kept > body.length && sound) damaged++
      if (from && 24 + kept <= body.length) {
        frames++
        const ticks = u32(body, 4) * 2 ** 32 + u32(body, 8)
        frame({ at: ticks * from.tickUs, linkType: from.linkType, bytes: body.subarray(20, 20 + kept), truncated: kept < u32(body, 16) })
      }
    }
    if (type === 3 && interfaces[0] && body.length >= 8) {
      frames++
      frame({ at: 0, linkType: interfaces[0].linkType, bytes: body.subarray(4, Math.min(4 + u32(body, 0), body.length - 4)), truncated: false })
    }
    const next = reader.take(4)
    if (next.length === 0) return end()
    if (next.length < 4) return end(`the capture is cut off after packet ${frames}`)
    type = next.readUInt32BE(0) === 0x0a0d0d0a ? 0x0a0d0d0a : u32(next, 0)
  }
}

function tickOf(body: Buffer, u16: (bytes: Buffer, at: number) => number): number {
  for (let at = 8; at + 4 <= body.length - 4; ) {
    const code = u16(body, at)
    const size = u16(body, at + 2)
    if (code === 0) break
    if (code === 9 && size >= 1) {
      const value = body[at + 4]!
      return value & 0x80 ? 1e6 / 2 ** (value & 0x7f) : 1e6 / 10 ** value
    }
    at += 4 + ((size + 3) & ~3)
  }
  return 1
}
