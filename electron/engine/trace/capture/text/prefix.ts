const isDigit = (text: string, at: number) => {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

/**
 * A line without what the logger put before each line of a message: the same as before its first line, with other
 * digits (a time, a process). Where a line does not begin so, nothing was put before it.
 */
export function withoutPrefix(line: string, prefix: string): string {
  if (prefix === '') return line
  const end = alike(line, prefix)
  if (end >= 0) return line.slice(end)
  // An empty line may have lost the blanks at its end.
  return line.length < prefix.length && alike(line, prefix.trimEnd()) === line.length ? '' : line
}

/** Where the prefix ends in the line, a run of digits standing for any other, and so of blanks; -1 where it differs. */
function alike(line: string, prefix: string): number {
  let at = 0
  for (let i = 0; i < prefix.length;) {
    if (isDigit(prefix, i)) {
      if (!isDigit(line, at)) return -1
      while (isDigit(prefix, i)) i++
      while (isDigit(line, at)) at++
    } else if (line.charCodeAt(at) === prefix.charCodeAt(i)) {
      i++
      at++
    } else return -1
  }
  return at
}
