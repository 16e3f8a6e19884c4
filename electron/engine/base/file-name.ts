const reserved = new Set([
  'con',
  'prn',
  'aux',
  'nul',
  'clock$',
  ...Array.from({ length: 10 }, (_, n) => [`com${n}`, `lpt${n}`]).flat(),
])
const plain = /[A-Za-z0-9+_.@-]/

/**
 * A part of a file name made of text from outside: letters and digits of ASCII and `+ _ . @ -`, no separator, no dot or
 * dash in front, no dot at the end, no name that Windows keeps for a device; at most `most` characters, `fallback`
 * where nothing is left.
 */
export function safeFileName(text: string, fallback = 'unnamed', most = 60): string {
  let name = ''
  for (const c of text) {
    if (name.length >= most) break
    if (plain.test(c)) name += c
    else if (!name.endsWith('_')) name += '_'
  }
  let [start, end] = [0, name.length]
  while (start < end && '.-_'.includes(name[start]!)) start++
  while (end > start && '._'.includes(name[end - 1]!)) end--
  name = name.slice(start, end)
  if (name === '') return fallback
  return reserved.has(name.split('.')[0]!.toLowerCase()) ? `_${name}` : name
}
