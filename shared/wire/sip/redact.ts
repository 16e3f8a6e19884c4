import { isSpace } from '../../base/scan.ts'
import { Masking } from './mask.ts'
import {
  isDigestSecret,
  isPasswordName,
  isSecretHeader,
  isSecretName,
  mayBeSecret,
  mayHoldSecrets,
} from './secret-names.ts'
import { maskUserInfo } from './user-info.ts'

/**
 * The one way out for anything that a person, a file or a log sees: whole messages, headers, URIs, sentences, log
 * lines, JSON. Passwords, tokens, digest responses, keys of media and cookies become `x`, character for character, so
 * that lengths (Content-Length, packet sizes) stay true. Found by the names of headers and parameters
 * (secret-names.ts), by the schemes of credentials, by the lines of SDP, and in the user part of URIs. Linear in the
 * length of the text.
 */
export function redact(text: string): string {
  return maskUserInfo(mayHoldSecrets(text) ? new Fields(text).run() : text)
}

/** The value of a header, redacted knowing whose it is. */
export function redactHeader(name: string, value: string): string {
  return redact(`${name}: ${value}`).slice(name.length + 2)
}

/** What a digest shows of itself (RFC 7616 3.4): anything else in it is masked. */
const openParams: ReadonlySet<string> = new Set([
  'username',
  'realm',
  'nonce',
  'uri',
  'algorithm',
  'qop',
  'nc',
  'opaque',
])
/** What stands behind the scheme in a challenge (RFC 7617, RFC 6750): it asks for a secret and has none. */
const challengeParams: ReadonlySet<string> = new Set([
  'realm',
  'scope',
  'error',
  'error_description',
  'charset',
  'authz_server',
  'title',
])
const schemes: ReadonlySet<string> = new Set([
  'basic',
  'bearer',
  'token',
  'digest',
  'negotiate',
  'ntlm',
  'apikey',
  'hmac',
  'signature',
  'aws4-hmac-sha256',
])

/** Names: letters, digits, hyphen and underscore. */
const nameCodes = Uint8Array.from({ length: 128 }, (_, code) => Number(/[\w-]/.test(String.fromCharCode(code))))
/** What ends a value that is not quoted. */
const endCodes = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(code <= 0x20 || ',;&"<>'.includes(String.fromCharCode(code))),
)

/** One pass over a text, masking what stands in secret fields. */
class Fields {
  readonly #text: string
  readonly #masking: Masking
  /** A member `name` has named a secret: the member `value` has it. */
  #named = false

  constructor(text: string) {
    this.#text = text
    this.#masking = new Masking(text)
  }

  run(): string {
    const text = this.#text
    const { length } = text
    let i = 0
    let lineStart = true
    while (i < length) {
      const code = text.charCodeAt(i)
      if (isName(code)) {
        let end = i + 1
        while (end < length && isName(text.charCodeAt(end))) end++
        i = Math.max(end, this.#field(i, end, lineStart))
        lineStart = false
        continue
      }
      const lineEnd = code === 0x0a || code === 0x0d || code === backslash ? lineEndAt(text, i) : 0
      lineStart = lineEnd > 0
      // The digits of an escaped character are no part of a name.
      i +=
        lineEnd > 0 ? lineEnd : code === 0x25 && isHex(text.charCodeAt(i + 1)) && isHex(text.charCodeAt(i + 2)) ? 3 : 1
    }
    return this.#masking.result()
  }

  /** Looks at what follows a name; returns where its value ends, or less when it has none that concerns us. */
  #field(from: number, end: number, lineStart: boolean): number {
    const text = this.#text
    const code = text.charCodeAt(end)
    if (code === 0x3d) return this.#assigned(text.slice(from, end), from, end + 1, lineStart)
    if (code === 0x3a) return this.#afterColon(text.slice(from, end), from, end + 1, lineStart)
    // A JSON web token (RFC 7519), whatever carries it.
    if (code === 0x2e)
      return text.startsWith('eyJ', from) ? this.#until(from, (next) => !isName(next) && next !== 0x2e) : 0
    if (code === 0x3e) return text[from - 1] === '<' && isSecretName(text.slice(from, end)) ? this.#element(end + 1) : 0
    if (code === 0x25) return this.#escaped(text.slice(from, end), end)
    return code === 0x20 || code === 0x09 || code === 0x22 || code === 0x27 || code === backslash
      ? this.#apart(from, end, lineStart)
      : 0
  }

  /** A name with quotes or blanks between it and what follows. */
  #apart(from: number, end: number, lineStart: boolean): number {
    const text = this.#text
    const quote = text.charCodeAt(end) === backslash ? 2 : isBlank(text.charCodeAt(end)) ? 0 : 1
    if (quote === 2 && text[end + 1] !== '"' && text[end + 1] !== "'") return 0
    const at = skipBlanks(text, end + quote)
    const code = text.charCodeAt(at)
    if (code === 0x3d) return this.#assigned(text.slice(from, end), from, at + 1, lineStart)
    if (code === 0x3a)
      return quote > 0
        ? this.#member(text.slice(from, end), at + 1)
        : this.#afterColon(text.slice(from, end), from, at + 1, lineStart)
    if (quote > 0) return 0
    const name = text.slice(from, end)
    if (text[from - 1] === '<' && isSecretName(name)) return this.#element(tagEnd(text, at))
    if (isPasswordName(name)) return this.#spoken(at)
    return end - from <= 6 ? this.#credentials(name.toLowerCase(), at) : 0
  }

  /** `password is X`, `password X`: masked unless it reads like a word of the sentence. */
  #spoken(at: number): number {
    const text = this.#text
    const after = text.startsWith('is ', at) ? skipBlanks(text, at + 3) : at
    const from = text[after] === "'" || text[after] === '"' ? after + 1 : after
    let end = from
    while (end < text.length && endCodes[text.charCodeAt(end)] !== 1) end++
    if (end - from < 4 || isOfSentence(text.slice(from, Math.min(end, from + 40)))) return 0
    this.#masking.mask(from, end)
    return end
  }

  /** `name%3Dvalue` in a URI of a URI, `Bearer%20token` in a query. */
  #escaped(name: string, at: number): number {
    const digits = this.#text.slice(at + 1, at + 3)
    if (digits === '20') return this.#credentials(name.toLowerCase(), at + 3)
    return (digits === '3D' || digits === '3d') && this.#isSecret(name) ? this.#escapedValue(at + 3) : 0
  }

  #isSecret(name: string): boolean {
    return isDigestSecret(name) || isSecretName(name)
  }

  /** `name=value`, quoted or not. */
  #assigned(name: string, from: number, at: number, lineStart: boolean): number {
    // k=clear:KEY and k=base64:KEY (RFC 4566 5.12).
    if ((name === 'k' || name === 'K') && (lineStart || isIndented(this.#text, from))) {
      const method = this.#text.slice(at, at + 7).toLowerCase()
      const key = method.startsWith('clear:') ? at + 6 : method === 'base64:' ? at + 7 : -1
      return key < 0 ? 0 : this.#until(key, (code) => isLineEnd(code) || code === 0x22 || code === 0x5c)
    }
    if (!mayBeSecret(name)) return 0
    const inQuery = this.#text[from - 1] === '?' || this.#text[from - 1] === '&'
    return this.#isSecret(name) || (inQuery && name.toLowerCase() === 'identity')
      ? this.#value(skipBlanks(this.#text, this.#text[at] === '>' ? at + 1 : at))
      : 0
  }

  /** A member of JSON; an object or an array in it is read on by its own names. */
  #member(name: string, at: number): number {
    const start = skipWhite(this.#text, at)
    const first = this.#text[start]
    if (first === '{') return 0
    if (first === '[') return isSecretName(name) ? this.#elements(start + 1) : 0
    const named = name === 'value' && (this.#named || this.#namedAfter(start))
    this.#named = naming.has(name) && isSecretHeader(this.#peek(start))
    const secret =
      named ||
      isSecretName(name) ||
      name === 'cnonce' ||
      (isDigestSecret(name) && /^[0-9a-f]{16,}$/i.test(this.#peek(start)))
    if (!secret) return 0
    return first === '"' || first === "'" || first === '\\'
      ? this.#value(start)
      : this.#until(start, (code) => endCodes[code] === 1 || code === 0x7d || code === 0x5d)
  }

  /** The texts of an array whose name says that they are secrets. */
  #elements(from: number): number {
    const text = this.#text
    let at = from
    while (at < text.length && text[at] !== ']' && text[at] !== '{' && lineEndAt(text, at) !== 1)
      at = text[at] === '"' || text[at] === "'" || text.startsWith('\\"', at) ? this.#value(at) + 1 : at + 1
    return at
  }

  /** Whether the member behind the quoted text there says that it is a secret. */
  #namedAfter(at: number): boolean {
    const text = this.#text
    const quote = text[at] === '\\' ? text.slice(at, at + 2) : (text[at] ?? '')
    if (!quote.endsWith('"') && !quote.endsWith("'")) return false
    const end = text.indexOf(quote, at + quote.length)
    const next = end < 0 ? null : /^[\\"'\s,]{3,12}(\w{1,8})[\\"'\s]{1,4}:\s{0,4}/.exec(text.slice(end, end + 40))
    return next !== null && naming.has(next[1]!) && isSecretHeader(this.#peek(end + next[0].length))
  }

  /** The name that is quoted there, without its quotes. */
  #peek(at: number): string {
    const from = this.#text[at] === '\\' ? at + 2 : at + 1
    let end = from
    while (end < from + 140 && isName(this.#text.charCodeAt(end))) end++
    return this.#text.slice(from, end)
  }

  #afterColon(name: string, from: number, at: number, lineStart: boolean): number {
    const text = this.#text
    if (!mayBeSecret(name)) return 0
    const lower = name.toLowerCase()
    // Keys of media, wherever they stand (RFC 4568, RFC 8839 5.4, RFC 4567).
    if (lower === 'inline') return this.#until(at, (code) => endCodes[code] === 1 || code === 0x7c || code === 0x5c)
    if (lower === 'crypto' && isSdpLine(text, from)) return this.#crypto(at)
    if (lower === 'ice-pwd') return this.#until(skipBlanks(text, at), (code) => endCodes[code] === 1 || code === 0x5c)
    if (lower === 'key-mgmt') {
      const space = text.indexOf(' ', at)
      return this.#until(
        space >= 0 && space - at <= 20 ? space : at,
        (code) => isLineEnd(code) || code === 0x22 || code === 0x5c,
      )
    }
    if (lineStart) return isSecretHeader(name) ? this.#headerValue(lower, at, valueEnd(text, at)) : 0
    if (!isSecretName(name)) return 0
    if (text.startsWith('a=', from - 2)) return this.#until(at, (code) => endCodes[code] === 1 || code === 0x5c)
    // In the middle of a line: a header that is spoken of, or a word with what it is.
    const before = text[from - 1]!
    const compound = name.includes('-') || name.includes('_')
    if (!spokenAfter.has(before) || !(compound || isSpace(text.charCodeAt(at)))) return 0
    if (compound || lower === 'authorization' || lower === 'cookie')
      return this.#headerValue(lower, at, spokenEnd(text, at, before))
    return this.#word(skipBlanks(text, at), lower.startsWith('credential') ? Infinity : 1)
  }

  /**
   * The key parameters of a=crypto, well-formed or not (RFC 4568 9.2): what stands behind the suite, or behind the name
   * of a method, up to its lifetime. Session parameters may be seen.
   */
  #crypto(at: number): number {
    const text = this.#text
    let i = at
    for (let word = 0; i < text.length && lineEndAt(text, i) === 0 && text[i] !== '"'; word++) {
      const from = (i = skipBlanks(text, i))
      while (i < text.length && endCodes[text.charCodeAt(i)] !== 1 && lineEndAt(text, i) === 0 && text[i] !== '|') i++
      const key = from + text.slice(from, i).indexOf(':') + 1
      if (word > 1 && !sessionParameter.test(text.slice(from, Math.min(i, from + 24)))) this.#masking.mask(key, i)
      // Lifetime and MKI, and the mark between two keys.
      while (
        i < text.length &&
        !isBlank(text.charCodeAt(i)) &&
        text[i] !== ';' &&
        lineEndAt(text, i) === 0 &&
        text[i] !== '"'
      )
        i++
      if (text[i] === ';') i++
    }
    return i
  }

  /** The text of an XML element that is closed again. */
  #element(from: number): number {
    const end = this.#text.indexOf('<', from)
    return end >= 0 && this.#text[end + 1] === '/' ? this.#until(from, (code) => code === 0x3c) : 0
  }

  /** `Bearer TOKEN`, `Basic TOKEN`, `Token TOKEN`, but no sentence that has such a word in it. */
  #credentials(scheme: string, at: number): number {
    if (scheme !== 'bearer' && scheme !== 'basic' && scheme !== 'token') return 0
    const end = credentialsEnd(this.#text, at)
    return end === at ? 0 : this.#word(at, scheme === 'bearer' && endsHere(this.#text, end) ? 1 : Infinity)
  }

  /** Masks a word that does not look like one of a language: `plain` is the length from which even those are masked. */
  #word(at: number, plain: number): number {
    const text = this.#text
    let end = at
    while (end < text.length && endCodes[text.charCodeAt(end)] !== 1) end++
    const word = text.slice(at, Math.min(end, at + 40))
    if (challengeParams.has(word.split('=', 1)[0]!.toLowerCase()) && word.includes('=')) return 0
    if (word.length < plain && (word.length < 4 || isOfLanguage(word))) return 0
    this.#masking.mask(at, end)
    return end
  }

  /** The credentials of an Authorization header, or the whole value of another. */
  #headerValue(name: string, from: number, to: number): number {
    const text = this.#text
    const start = skipFolded(text, from)
    let end = start
    while (end < to && !isSpace(text.charCodeAt(end))) end++
    const scheme = text.slice(start, Math.min(end, start + 20)).toLowerCase()
    const more = skipFolded(text, end)
    if (more >= to || !schemes.has(scheme)) this.#masking.mask(start, to)
    else if (scheme === 'digest' && name.endsWith('authorization')) this.#digest(more, to)
    else this.#masking.mask(more, to)
    return to
  }

  /** Parameters of a digest: those that anyone may see stay. */
  #digest(from: number, to: number): void {
    const text = this.#text
    let i = from
    while (i < to) {
      if (!isName(text.charCodeAt(i))) {
        // Nothing else belongs between parameters.
        if (text[i] !== ',') this.#masking.mask(i, i + 1)
        i++
        continue
      }
      const start = i
      while (i < to && isName(text.charCodeAt(i))) i++
      const open = openParams.has(text.slice(start, Math.min(i, start + 20)).toLowerCase())
      const equals = skipFolded(text, i)
      if (equals >= to || text[equals] !== '=') {
        this.#masking.mask(start, i)
        continue
      }
      const value = skipFolded(text, equals + 1)
      i = Math.min(to, text[value] === '"' ? quoteEnd(text, value + 1, '"') : wordEnd(text, value))
      const inner = text[value] === '"' ? value + 1 : value
      if (open) this.#nested(inner, i)
      else this.#masking.mask(inner, i)
      if (text[i] === '"') i++
    }
  }

  /** A value that may be seen may still have a secret in it. */
  #nested(from: number, to: number): void {
    const text = this.#text.slice(from, to)
    const shown = new Fields(text).run()
    if (shown === text) return
    for (let i = 0; i < text.length; i++) if (shown[i] !== text[i]) this.#masking.mask(from + i, from + i + 1)
  }

  /** A value, quoted or not; returns where it ends. */
  #value(at: number): number {
    const text = this.#text
    const quote =
      text[at] === '\\' && (text[at + 1] === '"' || text[at + 1] === "'")
        ? text.slice(at, at + 2)
        : text[at] === '"' || text[at] === "'"
          ? text[at]!
          : ''
    const from = at + quote.length
    let end = from
    if (quote.length === 2) while (end < text.length && !text.startsWith(quote, end) && text[end] !== '\n') end++
    else if (quote !== '') end = quoteEnd(text, from, quote)
    else while (end < text.length && endCodes[text.charCodeAt(end)] !== 1 && lineEndAt(text, end) === 0) end++
    this.#masking.mask(from, end)
    return end
  }

  /** A value inside a URI inside a URI: its quotes, semicolons and ampersands are escaped too. */
  #escapedValue(at: number): number {
    const text = this.#text
    const from = text.startsWith('%22', at) ? at + 3 : at
    let end = from
    while (
      end < text.length &&
      endCodes[text.charCodeAt(end)] !== 1 &&
      !(text[end] === '%' && escapedEnds.has(text.slice(end + 1, end + 3).toLowerCase()))
    )
      end++
    this.#masking.mask(from, end)
    return end
  }

  #until(from: number, ends: (code: number) => boolean): number {
    let end = from
    while (end < this.#text.length && !ends(this.#text.charCodeAt(end))) end++
    this.#masking.mask(from, end)
    return end
  }
}

/** Members of JSON that name what another member, `value`, has. */
const naming: ReadonlySet<string> = new Set(['name', 'header', 'key'])
/** RFC 4568 6.3. */
const sessionParameter = /^(?:KDR|WSH|FEC_ORDER)=|^UN(?:ENCRYPTED|AUTHENTICATED)_SRTC?P$/i

/** What stands before the name of a header in a sentence or a command. */
const spokenAfter: ReadonlySet<string> = new Set([' ', '\t', '"', "'", '(', '[', '{', ',', ';', '>', '|', '`'])
const escapedEnds: ReadonlySet<string> = new Set(['22', '26', '2c', '3b', '3c', '3e', '20', '0d', '0a'])

const isHex = (code: number) => (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66)
const isName = (code: number) => nameCodes[code] === 1
const isBlank = (code: number) => code === 0x20 || code === 0x09
const backslash = 0x5c
const isLineEnd = (code: number) => code === 0x0d || code === 0x0a

/** The length of a line end there: of a real one, or of CRLF as JSON writes it; 0 when there is none. */
function lineEndAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return isLineEnd(code) ? 1 : code === 0x5c && text.startsWith('\\r\\n', at) ? 4 : 0
}

/** Whether a line of SDP, `a=name`, begins two characters before there. */
function isSdpLine(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 3)
  const begins = at === 2 || isLineEnd(before) || text[at - 3] === '"' || text.startsWith('\\n', at - 4)
  return begins && (text.startsWith('a=', at - 2) || text.startsWith('A=', at - 2))
}

/** Whether only blanks stand before there in its line. */
function isIndented(text: string, at: number): boolean {
  let i = at
  while (i > 0 && at - i < 16 && isBlank(text.charCodeAt(i - 1))) i--
  return i === 0 || isLineEnd(text.charCodeAt(i - 1))
}

/** Behind the `>` of a tag with attributes; the end of the text where it has none. */
function tagEnd(text: string, at: number): number {
  const length = text.slice(at, at + 200).indexOf('>')
  return length < 0 ? text.length : at + length + 1
}

function skipBlanks(text: string, at: number): number {
  let i = at
  while (isBlank(text.charCodeAt(i))) i++
  return i
}

function skipWhite(text: string, at: number): number {
  let i = at
  while (i < text.length && isSpace(text.charCodeAt(i))) i++
  return i
}

/** Past white space and the line ends of folding, real or as JSON writes them. */
function skipFolded(text: string, at: number): number {
  let i = at
  for (;;) {
    const end = isSpace(text.charCodeAt(i)) ? 1 : lineEndAt(text, i)
    if (end === 0) return i
    i += end
  }
}

/** Where a header's value ends, continuation lines included (RFC 3261 7.3.1). */
function valueEnd(text: string, at: number): number {
  let i = at
  while (i < text.length) {
    let end = lineEndAt(text, i)
    if (end === 0) {
      i++
      continue
    }
    if (text[i] === '\r' && text[i + 1] === '\n') end = 2
    const next = text.charCodeAt(i + end)
    if (next !== 0x20 && next !== 0x09) return i
    i += end
  }
  return text.length
}

/**
 * Where the value of a header ends that stands in the middle of a line: with the line, or with the quotes around it.
 */
function spokenEnd(text: string, at: number, quote: string | undefined): number {
  let i = at
  while (i < text.length && lineEndAt(text, i) === 0 && !((quote === '"' || quote === "'") && text[i] === quote)) i++
  return i
}

/** Where a quoted text ends: at its quote, or with the line that it does not end on. */
function quoteEnd(text: string, from: number, quote: string): number {
  let i = from
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1
  return Math.min(i, text.length)
}

function wordEnd(text: string, from: number): number {
  let i = from
  while (i < text.length && text[i] !== ',' && !isSpace(text.charCodeAt(i))) i++
  return i
}

/**
 * Where a word ends that has only characters of credentials (RFC 9110 11.2 token68), a mark of punctuation behind it
 * aside; `at` where it has others.
 */
function credentialsEnd(text: string, at: number): number {
  let i = at
  while (isName(text.charCodeAt(i)) || '.~+/='.includes(text[i] ?? ' ')) i++
  const next = text.charCodeAt(i)
  return i >= text.length || endCodes[next] === 1 || "'!?:)]}\\".includes(text[i]!) ? i : at
}

const endsHere = (text: string, at: number) =>
  at >= text.length || text[at] === '"' || text[at] === "'" || isLineEnd(text.charCodeAt(at))

/**
 * Letters only, small or with a capital at the beginning, or a short one in capitals: `capability`, `Call`, `INVITE`. A
 * full stop may follow.
 */
const isOfLanguage = (word: string) => /^(?:[A-Z]?[a-z]{1,20}|[A-Z]{1,8})[.:!?)]?$/.test(word)

/** The same with what a sentence has besides: `case-sensitive`, `user's`. */
const isOfSentence = (word: string) => /^[A-Za-z]?[a-z]{1,20}(?:[-'’][a-z]{1,20}){0,3}[.:!?)]?$/.test(word)

const mask = (text: string) => 'x'.repeat(text.length)
const numberInUri = /((?:sips?|tel):\+?)(\d{5,})/gi
const e164 = /(?<!\w)(\+)(\d{7,15})(?!\w)/g
const numberInHeader =
  /^((?:x-[\w-]+|p-(?:asserted|preferred)-identity|remote-party-id|from|to|contact)[ \t]*:[ \t]*"?)(\d{7,15})(?!\w)/gim

/**
 * Phone numbers with all but their last two digits masked, character for character: in URIs, in E.164 form, alone in a
 * header that carries one.
 */
export function maskNumbers(text: string): string {
  const hide = (_: string, head: string, digits: string) => head + mask(digits.slice(0, -2)) + digits.slice(-2)
  return text.replace(numberInUri, hide).replace(e164, hide).replace(numberInHeader, hide)
}
