import { placeOf } from '../../base/text.ts'
import { headerKey, type SipHeader } from './message.ts'

/** Lines that are known at one time; a line has one place. */
const places = 512
/** Longer lines come once; of longer heads a line would keep too much. */
const longestLine = 250
const longestHead = 8192

/** A header field of a message that was read. Messages with the same line share it, and what is found out about it. */
export class Field implements SipHeader {
  readonly name: string
  readonly value: string
  readonly key: string
  readonly #line: string
  #sound: boolean | null = null
  #read: { readonly by: unknown; readonly result: unknown } | null = null

  constructor(line: string, name: string, value: string) {
    this.name = name
    this.value = value
    this.key = headerKey(name)
    this.#line = line
  }

  isOf(line: string): boolean {
    return this.#line === line
  }

  /** What `judge` says of it, asked once: it is always the same. */
  isSound(judge: (key: string, value: string) => boolean): boolean {
    return (this.#sound ??= judge(this.key, this.value))
  }

  /** What `read` makes of the value, asked once; fields of one name have one reader. */
  static read<Result>(field: SipHeader, read: (value: string) => Result): Result {
    if (!(field instanceof Field)) return read(field.value)
    if (field.#read?.by !== read) field.#read = { by: read, result: read(field.value) }
    return field.#read.result as Result
  }
}

const known: (Field | undefined)[] = Array.from({ length: places })

/**
 * The field that a line is, unfolded; null for one without name and colon. `whole`: the length of the text that it is
 * a part of.
 */
export function fieldOf(line: string, whole: number): Field | null {
  const place = placeOf(line) % places
  const field = known[place]
  if (field?.isOf(line)) return field
  const colon = line.indexOf(':')
  if (colon <= 0) return null
  const name = line.slice(0, colon).trimEnd()
  if (name === '' || hasSpace(name)) return null
  const read = new Field(line, name, line.slice(colon + 1).trim())
  if (line.length <= longestLine && whole <= longestHead) known[place] = read
  return read
}

function hasSpace(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    // Beyond ASCII there are more of them than one would list.
    if (code <= 0x20 || code > 0x7e) return /\s/.test(name)
  }
  return false
}
