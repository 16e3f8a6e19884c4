/** Parts of a document below this depth are small enough for one text. */
const deepest = 4
const pieceLength = 64 * 1024
/**
 * What a terminal would act on or hide; in JSON text it stands within strings only, where it may be written as an
 * escape.
 */
const hidden = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

/**
 * The text of `JSON.stringify(document, null, indent)` in pieces, for documents larger than a text can be. Characters
 * that terminals act on are escaped: another text of the same value.
 */
export function* jsonPieces(document: unknown, indent: number): Generator<string> {
  let piece = ''
  for (const part of parts(document, indent, 0)) {
    piece += part
    if (piece.length < pieceLength) continue
    yield escaped(piece)
    piece = ''
  }
  yield escaped(piece)
}

/** JSON text of the same value without what terminals act on. */
export const escaped = (text: string) =>
  text.replace(hidden, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

function* parts(value: unknown, indent: number, depth: number): Generator<string> {
  const entries = depth >= deepest ? null : entriesOf(value)
  if (!entries || entries.length === 0) {
    const text = JSON.stringify(value, null, indent) ?? 'null'
    return yield indent === 0 ? text : text.replaceAll('\n', `\n${' '.repeat(indent * depth)}`)
  }
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const line = (at: number) => (indent === 0 ? '' : `\n${' '.repeat(indent * at)}`)
  yield open
  for (const [i, [key, inner]] of entries.entries()) {
    yield (
      `${i === 0 ? '' : ','}${line(depth + 1)}` +
      `${key === null ? '' : `${JSON.stringify(key)}:${indent === 0 ? '' : ' '}`}`
    )
    yield* parts(inner, indent, depth + 1)
  }
  yield line(depth) + close
}

/** Null for what is no object or array. */
function entriesOf(value: unknown): [string | null, unknown][] | null {
  if (Array.isArray(value)) return value.map((inner) => [null, inner])
  if (value === null || typeof value !== 'object') return null
  return Object.entries(value).filter(([, inner]) => inner !== undefined)
}
