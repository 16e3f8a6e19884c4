import { closeSync, openSync, readSync } from 'node:fs'
import { count } from '../../../../shared/base/text.ts'
import { latestMicros, type Micros } from '../../../../shared/base/time.ts'
import { RingbackError, explainError, machine, usage } from '../../base/errors.ts'

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
const chunkBytes = 1 << 20
/** A section with more interfaces than this describes nothing. */
const mostInterfaces = 4096
/** Clocks finer than these (10^-18 s, 2^-60 s) are none. */
const finestDecimal = 18
const finestBinary = 60

/** Reads a file piece by piece; asked for more than is left, it gives what there is. */
class FileReader {
  readonly #fd: number
  #buffer: Buffer = Buffer.alloc(0)
  #offset = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  take(length: number): Buffer {
    if (this.#buffer.length - this.#offset < length) this.#fill(length)
    const part = this.#buffer.subarray(this.#offset, this.#offset + length)
    this.#offset += part.length
    return part
  }

  /** What was handed out before stays as it is: its bytes are in a buffer of their own. */
  #fill(length: number): void {
    const rest = this.#buffer.subarray(this.#offset)
    const chunk = Buffer.allocUnsafe(Math.max(chunkBytes, length))
    chunk.set(rest)
    let filled = rest.length
    while (filled < length) {
      const got = readSync(this.#fd, chunk, filled, chunk.length - filled, null)
      if (got === 0) break
      filled += got
    }
    this.#buffer = chunk.subarray(0, filled)
    this.#offset = 0
  }
}

/**
 * Reads pcap and pcapng. Throws RingbackError: `machine` when the file cannot be read, `usage` when it is no capture.
 */
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
    throw error instanceof RingbackError ? error : machine(`cannot read ${path}: ${explainError(error)}`, error)
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

function readPcap(
  reader: FileReader,
  { little, nanos, recordHeader }: Classic,
  frame: (frame: Frame) => void,
): PcapSummary {
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
    if (kept > largestFrame)
      return { frames, problems: [`packet ${frames + 1} claims ${kept} bytes: the capture is damaged from there`] }
    const at = uint32(head, 0) * 1e6 + (nanos ? uint32(head, 4) / 1000 : uint32(head, 4))
    const bytes = reader.take(kept)
    if (bytes.length < kept) return { frames, problems: [`the capture is cut off inside packet ${frames + 1}`] }
    frames++
    frame({ at, linkType, bytes, truncated: kept < whole })
  }
}

type Order = (bytes: Buffer, at: number) => number

interface Interface {
  readonly linkType: number
  /** Microseconds per tick. */
  readonly tickUs: number
}

/** What a pcapng file said that cannot be so, each kind once. */
class Doubts {
  interfaces = 0
  resolutions = 0
  times = 0
  strayPackets = 0

  sentences(): string[] {
    return [
      ...(this.interfaces > 0
        ? [
            `${count(this.interfaces, 'interface')} beyond the first ${mostInterfaces} of a section: their packets are not read`,
          ]
        : []),
      ...(this.resolutions > 0
        ? [
            `${count(this.resolutions, 'interface')} with a clock that is finer than any: their times are read as microseconds`,
          ]
        : []),
      ...(this.times > 0 ? [`${count(this.times, 'packet')} with a time after the year 9999: shown as its end`] : []),
      ...(this.strayPackets > 0
        ? [
            `${count(this.strayPackets, 'packet')} of no interface that the capture describes, or longer than their block: not read`,
          ]
        : []),
    ]
  }
}

const sectionBlock = 0x0a0d0d0a

/** pcapng: section, interface, enhanced and simple packet blocks; other blocks are passed over. */
function readPcapng(reader: FileReader, frame: (frame: Frame) => void): PcapSummary {
  let little = true
  let interfaces: Interface[] = []
  let frames = 0
  let type = sectionBlock
  const doubts = new Doubts()
  const end = (...problems: string[]): PcapSummary => ({ frames, problems: [...doubts.sentences(), ...problems] })
  const u32: Order = (bytes, at) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const u16: Order = (bytes, at) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  for (;;) {
    const lengthBytes = reader.take(4)
    if (lengthBytes.length < 4) return end('the capture is cut off inside a block header')
    let order: Buffer = Buffer.alloc(0)
    if (type === sectionBlock) {
      order = reader.take(4)
      if (order.length < 4) return end('the capture is cut off inside a block header')
      little = order.readUInt32LE(0) === 0x1a2b3c4d
      if (!little && order.readUInt32BE(0) !== 0x1a2b3c4d)
        return end(`a section after packet ${frames} has no byte order: the capture is damaged from there`)
      interfaces = []
    }
    const length = u32(lengthBytes, 0)
    if (length < 12 + order.length || length > largestFrame || length % 4 !== 0)
      return end(`a block after packet ${frames} claims ${length} bytes: the capture is damaged from there`)
    const body = reader.take(length - 8 - order.length)
    if (body.length < length - 8 - order.length) return end(`the capture is cut off after packet ${frames}`)
    const again = u32(body, body.length - 4)
    if (again !== length)
      return end(
        `a block after packet ${frames} claims ${length} bytes at its beginning and ${again} at its end: the capture is damaged from there`,
      )
    const content = body.subarray(0, -4)
    if (type === 1 && content.length >= 8) {
      if (interfaces.length < mostInterfaces)
        interfaces.push({ linkType: u16(content, 0), tickUs: tickOf(content, u16, doubts) })
      else doubts.interfaces++
    }
    if (type === 6 && content.length >= 20) {
      const from = interfaces[u32(content, 0)]
      const kept = u32(content, 12)
      if (from && 20 + kept <= content.length) {
        frames++
        const at = (u32(content, 4) * 2 ** 32 + u32(content, 8)) * from.tickUs
        if (at > latestMicros) doubts.times++
        frame({
          at: Math.min(at, latestMicros),
          linkType: from.linkType,
          bytes: content.subarray(20, 20 + kept),
          truncated: kept < u32(content, 16),
        })
      } else doubts.strayPackets++
    }
    if (type === 3 && content.length >= 4) {
      if (interfaces[0]) {
        frames++
        frame({
          at: 0,
          linkType: interfaces[0].linkType,
          bytes: content.subarray(4, 4 + Math.min(u32(content, 0), content.length - 4)),
          truncated: u32(content, 0) > content.length - 4,
        })
      } else doubts.strayPackets++
    }
    const next = reader.take(4)
    if (next.length === 0) return end()
    if (next.length < 4) return end(`the capture is cut off after packet ${frames}`)
    type = next.readUInt32BE(0) === sectionBlock ? sectionBlock : u32(next, 0)
  }
}

function tickOf(content: Buffer, u16: Order, doubts: Doubts): number {
  for (let at = 8; at + 4 <= content.length;) {
    const code = u16(content, at)
    const size = u16(content, at + 2)
    if (code === 0) break
    if (code === 9 && size >= 1 && at + 4 < content.length) {
      const value = content[at + 4]!
      const [binary, power] = [(value & 0x80) !== 0, value & 0x7f]
      if (power > (binary ? finestBinary : finestDecimal)) {
        doubts.resolutions++
        return 1
      }
      return binary ? 1e6 / 2 ** power : 1e6 / 10 ** power
    }
    at += 4 + ((size + 3) & ~3)
  }
  return 1
}
