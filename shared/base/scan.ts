/** White space of SIP: space, tab, and the line ends that folding leaves (RFC 3261 25.1 LWS). */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/**
 * A decimal number from 0 to `most`; null for anything else, signs and fractions included. Leading zeros are allowed.
 */
export function decimal(text: string | undefined, most: number): number | null {
  if (text === undefined || text === '') return null
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (!isDigit(code)) return null
    value = value * 10 + code - 0x30
    if (value > most) return null
  }
  return value
}

/** Reads a text from left to right: every character is looked at once. */
export class Scanner {
  readonly text: string
  at = 0

  constructor(text: string, at = 0) {
    this.text = text
    this.at = at
  }

  get done(): boolean {
    return this.at >= this.text.length
  }

  /** Skips white space; tells whether there was any. */
  space(): boolean {
    const from = this.at
    while (this.at < this.text.length && isSpace(this.text.charCodeAt(this.at))) this.at++
    return this.at > from
  }

  /** Skips one character if it is this one. */
  eat(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  /** The longest run of characters that are allowed; '' when the next one is not. */
  run(allowed: (code: number) => boolean): string {
    const from = this.at
    while (this.at < this.text.length && allowed(this.text.charCodeAt(this.at))) this.at++
    return this.text.slice(from, this.at)
  }

  /** All that is left. */
  rest(): string {
    const from = this.at
    this.at = this.text.length
    return this.text.slice(from)
  }
}

/** The words of a text, split at runs of spaces and tabs; none are empty. `most`: further ones are left out. */
export function words(text: string, most = Infinity): string[] {
  const found: string[] = []
  let from = -1
  for (let i = 0; i <= text.length && found.length < most; i++) {
    if (i < text.length && !isSpace(text.charCodeAt(i))) {
      if (from < 0) from = i
    } else if (from >= 0) {
      found.push(text.slice(from, i))
      from = -1
    }
  }
  return found
}

/**
 * Calls `each` with every line, whatever ends it (CRLF, LF or CR), until it returns false. What follows the last line
 * end is a line if it is not empty.
 */
export function eachLine(text: string, each: (line: string) => boolean | void): void {
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code !== 0x0a && code !== 0x0d) continue
    if (each(text.slice(from, i)) === false) return
    if (code === 0x0d && text.charCodeAt(i + 1) === 0x0a) i++
    from = i + 1
  }
  if (from < text.length) each(text.slice(from))
}
