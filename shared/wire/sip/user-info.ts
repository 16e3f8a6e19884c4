import { Masking } from './mask.ts'

/** What a character is to a URI. */
const plain = 0
/** Stands around a URI, and never in one. */
const around = 1
/** Behind it a URI can begin inside another text: a parameter, a query, a list, a sentence. */
const separator = 2
/** A separator that can also follow the port of a URI. */
const afterPort = 3
const colon = 4
const atSign = 5
const kinds = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (code <= 0x20 || '<>"'.includes(character)) return around
  if (character === ':') return colon
  if (character === '@') return atSign
  return ',;&?#/'.includes(character) ? afterPort : "='`([{|\\".includes(character) ? separator : plain
})

/**
 * Passwords in URIs masked: `sip:user:PASSWORD@host`, `https://user:PASSWORD@host`. Linear: each stretch with an @ in
 * it is read once.
 */
export function maskUserInfo(text: string): string {
  const masked = text.includes('@') ? new UserInfo(text, false).run('@') : text
  // A URI in a parameter of another has its separators escaped.
  return /%(?:3a|40)/i.test(masked) ? new UserInfo(masked, true).run('%') : masked
}

/** Where in a URI the scan stands. */
class UserInfo {
  readonly #text: string
  readonly #escaped: boolean
  readonly #masking: Masking
  /** Where the word began that may be a scheme. */
  #word = 0
  /** Behind the scheme and its slashes; -1 before a scheme. */
  #authority = -1
  #slashes = 0
  /** The colon between user and password; -1 before it. */
  #password = -1
  /** Behind an @: what comes is a host and its port. */
  #host = false
  /** Behind a password and its @: another @ would show that the password goes on. */
  #tail = -1

  constructor(text: string, escaped: boolean) {
    this.#text = text
    this.#escaped = escaped
    this.#masking = new Masking(text)
  }

  /** `mark`: only stretches between spaces, quotes or angle brackets that contain it are read. */
  run(mark: string): string {
    const text = this.#text
    let i = 0
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, i)) {
      let start = at
      while (start > i && kinds[text.charCodeAt(start - 1)] !== around) start--
      if (isCallId(text, start)) {
        i = lineEnd(text, at)
        continue
      }
      this.#begin(start)
      for (i = start; i < text.length;) {
        const raw = text.charCodeAt(i)
        if (kinds[raw] === around) break
        const hex = this.#escaped && raw === percent ? hexAt(text, i + 1) : -1
        const width = hex < 0 ? 1 : 3
        this.#take(hex < 0 ? raw : hex, i, i + width)
        i += width
      }
    }
    return this.#masking.result()
  }

  #take(code: number, from: number, to: number): void {
    switch (kinds[code]) {
      case colon:
        return this.#colon(from, to)
      case atSign:
        return this.#at(from, to)
      case around:
        return this.#begin(to)
      case separator:
      case afterPort:
        return this.#separator(code, from, to)
    }
  }

  #begin(at: number): void {
    this.#word = at
    this.#authority = this.#password = this.#tail = -1
    this.#host = false
    this.#slashes = 0
  }

  #separator(code: number, from: number, to: number): void {
    this.#tail = -1
    if (code === slash && from === this.#authority && this.#slashes < 2) {
      this.#slashes++
      this.#authority = to
      return
    }
    // The authority of a URL ends at its path (RFC 3986 3.2), and a port is no password.
    const path = this.#slashes === 2 && (code === slash || code === 0x3f || code === 0x23)
    const port =
      this.#password >= 0 &&
      kinds[code] === afterPort &&
      isPort(this.#text.slice(this.#password + 1, Math.min(from, this.#password + 7)))
    if (this.#authority < 0 || path || port) this.#begin(to)
  }

  #colon(from: number, to: number): void {
    if (this.#host) return
    if (this.#authority < 0) {
      if (isScheme(this.#text, this.#word, from)) this.#authority = to
      else this.#word = to
    } else if (this.#password < 0) {
      if (this.#text[this.#authority] === '[') this.#host = true
      else this.#password = to - 1
    }
  }

  #at(from: number, to: number): void {
    if (this.#password >= 0) this.#masking.mask(this.#password + 1, from)
    else if (this.#tail >= 0) this.#masking.mask(this.#tail, from)
    const secret = this.#password >= 0 || this.#tail >= 0
    this.#begin(to)
    this.#host = true
    if (secret) this.#tail = to
  }
}

const slash = 0x2f
const percent = 0x25

function isScheme(text: string, from: number, to: number): boolean {
  if (to - from < 2 || to - from > 20) return false
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
    if (!letter && (i === from || !((code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e)))
      return false
  }
  return true
}

const isPort = (text: string) => text !== '' && text.length <= 5 && !/[^0-9]/.test(text)

/** The value of the two hexadecimal digits there; -1 when there are none. */
function hexAt(text: string, at: number): number {
  const digits = text.slice(at, at + 2)
  return digits.length === 2 && !/[^0-9A-Fa-f]/.test(digits) ? parseInt(digits, 16) : -1
}

/**
 * Whether the value of a Call-ID header begins there, or its line: it is whatever its sender likes, as a rule with an @
 * in it.
 */
function isCallId(text: string, at: number): boolean {
  let start = at
  while (start > 0 && at - start < 12 && text[start - 1] !== '\n') start--
  return (start === 0 || text[start - 1] === '\n') && /^(?:call-id|i)[ \t]{0,3}:/i.test(text.slice(start, at + 9))
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}
