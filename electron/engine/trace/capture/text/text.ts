import { count } from '../../../../../shared/base/text.ts'
import type { Micros } from '../../../../../shared/base/time.ts'
import type { Unknown } from '../../../../../shared/model/wire.ts'
import type { CaptureParser, FrameSink } from '../file/parser.ts'
import type { ReadAhead } from '../file/read-ahead.ts'
import { Dissection } from './dissection.ts'
import { HexDump, linkOf } from './hex-dump.ts'
import { eachLine, lastLine, unfolded } from './lines.ts'
import { TextMessage } from './message.ts'
import { Rows } from './ngrep.ts'
import { withoutPrefix } from './prefix.ts'
import { startIn, type Start } from './start-line.ts'
import { surroundingsOf } from './surroundings.ts'
import { timeIn, type WrittenTime } from './times.ts'

/** No packet has more messages. */
const mostDissected = 64
/** Lines before a message that may say where it came from. */
const mostBefore = 16
const longestBefore = 2000
const halfDayUs = 43_200e6

/** What is not known of messages of a text, each with the messages of which it is not. */
const gaps = {
  time: (n: number) => `the text does not say when ${count(n, 'message')} passed: no delay of theirs is known`,
  day: (n: number) => `the text does not say on which day ${count(n, 'message')} passed: 1970-01-01 stands for it`,
  year: (n: number) => `the text does not say in which year ${count(n, 'message')} passed: 1970 stands for it`,
  zone: (n: number) => `${count(n, 'message')} of the text have no time zone: times are shown as they stand there`,
  ends: (n: number) => `the text does not say between which addresses ${count(n, 'message')} passed`,
  end: (n: number) => `the text says only one of the two addresses between which ${count(n, 'message')} passed`,
  packet: (n: number) => `the text does not say when ${count(n, 'packet')} passed: no time of theirs is known`,
  length: (n: number) =>
    `lines of ${count(n, 'message')} were changed or left out when the text was written: the length that they ` +
    'say was set to what is there',
}

/** SIP messages in a text: one after the other, or between the lines of a log. */
export class TextParser implements CaptureParser {
  frames = 0
  readonly #gaps = new Map<keyof typeof gaps, number>()
  #before: string[] = []
  #message: { readonly text: TextMessage; readonly start: Start } | null = null
  readonly #dissection = new Dissection()
  readonly #rows = new Rows()
  /** Messages that were shown, until it is known whether the bytes of their packet follow. */
  readonly #dissected: (readonly string[])[] = []
  readonly #dump = new HexDump()
  /** The time that was written last, and whole days that went by since the first where no day is written. */
  #lastAt: Micros = 0
  #days = 0

  parse(ahead: ReadAhead, sink: FrameSink): boolean {
    eachLine(ahead, (line) => this.#line(line, sink))
    return true
  }

  end(ahead: ReadAhead, sink: FrameSink): void {
    lastLine(ahead, (line) => this.#line(line, sink))
    const packet = this.#dump.end()
    if (packet) this.#packet(packet, sink)
    this.#dissected.push(this.#dissection.end())
    this.#show(sink)
    this.#whole(this.#rows.end(), sink)
    this.#finish(sink)
  }

  damage(): string[] {
    return []
  }

  notes(): string[] {
    const { shortened } = this.#dissection
    const short =
      `${count(shortened, 'message')} with lines that were left out or cut: what they said further is not known ` +
      '(export the packets themselves)'
    return [...[...this.#gaps].map(([gap, n]) => gaps[gap](n)), ...(shortened > 0 ? [short] : [])]
  }

  #line(line: string, sink: FrameSink): void {
    const { taken, packet } = this.#dump.add(line)
    if (packet) this.#packet(packet, sink)
    if (taken) return
    const dissected = this.#dissection.add(line)
    if (dissected === null) return this.#plain(line, sink)
    if (dissected.length > 0) {
      if (this.#dissected.length >= mostDissected) this.#show(sink)
      this.#dissected.push(dissected)
    }
    // The bytes of the packet stand behind what is shown of them.
    else if (line !== '') this.#show(sink)
  }

  #plain(line: string, sink: FrameSink): void {
    const lines = this.#rows.add(line)
    // Rows are a packet each.
    if (lines.length > 2) this.#whole(lines, sink)
    else for (const each of lines) this.#whole(unfolded(each), sink)
  }

  /** Lines of which several are a whole message. */
  #whole(lines: readonly string[], sink: FrameSink): void {
    for (const line of lines) this.#part(line, sink)
    if (lines.length > 1) this.#finish(sink)
  }

  /** Gives out the messages that were shown, and of whose packet no bytes were printed. */
  #show(sink: FrameSink): void {
    for (const lines of this.#dissected.splice(0)) this.#whole(lines, sink)
  }

  /** Bytes that were printed tell more than what is shown of them, where it is known how to read them. */
  #packet(bytes: Uint8Array, sink: FrameSink): void {
    const { time, link, derived } = this.#dissection
    if (this.#dissected.length > 0 && (derived || link === null || link < 0)) return this.#show(sink)
    this.#dissected.length = 0
    this.#finish(sink)
    this.frames++
    const written = time === null ? this.#before.map(timeIn).findLast((known) => known !== null) : timeIn(time)
    this.#before = []
    const { at, lacks } = this.#when(written ?? null)
    if (lacks) this.#gap(lacks === 'time' ? 'packet' : lacks)
    sink.frame(bytes, 0, bytes.length, at, link ?? linkOf(bytes), -1, false)
  }

  #part(line: string, sink: FrameSink): void {
    const open = this.#message
    if (!open?.text.carriesMessages) {
      const start = startIn(line)
      if (start) return this.#begin(start, sink)
    }
    if (open?.text.add(withoutPrefix(line, open.start.prefix))) return
    if (open) this.#finish(sink)
    this.#remember(line)
  }

  /** A line that is of no message may say something of the next one. */
  #remember(line: string): void {
    this.#before.push(line.slice(0, longestBefore))
    if (this.#before.length > mostBefore) this.#before.shift()
  }

  #begin(start: Start, sink: FrameSink): void {
    this.#finish(sink)
    this.#message = { text: new TextMessage(start.text), start }
  }

  #finish(sink: FrameSink): void {
    const open = this.#message
    this.#message = null
    const message = open?.text.end()
    if (!open) return
    if (!message) return this.#remember(`${open.start.prefix}${open.start.text}`)
    const said = surroundingsOf(this.#before, open.start.prefix)
    this.#before = []
    this.frames++
    if (message.lengthMended) this.#gap('length')
    const { source, destination, transport } = said
    const { at, lacks } = this.#when(said.time)
    const unknown: Unknown[] = lacks ? [lacks] : []
    if (!source) unknown.push('source')
    if (!destination) unknown.push('destination')
    if (lacks) this.#gap(lacks)
    if (!source || !destination) this.#gap(source || destination ? 'end' : 'ends')
    sink.message?.({ bytes: message.bytes, at, source, destination, transport, unknown })
  }

  /** When a message passed: where its text does not say it, after the one before. */
  #when(time: WrittenTime | null): { readonly at: Micros; readonly lacks: 'time' | 'day' | 'year' | 'zone' | null } {
    if (!time) return { at: this.#lastAt, lacks: 'time' }
    if (time.lacks === 'day' && time.at + this.#days * 2 * halfDayUs < this.#lastAt - halfDayUs) this.#days++
    const at = time.at + (time.lacks === 'day' ? this.#days * 2 * halfDayUs : 0)
    this.#lastAt = at
    return { at, lacks: time.lacks }
  }

  #gap(gap: keyof typeof gaps): void {
    this.#gaps.set(gap, (this.#gaps.get(gap) ?? 0) + 1)
  }
}
