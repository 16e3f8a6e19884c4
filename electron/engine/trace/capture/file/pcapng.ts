import { count, decodeText } from '../../../../../shared/base/text.ts'
import { latestMicros, type Micros } from '../../../../../shared/base/time.ts'
import { u16, u16le, u32, u32le } from '../decode/bytes.ts'
import { largestFrame, type CaptureParser, type FrameSink } from './parser.ts'
import type { ReadAhead } from './read-ahead.ts'

/** A section with more interfaces than this describes nothing. */
const mostInterfaces = 4096
/** Clocks finer than these (10^-18 s, 2^-60 s) are none. */
const finestDecimal = 18
const finestBinary = 60
/** A clock that is set off by more than the years 1970 to 9999 is none. */
const mostOffsetS = 253_402_300_799

export const sectionBlock = 0x0a0d0d0a
const byteOrder = 0x1a2b3c4d
const tlsKeyLog = 0x544c534b

interface Interface {
  readonly linkType: number
  /** Microseconds per tick. */
  readonly tickUs: number
  readonly offsetUs: number
  readonly snapLength: number
}

/** What a file said that cannot be so, by kind. */
const doubts = {
  interfaces: (n: number) =>
    `${count(n, 'interface')} beyond the first ${mostInterfaces} of a section: their packets are not read`,
  resolutions: (n: number) =>
    `${count(n, 'interface')} with a clock that is finer than any: their times are read as microseconds`,
  offsets: (n: number) => `${count(n, 'interface')} with a clock that is set off by more than any: read as not set off`,
  times: (n: number) => `${count(n, 'packet')} with a time after the year 9999: shown as its end`,
  strayPackets: (n: number) =>
    `${count(n, 'packet')} of no interface that the capture describes, or longer than their block: not read`,
}
type Doubt = keyof typeof doubts

/** The newer format: sections, interfaces, packets in each form that it has had, and keys; other blocks say nothing of
 *  packets. */
export class PcapngParser implements CaptureParser {
  frames = 0
  #little = true
  #interfaces: Interface[] = []
  #damage: string | null = null
  #lastAt: Micros = 0
  #dropped = 0
  #timeless = 0
  readonly #doubts = new Map<Doubt, number>()
  /** By interface of the section, what the last statistics said. */
  readonly #drops = new Map<number, number>()

  parse(ahead: ReadAhead, sink: FrameSink): boolean {
    while (ahead.rest >= 12) {
      const { bytes, from } = ahead
      const type = u32(bytes, from) === sectionBlock ? sectionBlock : this.#u32(bytes, from)
      if (type === sectionBlock && !this.#begin(bytes, from)) {
        this.#damage = `a section after packet ${this.frames} has no byte order: the capture is damaged from there`
        return false
      }
      const length = this.#u32(bytes, from + 4)
      if (length < (type === sectionBlock ? 16 : 12) || length > largestFrame || length % 4 !== 0)
        return this.#stop(`${length} bytes`)
      if (ahead.rest < length) return true
      const again = this.#u32(bytes, from + length - 4)
      if (again !== length) return this.#stop(`${length} bytes at its beginning and ${again} at its end`)
      this.#block(type, bytes, from + 8, from + length - 4, ahead.position, sink)
      ahead.from += length
    }
    return true
  }

  damage(rest: number): string[] {
    const sentences = [...this.#doubts].map(([doubt, n]) => doubts[doubt](n))
    if (this.#damage !== null) return [...sentences, this.#damage]
    if (rest > 0)
      return [
        ...sentences,
        rest < 12
          ? 'the capture is cut off inside a block header'
          : `the capture is cut off after packet ${this.frames}`,
      ]
    return sentences
  }

  notes(): string[] {
    this.#sumDrops()
    const notes: string[] = []
    if (this.#dropped > 0)
      notes.push(
        `${count(this.#dropped, 'packet')} were lost while this was captured, as the capture says: what is ` +
          'missing in a stream may have arrived',
      )
    if (this.#timeless > 0)
      notes.push(`the capture does not say when ${count(this.#timeless, 'packet')} passed: no time of theirs is known`)
    return notes
  }

  #u32(bytes: Uint8Array, at: number): number {
    return this.#little ? u32le(bytes, at) : u32(bytes, at)
  }

  #u16(bytes: Uint8Array, at: number): number {
    return this.#little ? u16le(bytes, at) : u16(bytes, at)
  }

  #doubt(doubt: Doubt): void {
    this.#doubts.set(doubt, (this.#doubts.get(doubt) ?? 0) + 1)
  }

  #stop(what: string): boolean {
    this.#damage = `a block after packet ${this.frames} claims ${what}: the capture is damaged from there`
    return false
  }

  /** A section has its own byte order and interfaces. */
  #begin(bytes: Uint8Array, from: number): boolean {
    this.#little = u32le(bytes, from + 8) === byteOrder
    this.#interfaces = []
    this.#sumDrops()
    return this.#little || u32(bytes, from + 8) === byteOrder
  }

  #sumDrops(): void {
    for (const dropped of this.#drops.values()) this.#dropped += dropped
    this.#drops.clear()
  }

  #block(type: number, bytes: Uint8Array, from: number, to: number, position: number, sink: FrameSink): void {
    const size = to - from
    if (type === 6 && size >= 20) this.#packet(this.#u32(bytes, from), from + 4, 20, bytes, from, to, position, sink)
    else if (type === 2 && size >= 20)
      this.#packet(this.#u16(bytes, from), from + 4, 20, bytes, from, to, position, sink)
    else if (type === 3 && size >= 4) this.#simple(bytes, from, to, position, sink)
    else if (type === 1 && size >= 8) this.#interface(bytes, from, to)
    else if (type === 5 && size >= 12) this.#statistics(bytes, from, to)
    else if (type === 10 && size >= 8 && this.#u32(bytes, from) === tlsKeyLog) {
      const end = Math.min(to, from + 8 + this.#u32(bytes, from + 4))
      sink.secrets?.(decodeText(bytes.subarray(from + 8, end)))
    }
  }

  /** An enhanced packet block, or the obsolete one: time, kept and whole length stand at the same places in both. */
  #packet(
    number: number,
    timeAt: number,
    header: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    position: number,
    sink: FrameSink,
  ): void {
    const source = this.#interfaces[number]
    const kept = this.#u32(bytes, timeAt + 8)
    if (!source || from + header + kept > to) return this.#doubt('strayPackets')
    this.frames++
    const ticks = this.#u32(bytes, timeAt) * 2 ** 32 + this.#u32(bytes, timeAt + 4)
    const at = ticks * source.tickUs + source.offsetUs
    if (at > latestMicros) this.#doubt('times')
    this.#lastAt = Math.min(Math.max(at, 0), latestMicros)
    const cut = kept < this.#u32(bytes, timeAt + 12)
    sink.frame(bytes, from + header, from + header + kept, this.#lastAt, source.linkType, position, cut)
  }

  /** A simple packet block has neither interface nor time: the first interface, and the time of the packet before. */
  #simple(bytes: Uint8Array, from: number, to: number, position: number, sink: FrameSink): void {
    const [source] = this.#interfaces
    if (!source) return this.#doubt('strayPackets')
    this.frames++
    this.#timeless++
    const whole = this.#u32(bytes, from)
    const limit = source.snapLength > 0 ? source.snapLength : largestFrame
    const kept = Math.min(whole, limit, to - from - 4)
    sink.frame(bytes, from + 4, from + 4 + kept, this.#lastAt, source.linkType, position, kept < whole)
  }

  #interface(bytes: Uint8Array, from: number, to: number): void {
    if (this.#interfaces.length >= mostInterfaces) return this.#doubt('interfaces')
    let tickUs = 1
    let offsetUs = 0
    this.#options(bytes, from + 8, to, (code, at, size) => {
      if (code === 9 && size >= 1) tickUs = this.#tick(bytes[at]!)
      if (code === 14 && size >= 8) offsetUs = this.#offset(bytes, at)
    })
    this.#interfaces.push({
      linkType: this.#u16(bytes, from),
      tickUs,
      offsetUs,
      snapLength: this.#u32(bytes, from + 4),
    })
  }

  /** if_tsresol: a power of ten, or of two when its highest bit is set. */
  #tick(value: number): number {
    const [binary, power] = [(value & 0x80) !== 0, value & 0x7f]
    if (power > (binary ? finestBinary : finestDecimal)) {
      this.#doubt('resolutions')
      return 1
    }
    return binary ? 1e6 / 2 ** power : 1e6 / 10 ** power
  }

  /** if_tsoffset: seconds to add to every time, with a sign. */
  #offset(bytes: Uint8Array, at: number): number {
    const [high, low] = this.#little
      ? [u32le(bytes, at + 4) | 0, u32le(bytes, at)]
      : [u32(bytes, at) | 0, u32(bytes, at + 4)]
    const seconds = high * 2 ** 32 + low
    if (Math.abs(seconds) <= mostOffsetS) return seconds * 1e6
    this.#doubt('offsets')
    return 0
  }

  /** Interface statistics: the packets that the machine or the interface had no room for. */
  #statistics(bytes: Uint8Array, from: number, to: number): void {
    this.#options(bytes, from + 12, to, (code, at, size) => {
      if (code === 5 && size >= 8) this.#drops.set(this.#u32(bytes, from), this.#u32(bytes, this.#little ? at : at + 4))
    })
  }

  #options(bytes: Uint8Array, from: number, to: number, each: (code: number, at: number, size: number) => void): void {
    for (let at = from; at + 4 <= to;) {
      const code = this.#u16(bytes, at)
      const size = this.#u16(bytes, at + 2)
      if (code === 0 || at + 4 + size > to) return
      each(code, at + 4, size)
      at += 4 + ((size + 3) & ~3)
    }
  }
}
