export interface Line {
  readonly label: string
  readonly direction: 'to-peer' | 'from-peer'
  /** [seconds, value]; null: cannot be known. */
  readonly points: readonly (readonly [number, number | null])[]
}

/** Where a figure gets bad. */
export interface Threshold {
  readonly value: number
  readonly label: string
}

/** Something that happened, at a second of the call. */
export interface ChartMark {
  readonly at: number
  readonly text: string
}

/** One time axis for all lines: the times, then the values of each line. */
export function join(lines: readonly Line[]): [times: number[], ...values: (number | null)[][]] {
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b)
  return [
    times,
    ...lines.map(({ points }) => {
      const values = new Map(points)
      return times.map((at) => values.get(at) ?? null)
    }),
  ]
}

/** A scale from zero with a quarter of room above the highest value, and at least up to `least`. */
export const fromZero =
  (least: number) =>
  (_: number, high: number): readonly [number, number] => [0, Math.max(least, high * 1.25)]

/** A scale of levels: from below the quietest to above the loudest, never above 0 dBFS. */
export function levels(low: number, high: number): readonly [number, number] {
  const bottom = Math.max(-96, Math.floor((low - 6) / 10) * 10)
  return [bottom, Math.max(bottom + 20, Math.min(0, 10 * Math.ceil((high + 6) / 10)) || 0)]
}

/** A path of a small line without axes, in a box; gaps where values are not known. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return ''
  const low = Math.min(...known)
  const range = Math.max(1, Math.max(...known) - low)
  let path = ''
  let drawing = false
  for (const [i, value] of values.entries()) {
    if (value !== null) {
      const x = ((width * i) / (values.length - 1)).toFixed(1)
      const y = (height - 2 - ((value - low) / range) * (height - 4)).toFixed(1)
      path += `${drawing ? 'L' : 'M'}${x} ${y}`
    }
    drawing = value !== null
  }
  return path
}
