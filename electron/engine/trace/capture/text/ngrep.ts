const header = /^[UT] (?:\S{1,40} ){0,2}\S{1,60} -> \S{1,60}(?: |$)/
/** How it breaks what it prints into rows. */
const rowBegin = '  '
const mostBytes = 256 * 1024
/** Line ends stand as dots: those that a field, a line of a session description, another one or nothing follows. */
const dotted = /\.\.(?=[A-Za-z][A-Za-z-]{0,40} ?:|[a-z]=|\.\.|$)/

/** Packets as ngrep prints them where it does not print them line by line: rows of letters, in which dots end lines. */
export class Rows {
  #head: string | null = null
  #text = ''

  /** The lines that the rows until here stand for; a line that is of no packet stays as it is. */
  add(line: string): readonly string[] {
    if (this.#head !== null && line.startsWith(rowBegin) && this.#text.length < mostBytes) {
      this.#text += line.slice(rowBegin.length)
      return []
    }
    const before = this.end()
    if (!header.test(line) || line.includes('SIP/2.0')) return [...before, ...linesOf(line)]
    this.#head = line
    return before
  }

  /** Nothing more will come. */
  end(): readonly string[] {
    const [head, text] = [this.#head, this.#text]
    this.#head = null
    this.#text = ''
    return head === null ? [] : text === '' ? [head] : linesOf(`${head.trimEnd()} ${text}`)
  }
}

const linesOf = (line: string): readonly string[] =>
  line.includes('SIP/2.0') && header.test(line) ? line.split(dotted) : [line]
