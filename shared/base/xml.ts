/** An element of an XML document: namespaces are not looked at. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly (XmlElement | string)[]
  /** From 1. */
  readonly line: number
}

/** What is no XML: `message` is a clause. */
export class XmlFault extends Error {
  readonly line: number

  constructor(text: string, line: number) {
    super(text)
    this.line = line
  }
}

const deepest = 64
const space = ' \t\r\n'
const namePattern = /[A-Za-z_:\u00b7-\uffff][\w.\-:\u00b7-\uffff]*/y
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads a small XML document (XML 1.0 without a document type) in one pass; white space between elements is left out.
 * Throws XmlFault.
 */
export function parseXml(text: string): XmlElement {
  return new Reader(text.startsWith('\ufeff') ? text.slice(1) : text).document()
}

class Reader {
  readonly #text: string
  #at = 0
  #line = 1
  #counted = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): XmlElement {
    const open: { name: string; attributes: Map<string, string>; children: (XmlElement | string)[]; line: number }[] =
      []
    let root: XmlElement | null = null
    const close = (): void => {
      const element = open.pop()!
      if (open.length === 0) root = element
      else open.at(-1)!.children.push(element)
    }
    while (this.#at < this.#text.length) {
      const said = this.#characters()
      if (said.trim() !== '') {
        if (open.length === 0) throw this.#fault(`"${said.trim().slice(0, 30)}" stands outside of any element`)
        open.at(-1)!.children.push(said)
      }
      if (this.#at >= this.#text.length) break
      if (this.#skips('<?', '?>') || this.#skips('<!--', '-->')) continue
      if (this.#starts('<![CDATA[')) {
        const cdata = this.#until('<![CDATA[', ']]>')
        if (open.length === 0) throw this.#fault('text stands outside of any element')
        open.at(-1)!.children.push(cdata)
        continue
      }
      if (this.#starts('<!')) throw this.#fault('a document type is not read')
      if (this.#starts('</')) {
        this.#at += 2
        const name = this.#name()
        const opened = open.at(-1)?.name
        if (opened === undefined) throw this.#fault(`</${name}> closes nothing`)
        if (opened !== name) throw this.#fault(`</${name}> stands where </${opened}> is due`)
        this.#space()
        this.#expect('>')
        close()
        continue
      }
      if (root !== null) throw this.#fault('another element follows the end of the first')
      const line = this.#lineHere()
      this.#at++
      const name = this.#name()
      const attributes = this.#attributes(name)
      if (open.length >= deepest) throw this.#fault(`it is nested more than ${deepest} deep`)
      open.push({ name, attributes, children: [], line })
      if (this.#starts('/')) {
        this.#at++
        this.#expect('>')
        close()
      } else this.#expect('>')
    }
    if (open.length > 0) throw this.#fault(`<${open.at(-1)!.name}> is not closed`)
    if (root === null) throw this.#fault('there is no element in it')
    return root
  }

  #attributes(element: string): Map<string, string> {
    const attributes = new Map<string, string>()
    for (;;) {
      const before = this.#at
      this.#space()
      if (this.#starts('>') || this.#starts('/')) return attributes
      if (this.#at === before) throw this.#fault(`what follows <${element} is no attribute`)
      const name = this.#name()
      this.#space()
      this.#expect('=')
      this.#space()
      const quote = this.#text[this.#at]
      if (quote !== '"' && quote !== "'") throw this.#fault(`the value of ${name} is not in quotes`)
      const end = this.#text.indexOf(quote, this.#at + 1)
      if (end < 0) throw this.#fault(`the value of ${name} has no closing quote`)
      const value = this.#text.slice(this.#at + 1, end)
      if (value.includes('<'))
        throw this.#fault(`the value of ${name} has a <: a placeholder is to be replaced, or write &lt;`)
      if (attributes.has(name)) throw this.#fault(`${name} stands twice in <${element}>`)
      attributes.set(name, this.#decoded(value))
      this.#at = end + 1
    }
  }

  #characters(): string {
    const next = this.#text.indexOf('<', this.#at)
    const end = next < 0 ? this.#text.length : next
    const said = this.#decoded(this.#text.slice(this.#at, end))
    this.#at = end
    return said
  }

  #decoded(text: string): string {
    if (!text.includes('&')) return text
    return text.replace(/&([^;&\s]{0,20})(;?)/g, (all, name: string, end: string) => {
      const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name)
      const point = code ? parseInt(code[1] ?? code[2]!, code[1] ? 16 : 10) : null
      const character = point === null ? entities[name] : point <= 0x10ffff ? String.fromCodePoint(point) : undefined
      if (end === '' || character === undefined) throw this.#fault(`${all} is no reference: & is written as &amp;`)
      return character
    })
  }

  #name(): string {
    namePattern.lastIndex = this.#at
    const name = namePattern.exec(this.#text)?.[0]
    if (name === undefined) throw this.#fault('a name is due')
    this.#at += name.length
    return name
  }

  #space(): void {
    while (this.#at < this.#text.length && space.includes(this.#text[this.#at]!)) this.#at++
  }

  #starts(what: string): boolean {
    return this.#text.startsWith(what, this.#at)
  }

  #expect(what: string): void {
    if (!this.#starts(what)) throw this.#fault(`${what} is due`)
    this.#at += what.length
  }

  #skips(begin: string, end: string): boolean {
    if (!this.#starts(begin)) return false
    this.#until(begin, end)
    return true
  }

  #until(begin: string, end: string): string {
    const from = this.#at + begin.length
    const to = this.#text.indexOf(end, from)
    if (to < 0) throw this.#fault(`${begin} has no end`)
    this.#at = to + end.length
    return this.#text.slice(from, to)
  }

  #lineHere(): number {
    for (; this.#counted < this.#at; this.#counted++) if (this.#text[this.#counted] === '\n') this.#line++
    return this.#line
  }

  #fault(text: string): XmlFault {
    return new XmlFault(text, this.#lineHere())
  }
}
