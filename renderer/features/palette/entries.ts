/** Something that the palette offers. */
export interface Entry {
  readonly id: string
  readonly group: string
  readonly name: string
  readonly keys?: string | undefined
  run(): void
}

/** Entries that have every word of the query, those first whose name begins with it, then by where the words stand. */
export function ranked(entries: readonly Entry[], query: string): Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...entries]
  return entries
    .flatMap((entry) => {
      const text = `${entry.name} ${entry.group}`.toLowerCase()
      const places = words.map((word) => text.indexOf(word))
      return places.includes(-1) ? [] : [{ entry, place: places.reduce((sum, at) => sum + at, 0) }]
    })
    .sort((a, b) => a.place - b.place)
    .map(({ entry }) => entry)
}
