export interface PlacedLabel {
  readonly leftPx: number
  /** 0 or 1; −1 where there is no room. */
  readonly row: number
}

const glyphPx = 6.3
const gapPx = 10
const rows = 2

/** Where the labels of marks stand, in two rows, none over another: those that matter more have the right of way. */
export function placeLabels(
  labels: readonly { readonly text: string; readonly share: number; readonly weight: number }[],
  widthPx: number,
): PlacedLabel[] {
  const taken: { from: number; to: number }[][] = Array.from({ length: rows }, () => [])
  const placed: PlacedLabel[] = labels.map(() => ({ leftPx: 0, row: -1 }))
  const byWeight = labels.map((label, i) => ({ ...label, i })).sort((a, b) => b.weight - a.weight || a.i - b.i)
  for (const { text, share, i } of byWeight) {
    const width = text.length * glyphPx
    if (width > widthPx) continue
    const leftPx = Math.max(0, Math.min(share * widthPx, widthPx - width))
    const row = taken.findIndex((spans) =>
      spans.every(({ from, to }) => leftPx >= to + gapPx || leftPx + width + gapPx <= from),
    )
    if (row < 0) continue
    taken[row]!.push({ from: leftPx, to: leftPx + width })
    placed[i] = { leftPx: Math.round(leftPx), row }
  }
  return placed
}
