import type { ReadAhead } from '../file/read-ahead.ts'

const LF = 10
/** A longer line is no part of a message. */
const longestLine = 256 * 1024

/** Calls `take` for each line that is there whole, as text of which each character is a byte, without its end. */
export function eachLine(ahead: ReadAhead, take: (line: string) => void): void {
  const { bytes } = ahead
  for (;;) {
    const found = bytes.subarray(ahead.from, ahead.to).indexOf(LF)
    if (found < 0) break
    take(lineOf(bytes, ahead.from, ahead.from + found))
    ahead.from += found + 1
  }
  if (ahead.rest > longestLine) lastLine(ahead, take)
}

/** What is left is a line as well. */
export function lastLine(ahead: ReadAhead, take: (line: string) => void): void {
  if (ahead.rest > 0) take(lineOf(ahead.bytes, ahead.from, ahead.to))
  ahead.from = ahead.to
}

function lineOf(bytes: Uint8Array, from: number, to: number): string {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(to - from, longestLine)).toString('latin1')
  // `cat -v` writes a carriage return as ^M.
  return line.endsWith('\r') ? line.slice(0, -1) : line.endsWith('^M') ? line.slice(0, -2) : line
}

const entities: Readonly<Record<string, string>> = {
  'lt': '<',
  'gt': '>',
  'quot': '"',
  'apos': "'",
  'amp': '&',
  '#34': '"',
  '#39': "'",
}

/** What a page in HTML has of addresses, as it was. */
const unescaped = (line: string) =>
  /&lt;(?:sips?|tel):/i.test(line)
    ? line.replace(/&(lt|gt|quot|apos|amp|#34|#39);/g, (_, name: string) => entities[name]!)
    : line

const escapes = /#015#012|#012|\\r\\n|\\n/
/** The lines in one: what loggers write with its line ends escaped (syslog as `#015#012`, JSON as `\r\n`). */
export function unfolded(written: string): readonly string[] {
  let end = written.length
  while (written[end - 1] === '\r') end--
  const line = unescaped(written.slice(0, end))
  // Old systems end lines with carriage returns alone.
  if (line.includes('\r')) return line.split('\r')
  if (!line.includes('SIP/2.0') || !escapes.test(line)) return [line]
  const quoted = line.includes('\\"')
  return line.split(escapes).map((part) => {
    const plain = part.replaceAll('#011', '\t')
    return quoted ? plain.replaceAll('\\"', '"').replaceAll('\\/', '/') : plain
  })
}
