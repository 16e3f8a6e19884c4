const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const latin1 = new TextDecoder('latin1')
const encoder = new TextEncoder()

/** UTF-8 where the bytes are UTF-8, Latin-1 otherwise: never throws, never loses a byte's identity. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return latin1.decode(bytes)
  }
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The text by itself: one that was cut out of a longer one keeps all of that in memory. */
export function detached(text: string): string {
  return decodeText(encodeText(text))
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

// eslint-disable-next-line no-control-regex
const plainAscii = /^[\u0000-\u007f]*$/
const graphemes = new Intl.Segmenter()
/** Segmenting is slow: of a longer text only its ends are looked at. */
const mostSegmented = 1024

/**
 * Shortens in the middle, so that both ends of a URI or an identifier stay readable. `width`: in characters as a person
 * counts them, an emoji of several code points is one; none is cut in two.
 */
export function elide(text: string, width: number): string {
  if (text.length <= width) return text
  const [head, tail] = [Math.ceil((width - 1) / 2), Math.floor((width - 1) / 2)]
  if (plainAscii.test(text)) return `${text.slice(0, head)}…${text.slice(text.length - tail)}`
  if (text.length > mostSegmented) {
    const half = mostSegmented / 2
    const [first, last] = [segments(text.slice(0, half)), segments(text.slice(-half))]
    return `${first.slice(0, head).join('')}…${tail === 0 ? '' : last.slice(1).slice(-tail).join('')}`
  }
  const all = segments(text)
  if (all.length <= width) return all.join('')
  return `${all.slice(0, head).join('')}…${all.slice(all.length - tail).join('')}`
}

/** Marks can be piled up on one character without end. */
const longestSegment = 16
const segments = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) =>
    segment.length > longestSegment ? `${segment.slice(0, longestSegment - 1).toWellFormed()}…` : segment,
  )

/** More texts than a few calls have of one kind; a text has one place among them. */
const placesOfTexts = 128
/** Longer ones come once. */
const longestRemembered = 500

/**
 * A reader of texts that knows its last ones: the messages of a call say the same again and again. What it gives must
 * not be changed.
 */
export function remembering<Result>(read: (text: string) => Result): (text: string) => Result {
  const texts: (string | undefined)[] = Array.from({ length: placesOfTexts })
  const results: (Result | undefined)[] = Array.from({ length: placesOfTexts })
  return (text) => {
    if (text.length > longestRemembered) return read(text)
    const place = placeOf(text) % placesOfTexts
    if (texts[place] === text) return results[place] as Result
    const result = read(text)
    texts[place] = text
    results[place] = result
    return result
  }
}

/** A number that tells most texts apart which are alike: by the length, some letters of all of it and the last ones. */
export function placeOf(text: string): number {
  const { length } = text
  const step = (length >> 3) + 1
  let hash = length
  for (let at = 0; at < length; at += step) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  for (let at = Math.max(0, length - 4); at < length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return (hash ^ (hash >>> 15)) >>> 0
}

/** `1 packet`, `2 packets`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/**
 * Control characters, and those that reorder or hide what stands beside them: bidi marks, embeddings, isolates, zero
 * widths, line separators.
 */
// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

const joiner = '\u200d'
/** What makes one emoji of two: it hides nothing. Before it may stand a variation selector or a skin tone. */
const joins = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?\u200d\p{Extended_Pictographic}/u

/**
 * Text from outside with nothing hidden in it: an escape is shown as ␛, a bidi override as ‹U+202E›. Line breaks too:
 * split before. An emoji that is joined of several stays whole.
 */
export function visible(text: string): string {
  return text.replace(hidden, (c, at: number) => {
    if (c === joiner && joins.test(text.slice(Math.max(0, at - 3), at + 4))) return c
    const code = c.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '␡' : `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
  })
}

/** Text from the wire made safe for a sentence: at most 60 characters, none of them hidden. */
export function printable(text: string): string {
  return text.length > 60 ? `${visible(text.slice(0, 60))}…` : visible(text)
}
