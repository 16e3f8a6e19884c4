import { isDigit } from '../../../shared/base/scan.ts'

/** A JSON text (RFC 8259) with the line of each of its values, so that what is wrong in it can be shown. */
export interface JsonLines {
  readonly value: unknown
  /** The line of the value at a path, or of the innermost that is there; from 1. */
  lineOf(path: readonly PropertyKey[]): number
}

/** What is no JSON: `text` is a clause. */
export class JsonFault extends Error {
  readonly line: number

  constructor(text: string, line: number) {
    super(text)
    this.line = line
  }
}

const deepest = 64

interface Node {
  readonly line: number
  readonly members: ReadonlyMap<string, Node> | null
}

/** Reads a JSON text in one pass. A member that stands twice is a fault too. Throws JsonFault. */
export function readJsonLines(text: string): JsonLines {
  const reader = new Reader(text.startsWith('\ufeff') ? text.slice(1) : text)
  const { value, node } = reader.whole()
  return {
    value,
    lineOf: (path) => {
      let at = node
      for (const key of path) {
        const next = at.members?.get(String(key))
        if (!next) break
        at = next
      }
      return at.line
    },
  }
}

interface Read {
  readonly value: unknown
  readonly node: Node
}

class Reader {
  readonly #text: string
  #at = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  whole(): Read {
    const read = this.#value(0)
    this.#space()
    if (this.#at < this.#text.length) throw this.#fault(`${this.#here()} follows the end of the JSON`)
    return read
  }

  #value(depth: number): Read {
    if (depth > deepest) throw this.#fault(`it is nested more than ${deepest} deep`)
    this.#space()
    const line = this.#line
    const plain = (value: unknown): Read => ({ value, node: { line, members: null } })
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth, line)
      case '[':
        return this.#array(depth, line)
      case '"':
        return plain(this.#string())
      case 't':
        return plain(this.#word('true', true))
      case 'f':
        return plain(this.#word('false', false))
      case 'n':
        return plain(this.#word('null', null))
      default:
        return plain(this.#number())
    }
  }

  #object(depth: number, line: number): Read {
    const value: Record<string, unknown> = {}
    const members = new Map<string, Node>()
    this.#list('}', () => {
      if (this.#text[this.#at] !== '"') throw this.#fault(`a name in double quotes is due, not ${this.#here()}`)
      const name = this.#string()
      if (members.has(name)) throw this.#fault(`"${name}" stands twice`)
      this.#space()
      if (!this.#eat(':')) throw this.#fault(`a colon is due after "${name}", not ${this.#here()}`)
      const member = this.#value(depth + 1)
      Object.defineProperty(value, name, { value: member.value, enumerable: true, writable: true, configurable: true })
      members.set(name, member.node)
    })
    return { value, node: { line, members } }
  }

  #array(depth: number, line: number): Read {
    const value: unknown[] = []
    const members = new Map<string, Node>()
    this.#list(']', () => {
      const item = this.#value(depth + 1)
      members.set(String(value.length), item.node)
      value.push(item.value)
    })
    return { value, node: { line, members } }
  }

  /** What stands between brackets, with commas between. */
  #list(close: string, item: () => void): void {
    this.#at++
    this.#space()
    if (this.#eat(close)) return
    for (;;) {
      this.#space()
      item()
      this.#space()
      if (this.#eat(close)) return
      if (!this.#eat(',')) throw this.#fault(`a comma or ${close} is due, not ${this.#here()}`)
    }
  }

  #string(): string {
    const from = this.#at++
    while (this.#at < this.#text.length) {
      const c = this.#text[this.#at++]!
      if (c === '"') {
        try {
          return JSON.parse(this.#text.slice(from, this.#at)) as string
        } catch {
          throw this.#fault('a text has an escape that JSON has not')
        }
      }
      if (c === '\\') this.#at++
      else if (c < ' ') {
        this.#at--
        throw this.#fault(`${this.#here()} stands in a text: its closing quote is missing`)
      }
    }
    throw this.#fault('a text has no closing quote')
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#fault(`a value is due, not ${this.#here()}`)
    this.#at += word.length
    return value
  }

  #number(): number {
    const from = this.#at
    while (this.#at < this.#text.length && isNumeric(this.#text.charCodeAt(this.#at))) this.#at++
    const written = this.#text.slice(from, this.#at)
    if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(written)) return Number(written)
    this.#at = from
    throw this.#fault(written === '' ? `a value is due, not ${this.#here()}` : `${written.slice(0, 40)} is no number`)
  }

  #space(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const c = this.#text[this.#at]!
      if (c === '\n') this.#line++
      else if (c !== ' ' && c !== '\t' && c !== '\r') return
    }
  }

  #eat(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #here(): string {
    const c = this.#text.codePointAt(this.#at)
    if (c === undefined) return 'the end of the file'
    return c < 0x20 ? 'a line break or control character' : String.fromCodePoint(c)
  }

  #fault(text: string): JsonFault {
    return new JsonFault(text, this.#line)
  }
}

/** `-+.eE` and digits. */
function isNumeric(code: number): boolean {
  return isDigit(code) || code === 0x2d || code === 0x2b || code === 0x2e || code === 0x65 || code === 0x45
}
