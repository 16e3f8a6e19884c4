import type { Micros } from '../../../../../shared/base/time.ts'
import { largestFrame, type CaptureParser, type FrameSink } from './parser.ts'
import type { ReadAhead } from './read-ahead.ts'

interface Variant {
  readonly little: boolean
  readonly nanos: boolean
  /** Bytes of a record header; one variant has more. */
  readonly recordHeader: number
}

const variants: Readonly<Record<number, Variant>> = {
  0xa1b2c3d4: { little: false, nanos: false, recordHeader: 16 },
  0xd4c3b2a1: { little: true, nanos: false, recordHeader: 16 },
  0xa1b23c4d: { little: false, nanos: true, recordHeader: 16 },
  0x4d3cb2a1: { little: true, nanos: true, recordHeader: 16 },
  0xa1b2cd34: { little: false, nanos: false, recordHeader: 24 },
  0x34cdb2a1: { little: true, nanos: false, recordHeader: 24 },
}

const fileHeader = 24
/** Records without bytes and without a time, one after the other: a hole in the file. */
const mostEmpty = 1000

/** The classic format in its byte orders and resolutions. */
export class PcapParser implements CaptureParser {
  frames = 0
  readonly #variant: Variant
  #linkType = -1
  #empty = 0
  #damage: string | null = null

  /** Null where the first four bytes are of no such capture. */
  static of(magic: number): PcapParser | null {
    const variant = variants[magic]
    return variant ? new PcapParser(variant) : null
  }

  private constructor(variant: Variant) {
    this.#variant = variant
  }

  parse(ahead: ReadAhead, sink: FrameSink): boolean {
    const { little, nanos, recordHeader } = this.#variant
    const { bytes, to } = ahead
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (this.#linkType < 0) {
      if (ahead.rest < fileHeader) return true
      // The upper half tells of checksums behind each frame.
      this.#linkType = view.getUint32(ahead.from + 20, little) & 0xffff
      ahead.from += fileHeader
    }
    let at = ahead.from
    while (to - at >= recordHeader) {
      const kept = view.getUint32(at + 8, little)
      if (kept > largestFrame) return this.#stop(ahead, at, `packet ${this.frames + 1} claims ${kept} bytes`)
      const from = at + recordHeader
      if (from + kept > to) break
      const seconds = view.getUint32(at, little)
      const fraction = view.getUint32(at + 4, little)
      if (kept === 0 && seconds === 0) {
        if (++this.#empty >= mostEmpty) return this.#stop(ahead, at, `nothing but zeros follows packet ${this.frames}`)
        at = from
        continue
      }
      for (; this.#empty > 0; this.#empty--) this.#frame(ahead, sink, at, at, 0, false)
      const time = seconds * 1e6 + (nanos ? fraction / 1000 : fraction)
      this.#frame(ahead, sink, from, from + kept, time, kept < view.getUint32(at + 12, little))
      at = from + kept
    }
    ahead.from = at
    return true
  }

  damage(rest: number): string[] {
    if (this.#damage !== null) return [this.#damage]
    if (this.#linkType < 0) return ['the capture ends inside its file header']
    if (rest === 0) return []
    return rest < this.#variant.recordHeader
      ? [`the capture is cut off after packet ${this.frames}`]
      : [`the capture is cut off inside packet ${this.frames + 1}`]
  }

  notes(): string[] {
    return []
  }

  #frame(ahead: ReadAhead, sink: FrameSink, from: number, to: number, at: Micros, cut: boolean): void {
    this.frames++
    sink.frame(ahead.bytes, from, to, at, this.#linkType, ahead.position, cut)
  }

  #stop(ahead: ReadAhead, at: number, what: string): boolean {
    ahead.from = at
    this.#damage = `${what}: the capture is damaged from there`
    return false
  }
}
